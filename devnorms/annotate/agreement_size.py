"""
How many reports to code twice, in each language, before a coder's errors can be undone.

A share that a coder reports is turned into the true one with its sensitivity and
specificity (Rogan & Gladen 1978). Not knowing these exactly makes the result less
certain; the calculator gives the number of blind codings at which it does so by no more
than is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, sqrt
from typing import TYPE_CHECKING

from devnorms._base.checks import check_at_least, check_share
from devnorms._base.errors import BadValueError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Coding:
    """
    What is expected of a coder in one language, for one milestone.

    Attributes
    ----------
    sensitivity : float
        Of the reports that a careful reader codes so, the share the coder does.
    specificity : float
        Of the others, the share it does not.
    share : float
        Of reports, that a careful reader codes so.
    reports : int
        How many reports there are.
    """

    sensitivity: float
    specificity: float
    share: float
    reports: int

    def __post_init__(self) -> None:
        """Check what was given."""
        check_share("sensitivity", self.sensitivity)
        check_share("specificity", self.specificity)
        check_share("share", self.share)
        check_at_least("reports", self.reports, 1)
        if self.sensitivity + self.specificity <= 1:
            raise BadValueError.parameter(
                "sensitivity",
                "such that sensitivity + specificity > 1; a coder that is no better "
                "than chance cannot be undone",
                self.sensitivity,
            )


def widening(coding: Coding, gold: int) -> float:
    """
    Give how much wider the interval is than with error rates known exactly.

    Parameters
    ----------
    coding : Coding
        What is expected.
    gold : int
        Reports coded blind, drawn at random.

    Returns
    -------
    float
        0.1 is 10 % wider.

    References
    ----------
    Rogan & Gladen (1978). doi:10.1093/oxfordjournals.aje.a112510

    Examples
    --------
    >>> round(widening(Coding(0.9, 0.98, 0.3, 1000), 200), 2)
    0.41
    """
    check_at_least("gold", gold, 1)
    return sqrt(1 + _of_gold(coding) / gold / _of_reports(coding)) - 1


def reports_to_code(coding: Coding, *, wider: float = 0.1) -> int:
    """
    Give how many reports to code blind so that the interval is little wider.

    Parameters
    ----------
    coding : Coding
        What is expected.
    wider : float
        The most that it may be wider, as a share.

    Returns
    -------
    int
        Never more than there are reports: then all are coded by hand.

    References
    ----------
    Rogan & Gladen (1978). doi:10.1093/oxfordjournals.aje.a112510

    Examples
    --------
    >>> reports_to_code(Coding(0.9, 0.98, 0.3, 1000), wider=0.1)
    954
    >>> reports_to_code(Coding(0.9, 0.98, 0.3, 200), wider=0.1)
    191
    """
    check_share("wider", wider)
    enough = _of_gold(coding) / _of_reports(coding) / ((1 + wider) ** 2 - 1)
    return min(coding.reports, ceil(enough - 1e-9))


def reports_for_precision(coding: Coding, *, half_width: float = 0.05) -> int:
    """
    Give how many reports to code blind to know the sensitivity itself so well.

    Parameters
    ----------
    coding : Coding
        What is expected; the sensitivity is seen only in reports that have the code.
    half_width : float
        Half of the 95 % interval.

    Returns
    -------
    int
        May be more than there are reports.

    References
    ----------
    Wilson (1927), whose interval is meant. doi:10.1080/01621459.1927.10502953

    Examples
    --------
    >>> reports_for_precision(Coding(0.9, 0.98, 0.3, 1000), half_width=0.05)
    470
    """
    check_share("half_width", half_width)
    z2, p, h2 = 1.959963984540054**2, coding.sensitivity, half_width**2
    # half² (n + z²)² = z² (p (1 - p) n + z² / 4), solved for n
    b = 2 * h2 * z2 - z2 * p * (1 - p)
    c = h2 * z2**2 - z2**2 / 4
    with_code = (-b + sqrt(b * b - 4 * h2 * c)) / (2 * h2)
    return ceil(max(1.0, with_code) / coding.share)


def gold_plan(
    expected: Mapping[str, Coding], *, wider: float = 0.1, half_width: float = 0.05
) -> pd.DataFrame:
    """
    Plan the blind coding of several languages.

    Parameters
    ----------
    expected : mapping of str to Coding
        By language.
    wider : float
        As in `reports_to_code`.
    half_width : float
        As in `reports_for_precision`.

    Returns
    -------
    pandas.DataFrame
        A row per language: ``reports``, ``for_width`` and ``for_precision`` (reports to
        code blind for either aim), and ``share_of_reports`` that ``for_width`` is.

    Examples
    --------
    >>> plan = gold_plan({"en": Coding(0.95, 0.99, 0.3, 2000)})
    >>> plan[["lang", "for_width"]].to_numpy().tolist()[0]
    ['en', 976]
    """
    import pandas as pd

    rows = []
    for lang, coding in expected.items():
        n = reports_to_code(coding, wider=wider)
        rows.append(
            {
                "lang": lang,
                "reports": coding.reports,
                "for_width": n,
                "for_precision": reports_for_precision(coding, half_width=half_width),
                "share_of_reports": n / coding.reports,
            }
        )
    return pd.DataFrame(rows)


def _of_reports(coding: Coding) -> float:
    """Variance of the coder's share from the number of reports, before undoing."""
    q = coding.share * coding.sensitivity + (1 - coding.share) * (
        1 - coding.specificity
    )
    return q * (1 - q) / coding.reports


def _of_gold(coding: Coding) -> float:
    """Variance that one blind coding leaves in the error rates, as they enter."""
    return coding.share * coding.sensitivity * (1 - coding.sensitivity) + (
        1 - coding.share
    ) * coding.specificity * (1 - coding.specificity)
