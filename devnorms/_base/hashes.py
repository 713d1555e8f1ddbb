"""
Hashes that identify data and choices.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def content_hash(value: object) -> str:
    """
    Hash anything that JSON can hold; key order does not matter.

    Parameters
    ----------
    value : object
        JSON-serialisable.

    Returns
    -------
    str
        64 hexadecimal digits (SHA-256).

    Examples
    --------
    >>> content_hash({"a": 1, "b": 2}) == content_hash({"b": 2, "a": 1})
    True
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def table_hash(table: pd.DataFrame) -> str:
    """
    Hash a table's column names and values, row order included, index excluded.

    The hash depends on what the table says, not on how pandas holds it: text counts the
    same as ``str``, ``object`` or ``category``, whole numbers the same as ``int64`` or
    ``Int64``, every kind of missing value the same. Text and numbers differ, and so do
    whole numbers and fractions.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table; floats are hashed exactly.

    Returns
    -------
    str
        64 hexadecimal digits (SHA-256), the same on every platform.

    Examples
    --------
    >>> import pandas as pd
    >>> text = pd.DataFrame({"item": ["a", "b", None]})
    >>> table_hash(text) == table_hash(text.astype("category"))
    True
    """
    digest = hashlib.sha256(str(len(table)).encode())
    for position, name in enumerate(table.columns):
        for part in (_label(str(name)), *_canonical(table.iloc[:, position])):
            digest.update(part)
    return digest.hexdigest()


def _label(text: str) -> bytes:
    """Text with its length before it, so that no two lists of texts read the same."""
    encoded = text.encode()
    return str(len(encoded)).encode() + b":" + encoded


def _canonical(column: pd.Series[Any]) -> Iterator[bytes]:
    """Yield bytes that stand for the values, whatever pandas holds them in."""
    import numpy as np
    import pandas as pd

    kind = column.dtype
    missing = column.isna().to_numpy(dtype=bool)
    if pd.api.types.is_bool_dtype(kind) or pd.api.types.is_integer_dtype(kind):
        yield b"whole"
        yield column.to_numpy(dtype="<i8", na_value=0).tobytes()
    elif pd.api.types.is_float_dtype(kind):
        yield b"number"
        values = column.to_numpy(dtype="<f8", na_value=np.nan)
        # NaN has many bit patterns; missing cells are hashed below.
        yield np.where(missing, 0.0, values).astype("<f8").tobytes()
    else:
        yield b"text"
        codes, uniques = pd.factorize(column.astype("object").where(~missing, None))
        yield from (_label(str(value)) for value in uniques)
        yield codes.astype("<i8").tobytes()
    yield np.packbits(missing).tobytes()
