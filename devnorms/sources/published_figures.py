"""
Published ages of attainment: what others found, each figure with its source.

The figures come with the package, quoted as facts; which concept a published milestone
asks (``published_links.csv``) is this project's own judgement. Figures that contradict
each other are refused, and can be seen (see `devnorms.sources.published_faults`).
"""

from __future__ import annotations

import warnings
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from devnorms._base.errors import LeftOutWarning
from devnorms._base.provenance import Record, Source
from devnorms.schema._faults import validate
from devnorms.sources.pinned import describe, find_files, typed
from devnorms.sources.published_faults import contradictions

ID = "published"
FILES = ("windows.csv", "sources.csv")
GRADES = ("primary", "reprint", "secondary")
"""How a figure was read: in the source itself, a reprint of it, or somebody's words."""

_OPERATORS = ("=", "~", "<", "<=", ">")
_UNITS = ("months", "percent", "count")
_HINTS = {
    "operator": f"Allowed: {', '.join(_OPERATORS)}",
    "unit": f"Allowed: {', '.join(_UNITS)}",
    "grade": f"The text in 'evidence' must begin with {', '.join(GRADES)}",
}

FIGURES = pa.DataFrameSchema(
    {
        "source_id": pa.Column(str, pa.Check.str_length(min_value=1)),
        "evidence": pa.Column(str, pa.Check.str_length(min_value=1)),
        "grade": pa.Column(str, pa.Check.isin(GRADES)),
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
        "age_months": pa.Column(
            float, pa.Check.in_range(0, 216), nullable=True, coerce=True
        ),
        "note": pa.Column(str, nullable=True),
        "citation": pa.Column(str, pa.Check.str_length(min_value=1)),
        "address": pa.Column(str, nullable=True),
    },
    name="Published figures",
)

_SHOWN = 10
_RENAMED = {"milestone": "published_name", "country_iso3": "country"}


def published(
    path: str | Path | None = None, *, keep_refused: bool = False
) -> pd.DataFrame:
    """
    Read published ages of attainment, linked to milestones.

    Parameters
    ----------
    path : path, optional
        A folder with ``windows.csv`` and ``sources.csv``; without it, the figures that
        come with the package.
    keep_refused : bool
        Whether to give the refused figures too, with the reason in a further column,
        ``refused`` (null for the others).

    Returns
    -------
    pandas.DataFrame
        One row per figure: ``source_id, evidence`` (how it was read), ``grade`` (the
        same in a word: primary, reprint, secondary), ``published_name`` (the milestone
        in the source's words), ``milestone`` (concept id, null where none fits),
        ``confidence, reason`` (of that link, this project's judgement), ``equate``
        (group suggested by the collector), ``country`` (ISO 3166-1 alpha-3, null for
        several), ``population, n`` (children), ``statistic`` (``p01`` ... ``p99``,
        ``p75_or_more``, ``mean``, ``sd``, shares, differences), ``operator, value,
        unit`` (months, percent, count), ``share`` (that the percentile speaks of, 0 to
        1), ``age_months`` (for percentiles and means, otherwise null), ``note,
        citation, address``. In ``attrs``:

        - ``left_out``: ``rows_in``, ``used``, ``left_out`` (reason to rows);
        - ``refused``: the refused figures, each with its reason;
        - ``record``: JSON of a `Record` that names every source of a figure.

    Raises
    ------
    UnreadableFileError
        If a file is missing, empty, HTML or lacks a column.
    InvalidTableError
        With all faults.

    Warns
    -----
    LeftOutWarning
        If figures are refused in files that are not the pinned ones.

    Examples
    --------
    >>> figures = published()
    >>> walks = figures.query("milestone == 'walks_alone' and statistic == 'p50'")
    >>> sorted(walks["age_months"])
    [12.0, 13.0, 13.0]
    >>> [figure["reason"][:45] for figure in figures.attrs["refused"]]
    ['p50 = 5.9 months, but by the pass rates of th']
    """
    files = find_files(ID, FILES, path)
    windows, sources = _read(files)
    table = validate(FIGURES, _figures(windows, sources), _HINTS)
    why = contradictions(table)
    kept = table[why.isna()].reset_index(drop=True)
    if keep_refused:
        kept = table.assign(refused=why)
    attrs = _attrs(table, why, describe(ID, files), sources)
    kept.attrs.update(attrs)
    _warn_of_refused(attrs, files["windows.csv"])
    return kept


