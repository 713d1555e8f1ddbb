"""
Responses drawn from a known truth: child by child, or counted.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from devnorms._base.ages import days_from_months, log_age_from_days
from devnorms._base.checks import check_at_least
from devnorms._base.errors import BadValueError, EmptySelectionError
from devnorms._base.provenance import Record, Source
from devnorms.schema.counts import check_counts
from devnorms.schema.observations import OLDEST_DAYS, check_observations
from devnorms.simulate.design import Occasions, Population
from devnorms.simulate.truth import Truth

SOURCE = Source(
    id="simulated",
    version="1",
    licence="CC0-1.0",
    citation="Made-up children (devnorms.simulate)",
)


def simulate_observations(
    truth: Truth, *, rng: np.random.Generator, occasions: Occasions | None = None
) -> pd.DataFrame:
    """
    Draw children one by one: their ages, and whether they pass each item they meet.

    A child's logit at an item is that of the leaf's curve plus the child's own shift.
    With ``ability_sd`` above zero the ages of `Truth.pass_ages` are those of a child
    with no shift; the age at 50 % is still the population's, other shares lie further
    from it in the population, because children differ.

    Parameters
    ----------
    truth : Truth
        From `draw_truth`.
    rng : numpy.random.Generator
        Source of randomness.
    occasions : Occasions, optional
        How many children, how often seen, how different from one another.

    Returns
    -------
    pandas.DataFrame
        As `devnorms.schema.observations.check_observations` gives it; ages are whole
        days. ``attrs["record"]`` is the JSON of a `Record`, ``attrs["left_out"]`` is
        empty.

    Examples
    --------
    >>> import numpy as np
    >>> from devnorms.simulate import draw_truth
    >>> rng = np.random.default_rng(1)
    >>> seen = simulate_observations(
    ...     draw_truth(rng=rng), rng=rng, occasions=Occasions(children=10)
    ... )
    >>> len(seen), sorted(seen["response"].unique())
    (640, ['not_yet', 'passed'])
    """
    occasions = occasions or Occasions()
    parts = [
        _population_rows(truth, population, occasions, rng)
        for population in truth.design.populations
    ]
    table = pd.concat(parts, ignore_index=True)
    nothing = pd.Series([None] * len(table), dtype="str")
    table = table.assign(
        language=nothing,
        coder=nothing,
        gestation_days=np.nan,
        weight=np.nan,
        mode="direct",
    )
    table.attrs = _attrs({"children": occasions.children, "visits": occasions.visits})
    return check_observations(table)


def simulate_counts(
    truth: Truth,
    *,
    rng: np.random.Generator,
    ages_months: Sequence[float] = tuple(range(2, 49, 2)),
    asked: int = 20,
) -> pd.DataFrame:
    """
    Draw counts directly, for as many children as wanted at the price of one.

    Parameters
    ----------
    truth : Truth
        From `draw_truth`.
    rng : numpy.random.Generator
        Source of randomness.
    ages_months : sequence of float
        Ages in months at which children are asked; a population's leaves are asked
        only at those inside its range.
    asked : int
        Children per leaf and age; all have exactly that age.

    Returns
    -------
    pandas.DataFrame
        As `devnorms.schema.counts.check_counts` gives it, sex ``unknown``.

    Raises
    ------
    BadValueError
        If an age is negative or above 18 years, or comes twice.
    EmptySelectionError
        If no age lies inside the range of any population.

    Examples
    --------
    >>> import numpy as np
    >>> from devnorms.simulate import draw_truth
    >>> rng = np.random.default_rng(1)
    >>> counts = simulate_counts(draw_truth(rng=rng), rng=rng, ages_months=[12, 18])
    >>> int(counts["asked"].sum())
    2560
    """
    check_at_least("asked", asked, 1)
    ages = _check_ages(ages_months)
    leaves = truth.leaves
    leaf, age = np.nonzero(
        (leaves["from_months"].to_numpy()[:, None] <= ages)
        & (ages <= leaves["until_months"].to_numpy()[:, None])
    )
    if not len(leaf):
        raise EmptySelectionError(
            f"No age of {list(ages_months)} months lies inside the range of any "
            "population; see from_months and until_months of truth.leaves."
        )
    rows = leaves.iloc[leaf].reset_index(drop=True)
    days = days_from_months(ages[age])
    share = _share(rows, log_age_from_days(days))
    columns = ["population", "study", "country", "item", "milestone", "domain"]
    table = rows[[*columns, "instrument"]].assign(
        sex="unknown",
        age_days_low=days,
        age_days_high=days,
        age_days_mean=days,
        asked=asked,
        passed=rng.binomial(asked, share),
    )
    table.attrs = _attrs({"ages_months": ages.tolist(), "asked": asked})
    return check_counts(table)


def _population_rows(
    truth: Truth,
    population: Population,
    occasions: Occasions,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """All responses of a population's children, by child, visit and item."""
    leaves = truth.leaves[truth.leaves["population"] == population.population]
    shape = (occasions.children, occasions.visits, len(leaves))
    reach = (population.from_months, population.until_months)
    # Whole days, as sources give them; sorted, so that visits follow one another.
    days = np.sort(np.rint(days_from_months(rng.uniform(*reach, shape[:2]))), axis=1)
    shift = rng.normal(0.0, occasions.ability_sd, (occasions.children, 1, 1))
    share = _share(leaves, log_age_from_days(days)[..., None], shift)
    # One number per child and item for all visits: what is passed stays passed.
    luck = rng.uniform(size=(shape[0], 1 if occasions.keeps else shape[1], shape[2]))
    passed = (luck < share).ravel()
    child, visit, leaf = (index.ravel() for index in np.indices(shape))
    sex = rng.choice(["female", "male"], size=occasions.children)
    columns = ["study", "population", "country", "item", "milestone", "instrument"]
    rows: pd.DataFrame = leaves[columns].iloc[leaf].reset_index(drop=True)
    rows = rows.assign(
        child=child.astype(str),
        occasion=visit.astype(str),
        age_days=days[child, visit],
        sex=sex[child],
        response=np.where(passed, "passed", "not_yet"),
    )
    return rows


def _share(
    leaves: pd.DataFrame,
    log_age: NDArray[np.float64],
    shift: NDArray[np.float64] | float = 0.0,
) -> NDArray[np.float64]:
    """Share passing each leaf; the last axis runs over leaves."""
    slope = np.exp(leaves["log_slope"].to_numpy())
    logit = slope * (log_age - leaves["location"].to_numpy()) + shift
    return np.asarray(expit(logit))


def _check_ages(ages_months: Sequence[float]) -> NDArray[np.float64]:
    """Ages that a table of counts may hold, each once."""
    ages = np.asarray(list(ages_months), dtype=float)
    oldest = OLDEST_DAYS / days_from_months(1)
    inside = len(ages) > 0 and bool(((ages >= 0) & (ages <= oldest)).all())
    if not inside or len(set(ages.tolist())) != len(ages):
        raise BadValueError.parameter(
            "ages_months", "different ages in months, from 0 to 18 years", ages_months
        )
    return ages


def _attrs(settings: dict[str, object]) -> dict[Hashable | None, Any]:
    """Say that nobody is behind these numbers."""
    record = Record.now((SOURCE,), {"simulated": settings})
    return {"record": record.to_json(), "left_out": {}}
