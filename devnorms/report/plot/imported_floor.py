"""
What the figures of imported norms share: their columns, the floor, per cent in words.
"""

from __future__ import annotations

import pandas as pd

IMPORTED = (
    "reference", "population", "milestone", "share", "flag", "flagged", "flagged_low",
    "flagged_high", "flagged_at_home", "reach", "verdict", "same_country", "asked",
    "floor_low", "floor_high", "floor_comparisons", "interval", "level",
)  # fmt: skip


def in_per_cent(share: float) -> str:
    """
    Write a share as a whole number of per cent.

    Parameters
    ----------
    share : float
        Between 0 and 1.

    Examples
    --------
    >>> in_per_cent(0.156), in_per_cent(0.001)
    ('16', '<1')
    """
    return "<1" if share < 0.005 else f"{100 * share:.0f}"


def floor_words(mine: pd.DataFrame) -> str:
    """
    Say what studies of one country do to each other.

    Parameters
    ----------
    mine : pandas.DataFrame
        Rows of the table of imported norms.
    """
    floor = widest_floor(mine)
    if floor is None:
        return "Nothing shows how much studies of one country differ."
    low, high, comparisons = floor
    return (
        f"Studies of one country, same items: {in_per_cent(low)} to "
        f"{in_per_cent(high)} (middle 90 % of {comparisons})."
    )


def widest_floor(mine: pd.DataFrame) -> tuple[float, float, int] | None:
    """
    Take the floor that rests on most comparisons: that of other countries.

    Parameters
    ----------
    mine : pandas.DataFrame
        Rows of the table of imported norms.

    Returns
    -------
    (float, float, int) or None
        Lower and upper end, and how many comparisons; None where there is none.
    """
    known = mine[mine["floor_comparisons"] > 0]
    if known.empty:
        return None
    most = known.sort_values("floor_comparisons").to_dict("records")[-1]
    number_of = int(most["floor_comparisons"])
    return float(most["floor_low"]), float(most["floor_high"]), number_of
