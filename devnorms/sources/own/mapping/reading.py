"""
From a mapping file (TOML) to a checked `DataMap`; all its faults at once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devnorms._base.errors import BadValueError, UnreadableFileError
from devnorms.schema.responses import MODES, SEXES
from devnorms.sources.own.mapping.file import read_file
from devnorms.sources.own.mapping.items import (
    read_items,
    read_milestones,
    read_multiples,
)
from devnorms.sources.own.mapping.rows import (
    read_age,
    read_child,
    read_column,
    read_gestation,
    read_language,
    read_long,
    read_recode,
    read_repeat,
    read_visits,
)
from devnorms.sources.own.mapping.section import Section
from devnorms.sources.own.mapping.settings import DataMap
from devnorms.sources.own.mapping.who import (
    read_leave_out,
    read_populations,
    read_study,
)

_OF_AN_ITEM = re.compile(r"\[items\] (?:'[^']*'|\"[^\"]*\"): ")
SECTIONS = (
    "file", "study", "population", "child", "occasion", "age", "gestation", "sex",
    "mode", "language", "coder", "weight", "interviewer", "site", "instrument",
    "answers", "links", "items", "long", "visits", "repeat", "multiple", "leave_out",
    "milestones",
)  # fmt: skip


def read_map(given: str | Path | Mapping[str, Any]) -> tuple[DataMap, dict[str, Any]]:
    """
    Read a mapping.

    Parameters
    ----------
    given : path or mapping
        A TOML file, or its content as plain values.

    Returns
    -------
    DataMap
    dict
        The plain values, for the record.

    Raises
    ------
    UnreadableFileError
        If there is no such file, or it is not TOML.
    BadValueError
        With all faults: unknown names (and the nearest known), gaps that a draft
        left, codes with two meanings, missing sections.
    """
    if isinstance(given, Mapping):
        return data_map(given, "map"), dict(given)
    file = Path(given)
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise UnreadableFileError(
            f"There is no mapping file {file}. Draft one with `devnorms import "
            "--suggest DATA --out map.toml`."
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableFileError(
            f"{file} cannot be read as a mapping: {error}. Expected a TOML file in "
            "UTF-8; names with blanks, slashes or accents stand in quotes."
        ) from None
    return data_map(table, file.name), table


def data_map(table: Mapping[str, Any], name: str) -> DataMap:
    """
    Turn the plain values of a mapping into a `DataMap`.

    Parameters
    ----------
    table : mapping
        One entry per section.
    name : str
        Of the file, for messages.

    Returns
    -------
    DataMap

    Raises
    ------
    BadValueError
        With all faults.

    Examples
    --------
    >>> data_map({"sutdy": {"id": "A"}}, "map.toml")
    Traceback (most recent call last):
    devnorms._base.errors.BadValueError: map.toml: ... faults found.
      - The file has no section 'sutdy'; did you mean 'study'? ...
    """
    faults: list[str] = []
    top = Section(table, "The file", faults)
    unknown = Section({k: None for k in table if k not in SECTIONS}, "The file", faults)
    for section in SECTIONS:
        unknown.text(section)
    unknown.end()
    faults[:] = [f.replace("has no setting", "has no section") for f in faults]
    made = _make(top, faults)
    if faults:
        told = _grouped(faults)
        many = "s" if len(told) != 1 else ""
        listed = "\n".join(f"  - {fault}" for fault in told)
        raise BadValueError(f"{name}: {len(told)} fault{many} found.\n{listed}")
    return made


def _make(top: Section, faults: list[str]) -> DataMap:
    """Read every section."""

    def section(name: str) -> Section:
        return Section(top.table.get(name), f"[{name}]", faults)

    domains = read_milestones(section("milestones"))
    items = read_items(top, faults, domains)
    multiples = read_multiples(top, faults, domains)
    if not items and not multiples:
        faults.append("The file needs a section [items]: which columns are answers")
    return DataMap(
        file=read_file(section("file")),
        study=read_study(section("study")),
        populations=read_populations(top, faults),
        child=read_child(section("child")),
        age=read_age(section("age")),
        items=items,
        multiples=multiples,
        occasion=read_column(section("occasion")),
        gestation=read_gestation(section("gestation")),
        sex=read_recode(section("sex"), SEXES),
        mode=read_recode(section("mode"), MODES),
        language=read_language(section("language")),
        coder=read_column(section("coder")),
        weight=read_column(section("weight")),
        interviewer=read_column(section("interviewer")),
        site=read_column(section("site")),
        long=read_long(section("long")),
        visits=read_visits(section("visits")),
        repeat=read_repeat(section("repeat")),
        leave_out=read_leave_out(top, faults),
        domains=domains,
    )


def _grouped(faults: list[str]) -> list[str]:
    """Tell a fault of many items once, with how many have it."""
    groups: dict[str, list[str]] = {}
    for fault in faults:
        of_item = _OF_AN_ITEM.match(fault)
        words = fault[of_item.end() :] if of_item else fault
        groups.setdefault(words, []).append(of_item[0] if of_item else "")
    told = []
    for words, where in groups.items():
        rest = f" (and {len(where) - 1} more items)" if len(where) > 1 else ""
        told.append(f"{where[0].rstrip(': ')}{rest}: {words}" if where[0] else words)
    return told
