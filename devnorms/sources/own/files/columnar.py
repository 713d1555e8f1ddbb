"""
Parquet: typed columns.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from devnorms._base.errors import UnreadableFileError
from devnorms.sources.own.cells import Sheet, as_text
from devnorms.sources.own.files.delimited import distinct, tidied


def read_columnar(path: Path) -> Sheet:
    """
    Read a Parquet file, every cell as text.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    Sheet
        Rows are cases, counted from 1.

    Raises
    ------
    UnreadableFileError
        If this is no whole Parquet file.
    """
    import pyarrow.parquet as pq

    try:
        # The columns as they are in the file; a stored pandas index is one of them.
        table = pq.read_table(path).to_pandas(ignore_metadata=True)
    except Exception as error:
        words = " ".join(str(error).split())[:120]
        raise UnreadableFileError(
            f"{path.name}: not a whole Parquet file ({words}). It is cut short, "
            "damaged or of another kind: write it again."
        ) from error
    if table.empty:
        raise UnreadableFileError(f"{path.name}: there is no row in this file.")
    names = distinct([str(name) for name in table.columns])
    cells = pd.DataFrame(
        {name: as_text(table.iloc[:, k]).to_numpy() for k, name in enumerate(names)},
        index=pd.RangeIndex(1, len(table) + 1, name="case"),
        dtype="str",
    )
    return Sheet(tidied(cells, path.name), path.name, typed=True)
