"""
Scores: answers, a published key, and the file that comes of it.
"""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from devnorms._base.checks import check_known
from devnorms._base.errors import BadValueError, InvalidTableError, UnreadableFileError
from devnorms._base.provenance import Record

if TYPE_CHECKING:
    import pandas as pd

    from devnorms.schema.scores import KeyTables
    from devnorms.scores import Answers, Key

SCORED_SOURCES = ("childdevdata",)
"""Sources with answers to items of the keys."""
_TEXT = {".csv": ",", ".txt": "\t", ".tsv": "\t"}


def dscore(
    data: pd.DataFrame | str | Path,
    key: str = "gsed2406",
    *,
    reference: str | None = None,
    rounded: bool = False,
    path: str | Path | None = None,
) -> pd.DataFrame:
    """
    Score children with a published key of the D-score.

    The same numbers as the R package dscore, in full precision. A score is not a
    diagnosis: it says where a child stands among the children of the reference, given
    the answers to these items on that day.

    Parameters
    ----------
    data : pandas.DataFrame, str or path
        Observations (one row per answer), a table with one row per visit and one
        column per item, a file with either (``.parquet``, ``.csv``, ``.txt``,
        ``.tsv``, ``.rda``), or ``"childdevdata"``: all 28,465 visits with all answers,
        those that `load` leaves out included.
    key : str
        Name of the key: ``gsed2406, gsed2212, gsed1912, gcdg, dutch, 293_0``.
    reference : str, optional
        Reference population for the z-score; the key's base population if not said.
    rounded : bool
        Repeat the package's display: D to 2 decimals, DAZ to 3, from the rounded D.
    path : path, optional
        Where the files of a named source are, if not where `fetch` puts them.

    Returns
    -------
    pandas.DataFrame
        One row per visit: ``study, child, age_days, n`` (answers to items of the
        key), ``share_passed, dscore, sem, daz``; the last three are null where there
        is no age or no such answer, ``daz`` also outside the ages of the reference.
        ``attrs``: ``key, reference, rounded, items, left_out``, and ``record``, the
        JSON of a `Record`.

    Raises
    ------
    UnknownNameError
        For an unknown key or reference population.
    EmptySelectionError
        If the data have no item of the key.
    InvalidTableError
        For ages in months, answers in another coding, an item answered twice.
    UnreadableFileError
        For a file that is not there or not what its name says.

    References
    ----------
    van Buuren S, Eekhout I, Huizing A, Seiden J. dscore: D-score for Child
    Development. R package version 1.11.0 (2025).
    van Buuren S. Growth charts of human development. Statistical Methods in Medical
    Research 2014;23:346-368. doi:10.1177/0962280212473300

    Examples
    --------
    >>> dscore("childevdata")
    Traceback (most recent call last):
    devnorms._base.errors.UnknownNameError: Unknown source of answers 'childevdata'. Did
    you mean 'childdevdata'? Known: 'childdevdata'.

    With a table of visits, ``dscore(table)`` is all that is needed; see
    ``docs/howto/scores.md``.
    """
    from devnorms import scores

    answers, record = load_answers(data, path)
    chosen, key_record = load_key(key, reference)
    table = scores.dscore(answers, chosen, rounded=rounded)
    settings = {k: table.attrs[k] for k in ("key", "reference", "rounded", "left_out")}
    made = Record.now((*record.sources, *key_record.sources), {"score": settings})
    table.attrs["record"] = made.to_json()
    return table


def load_key(key: str, reference: str | None = None) -> tuple[Key, Record]:
    """
    Load a published key, with the record of where it comes from.

    Parameters
    ----------
    key : str
        Its name.
    reference : str, optional
        Reference population; the key's base population if not said.

    Raises
    ------
    UnknownNameError
        For an unknown key or reference population.
    """
    from devnorms.scores import Key

    tables = _key_tables()
    sources = {
        source.sha256: source
        for table in (tables.keys, tables.items, tables.references)
        for source in Record.from_json(table.attrs["record"]).sources
    }
    return Key.of(tables, key, reference), Record(tuple(sources.values()))


