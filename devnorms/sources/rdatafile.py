"""
Read a data frame from an R data file, every cell as text, as from a text file.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from devnorms._base.errors import UnreadableFileError
from devnorms.sources.textfile import looks_like_html


def read_rda(path: Path) -> pd.DataFrame:
    """
    Read the one data frame (or tibble) of an R data file.

    Parameters
    ----------
    path : pathlib.Path
        An ``.rda`` or ``.RData`` file.

    Returns
    -------
    pandas.DataFrame
        Text; a missing cell is ``""``, a whole number has no decimals. The index is
        the row in the data frame, the first = 1.

    Raises
    ------
    UnreadableFileError
        If the file is missing, empty, damaged, HTML, or holds no or several data
        frames.
    """
    objects = _objects(path)
    frames = {k: v for k, v in objects.items() if isinstance(v, pd.DataFrame)}
    if len(frames) != 1:
        raise UnreadableFileError(
            f"{path}: expected one data frame, found {len(frames)} among the objects "
            f"{', '.join(map(repr, objects)) or 'none'}. Save one study per file."
        )
    frame = next(iter(frames.values()))
    table = pd.DataFrame({str(c): _text(frame[c]) for c in frame.columns})
    table.index = pd.RangeIndex(1, 1 + len(table), name="row")
    return table


def _objects(path: Path) -> dict[str, Any]:
    """Parse the file; whatever the parser cannot do ends in one kind of error."""
    import rdata

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            f"{path}: cannot be read ({error.strerror}). Check the path, or fetch the "
            "file again."
        ) from error
    if not raw.strip():
        raise UnreadableFileError(f"{path}: the file is empty. Fetch it again.")
    if looks_like_html(raw):
        raise UnreadableFileError(
            f"{path}: this is a web page (HTML), not an R data file. Fetch it again."
        )
    frame = rdata.conversion.dataframe_constructor
    # A tibble is a data frame with more classes and readr's notes on its columns;
    # the notes have classes without a constructor, of which the parser would warn.
    known: dict[Any, Any] = dict(rdata.conversion.DEFAULT_CLASS_MAP)
    known |= dict.fromkeys(("spec_tbl_df", "tbl_df", "tbl"), frame)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            parsed = rdata.parser.parse_file(path)
            objects = rdata.conversion.convert(parsed, known)
    except Exception as error:  # the parser has no error class of its own
        raise UnreadableFileError(
            f"{path}: this is not a whole R data file ({type(error).__name__}: "
            f"{error}). It may be cut short: fetch it again."
        ) from error
    if not isinstance(objects, Mapping):
        raise UnreadableFileError(
            f"{path}: this holds one R object without a name (an .rds file?). Save it "
            "with save(), or as tab-separated text."
        )
    return dict(objects)


def _text(column: pd.Series) -> pd.Series:
    """Write a column as a text file would: empty where missing, 1 and not 1.0."""
    values = column.reset_index(drop=True)
    if pd.api.types.is_float_dtype(values.dtype):
        number = values.astype(float)
        # R's missing number is a signalling NaN, at which floor() gives a warning.
        known = number[number.notna()]
        whole = bool((known == np.floor(known)).all())
        values = number.astype("Int64") if whole else number
    elif pd.api.types.is_bool_dtype(values.dtype):
        values = values.astype("Int64")
    return values.astype("string").fillna("").astype(str)