def refused(path: str | Path | None = None) -> pd.DataFrame:
    """
    Give the figures that `published` refuses, each with the reason in ``refused``.

    Parameters
    ----------
    path : path, optional
        See there.

    Returns
    -------
    pandas.DataFrame
        As `published` with ``keep_refused``; the refused rows only.
    """
    figures = published(path, keep_refused=True)
    return figures[figures["refused"].notna()].reset_index(drop=True)


def _figures(windows: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Put figures, sources and links side by side."""
    links = _table(resources.files("devnorms.sources") / "published_links.csv")
    table = windows.rename(columns=_RENAMED)
    table = table.drop(columns=["source"], errors="ignore")
    table = table.merge(
        sources[["source_id", "citation", "address"]], "left", on="source_id"
    ).merge(links, "left", on="published_name")
    table["grade"] = table["evidence"].str.extract(r"^([a-z]+)", expand=False)
    table["confidence"] = table["confidence"].fillna("none")
    table["reason"] = table["reason"].fillna("not linked yet")
    percentile = table["statistic"].str.extract(r"^p(\d\d)(?:_or_more)?$")[0]
    table["share"] = percentile.astype(float) / 100
    is_age = percentile.notna() | (table["statistic"] == "mean")
    table["age_months"] = table["value"].where(is_age & (table["unit"] == "months"))
    return table[list(FIGURES.columns)]


def _attrs(
    table: pd.DataFrame, why: pd.Series, files: Source, sources: pd.DataFrame
) -> dict[str, Any]:
    """Say what was refused and why, and name every source."""
    shown = ["source_id", "published_name", "statistic", "operator", "value", "unit"]
    rows = table[shown].assign(reason=why)[why.notna()]
    left_out = {"contradicts its own source": len(rows)} if len(rows) else {}
    used = set(table["source_id"])
    cited = sources[sources["source_id"].isin(used)]
    origins = tuple(_origin(row) for row in cited.itertuples())
    return {
        "left_out": {
            "rows_in": len(table),
            "used": len(table) - len(rows),
            "left_out": left_out,
        },
        "refused": rows.to_dict("records"),
        "record": Record.now((files, *origins)).to_json(),
    }


def _origin(row: Any) -> Source:
    """Name the document that figures were read in."""
    address = str(row.address)
    return Source(
        id=str(row.source_id),
        licence="a fact, quoted",
        citation=str(row.citation),
        url=address if address.startswith("http") else "",
    )


def _warn_of_refused(attrs: dict[str, Any], file: Path) -> None:
    """Say which figures of a file that the card does not describe were refused."""
    version = Record.from_json(attrs["record"]).sources[0].version
    if attrs["refused"] and version.startswith("not"):
        named = ("source_id", "published_name", "reason")
        lines = [
            "  - " + ", ".join(str(row[name]) for name in named)
            for row in attrs["refused"]
        ]
        shown = "\n".join(lines[:_SHOWN])
        rest = f"\n  - and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
        warnings.warn(
            f"{file}: {len(lines)} of {attrs['left_out']['rows_in']} figures "
            f"contradict their own source and were refused:\n{shown}{rest}",
            LeftOutWarning,
            stacklevel=3,
        )


def _read(files: dict[str, Path]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read figures and their sources."""
    needed = {*FIGURES.columns} - {"share", "age_months", "confidence", "reason"}
    needed -= {"published_name", "country", "citation", "address", "grade"}
    documents = typed(files["sources.csv"], ("source_id", "citation", "address"), ())
    columns = sorted({*needed, "country_iso3"})
    return typed(files["windows.csv"], columns, ("n", "value")), documents


def _table(file: Path | Traversable) -> pd.DataFrame:
    """Read one of the CSV files; text columns stay text where they are empty."""
    with file.open("rb") as stream:
        table = pd.read_csv(stream)
    text = table.columns.difference(["n", "value"])
    return table.astype(dict.fromkeys(text, "str"))
