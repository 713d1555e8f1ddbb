"""
The age that a norm judges at, and the share of other children it then flags.

Late: not yet passing at the age when `share` of the norm's own children pass. Early:
passing already at the age when only ``1 - share`` of them do. Either way the norm
flags ``1 - share`` of its own children.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from devnorms.norms.draws import summarise

Floats = NDArray[np.float64]


class CurveDraws(NamedTuple):
    """
    Curves of one population, a column per milestone (or item).

    Attributes
    ----------
    location, log_slope : numpy.ndarray
        Draws x milestones.
    """

    location: Floats
    log_slope: Floats

    def take(self, columns: NDArray[np.intp] | list[int]) -> CurveDraws:
        """Give some of the columns."""
        return CurveDraws(self.location[:, columns], self.log_slope[:, columns])

    def log_age_at(self, share: float) -> Floats:
        """Give ``log(age_months + 1)`` at which a share passes."""
        return self.location + logit(share) * np.exp(-self.log_slope)

    def logit_at(self, log_age: Floats) -> Floats:
        """Give the logit of the share passing at ages (draws or one row x columns)."""
        found: Floats = np.exp(self.log_slope) * (log_age - self.location)
        return found


def judged_share(share: float, flag: str) -> float:
    """
    Give the share passing at the age that a flag judges at.

    Parameters
    ----------
    share : float
        Of the norm.
    flag : str
        ``late`` or ``early``.
    """
    # Rounded, because 1 - 0.9 is not quite 0.1, and printed tables say 0.1.
    return share if flag == "late" else round(1 - share, 12)


def flagged(children: CurveDraws, log_age: Floats, flag: str) -> Floats:
    """
    Give the share of children flagged when judged at an age.

    Parameters
    ----------
    children : CurveDraws
        The children judged.
    log_age : numpy.ndarray
        Age judged at, draws (or one row) x milestones.
    flag : str
        ``late`` or ``early``.

    Returns
    -------
    numpy.ndarray
        Draws x milestones.

    Examples
    --------
    A norm flags a tenth of its own children, late and early.

    >>> import numpy as np
    >>> own = CurveDraws(np.array([[2.5]]), np.array([[2.0]]))
    >>> late = flagged(own, own.log_age_at(0.9), "late")
    >>> early = flagged(own, own.log_age_at(0.1), "early")
    >>> late.round(6).item(), early.round(6).item()
    (0.1, 0.1)
    """
    passes = children.logit_at(log_age)
    found: Floats = expit(-passes if flag == "late" else passes)
    return found


def three(name: str, draws: Floats, level: float) -> dict[str, Floats]:
    """
    Give median and interval of each column under a name.

    Parameters
    ----------
    name : str
        Of the columns.
    draws : numpy.ndarray
        Draws x columns.
    level : float
        Probability in the interval.

    Returns
    -------
    dict of str to numpy.ndarray
    """
    # One draw, as of a printed age, is its own median and interval.
    if len(draws) == 1:
        draws = np.repeat(draws, 2, axis=0)
    middle, low, high = summarise(np.ascontiguousarray(draws.T), level)
    return {name: middle, f"{name}_low": low, f"{name}_high": high}


def reach(
    age_months: Floats, norm: pd.DataFrame | None, children: pd.DataFrame
) -> list[str]:
    """
    Say whether an age lies where anybody was asked, and if not, whose data end.

    Parameters
    ----------
    age_months : numpy.ndarray
        Ages judged at.
    norm, children : pandas.DataFrame
        ``asked, passed, support_low_months, support_high_months``, a row per age; no
        table for a norm printed elsewhere.

    Returns
    -------
    list of str
        ``within``, ``norm``, ``children`` or ``both``.
    """
    theirs = (
        np.ones(len(age_months), bool) if norm is None else _carried(age_months, norm)
    )
    ours = _carried(age_months, children)
    words = np.select(
        [theirs & ours, theirs, ours], ["within", "children", "norm"], "both"
    )
    return [str(word) for word in words]


def _carried(age_months: Floats, rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether children were asked at the ages, and some but not all passed."""
    low, high = rows["support_low_months"], rows["support_high_months"]
    inside = (low.to_numpy() <= age_months) & (age_months <= high.to_numpy())
    turns = (rows["passed"] > 0) & (rows["passed"] < rows["asked"])
    found: NDArray[np.bool_] = inside & turns.to_numpy()
    return found
