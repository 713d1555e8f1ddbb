"""
Wrong suggestions, planted at a known rate, to see how often errors are accepted.

A planted suggestion has its status turned round (achieved to not_yet, all else to
achieved). It is shown like any other; the person is told of it when the report is done,
and decides again. What was accepted first is counted and is never a code.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from devnorms._base.errors import BadValueError
from devnorms._base.hashes import content_hash


def planted(
    suggestion: Mapping[str, Any], rate: float, person: str
) -> dict[str, Any] | None:
    """
    Give the wrong suggestion that stands in the place of a right one, if one does.

    Parameters
    ----------
    suggestion : mapping
        A proposal of a coder.
    rate : float
        Share of suggestions that are turned round.
    person : str
        Who is shown it: for the same person and suggestion, always the same.

    Returns
    -------
    dict or None
        Nothing, if this suggestion is shown as it is.
    """
    if not 0 <= rate < 1:
        raise BadValueError.parameter("planted", "a share from 0, below 1", rate)
    seed = content_hash([person, suggestion["id"], suggestion["concept"]])
    if random.Random(seed).random() >= rate:  # noqa: S311  (no secret)
        return None
    turned = "not_yet" if suggestion["status"] == "achieved" else "achieved"
    none = {"age_months_low": None, "age_months_high": None}
    return dict(suggestion) | none | {"status": turned}


@dataclass(frozen=True)
class Acceptance:
    """
    How often a person takes a suggestion that was made wrong.

    Attributes
    ----------
    planted, accepted : int
        Suggestions.
    share, low, high : float
        Posterior median and 95 % interval, from Jeffreys' prior.
    """

    planted: int
    accepted: int
    share: float
    low: float
    high: float


def acceptance(entries: Iterable[Mapping[str, Any]]) -> Acceptance:
    """
    Estimate how often planted suggestions are accepted.

    Parameters
    ----------
    entries : iterable of mapping
        Of a journal, coded with suggestions.

    Returns
    -------
    Acceptance
        A planted suggestion is right where the coder was wrong in just this way; the
        share is therefore a little above that of errors taken.

    References
    ----------
    Brown, Cai & DasGupta (2001), on Jeffreys' interval. doi:10.1214/ss/1009213286

    Examples
    --------
    >>> found = acceptance([{"planted": [{"accepted": True}, {"accepted": False}]}])
    >>> found.planted, found.accepted, round(found.share, 2)
    (2, 1, 0.5)
    """
    from scipy.stats import beta

    told = [bool(p["accepted"]) for entry in entries for p in entry.get("planted", [])]
    n, k = len(told), sum(told)
    low, share, high = beta(k + 0.5, n - k + 0.5).ppf([0.025, 0.5, 0.975])
    return Acceptance(n, k, float(share), float(low), float(high))
