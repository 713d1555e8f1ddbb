"""
The floor under differences between languages: samples, forms and dialects of one.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from devnorms._base.ages import months_from_log_age
from devnorms._base.checks import check_known, check_share
from devnorms._base.errors import EmptySelectionError
from devnorms._base.provenance import Record
from devnorms.norms import asked
from devnorms.norms.draws import INTERVAL, summarise
from devnorms.norms.support import Support, flag
from devnorms.schema.curves import check_curves
from devnorms.schema.language_floor import KINDS, check_language_floor
from devnorms.schema.populations import check_populations

Floats = NDArray[np.float64]

_UPPER = 0.9


class _Who(NamedTuple):
    """What tells two populations apart."""

    tag: str
    forms: frozenset[str]

    @property
    def language(self) -> str:
        """The tag without script and region."""
        return self.tag.split("-", maxsplit=1)[0]


def language_floor(
    curves: xr.Dataset,
    populations: pd.DataFrame,
    *,
    share: float = 0.5,
    level: float = 0.9,
) -> pd.DataFrame:
    """
    Months between the ages at which a share of two populations passes the same words.

    Words are milestones that link forms (for Wordbank by uni-lemma). Differences are
    sorted by what lies between the two populations: another sample asked with the same
    form, another form of the same dialect, another dialect, another language. What two
    samples with one form differ by is neither language nor dialect nor form: nothing
    may be said of languages that does not go beyond it.

    Parameters
    ----------
    curves : xarray.Dataset
        As `devnorms.fit` gives them.
    populations : pandas.DataFrame
        Who was sampled, see `devnorms.schema.populations.check_populations`; its
        ``languages`` (one BCP 47 tag each) say which language. Populations without a
        single tag have no pair.
    share : float
        Share passing.
    level : float
        Probability in the equal-tailed intervals.

    Returns
    -------
    pandas.DataFrame
        See `devnorms.schema.language_floor.check_language_floor`; kinds that no pair
        belongs to have no row. Only ages that lie within those asked count, in both
        populations. ``attrs["record"]`` says how it was made.

    Raises
    ------
    BadValueError
        If the share or the level does not lie between 0 and 1.
    UnknownNameError
        If a population of the curves is not described.
    EmptySelectionError
        If there is no pair with a word in common.
    InvalidTableError
        If the curves or the populations are not valid.
    """
    check_curves(curves)
    check_share("share", share)
    check_share("level", level)
    who = _who(curves, populations)
    rows, ages = _ages(curves, share)
    gaps: dict[str, list[Floats]] = {kind: [] for kind in KINDS}
    pairs: dict[str, list[tuple[str, str]]] = {kind: [] for kind in KINDS}
    by_population = {
        str(name): dict(zip(mine["milestone"], mine.index, strict=True))
        for name, mine in rows.groupby("population")
    }
    for one, other in combinations(sorted(set(who) & set(by_population)), 2):
        here, there = by_population[one], by_population[other]
        both = [m for m in here if m in there]
        if not both:
            continue
        kind = _kind(who[one], who[other])
        first, second = ([at[m] for m in both] for at in (here, there))
        gaps[kind].append(np.stack([ages[first], ages[second]]))
        pairs[kind].append((one, other))
    if not any(gaps.values()):
        raise EmptySelectionError(
            "No two populations with a known language pass the same milestone at ages "
            "that both were asked at."
        )
    table = pd.DataFrame(
        [
            _row(kind, np.concatenate(found, axis=1), level)
            | {
                "share": share,
                "pairs": len(found),
                "languages": len(
                    {who[name].language for pair in pairs[kind] for name in pair}
                ),
            }
            for kind, found in gaps.items()
            if found
        ]
    )
    record = Record.from_json(curves.attrs["record"])
    choices = {"share": share, "level": level}
    table.attrs = {"record": record.with_settings(language_floor=choices).to_json()}
    return check_language_floor(table)


def _who(curves: xr.Dataset, populations: pd.DataFrame) -> dict[str, _Who]:
    """Language tag and forms of each population that has one tag."""
    described = check_populations(populations).set_index("population")
    names = curves["population"].values.astype(str)
    check_known("described population", names, described.index)
    leaf = curves["leaf_population"].values.astype(str)
    form = curves["leaf_instrument"].values.astype(str)
    found = {}
    for name in names:
        tag = described.loc[name, "languages"]
        if isinstance(tag, str) and tag and not set(tag) & set(" ,;+"):
            found[name] = _Who(tag, frozenset(form[leaf == name]))
    return found


def _ages(curves: xr.Dataset, share: float) -> tuple[pd.DataFrame, Floats]:
    """Ages at which the share passes, rows x draws, where the data reach."""
    cells = asked.cells(curves, None)
    turn = float(np.log(share / (1 - share)))
    log_age = cells.location + turn * np.exp(-cells.log_slope)
    ages = np.asarray(months_from_log_age(log_age)).T
    rows = cells.rows
    columns = ("asked", "passed", "support_low_months", "support_high_months")
    reach = Support(*(rows[name].to_numpy() for name in columns))
    inside = flag(np.median(ages, axis=1), reach) == "within"
    return rows[inside].reset_index(drop=True), ages[inside]


def _kind(one: _Who, other: _Who) -> str:
    """Say what lies between two populations."""
    if one.tag == other.tag:
        return KINDS[0] if one.forms & other.forms else KINDS[1]
    return KINDS[2] if one.language == other.language else KINDS[3]


def _row(kind: str, ages: Floats, level: float) -> dict[str, object]:
    """Summarise differences; ages are 2 x differences x draws."""
    months = np.abs(ages[0] - ages[1])
    ratio = np.abs(np.log1p(ages[0]) - np.log1p(ages[1]))
    row: dict[str, object] = {"between": kind, "differences": months.shape[0]}
    for name, at in (("median", 0.5), ("upper", _UPPER)):
        three = summarise(np.quantile(months, at, axis=0), level)
        ends = ("", "_low", "_high")
        row |= {
            f"{name}_months{end}": float(value)
            for end, value in zip(ends, three, strict=True)
        }
    row["median_ratio"] = float(np.median(np.quantile(ratio, 0.5, axis=0)))
    return row | {"interval": INTERVAL, "level": level}
