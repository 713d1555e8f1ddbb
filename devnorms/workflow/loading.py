"""
Any source, from its files to one table and a summary of what is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devnorms._base.errors import BadValueError
from devnorms._base.provenance import USES, Record

if TYPE_CHECKING:
    import pandas as pd

OBSERVATIONS = "observations"
REFUSED = "stop"
"""The grade of a set of which nothing is used."""


@dataclass(frozen=True)
class Wanted:
    """
    What to load.

    Attributes
    ----------
    source : str
        Id in the registry.
    path : path or None
        Where its files are, if not where they are fetched to.
    table : str or None
        Which table, where a source has several; None for the main one.
    studies, countries, languages, milestones : tuple of str
        Only these; empty for all. For sources of observations.
    accept_spoilt : bool
        Whether to load sets that are refused because their answers cannot be true.
    quality : bool
        Whether to look for what is wrong with the observations.
    """

    source: str
    path: Path | None = None
    table: str | None = None
    studies: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    milestones: tuple[str, ...] = ()
    accept_spoilt: bool = False
    quality: bool = True

    def filters(self) -> dict[str, tuple[str, ...]]:
        """Give the filters that were set."""
        named = {
            "studies": self.studies,
            "countries": self.countries,
            "languages": self.languages,
            "milestones": self.milestones,
        }
        return {name: values for name, values in named.items() if values}


@dataclass(frozen=True, eq=False)
class Loaded:
    """
    A table, and what there is to say of it.

    Attributes
    ----------
    table : pandas.DataFrame
        Observations, or another table of the source.
    summary : dict
        See `load_source`.
    """

    table: pd.DataFrame
    summary: dict[str, Any] = field(default_factory=dict)


def load_source(
    wanted: Wanted, tell: Callable[[str], None] = lambda _words: None
) -> Loaded:
    """
    Load a source and summarise what came of it.

    Parameters
    ----------
    wanted : Wanted
        What to load.
    tell : callable
        Told what is being done.

    Returns
    -------
    Loaded
        ``summary`` holds ``source, kind`` (observations or tables), ``title, version,
        sha256, licence, uses_forbidden, sources`` (each that entered: id, version,
        hash, licence, citation), ``filters``. For observations: ``totals`` and
        ``sets``, one entry each with ``set_id, population, country, language,
        children, forms`` (visits), ``items, responses, responses_in, left_out`` (by
        reason), ``forms_left_out, quality`` (stop, look, note, ok; null if not asked),
        ``findings`` (number by grade), ``licence``; and ``noted``. For tables:
        ``tables``, one entry each with ``table, rows, columns, written``; and
        ``left_out`` and ``refused`` where rows were refused.

    Raises
    ------
    UnknownNameError, BadValueError
        For an unknown source, table or filter.
    UnreadableFileError, InvalidTableError, FetchError, EmptySelectionError
        For data that are not there, or not to be used.
    """
    from devnorms.sources.registry import dataset
    from devnorms.sources.tables import TABLES

    known = dataset(wanted.source)
    tell(f"reading {known.title}")
    of_tables = known.id in TABLES
    loaded = _load_tables(wanted) if of_tables else _load_observations(wanted, tell)
    about = {
        "source": known.id,
        "kind": "tables" if of_tables else OBSERVATIONS,
        "title": known.title,
        "filters": {name: list(v) for name, v in wanted.filters().items()},
        **_terms(Record.from_json(str(loaded.table.attrs["record"]))),
    }
    return Loaded(loaded.table, {**about, **loaded.summary})


def _load_observations(wanted: Wanted, tell: Callable[[str], None]) -> Loaded:
    """Load observations, and look for what is wrong with them."""
    from devnorms import sources
    from devnorms.sources.summary import summarise

    if wanted.table not in (None, OBSERVATIONS):
        raise BadValueError.parameter(
            "table", f"{OBSERVATIONS!r} (all that {wanted.source} has)", wanted.table
        )
    observations = sources.load(
        wanted.source,
        path=wanted.path,
        studies=wanted.studies or None,
        countries=wanted.countries or None,
        languages=wanted.languages or None,
        milestones=wanted.milestones or None,
        accept_spoilt=wanted.accept_spoilt,
    )
    tell("counting what is there")
    sets = summarise(observations).to_dict("records")
    if wanted.quality:
        tell("looking for what is wrong with them")
    grades = _graded(observations) if wanted.quality else {}
    entries = [_entry(row, grades, wanted.quality) for row in sets]
    summary = {
        "totals": _totals(entries),
        "sets": entries,
        "noted": observations.attrs.get("noted", []),
    }
    return Loaded(observations, summary)


def _graded(observations: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Give the grade of each study, and how many findings of each grade."""
    from devnorms.quality import check_quality

    report = check_quality(observations)
    counted = report.findings.groupby(["study", "grade"]).size()
    return {
        study: {
            "quality": grade,
            "findings": {
                kind: int(counted.get((study, kind), 0))
                for kind in ("stop", "look", "note")
            },
        }
        for study, grade in report.grades.items()
    }


