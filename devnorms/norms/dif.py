"""
Differential item functioning in months of age.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.special import logit

from devnorms._base.ages import months_from_log_age
from devnorms._base.checks import check_known, check_share, check_shares
from devnorms._base.errors import BadValueError
from devnorms.schema.dif import CENTRE, CLAIMS, SUPPORTS, check_dif

Floats = NDArray[np.float64]

INTERVAL = "equal-tailed"


@dataclass(frozen=True)
class _Told:
    """What a reader chose."""

    shares: tuple[float, ...]
    reference: str | None
    threshold: float
    level: float


def dif_in_months(
    fitted: xr.Dataset,
    *,
    reference: str | None = None,
    shares: Sequence[float] = (0.5, 0.9),
    threshold_months: float = 1.0,
    level: float = 0.9,
) -> pd.DataFrame:
    """
    Say by how many months groups differ on an item beyond what they differ in pace.

    Two groups are imagined whose children grow alike, along the mean curve of all
    groups. The difference is that of the ages at which a share of them passes the item
    as it works in each group.

    Parameters
    ----------
    fitted : xarray.Dataset
        From `devnorms.models.fit_dif`.
    reference : str, optional
        The group that others are laid beside. Without it, of two groups the first in
        the alphabet is laid beside the other; more groups are each laid beside the
        mean over the groups that answered the item.
    shares : sequence of float
        Shares passing.
    threshold_months : float
        A difference that matters.
    level : float
        Level of the intervals, and probability that a claim needs.

    Returns
    -------
    pandas.DataFrame
        See `devnorms.dif`.

    Raises
    ------
    UnknownNameError
        If the reference is not a group.
    BadValueError
        If a share, the level or the threshold is not one.
    """
    groups = [str(name) for name in fitted["group"].values]
    if reference is not None:
        check_known("group", [reference], groups)
    elif len(groups) == 2:
        reference = groups[1]
    if not threshold_months > 0:
        raise BadValueError.parameter(
            "threshold_months", "above zero", threshold_months
        )
    told = _Told(
        check_shares("shares", shares),
        reference,
        float(threshold_months),
        check_share("level", level),
    )
    curve = _Curve.of(fitted)
    leaf_item = fitted["leaf_item"].values.astype(str)
    rows: list[dict[str, object]] = []
    for at, item in enumerate(fitted["item"].values.astype(str)):
        leaves = np.flatnonzero(leaf_item == item)
        rows += _of_item(fitted, curve, (at, leaves), told)
    table = check_dif(pd.DataFrame(rows))
    table.attrs = {name: fitted.attrs[name] for name in ("prior", "record")}
    return table


@dataclass(frozen=True, eq=False)
class _Curve:
    """How what children are matched on grows with age, in logits."""

    age_months: Floats
    match: Floats
    sd: Floats
    is_age: bool
    unit: float

    @classmethod
    def of(cls, fitted: xr.Dataset) -> _Curve:
        """Read it from the attributes of a fit."""
        growth = {k: np.array(v) for k, v in json.loads(fitted.attrs["growth"]).items()}
        unit = float(fitted.attrs["unit"])
        return cls(
            growth["age_months"],
            growth["match"] * unit,
            growth["sd"] * unit,
            not growth["sd"].any(),
            unit,
        )

    def ages(
        self, easier: Floats, log_slope: Floats, item: Floats, share: float
    ) -> Floats:
        """
        Age at which a share passes, in months.

        Parameters
        ----------
        easier, log_slope : numpy.ndarray
            Draws for a leaf.
        item : numpy.ndarray
            Centre and log slope of the item.
        share : float
            Share passing.
        """
        slope, (centre, usual) = np.exp(log_slope), item
        spread = np.interp(centre, self.match, self.sd)
        # a logistic curve averaged over a normal spread is nearly logistic again
        flatter = np.sqrt(1 + np.pi / 8 * (slope * spread) ** 2)
        at = centre + (logit(share) * flatter - np.exp(usual) * easier) / slope
        if self.is_age:
            return np.asarray(months_from_log_age(at / self.unit))
        return np.asarray(months_from_log_age(self._log_age(at)))

    def _log_age(self, at: Floats) -> Floats:
        """Turn matches into log ages; straight on beyond the ends of the curve."""
        x = np.log1p(self.age_months)
        inside = np.interp(at, self.match, x)
        end = max(len(x) // 20, 1)
        for beyond, edge, inner in (
            (at < self.match[0], 0, end),
            (at > self.match[-1], -1, -1 - end),
        ):
            rise = (x[inner] - x[edge]) / (self.match[inner] - self.match[edge])
            inside = np.where(beyond, x[edge] + rise * (at - self.match[edge]), inside)
        return np.asarray(inside)


def _of_item(
    fitted: xr.Dataset,
    curve: _Curve,
    where: tuple[int, NDArray[np.int64]],
    told: _Told,
) -> list[dict[str, object]]:
    """Rows of one item."""
    at, leaves = where
    names = fitted["leaf_group"].values.astype(str)[leaves]
    if told.reference is not None and told.reference not in names:
        return []
    item = np.array(
        [float(fitted[k].values[at]) for k in ("centre", "reference_log_slope")]
    )
    easier, log_slope = (fitted[k].values[:, leaves] for k in ("easier", "log_slope"))
    counts = np.stack([fitted[k].values[leaves] for k in ("asked", "passed")])
    base = (
        np.full(len(leaves), 1 / len(leaves))
        if told.reference is None
        else (names == told.reference).astype(float)
    )
    rows = []
    for share in told.shares:
        ages = np.stack(
            [
                curve.ages(easier[:, k], log_slope[:, k], item, share)
                for k in range(len(leaves))
            ],
            axis=1,
        )
        for k, name in enumerate(names):
            if name == told.reference:
                continue
            drawn = (
                ages[:, k] - ages @ base,
                easier[:, k] - easier @ base,
                np.exp(log_slope[:, k] - log_slope @ base),
            )
            row = {
                "item": str(fitted["item"].values[at]),
                "group": name,
                "reference": told.reference or CENTRE,
                "share": share,
                **_summary(drawn, told),
                "support": _support(fitted, leaves[k], ages[:, k]),
                "asked": int(counts[0, k]),
                "passed": int(counts[1, k]),
                "asked_reference": int(counts[0] @ (base > 0))
                - _own(counts[0, k], told),
                "passed_reference": int(counts[1] @ (base > 0))
                - _own(counts[1, k], told),
                "interval": INTERVAL,
                "level": told.level,
            }
            rows.append(row)
    return rows


def _own(count: int, told: _Told) -> int:
    """Count the group's own answers out of those of the others."""
    return int(count) if told.reference is None else 0


