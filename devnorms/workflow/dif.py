"""
Differential item functioning: matched answers are judged, and told in months.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def dif(
    matched_answers: pd.DataFrame,
    *,
    prior: str = "mixture",
    reference: str | None = None,
    shares: Sequence[float] = (0.5, 0.9),
    threshold_months: float = 1.0,
    level: float = 0.9,
    seed: int = 20261124,
) -> pd.DataFrame:
    """
    Say which items work differently in groups of children, in months of age.

    Of children who are alike in what they were matched on, one group may pass an item
    earlier: differential item functioning (DIF). All items and groups are judged
    together, under a prior that is learned from them; none is an anchor by choice.

    Parameters
    ----------
    matched_answers : pandas.DataFrame
        From `devnorms.matched`.
    prior : str
        ``"normal"`` (every item differs a little), ``"student"`` (a few a lot),
        ``"mixture"`` (most hardly, some much) or ``"horseshoe"``.
    reference : str, optional
        Group that others are laid beside. Without it, two groups are laid beside each
        other (the first in the alphabet against the second), and more groups beside
        the mean over the groups that answered the item.
    shares : sequence of float
        Shares passing.
    threshold_months : float
        A difference that matters.
    level : float
        Level of the intervals, and probability that a claim needs.
    seed : int
        Seed.

    Returns
    -------
    pandas.DataFrame
        One row per item, group and share: ``item, group, reference, share``;
        ``difference_months`` (negative: earlier than the reference) with ``_low`` and
        ``_high``; ``probability_beyond_threshold`` (either way); ``claim`` (``none``,
        ``earlier``, ``later``: beyond the threshold that way with a probability of
        ``level``); ``logits`` (positive: easier than in the reference; the shift in
        difficulty on the scale, uniform DIF) and ``slope_ratio`` (slope DIF), with
        intervals; ``support`` (whether the age lies within the ages asked); answers
        and passes of both; ``interval, level, threshold_months``.

    Raises
    ------
    InvalidTableError
        If the matched answers are not valid.
    NotConverged
        If the posterior could not be drawn.
    UnknownNameError
        For an unknown prior or reference.
    """
    from devnorms.models import fit_dif
    from devnorms.norms import dif_in_months

    fitted = fit_dif(matched_answers, prior=prior, seed=seed)
    return dif_in_months(
        fitted,
        reference=reference,
        shares=shares,
        threshold_months=threshold_months,
        level=level,
    )
