"""
The items of a mapping: which columns are answers, which milestone each is said to ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from devnorms._base.errors import UnknownNameError
from devnorms.schema.items import CONFIDENCES, DOMAINS
from devnorms.schema.responses import MODES, RESPONSES
from devnorms.sources.own.cells import canonical
from devnorms.sources.own.mapping.section import GAP, Section
from devnorms.sources.own.mapping.settings import Item, Multiple

PROBABILITY = {"high": 0.9, "medium": 0.7, "low": 0.5}
"""What stands for a confidence where no number is given: within the packaged ranges."""
_TICKED = {"1": "passed", "0": "not_yet"}


def read_milestones(section: Section) -> dict[str, str]:
    """
    Read milestones of the study's own: id to domain.

    Parameters
    ----------
    section : Section
        ``[milestones]``.

    Returns
    -------
    dict of str to str
        With those that come with devnorms.
    """
    domains = dict(_packaged())
    for name in section.table:
        one = section.inner(name)
        domain = one.text(
            "domain", needed=f"one of {', '.join(DOMAINS)}", one_of=DOMAINS
        )
        one.text("name")
        one.text("counts_as", needed="what a child does who has reached it")
        one.end()
        if name in domains:
            one.fault("is a milestone that comes with devnorms; choose another id")
        domains[str(name)] = domain
    return domains


@cache
def _packaged() -> dict[str, str]:
    """Domains of the milestones that come with devnorms."""
    from devnorms.sources.codebook import milestones

    known = milestones()
    return dict(zip(known["milestone"], known["domain"], strict=True))


def read_items(
    top: Section, faults: list[str], domains: Mapping[str, str]
) -> tuple[Item, ...]:
    """
    Read ``[items]``.

    Parameters
    ----------
    top : Section
        The whole file.
    faults : list of str
        To be added to.
    domains : mapping of str to str
        Known milestones.

    Returns
    -------
    tuple of Item
    """
    defaults = _Defaults(top, faults, domains)
    return _read_items(Section(top.table.get("items"), "[items]", faults), defaults, "")


def read_multiples(
    top: Section, faults: list[str], domains: Mapping[str, str]
) -> tuple[Multiple, ...]:
    """
    Read ``[multiple.NAME]``: questions of which any choice may be ticked.

    Parameters
    ----------
    top, faults, domains
        As in `read_items`.

    Returns
    -------
    tuple of Multiple
    """
    group = Section(top.table.get("multiple"), "[multiple]", faults)
    defaults = _Defaults(top, [], domains)
    defaults.faults = faults
    made = []
    for name in group.table:
        one = group.inner(name)
        one.where = f"[multiple.{name}]"
        column = one.text("column", str(name))
        items = _read_items(one.inner("items"), defaults, column)
        if not items:
            one.fault("needs items: which choice asks what")
        ticked = tuple(item.name for item in items)
        made.append(
            Multiple(
                name=str(name),
                column=column,
                choices=dict(zip(ticked, items, strict=True)),
                separator=one.text("separator") or " ",
                none_ticked=one.text(
                    "none_ticked",
                    one_of=("not_yet", "not_asked"),
                    needed="what it means that nothing is ticked: 'not_yet' (asked, "
                    "can do none) or 'not_asked'",
                ),
                asked_when=one.when("asked_when"),
            )
        )
        one.end()
    return tuple(made)


class _Defaults:
    """What holds for every item that does not say otherwise."""

    def __init__(
        self, top: Section, faults: list[str], domains: Mapping[str, str]
    ) -> None:
        self.faults = faults
        self.domains = domains
        instrument = Section(top.table.get("instrument"), "[instrument]", faults)
        self.instrument = instrument.text(
            "id", needed="a short name of the test or questionnaire"
        )
        instrument.text("name")
        self.known = instrument.flag("item_codes")
        instrument.end()
        links = Section(top.table.get("links"), "[links]", faults)
        self.confidence = links.text("confidence", one_of=CONFIDENCES)
        self.judged_by = links.text("judged_by")
        if links.table.get("judged_by") == GAP:
            self.judged_by = GAP  # told already: not once more for each item
        links.end()
        answers = Section(top.table.get("answers"), "[answers]", faults)
        self.answers = answers.words(RESPONSES)
        answers.end()


def _read_items(section: Section, defaults: _Defaults, of: str) -> tuple[Item, ...]:
    """Read the items of a section; ``of`` is the question they are choices of."""
    made = []
    for name, given in section.table.items():
        table = {"milestone": given} if isinstance(given, str) else given
        one = Section(table, f"{section.where} {name!r}:", section.faults)
        made.append(_read_item(one, str(name), defaults, of))
    explicit = [item.item for item in made]
    for twice in sorted({i for i in explicit if explicit.count(i) > 1}):
        section.fault(f"the item id {twice!r} comes twice")
    return tuple(made)


def _read_item(one: Section, name: str, defaults: _Defaults, of: str) -> Item:
    """Read one item, and what it is said to ask."""
    instrument = one.text("instrument", defaults.instrument)
    answers = _TICKED if of else one.inner("answers").words(RESPONSES)
    answers = answers or defaults.answers
    if not {"passed", "not_yet"} <= set(answers.values()):
        one.fault(
            "needs the codes of passed and not_yet, in [answers] or in its own answers"
        )
    short = f"{leaf(of)}/{name}" if of else leaf(name)
    prefix = "" if defaults.known else f"{instrument}_"
    item = one.text("item", f"{prefix}{short}")
    milestone = one.text("milestone")
    if milestone and milestone not in defaults.domains:
        one.fault(
            f"{UnknownNameError.among('milestone', milestone, defaults.domains)} Or "
            "describe your own under [milestones]."
        )
    made = Item(
        name=name,
        item=canonical(item),
        instrument=instrument,
        milestone=milestone,
        link=_link(one, milestone, defaults),
        mode=one.text("mode", one_of=MODES),
        answers=answers,
        known=defaults.known,
    )
    one.end()
    return made


def named(item: Item, name: str) -> Item:
    """
    Give an item for a column that a pattern matches.

    Parameters
    ----------
    item : Item
        Its name is the pattern.
    name : str
        The column.
    """
    prefix = "" if item.known else f"{item.instrument}_"
    return replace(item, name=name, item=f"{prefix}{leaf(name)}")


def linked(items: Iterable[Item]) -> tuple[Item, ...]:
    """
    Give items that are named by known codes the links that come with devnorms.

    Parameters
    ----------
    items : iterable of Item
        All items; those with a milestone of their own keep it.
    """
    return tuple(
        replace(item, **_links()[item.item])
        if item.known and not item.milestone and item.item in _links()
        else item
        for item in items
    )


@cache
def _links() -> dict[str, dict[str, Any]]:
    """Milestone and link of each item that devnorms knows."""
    from devnorms.sources.codebook import links

    return {
        str(row.pop("item")): {"milestone": row.pop("milestone"), "link": row}
        for row in links().to_dict("records")
    }


def leaf(name: str) -> str:
    """
    Give a column's name without its groups, and without the place of the visit.

    Parameters
    ----------
    name : str
        As the file or the mapping calls it.

    Examples
    --------
    >>> leaf("motor/walks"), leaf("walks_{visit}")
    ('walks', 'walks')
    """
    return re.sub(r"[_. -]*\{visit\}[_. -]*", "", name).rpartition("/")[2] or name


def _link(one: Section, milestone: str, defaults: _Defaults) -> dict[str, Any]:
    """Who says that the item asks the milestone, and how sure they are."""
    confidence = one.text("confidence", defaults.confidence, one_of=CONFIDENCES)
    probability = one.share("probability")
    judged_by = one.text("judged_by", defaults.judged_by)
    reason = one.text("reason", "said in the mapping file")
    if not milestone:
        return {}
    if not confidence:
        one.fault("needs confidence (high, medium, low), here or in [links]")
    if not judged_by:
        one.fault("needs judged_by, here or in [links]: who says what it asks")
    sure = PROBABILITY.get(confidence, 0.5) if probability is None else probability
    return {
        "confidence": confidence,
        "probability": sure,
        "reason": reason,
        "judged_by": judged_by,
    }