def _summary(drawn: tuple[Floats, Floats, Floats], told: _Told) -> dict[str, object]:
    """Medians, intervals, and what may be claimed."""
    ends = (0.5 - told.level / 2, 0.5, 0.5 + told.level / 2)
    months, logits, ratio = (np.quantile(values, ends) for values in drawn)
    beyond = float((np.abs(drawn[0]) > told.threshold).mean())
    one_way = max(
        (drawn[0] > told.threshold).mean(), (drawn[0] < -told.threshold).mean()
    )
    direction = CLAIMS[1] if months[1] < 0 else CLAIMS[2]
    row: dict[str, object] = {}
    for name, values in (
        ("difference_months", months),
        ("logits", logits),
        ("slope_ratio", ratio),
    ):
        row |= {f"{name}_low": values[0], name: values[1], f"{name}_high": values[2]}
    row["threshold_months"] = told.threshold
    row["probability_beyond_threshold"] = beyond
    row["claim"] = direction if one_way >= told.level else CLAIMS[0]
    return row


def _support(fitted: xr.Dataset, leaf: int, ages: Floats) -> str:
    """Say whether the age lies within the ages at which the group was asked."""
    asked, passed = (
        int(fitted["asked"].values[leaf]),
        int(fitted["passed"].values[leaf]),
    )
    if passed in (0, asked):
        return SUPPORTS[3]
    middle = float(np.median(ages))
    if middle < float(fitted["low"].values[leaf]):
        return SUPPORTS[1]
    return SUPPORTS[2] if middle > float(fitted["high"].values[leaf]) else SUPPORTS[0]
