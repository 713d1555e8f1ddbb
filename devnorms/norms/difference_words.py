"""
Differences in words: what may be claimed, and what cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from devnorms.norms.linked import SAME
from devnorms.norms.pairs import Pair
from devnorms.norms.setting import Setting
from devnorms.schema.differences import ALL, CAUTION, REFUSE
from devnorms.schema.norms import POOLED


def claim(row: Mapping[str, Any], level: float) -> str:
    """
    Say what a row lets one claim: a size needs a probability of the level or more.

    Where different items were asked, that probability is multiplied by how sure it is
    that they ask the same; where nobody says how sure, nothing is claimed.

    Parameters
    ----------
    row : mapping
        ``verdict, link, link_probability, probability_beyond_threshold,
        probability_beyond_floor``.
    level : float
        Between 0 and 1.

    Returns
    -------
    str
        One of `devnorms.schema.differences.CLAIMS`.

    Examples
    --------
    >>> row = {
    ...     "verdict": "compare",
    ...     "link": "same items",
    ...     "probability_beyond_threshold": 0.97,
    ...     "probability_beyond_floor": 0.4,
    ... }
    >>> claim(row, 0.9)
    'samples differ'
    """
    sure = 1.0 if row["link"] == SAME else row["link_probability"]
    if row["verdict"] == REFUSE:
        return "none"
    if not sure * row["probability_beyond_threshold"] >= level:
        return "none"
    if sure * row["probability_beyond_floor"] >= level:
        return "more than same-country studies"
    return "samples differ"


def statement(row: Mapping[str, Any]) -> str:
    """
    Put a row into words that claim no more than the data carry.

    Parameters
    ----------
    row : mapping
        A row of differences.

    Returns
    -------
    str
    """
    if row["verdict"] == REFUSE:
        return f"{REFUSE}: {row['reason']}"
    low, high = row["difference_months_low"], row["difference_months_high"]
    words = (
        f"{_size(row)} ({100 * row['level']:g} % interval {_signed(low)} to "
        f"{_signed(high)}; probability {row['probability_beyond_threshold']:.2f} of "
        f"more than {row['threshold_months']:g} "
        f"month{'' if row['threshold_months'] == 1 else 's'}). {_floor(row)}"
    )
    return (
        f"{words} With caution: {row['reason']}" if row["verdict"] == CAUTION else words
    )


def cannot_be_told_apart(setting: Setting, pair: Pair, milestone: str) -> str:
    """
    Name what lies in a difference and cannot be split from the population.

    Parameters
    ----------
    setting : Setting
        What is compared.
    pair : Pair
        The two.
    milestone : str
        An id, or ``(all)``.

    Returns
    -------
    str
        For example ``"country and study; instrument; wording"``; empty if nothing.
    """
    effects = setting.effects
    country = list(effects.countries.values())
    found = []
    home = setting.country(pair.population)
    if home != setting.country(pair.reference):
        names = [pair.population] if pair.pooled else [pair.population, pair.reference]
        single = [n for n in names if country.count(setting.country(n)) == 1]
        if single:
            found.append("country and study")
    known = np.ones(len(effects.milestone), dtype=bool)
    if milestone != ALL:
        known = effects.milestone == effects.milestones.index(milestone)
    here = known & (effects.population == effects.populations.index(pair.population))
    there = known & ~here
    if not pair.pooled:
        other = effects.populations.index(pair.reference)
        there = known & (effects.population == other)
    for word, label in (("instrument", effects.instrument), ("wording", effects.item)):
        if not set(label[here]) & set(label[there]):
            found.append(word)
    return "; ".join(found)


def _size(row: Mapping[str, Any]) -> str:
    """How much later or earlier than whom."""
    value = row["difference_months"]
    whom = "the centre" if row["reference"] == POOLED else row["reference"]
    if abs(value) < 0.05:
        return f"no later or earlier than {whom}"
    mean = "on average " if row["milestone"] == ALL else ""
    when = "later" if value > 0 else "earlier"
    return f"{mean}{abs(value):.1f} months {when} than {whom}"


def _signed(months: float) -> str:
    """Write a number of months with its sign; never a negative zero."""
    return f"{months:+.1f}".replace("+0.0", "0.0").replace("-0.0", "0.0")


def _floor(row: Mapping[str, Any]) -> str:
    """Set what studies of one country show beside it."""
    if np.isnan(row["floor_months"]):
        return "How far two studies of one country differ is not known here."
    return (
        f"Two studies of one country differ by {row['floor_months']:.1f} months on "
        f"half of the items, by {row['floor_upper_months']:.1f} on one in ten."
    )
