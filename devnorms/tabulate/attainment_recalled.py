"""
Ages of attainment that somebody remembered: months, rounded, and heaped at 12 or 18.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from devnorms._base.errors import InvalidTableError
from devnorms._base.provenance import Record
from devnorms.schema.attainment import RECALLED, SEEN, check_attainment

HEAPS = (6.0, 12.0, 18.0, 24.0, 36.0)
"""Ages in months that people round remembered ages to, unless told otherwise."""

_ALIKE = 0.05
_NEEDED = ("population", "item", "asked_at_months", "recalled_months")
_EXTRA = ("milestone", "domain", "study", "country", "instrument")

NotedAs = Literal["completed_months", "nearest_month"]


def recalled_attainment(
    reports: pd.DataFrame,
    *,
    heaps: Sequence[float] = HEAPS,
    noted_as: NotedAs = "completed_months",
) -> pd.DataFrame:
    """
    Count remembered ages of attainment per pattern.

    A remembered "12 months" is either the true month or 12 because people round to a
    year. Which of the two is not known of any child; how many round is estimated by
    `devnorms.fit_attainment` together with the ages. A child that has not reached the
    milestone when its caregiver is asked counts too: without such children those who
    were early would count too much.

    Parameters
    ----------
    reports : pandas.DataFrame
        One row per child and item: ``population, item, asked_at_months`` (age of the
        child when its caregiver was asked), ``recalled_months`` (whole months; null
        if not reached yet); ``milestone, domain, study, country, instrument`` are
        kept.
    heaps : sequence of float
        Ages people round to. Anyone who rounds is taken to give the nearest of those
        that the child has reached.
    noted_as : {"completed_months", "nearest_month"}
        What a remembered 12 that is not rounded further means: 12 to 13 months, or
        11.5 to 12.5.

    Returns
    -------
    pandas.DataFrame
        See `devnorms.schema.attainment.check_attainment`.

    Raises
    ------
    InvalidTableError
        If a column is missing, or an age is negative, not a number, or remembered
        from the future.

    References
    ----------
    Heitjan DF, Rubin DB. Inference from coarse data via multiple imputation with
    application to age heaping. J Am Stat Assoc 1990;85:304-314.
    doi:10.1080/01621459.1990.10476202

    Examples
    --------
    >>> import pandas as pd
    >>> reports = pd.DataFrame(
    ...     {
    ...         "population": "A",
    ...         "item": "walks",
    ...         "asked_at_months": [24.5, 24.5, 10.0],
    ...         "recalled_months": [12.0, 13.0, None],
    ...     }
    ... )
    >>> columns = ["kind", "after_months", "by_months", "heap_after_months"]
    >>> recalled_attainment(reports)[columns]
           kind  after_months  by_months  heap_after_months
    0  recalled          12.0       13.0                9.0
    1  recalled          13.0       14.0                NaN
    2      seen          10.0        NaN                NaN
    """
    table = _checked(reports)
    if noted_as not in ("completed_months", "nearest_month"):
        raise InvalidTableError(
            f"recalled_attainment: noted_as must be 'completed_months' or "
            f"'nearest_month', got {noted_as!r}."
        )
    asked, age = table["asked_at_months"], table["recalled_months"]
    shift = 0.0 if noted_as == "completed_months" else 0.5
    known = age.notna()
    low, high = _around(age, asked, np.sort(np.asarray(heaps, dtype=float)))
    begin = (age - shift).clip(lower=0.0)
    patterns = table.drop(columns=["asked_at_months", "recalled_months"]).assign(
        kind=np.where(known, RECALLED, SEEN),
        after_months=begin.where(known, asked),
        # What is remembered had happened; the two ages may be noted alike.
        by_months=np.maximum(np.minimum(begin + 1.0, asked), begin + _ALIKE),
        width_months=0.0,
        heap_after_months=low,
        heap_by_months=high,
    )
    keys = list(patterns.columns)
    counted = patterns.groupby(keys, dropna=False, sort=True).size()
    result = counted.rename("children").reset_index()
    if "milestone" not in result:
        result["milestone"] = None
    earlier = reports.attrs.get("record")
    record = Record.from_json(earlier) if earlier else Record.now()
    settings = {"heaps": list(map(float, heaps)), "noted_as": noted_as}
    result.attrs = {
        "left_out": {},
        "record": record.with_settings(recalled_attainment=settings).to_json(),
    }
    return check_attainment(result)


def _checked(reports: pd.DataFrame) -> pd.DataFrame:
    """Refuse reports that cannot be true; all faults at once."""
    missing = [name for name in _NEEDED if name not in reports.columns]
    if missing:
        raise InvalidTableError.missing_columns(
            "Reports", missing, list(reports.columns)
        )
    extra = [name for name in _EXTRA if name in reports.columns]
    table = reports[[*_NEEDED, *extra]].reset_index(drop=True)
    asked = pd.to_numeric(table["asked_at_months"], errors="coerce")
    age = pd.to_numeric(table["recalled_months"], errors="coerce")
    faults = []
    for what, bad in (
        ("'asked_at_months' is not an age", ~(asked >= 0)),
        (
            "'recalled_months' is not an age",
            table["recalled_months"].notna() & age.isna(),
        ),
        ("'recalled_months' is negative", age < 0),
        ("remembered from the future", age.fillna(0) > asked + 0.5),
    ):
        if bad.any():
            faults.append(f"{what}: {int(bad.sum())} rows, first {table.index[bad][0]}")
    if faults:
        raise InvalidTableError(f"Reports: {'; '.join(faults)}.")
    return table.assign(asked_at_months=asked, recalled_months=age)


def _around(
    age: pd.Series, asked: pd.Series, heaps: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """
    Between which ages one may round to each remembered age; null if to none.

    Nobody rounds to an age that the child has not reached.
    """
    if not len(heaps):
        return np.full(len(age), np.nan), np.full(len(age), np.nan)
    middle = (heaps[1:] + heaps[:-1]) / 2
    edges = np.r_[0.0, middle, np.inf]
    following = np.r_[heaps[1:], np.inf]
    at = np.clip(np.searchsorted(heaps, age), 0, len(heaps) - 1)
    now = asked.to_numpy(dtype=float)
    hit = (heaps[at] == age.to_numpy()) & (heaps[at] <= now)
    last = following[at] > now
    high = np.where(last, now, np.minimum(edges[at + 1], now))
    low = np.where(hit, edges[at], np.nan)
    return low, np.where(hit, np.maximum(high, low + _ALIKE), np.nan)