@cache
def _key_tables() -> KeyTables:
    """Read the published keys once."""
    from devnorms.schema.scores import KeyTables
    from devnorms.sources import dscore_tables

    return KeyTables(
        dscore_tables.keys(), dscore_tables.itembank(), dscore_tables.references()
    )


def load_answers(
    data: pd.DataFrame | str | Path, path: str | Path | None = None
) -> tuple[Answers, Record]:
    """
    Bring answers into the form in which they are scored, with their record.

    Parameters
    ----------
    data : pandas.DataFrame, str or path
        As for `dscore`.
    path : path, optional
        As for `dscore`.

    Raises
    ------
    UnknownNameError, UnreadableFileError, InvalidTableError, EmptySelectionError
    """
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        return _from_table(data, "")
    place = Path(data)
    if str(data) in SCORED_SOURCES or place.is_dir():
        from devnorms.sources.childdevdata.every_answer import load_every_answer

        return _from_table(load_every_answer(place if place.is_dir() else path), "")
    if not place.suffix and not place.exists():
        check_known("source of answers", [str(data)], SCORED_SOURCES)
    return _from_table(_read(place), place.stem)


def _from_table(table: pd.DataFrame, study: str) -> tuple[Answers, Record]:
    """Read a table in either layout."""
    from devnorms.scores import answers_from_observations, answers_from_wide, is_wide

    record = table.attrs.get("record")
    known = Record.from_json(record) if record else Record()
    if is_wide(table):
        return answers_from_wide(table, study), known
    return answers_from_observations(table), known


def _read(file: Path) -> pd.DataFrame:
    """Read a file by its ending."""
    import pandas as pd

    from devnorms.sources.rdatafile import read_rda
    from devnorms.sources.textfile import read_delimited

    ending = file.suffix.lower()
    if ending in _TEXT:
        return _typed(read_delimited(file, _TEXT[ending]))
    if ending in {".rda", ".rdata"}:
        return read_rda(file)
    if ending != ".parquet":
        raise UnreadableFileError(
            f"{file}: cannot tell what this is by its ending {ending!r}. Give a "
            f".parquet, {', '.join(_TEXT)} or .rda file, or the source "
            f"{SCORED_SOURCES[0]!r}."
        )
    try:
        return pd.read_parquet(file)
    except Exception as error:  # pyarrow has a class for each kind of damage
        raise UnreadableFileError(
            f"{file}: this is not a whole Parquet file ({type(error).__name__}). Check "
            "the path, or write it again."
        ) from error


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Give observations read from text their ages as numbers."""
    import pandas as pd

    if not {"item", "response", "age_days"} <= set(table.columns):
        return table
    text = table["age_days"].replace("NA", "")
    age = pd.to_numeric(text, errors="coerce")
    wrong = age.isna() & (text != "")
    if wrong.any():
        raise InvalidTableError(
            f"Observations, column 'age_days': {int(wrong.sum())} row(s) are not "
            f"numbers, first at line {table.index[wrong][:5].tolist()}."
        )
    return table.assign(age_days=age)


def write_scores(table: pd.DataFrame, out: Path) -> Path:
    """
    Write scores as a file, whole or not at all, with how they were made.

    Parameters
    ----------
    table : pandas.DataFrame
        From `dscore`.
    out : pathlib.Path
        A ``.parquet`` file, which also holds ``attrs``, or a ``.csv`` file with all
        digits and ``<name>.record.json`` beside it.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    BadValueError
        If the ending is neither.
    """
    ending = out.suffix.lower()
    if ending not in {".parquet", ".csv"}:
        raise BadValueError.parameter("out", "a .parquet or .csv file", str(out))
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".scores-") as folder:
        whole = Path(folder) / out.name
        if ending == ".parquet":
            table.to_parquet(whole, index=False)
        else:
            table.to_csv(whole, index=False)
            beside = whole.with_suffix(".record.json")
            text = json.dumps(table.attrs, indent=1, ensure_ascii=False)
            beside.write_text(text + "\n", encoding="utf-8")
            beside.replace(out.with_suffix(".record.json"))
        whole.replace(out)
    return out
