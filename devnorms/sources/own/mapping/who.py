"""
The sections of a mapping that say who was sampled, and under which terms.
"""

from __future__ import annotations

from devnorms.schema.populations import SAMPLINGS
from devnorms.sources.own.mapping.section import Section
from devnorms.sources.own.mapping.settings import LeaveOut, Population, Study

_CARD = ("country_name", "place", "languages", "years", "eligibility", "context_notes")


def read_study(section: Section) -> Study:
    """
    Read ``[study]``: the data collection and its terms.

    Parameters
    ----------
    section : Section
        ``[study]``.
    """
    made = Study(
        id=section.text("id", needed="a short name of the data collection"),
        licence=section.text(
            "licence",
            needed="under which terms the data may be used, for example 'CC BY 4.0' or "
            "'not to be shared'",
        ),
        citation=section.text("citation", needed="how the data are to be cited"),
        terms=section.text("terms"),
        version=section.text("version"),
        url=section.text("url"),
    )
    section.end()
    return made


def read_populations(top: Section, faults: list[str]) -> tuple[Population, ...]:
    """
    Read ``[population]``: one card, or several with the rows that belong to each.

    Parameters
    ----------
    top : Section
        The whole file.
    faults : list of str
        To be added to.
    """
    given = top.table.get("population")
    several = isinstance(given, list)
    if given is None or given == []:
        faults.append("The file needs a section [population]: who was sampled")
        return ()
    tables = given if several else [given]
    title = "[[population]]" if several else "[population]"
    made = tuple(
        _population(Section(t, f"{title} {k}:" if several else title, faults))
        for k, t in enumerate(tables, 1)
    )
    if len(made) > 1:
        if any(one.when is None for one in made):
            faults.append(
                f"{title}: with several, each needs when, such as "
                'when = { site = ["1"] }'
            )
        if len({one.when.column for one in made if one.when}) > 1:
            faults.append(f"{title}: when must name the same column in each")
        if len({one.id for one in made}) < len(made):
            faults.append(f"{title}: an id comes twice")
    return made


def _population(section: Section) -> Population:
    country = section.text(
        "country", needed="the three letters of ISO 3166-1, for example 'COD'"
    )
    if country and not (len(country) == 3 and country.isascii() and country.isupper()):
        section.fault(
            f"country must be the three letters of ISO 3166-1, for example 'COD', got "
            f"{country!r}"
        )
    card = {
        "population": section.text("id", needed="a short name, for example 'COD-KIVU'"),
        "country": country,
        "sampling": section.text(
            "sampling",
            "unknown",
            needed=f"how children were found: one of {', '.join(SAMPLINGS)}",
            one_of=SAMPLINGS,
        ),
        "who": section.text("who", needed="in a sentence, which children were sampled"),
        **{name: section.text(name) for name in _CARD},
    }
    when = section.when("when")
    section.end()
    return Population(card, when)


def read_leave_out(top: Section, faults: list[str]) -> tuple[LeaveOut, ...]:
    """
    Read ``[[leave_out]]``: rows that are not to be used, and why.

    Parameters
    ----------
    top : Section
        The whole file.
    faults : list of str
        To be added to.
    """
    given = top.table.get("leave_out", [])
    tables = given if isinstance(given, list) else [given]
    made = []
    for k, table in enumerate(tables, 1):
        section = Section(table, f"[[leave_out]] {k}:", faults)
        when = section.when("when")
        reason = section.text("reason", needed="why these rows are left out")
        section.end()
        if when is None:
            section.fault('needs when, such as when = { consent = ["no"] }')
        else:
            made.append(LeaveOut(when, reason))
    return tuple(made)
