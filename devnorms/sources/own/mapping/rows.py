"""
The sections of a mapping that say which column is what.
"""

from __future__ import annotations

from devnorms.sources.own.mapping.section import Section
from devnorms.sources.own.mapping.settings import Age, Child, Long, Recode, Repeat

UNITS = ("days", "weeks", "months", "years")


def read_child(section: Section) -> Child:
    """
    Read ``[child]``: what tells children apart.

    Parameters
    ----------
    section : Section
        ``[child]``.
    """
    columns = section.codes("column")
    if not columns:
        section.fault("needs column: the column (or columns) that tell children apart")
    made = Child(columns, section.flag("pseudonymise"))
    section.end()
    return made


def read_age(section: Section) -> Age:
    """
    Read ``[age]``: parts by unit, or a column and its unit, or dates.

    Parameters
    ----------
    section : Section
        ``[age]``.
    """
    parts = {unit: section.text(unit) for unit in UNITS}
    column = section.text("column")
    unit = section.text(
        "unit", one_of=UNITS, needed="days, weeks, months or years" if column else ""
    )
    if column and unit:
        parts[unit] = column
    made = Age(
        parts={unit: name for unit, name in parts.items() if name},
        birth_date=section.text("birth_date"),
        visit_date=section.text("visit_date"),
        date_format=section.text("date_format", "iso"),
        completed=section.flag("completed"),
        sure=section.flag("sure"),
    )
    if bool(made.birth_date) != bool(made.visit_date):
        section.fault("needs both birth_date and visit_date, or neither")
    if not made.parts and not made.birth_date and not column:
        section.fault(
            "needs column and unit (days, weeks, months, years), or birth_date and "
            "visit_date"
        )
    if made.date_format not in {"iso", "excel"} and "%" not in made.date_format:
        section.fault(
            "date_format must be 'iso', 'excel' or a pattern such as '%d/%m/%Y', got "
            f"{made.date_format!r}"
        )
    section.end()
    return made


def read_gestation(section: Section) -> dict[str, str]:
    """
    Read ``[gestation]``: column by unit.

    Parameters
    ----------
    section : Section
        ``[gestation]``.
    """
    parts = {unit: section.text(unit) for unit in ("weeks", "days")}
    column = section.text("column")
    unit = section.text(
        "unit",
        one_of=("weeks", "days"),
        needed="weeks or days" if column else "",
    )
    if column and unit:
        parts[unit] = column
    section.end()
    return {unit: name for unit, name in parts.items() if name}


def read_recode(section: Section, words: tuple[str, ...]) -> Recode:
    """
    Read a column and what its codes mean, or one word for all rows.

    Parameters
    ----------
    section : Section
        ``[sex]`` or ``[mode]``.
    words : tuple of str
        What codes can mean.
    """
    made = Recode(
        column=section.text("column"),
        value=section.text("value", one_of=words),
        words=section.words(words),
    )
    if made.column and not made.words:
        section.fault(f"needs the codes of {' and '.join(words[:2])}")
    section.end()
    return made


def read_language(section: Section) -> Recode:
    """
    Read ``[language]``: one for all rows, or a column (with codes, if need be).

    Parameters
    ----------
    section : Section
        ``[language]``.
    """
    codes = section.inner("codes")
    made = Recode(
        column=section.text("column"),
        value=section.text("value"),
        words={str(code): codes.text(str(code)) for code in codes.table},
    )
    section.end()
    return made


def read_column(section: Section) -> str:
    """
    Read a section that names one column.

    Parameters
    ----------
    section : Section
        ``[occasion]``, ``[coder]`` or ``[weight]``.
    """
    column = section.text("column") if section.table else ""
    section.end()
    return column


def read_long(section: Section) -> Long:
    """
    Read ``[long]``: the columns of a file with one row per answer.

    Parameters
    ----------
    section : Section
        ``[long]``.
    """
    made = Long(section.text("item"), section.text("answer"))
    if bool(made.item) != bool(made.answer):
        section.fault("needs both item and answer: the two columns of a long file")
    section.end()
    return made


def read_visits(section: Section) -> tuple[str, ...]:
    """
    Read ``[visits]``: names of visits where a row holds several.

    Parameters
    ----------
    section : Section
        ``[visits]``.
    """
    names = section.codes("names")
    if section.table and not names:
        section.fault("needs names: what stands for {visit} in the columns' names")
    section.end()
    return names


def read_repeat(section: Section) -> Repeat:
    """
    Read ``[repeat]``: sheets or files of repeat groups.

    Parameters
    ----------
    section : Section
        ``[repeat]``.
    """
    made = Repeat(
        section.codes("sheets"), section.text("key"), section.text("parent_key")
    )
    if section.table and not made.sheets:
        section.fault("needs sheets: the sheet or file of the repeat group")
    section.end()
    return made
