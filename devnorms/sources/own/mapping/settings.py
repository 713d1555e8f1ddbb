"""
What a mapping says: which column is what, in which units and codes, who was sampled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

VISIT = "{visit}"
"""Stands in a column's name for the name of a visit, where a row holds several."""


@dataclass(frozen=True)
class File:
    """
    How the file is written; nothing of it is guessed.

    Attributes
    ----------
    format : str
        csv, tsv, excel, stata, spss, parquet; empty: by the file's ending.
    exported_by : str
        redcap, kobo, odk, or empty.
    encoding, delimiter, decimal : str
        Of text files.
    sheet : str
        Of a workbook or zip archive; empty: the only or first one.
    header_row : int
        The row with the names of the columns, from 1.
    values : str
        codes or labels: which of the two the mapping speaks of.
    missing : tuple of str
        Codes that mean an empty cell, in every column.
    duplicates : str
        refuse, first or last: what to do when a child answers an item twice.
    carry : bool
        Whether what belongs to the child stands on one of its rows only.
    """

    format: str = ""
    exported_by: str = ""
    encoding: str = "utf-8"
    delimiter: str = ""
    decimal: str = "."
    sheet: str = ""
    header_row: int = 1
    values: str = "codes"
    missing: tuple[str, ...] = ()
    duplicates: str = "refuse"
    carry: bool = False


@dataclass(frozen=True)
class Study:
    """
    The data collection: ``id, licence, citation, terms, version, url``.
    """

    id: str
    licence: str
    citation: str
    terms: str = ""
    version: str = ""
    url: str = ""


@dataclass(frozen=True)
class When:
    """
    A condition: a column holds one of some codes.
    """

    column: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Population:
    """
    Who was sampled: its card, and which rows are of it (all, if not said).
    """

    card: Mapping[str, str]
    when: When | None = None

    @property
    def id(self) -> str:
        """Its id."""
        return self.card["population"]


@dataclass(frozen=True)
class Child:
    """
    Columns that together name a child; whether ids are hashed.
    """

    columns: tuple[str, ...]
    pseudonymise: bool = False


@dataclass(frozen=True)
class Age:
    """
    How old a child was: parts by unit, or date of birth and of visit.

    Attributes
    ----------
    parts : mapping of str to str
        Unit (days, weeks, months, years) to column; added up.
    birth_date, visit_date, date_format : str
        Columns; ``iso``, ``excel`` or a pattern such as ``%d/%m/%Y``.
    completed : bool
        Whether ages are completed units: half a unit is added.
    sure : bool
        Whether ages that look like another unit are right all the same.
    """

    parts: Mapping[str, str] = field(default_factory=dict)
    birth_date: str = ""
    visit_date: str = ""
    date_format: str = "iso"
    completed: bool = False
    sure: bool = False


@dataclass(frozen=True)
class Recode:
    """
    A column and what its codes mean, or one word for all rows.
    """

    column: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    value: str = ""


@dataclass(frozen=True)
class Item:
    """
    One item: its column (or its name in a long file), and the milestone it asks.

    ``known`` where the name is an item code that devnorms has links for.
    """

    name: str
    item: str
    instrument: str
    milestone: str = ""
    link: Mapping[str, Any] = field(default_factory=dict)
    mode: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    known: bool = False


@dataclass(frozen=True)
class Multiple:
    """
    A question with several choices, of which any may be ticked.
    """

    name: str
    column: str
    choices: Mapping[str, Item]
    separator: str = " "
    none_ticked: str = ""
    asked_when: When | None = None


@dataclass(frozen=True)
class LeaveOut:
    """
    Rows to leave out, and why.
    """

    when: When
    reason: str


@dataclass(frozen=True)
class Repeat:
    """
    Sheets or files of repeat groups, from the outer to the inner, and their keys.
    """

    sheets: tuple[str, ...] = ()
    key: str = ""
    parent_key: str = ""


@dataclass(frozen=True)
class Long:
    """
    Columns of a file with one row per answer.
    """

    item: str = ""
    answer: str = ""


@dataclass(frozen=True)
class DataMap:
    """
    A whole mapping, checked.
    """

    file: File
    study: Study
    populations: tuple[Population, ...]
    child: Child
    age: Age
    items: tuple[Item, ...]
    occasion: str = ""
    gestation: Mapping[str, str] = field(default_factory=dict)
    sex: Recode = field(default_factory=Recode)
    mode: Recode = field(default_factory=Recode)
    language: Recode = field(default_factory=Recode)
    coder: str = ""
    weight: str = ""
    interviewer: str = ""
    site: str = ""
    long: Long = field(default_factory=Long)
    visits: tuple[str, ...] = ()
    repeat: Repeat = field(default_factory=Repeat)
    multiples: tuple[Multiple, ...] = ()
    leave_out: tuple[LeaveOut, ...] = ()
    domains: Mapping[str, str] = field(default_factory=dict)

    def child_columns(self) -> list[tuple[str, str]]:
        """Columns that say something of the child: name, and where it is named."""
        named = [(self.age.birth_date, "[age] birth_date"), (self.sex.column, "[sex]")]
        named += [(c, f"[gestation] {u}") for u, c in self.gestation.items()]
        named += [(self.language.column, "[language]")]
        named += [
            (p.when.column, "[population] when") for p in self.populations if p.when
        ]
        return [(c, w) for c, w in named if c]

    def visit_columns(self) -> list[tuple[str, str]]:
        """Columns that say something of the visit."""
        named = [(c, f"[age] {unit}") for unit, c in self.age.parts.items()]
        named += [
            (self.age.visit_date, "[age] visit_date"),
            (self.mode.column, "[mode]"),
            (self.coder, "[coder]"),
            (self.weight, "[weight]"),
            (self.interviewer, "[interviewer]"),
            (self.site, "[site]"),
        ]
        return [(c, w) for c, w in named if c]

    def columns(self) -> Iterator[tuple[str, str]]:
        """Yield every column that is named, except those of items, and where."""
        yield from ((c, "[child] column") for c in self.child.columns)
        yield from self.child_columns()
        yield from self.visit_columns()
        if self.occasion:
            yield self.occasion, "[occasion] column"
        if self.long.item:
            yield self.long.item, "[long] item"
            yield self.long.answer, "[long] answer"
        yield from ((o.when.column, "[[leave_out]] when") for o in self.leave_out)
        for multiple in self.multiples:
            if multiple.asked_when:
                yield (
                    multiple.asked_when.column,
                    f"[multiple.{multiple.name}] asked_when",
                )
