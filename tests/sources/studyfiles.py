"""Small study files, as text and as real R data files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

VISIT = {
    "ctrycd": "MDG", "cohort": "GCDG-MDG", "cohortn": "44", "subjid": "1",
    "agedays": "400", "sex": "Female", "gagebrth": "280",
}  # fmt: skip
TEXT = ("ctrycd", "cohort", "sex")


def visits(*changes: Mapping[str, str], **items: str) -> pd.DataFrame:
    """One row per change; each visit has its own child unless it says otherwise."""
    rows = [
        {**VISIT, "subjid": str(k), **(items or {"sbifrd001": "1"}), **change}
        for k, change in enumerate(changes, 1)
    ]
    return pd.DataFrame(rows)


def write(folder: Path, table: pd.DataFrame, name: str = "gcdg_mdg.txt") -> Path:
    """Write a study as upstream does: tabs, LF, empty cells."""
    path = folder / name
    path.write_bytes(table.to_csv(sep="\t", index=False).encode())
    return path


def as_r_frame(text: pd.DataFrame) -> pd.DataFrame:
    """Type the cells as upstream's R files do: integers with NA, text with NA."""
    clean = text.replace({"": None, '""': None})
    frame = pd.DataFrame(
        {
            name: clean[name].astype("string[python]")
            if name in TEXT
            else pd.to_numeric(clean[name]).astype("Int32")
            for name in clean.columns
        }
    )
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return frame


def write_rda(path: Path, text: pd.DataFrame, *, tibble: bool = False) -> Path:
    """Write a real R data file; a tibble carries readr's column notes, as upstream."""
    import rdata

    frame = as_r_frame(text)
    if not tibble:
        rdata.write_rda(path, {path.stem: frame})
        return path
    from rdata.conversion import to_r

    constructors = {
        **to_r.DEFAULT_CLASS_MAP,
        pd.DataFrame: _tibble,
        _Notes: _notes,
    }
    rdata.write_rda(path, {path.stem: frame}, constructor_dict=constructors)
    return path


class _Notes:
    """Stands for readr's attribute ``spec``."""


def _notes(_: _Notes, converter: Any) -> Any:
    """An R object of a class for which no reader has a constructor."""
    from rdata.conversion.to_r import build_r_object
    from rdata.parser import RObjectType

    attributes = converter.convert_to_r_attributes({"class": "col_spec"})
    value = [converter.convert_to_r_object(np.array(["integer"]))]
    return build_r_object(
        RObjectType.VEC, value=value, is_object=True, attributes=attributes
    )


def _tibble(frame: pd.DataFrame, converter: Any) -> Any:
    """A data frame of four classes, with notes on its columns."""
    from rdata.conversion.to_r import build_r_object, convert_pd_array_to_np_array
    from rdata.parser import RObjectType

    value = [
        converter.convert_to_r_object(convert_pd_array_to_np_array(column.array))
        for _, column in frame.items()
    ]
    attributes = converter.convert_to_r_attributes(
        {
            "names": np.array(list(frame.columns), dtype="U"),
            "class": np.array(["spec_tbl_df", "tbl_df", "tbl", "data.frame"]),
            "row.names": np.arange(1, len(frame) + 1, dtype=np.int32),
            "spec": _Notes(),
        }
    )
    return build_r_object(
        RObjectType.VEC, value=value, is_object=True, attributes=attributes
    )
