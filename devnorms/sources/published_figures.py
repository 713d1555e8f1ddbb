"""
Published ages of attainment: what others found, each figure with its source.

The tables beside this file hold figures, quoted as facts; which concept a published
milestone asks (``published_links.csv``) is this project's own judgement.
"""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from devnorms._base.errors import UnreadableFileError
from devnorms.schema._faults import validate

_OPERATORS = ("=", "~", "<", "<=", ">")
_UNITS = ("months", "percent", "count")
_HINTS = {
    "operator": f"Allowed: {', '.join(_OPERATORS)}",
    "unit": f"Allowed: {', '.join(_UNITS)}",
}

FIGURES = pa.DataFrameSchema(
    {
        "source_id": pa.Column(str, pa.Check.str_length(min_value=1)),
        "evidence": pa.Column(str, pa.Check.str_length(min_value=1)),
        "published_name": pa.Column(str, pa.Check.str_length(min_value=1)),
        "milestone": pa.Column(str, nullable=True),
        "confidence": pa.Column(str, pa.Check.isin(("high", "medium", "low", "none"))),
        "reason": pa.Column(str),
        "equate": pa.Column(str, nullable=True),
        "country": pa.Column(str, pa.Check.str_matches(r"^[A-Z]{3}$"), nullable=True),
        "population": pa.Column(str, pa.Check.str_length(min_value=1)),
        "n": pa.Column("Int64", pa.Check.gt(0), nullable=True, coerce=True),
        "statistic": pa.Column(str, pa.Check.str_length(min_value=1)),
        "operator": pa.Column(str, pa.Check.isin(_OPERATORS)),
        "value": pa.Column(float, coerce=True),
        "unit": pa.Column(str, pa.Check.isin(_UNITS)),
        "share": pa.Column(float, pa.Check.in_range(0, 1), nullable=True),
        "age_months": pa.Column(float, pa.Check.in_range(0, 216), nullable=True),
        "note": pa.Column(str, nullable=True),
        "citation": pa.Column(str, pa.Check.str_length(min_value=1)),
        "address": pa.Column(str, nullable=True),
    },
    name="Published figures",
)

_RENAMED = {"milestone": "published_name", "country_iso3": "country"}


def published(path: str | Path | None = None) -> pd.DataFrame:
    """
    Read published ages of attainment, linked to milestones.

    Parameters
    ----------
    path : path, optional
        A folder with ``windows.csv`` and ``sources.csv``; without it, the figures that
        come with the package.

    Returns
    -------
    pandas.DataFrame
        One row per figure: ``source_id, evidence`` (how it was read),
        ``published_name`` (the milestone in the source's words), ``milestone`` (concept
        id, null where none fits), ``confidence, reason`` (of that link, this project's
        judgement), ``equate`` (group suggested by the collector), ``country`` (ISO
        3166-1 alpha-3, null for several), ``population, n`` (children), ``statistic``
        (``p01`` ... ``p99``, ``p75_or_more``, ``mean``, ``sd``, shares, differences),
        ``operator, value, unit`` (months, percent, count), ``share`` (that the
        percentile speaks of, 0 to 1), ``age_months`` (for percentiles and means,
        otherwise null), ``note, citation, address``.

    Raises
    ------
    UnreadableFileError
        If a file is missing, empty, HTML or lacks a column.
    InvalidTableError
        With all faults.

    Examples
    --------
    >>> figures = published()
    >>> walks = figures.query("milestone == 'walks_alone' and statistic == 'p50'")
    >>> sorted(walks["age_months"])
    [12.0, 13.0, 13.0]
    """
    windows, sources = _read(None if path is None else Path(path))
    here = resources.files("devnorms.sources")
    links = _table(here / "published_links.csv")
    table = windows.rename(columns=_RENAMED)
    table = table.drop(columns=["source"], errors="ignore")
    table = table.merge(
        sources[["source_id", "citation", "address"]], "left", on="source_id"
    ).merge(links, "left", on="published_name")
    table["confidence"] = table["confidence"].fillna("none")
    table["reason"] = table["reason"].fillna("not linked yet")
    percentile = table["statistic"].str.extract(r"^p(\d\d)(?:_or_more)?$")[0]
    table["share"] = percentile.astype(float) / 100
    is_age = percentile.notna() | (table["statistic"] == "mean")
    table["age_months"] = table["value"].where(is_age & (table["unit"] == "months"))
    return validate(FIGURES, table[list(FIGURES.columns)], _HINTS)


def _read(folder: Path | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read figures and their sources, from a folder or from the package."""
    if folder is None:
        here = resources.files("devnorms.sources")
        return (
            _table(here / "published_windows.csv"),
            _table(here / "published_sources.csv"),
        )
    from devnorms.sources.textfile import decode

    for name in ("windows.csv", "sources.csv"):
        decode(folder / name)  # tells HTML, an empty file, another encoding
    windows, sources = _table(folder / "windows.csv"), _table(folder / "sources.csv")
    needed = {*FIGURES.columns} - {"share", "age_months", "confidence", "reason"}
    needed = needed - {"published_name", "country", "citation", "address"}
    for name, table, columns in (
        ("windows.csv", windows, {*needed, "country_iso3"}),
        ("sources.csv", sources, {"source_id", "citation", "address"}),
    ):
        missing = sorted(columns - set(table.columns))
        if missing:
            raise UnreadableFileError(
                f"{folder / name}: missing column(s) {', '.join(missing)}. Found: "
                f"{', '.join(map(str, table.columns))}."
            )
    return windows, sources


def _table(file: Path | Traversable) -> pd.DataFrame:
    """Read one of the CSV files; text columns stay text where they are empty."""
    with file.open("rb") as stream:
        table = pd.read_csv(stream)
    text = table.columns.difference(["n", "value"])
    return table.astype(dict.fromkeys(text, "str"))