def _entry(
    row: Mapping[Any, Any], grades: Mapping[str, dict[str, Any]], asked: bool
) -> dict[str, Any]:
    """Give the entry of one set, its grade before its licence."""
    entry = {str(name): value for name, value in row.items()}
    licence = entry.pop("licence")
    refused = asked and not entry["responses"]
    grade = grades.get(str(entry["set_id"]), {})
    ungraded = {"quality": REFUSED if refused else None, "findings": dict[str, int]()}
    return {**entry, **ungraded, **grade, "licence": licence}


def _totals(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Add the sets up."""
    left_out: dict[str, int] = {}
    for entry in entries:
        for reason, n in entry["left_out"].items():
            left_out[reason] = left_out.get(reason, 0) + int(n)
    used = [entry for entry in entries if entry["responses"]]
    summed = ("children", "forms", "responses", "responses_in")
    return {
        "sets": len(used),
        "sets_left_out": len(entries) - len(used),
        "populations": len({entry["population"] for entry in used}),
        **{name: sum(int(entry[name]) for entry in entries) for name in summed},
        "left_out": left_out,
    }


def _load_tables(wanted: Wanted) -> Loaded:
    """Load every table of a source, and keep the one asked for."""
    from devnorms._base.checks import check_known
    from devnorms.sources.tables import TABLES, load_table

    if wanted.filters():
        raise BadValueError(
            f"{wanted.source} is tables, not answers of children: it cannot be "
            f"selected by {', '.join(wanted.filters())}."
        )
    names = TABLES[wanted.source]
    chosen = wanted.table or names[0]
    check_known(f"table of {wanted.source}", [chosen], names)
    one_file = wanted.path is not None and not wanted.path.is_dir()
    tables = {
        name: load_table(wanted.source, name, path=wanted.path)
        for name in ([chosen] if one_file else names)
    }
    attrs = tables[chosen].attrs
    summary: dict[str, Any] = {
        "tables": [_table(name, t, name == chosen) for name, t in tables.items()]
    }
    if "child" in tables[chosen].columns:
        summary["sets"] = _sets(tables[chosen])
    for name in ("left_out", "refused", "noted"):
        if name in attrs:
            summary[name] = attrs[name]
    return Loaded(tables[chosen], summary)


def _table(name: str, table: pd.DataFrame, written: bool) -> dict[str, Any]:
    """Give the entry of one table."""
    origin = Record.from_json(str(table.attrs["record"])).sources[0]
    return {
        "table": name,
        "rows": len(table),
        "columns": [str(column) for column in table.columns],
        "version": origin.version,
        "sha256": origin.sha256,
        "licence": origin.licence,
        "written": written,
    }


def _sets(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Count the children and forms of a table that has a row per form."""
    return [
        {
            "set_id": str(population),
            "population": str(population),
            "country": str(rows["country"].iloc[0]),
            "language": str(rows["language"].iloc[0]),
            "children": int(rows["child"].nunique()),
            "forms": len(rows),
        }
        for population, rows in table.groupby("population")
    ]


def _terms(record: Record) -> dict[str, Any]:
    """Say what entered, on which terms."""
    licences = dict.fromkeys(s.licence for s in record.sources if s.licence)
    return {
        "version": record.sources[0].version,
        "sha256": record.sources[0].sha256,
        "licence": "; ".join(licences),
        "uses_forbidden": [
            {"use": USES[use], "by": ids} for use, ids in record.forbidden().items()
        ],
        "sources": [source.to_dict() for source in record.sources],
    }
