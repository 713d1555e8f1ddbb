"""
What a report is made from: finished tables only.

The report computes no statistics. Whoever calls it (`devnorms.workflow`, or a person in
a notebook) brings the tables; a table that is not brought is named as missing on the
page, never passed over in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from devnorms._base.errors import BadValueError, InvalidTableError
from devnorms.schema.counts import check_counts
from devnorms.schema.norms import NormSet

if TYPE_CHECKING:
    import pandas as pd

SHARES = (
    "population", "milestone", "age_months", "share_passing", "share_passing_low",
    "share_passing_high", "interval", "level", "within_support",
)  # fmt: skip
PREDICTIVE = (
    "population", "milestone", "age_months", "asked", "share_passing", "predicted",
    "predicted_low", "predicted_high", "interval", "level",
)  # fmt: skip
PUBLISHED = (
    "milestone", "share", "population", "age_months", "age_months_low",
    "age_months_high", "interval", "level", "support", "published_population",
    "published_age_months", "published_operator", "source", "sampling_difference",
    "statement",
)  # fmt: skip
PRIORS = ("parameter", "prior", "reason")
MILESTONES = ("milestone", "name", "counts_as")
DIRECTIONS = ("ltr", "rtl")


@dataclass(frozen=True, eq=False)
class ReportInputs:
    """
    The finished tables that a report shows; only the norm set is needed.

    Attributes
    ----------
    norms : NormSet
        Ages at which shares pass, whom they speak for, how they were made.
    shares : pandas.DataFrame, optional
        Curves, as `devnorms.norms.shares_passing` gives them: ``population, milestone,
        age_months, share_passing, share_passing_low, share_passing_high, interval``
        (its kind), ``level, within_support``.
    counts : pandas.DataFrame, optional
        The counts that were fitted, see `devnorms.schema.counts`: observed shares, and
        what was sampled at which ages.
    diagnostics : mapping, optional
        The sampler's checks by name, for example ``rhat_max, ess_bulk_min,
        ess_tail_min, divergences, chains, draws, sampling_seconds``. Names that are not
        known here are shown as they are.
    predictive : pandas.DataFrame, optional
        Posterior predictive check: ``population, milestone`` (null: all together),
        ``age_months`` (mean of the bin), ``asked, share_passing`` (observed),
        ``predicted, predicted_low, predicted_high, interval, level``.
    published : pandas.DataFrame, optional
        Our ages beside published ones: ``milestone, share, population, age_months,
        age_months_low, age_months_high, interval, level, support, statement,
        published_population, published_age_months, published_operator`` (``=``, ``~``,
        ``<`` ...), ``source`` (citation), ``sampling_difference`` (in words); if there,
        ``published_asked`` (children beneath) and ``evidence`` are shown too.
    left_out : mapping of str to int, optional
        Responses not used, by reason in words. Together with the sum of ``asked`` in
        ``counts`` they make up all responses that went in.
    priors : pandas.DataFrame, optional
        ``parameter, prior, reason``.
    milestones : pandas.DataFrame, optional
        ``milestone, name, counts_as``, see `devnorms.schema.items.check_milestones`;
        without it, ids are shown.
    model : str
        The model in two sentences.
    equations : tuple of str
        The model's equations, one line of plain text each.
    title, question : str
        What the report is called and which question it answers. Without a title, the
        card's is used.
    command : str
        What to type to make it again.
    data_hashes : mapping of str to str, optional
        SHA-256 of each file or table that entered, beside the record's own.
    remarks : tuple of str
        Anything a reader must know first, for example that this is a quick preview.
    language : str
        BCP 47 tag of the text.
    direction : {"ltr", "rtl"}
        Direction of the text.
    """

    norms: NormSet
    shares: pd.DataFrame | None = None
    counts: pd.DataFrame | None = None
    diagnostics: Mapping[str, Any] = field(default_factory=dict)
    predictive: pd.DataFrame | None = None
    published: pd.DataFrame | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    priors: pd.DataFrame | None = None
    milestones: pd.DataFrame | None = None
    model: str = ""
    equations: tuple[str, ...] = ()
    title: str = ""
    question: str = ""
    command: str = ""
    data_hashes: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    language: str = "en"
    direction: str = "ltr"

    def __post_init__(self) -> None:
        for name, columns in (
            ("shares", SHARES),
            ("predictive", PREDICTIVE),
            ("published", PUBLISHED),
            ("priors", PRIORS),
            ("milestones", MILESTONES),
        ):
            table = getattr(self, name)
            if table is not None:
                check_columns(name, table, columns)
        if self.counts is not None:
            check_counts(self.counts)
        if self.direction not in DIRECTIONS:
            raise BadValueError.parameter("direction", "'ltr' or 'rtl'", self.direction)


def check_columns(name: str, table: pd.DataFrame, columns: tuple[str, ...]) -> None:
    """
    Check that a finished table has the columns it is drawn or written from.

    Parameters
    ----------
    name : str
        Which table, for the message.
    table : pandas.DataFrame
        What was given.
    columns : tuple of str
        Columns that it must have.

    Raises
    ------
    InvalidTableError
        If one is missing; near names are suggested.
    """
    found = [str(column) for column in table.columns]
    missing = [column for column in columns if column not in found]
    if missing:
        raise InvalidTableError.missing_columns(
            f"Report table {name!r}", missing, found
        )
