"""
The page: a pure function of what it says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from devnorms.report.images import Drawing

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True)
class Cell:
    """
    A cell of a table.

    Attributes
    ----------
    text : str
        What it says.
    note : str
        Set smaller behind it: the interval of an age.
    kind : str
        ``"head"`` names the row, ``"number"`` is set flush, ``"flag"`` stands for an
        age that the data do not reach, ``"none"`` is empty, ``""`` is text.
    """

    text: str
    kind: str = ""
    note: str = ""


@dataclass(frozen=True)
class Table:
    """
    A table with its caption.

    Attributes
    ----------
    caption : str
        What it shows, n, interval, level.
    columns : tuple of str
        Headings.
    rows : tuple of tuple of Cell
        One cell per heading.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Person:
    """
    A population: whose norms these are.

    Attributes
    ----------
    name, country : str
        Its id and its country in words.
    facts : tuple of (str, str)
        What a reader must know of it, by heading.
    more : tuple of (str, str)
        What else is known.
    """

    name: str
    country: str
    facts: tuple[tuple[str, str], ...]
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class MilestonePart:
    """
    All about one milestone.

    Attributes
    ----------
    id, name, counts_as : str
        Its id, name and what counts as passing it.
    drawing : Drawing or None
        Its curves.
    table : Table
        Ages per population.
    """

    id: str
    name: str
    counts_as: str
    drawing: Drawing | None
    table: Table


@dataclass(frozen=True)
class DomainPart:
    """
    The milestones of one domain.

    Attributes
    ----------
    id, name : str
        Its id and name.
    forests : tuple of Drawing
        Ages by population.
    milestones : tuple of MilestonePart
        From the earliest to the latest.
    """

    id: str
    name: str
    forests: tuple[Drawing, ...]
    milestones: tuple[MilestonePart, ...]


@dataclass(frozen=True)
class MethodPart:
    """
    How the ages were found, and whether the model fits.

    Attributes
    ----------
    words : str
        The model in two sentences.
    equations : tuple of str
        Plain text.
    priors, diagnostics, within : Table or None
        Priors with reasons; the sampler's checks; bins inside their intervals.
    predictive : Drawing or None
        Observed against predicted.
    """

    words: str
    equations: tuple[str, ...]
    priors: Table | None
    diagnostics: Table | None
    within: Table | None
    predictive: Drawing | None


@dataclass(frozen=True)
class PageContext:
    """
    Everything a page says.

    Attributes
    ----------
    title, question, norm_set : str
        Heading, question, id of the norm set.
    language, direction : str
        BCP 47 tag; ``ltr`` or ``rtl``.
    remarks : tuple of str
        Warnings above everything else.
    findings : tuple of str
        What was found, in plain words.
    people : tuple of Person
        Whose norms these are.
    not_said, not_separable, reading : tuple of str
        What this does not say; what cannot be told apart; how to read an age.
    domains : tuple of DomainPart
        The results.
    sampled : Drawing or None
        Who was asked at which ages.
    method : MethodPart
        The model and its checks.
    published : tuple of Drawing
        Our ages beside published ones.
    published_tables : tuple of Table
        The same, and how the samples differ.
    left_out, sources, versions, hashes : Table or None
        Responses left out; sources and licences; versions; hashes.
    command : str
        What to type to make it again.
    settings : str
        Seed and choices as JSON.
    missing : tuple of str
        Parts that were not given.
    """

    title: str
    question: str
    norm_set: str
    language: str
    direction: str
    remarks: tuple[str, ...]
    findings: tuple[str, ...]
    people: tuple[Person, ...]
    not_said: tuple[str, ...]
    not_separable: tuple[str, ...]
    reading: tuple[str, ...]
    domains: tuple[DomainPart, ...]
    sampled: Drawing | None
    method: MethodPart
    published: tuple[Drawing, ...] = ()
    published_tables: tuple[Table, ...] = ()
    left_out: Table | None = None
    sources: Table | None = None
    versions: Table | None = None
    hashes: Table | None = None
    command: str = ""
    settings: str = ""
    missing: tuple[str, ...] = field(default=())

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """All figures, in the order of the page."""
        inside = [
            drawing
            for domain in self.domains
            for drawing in (*domain.forests, *(m.drawing for m in domain.milestones))
        ]
        every = (*inside, self.sampled, self.method.predictive, *self.published)
        return tuple(drawing for drawing in every if drawing is not None)


def report_page(context: PageContext) -> str:
    """
    Write the page as one HTML file that needs no other file, script or network.

    Parameters
    ----------
    context : PageContext
        What it says. All text is escaped.

    Returns
    -------
    str
        HTML.
    """
    style = files("devnorms.report").joinpath("templates/report.css").read_text("utf-8")
    return _template().render(page=context, style=style)


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("devnorms.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")
