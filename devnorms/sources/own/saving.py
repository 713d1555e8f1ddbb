"""
Write observations and their summary: both whole, or neither.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from devnorms._base.errors import BadValueError
from devnorms._base.provenance import Record


def summarise(observations: pd.DataFrame) -> dict[str, Any]:
    """
    Count what observations of one's own data hold, and what was left out.

    Parameters
    ----------
    observations : pandas.DataFrame
        From `devnorms.read`.

    Returns
    -------
    dict
        ``sets``: one entry, with ``set`` (the study), ``populations`` (their cards),
        ``children, forms`` (visits), ``items, responses`` (used), ``responses_in,
        left_out`` (by reason), ``empty_cells, licence, citation, sha256, noted``. No
        child is named.
    """
    attrs = observations.attrs
    source = Record.from_json(attrs["record"]).sources[0]
    left_out = attrs["left_out"]
    visits = observations[["child", "occasion"]].drop_duplicates()
    linked = observations.loc[observations["milestone"].notna(), "item"].nunique()
    one = {
        "set": source.id,
        "population": ", ".join(card["population"] for card in attrs["populations"]),
        "populations": attrs["populations"],
        "children": int(observations["child"].nunique()),
        "forms": len(visits),
        "items": int(observations["item"].nunique()),
        "items_with_milestone": int(linked),
        "responses": len(observations),
        "responses_in": left_out["responses_in"],
        "left_out": left_out["left_out"],
        "empty_cells": left_out["empty_cells"],
        "noted": attrs["noted"],
        "licence": source.licence,
        "citation": source.citation,
        "sha256": source.sha256,
    }
    return {"sets": [one]}


def write(
    observations: pd.DataFrame,
    out: Path,
    summary: dict[str, Any] | None = None,
    summary_file: Path | None = None,
) -> None:
    """
    Write observations, and a summary where one is wanted.

    Parameters
    ----------
    observations : pandas.DataFrame
        From `devnorms.read`; its ``attrs`` are written too, and come back with
        `pandas.read_parquet`.
    out : pathlib.Path
        A Parquet file.
    summary : dict, optional
        From `summarise`.
    summary_file : pathlib.Path, optional
        A JSON file.

    Raises
    ------
    BadValueError
        If the names have other endings than .parquet and .json.
    OSError
        If a folder cannot be written to; then nothing is written.
    """
    check_ending("out", out, ".parquet")
    made: list[tuple[Path, Callable[[Path], object]]] = [
        (out, lambda file: observations.to_parquet(file, index=False))
    ]
    if summary_file is not None:
        check_ending("summary", summary_file, ".json")
        text = json.dumps(summary, indent=2, ensure_ascii=False) + "\n"
        made.append((summary_file, lambda file: file.write_text(text, "utf-8")))
    whole(made)


def check_ending(name: str, file: Path, ending: str) -> None:
    """
    Check that a file is named after what it will be.

    Parameters
    ----------
    name : str
        The parameter.
    file : pathlib.Path
        Its value.
    ending : str
        Expected.

    Raises
    ------
    BadValueError
        If it is not.
    """
    if file.suffix.lower() != ending:
        raise BadValueError.parameter(
            name, f"a file with the ending {ending}", str(file)
        )


def whole(made: Sequence[tuple[Path, Callable[[Path], object]]]) -> None:
    """
    Write files under other names, and rename them when all are there.

    Parameters
    ----------
    made : sequence of (path, callable)
        A file, and what writes it to the path it is given.
    """
    written: list[tuple[Path, Path]] = []
    try:
        for target, write_to in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(
                prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent
            )
            os.close(handle)
            written.append((Path(name), target))
            write_to(Path(name))
        for part, target in written:
            part.chmod(0o644)
            part.replace(target)
    finally:
        for part, _ in written:
            part.unlink(missing_ok=True)
