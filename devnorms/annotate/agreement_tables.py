"""
Agreement between coders by language or milestone, with intervals by report or family.

Milestones in one report, and reports of one family, are not independent: the bootstrap
draws whole reports, or whole families.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from devnorms._base.checks import check_at_least, check_known, check_share
from devnorms._base.errors import BadValueError, EmptySelectionError
from devnorms.annotate.agreement import (
    gwet_ac1,
    krippendorff_alpha,
    krippendorff_alpha_interval,
    share_agreeing,
)
from devnorms.annotate.agreement_counts import (
    Floats,
    ac1_many,
    agreeing_many,
    alpha_many,
    pairable,
)
from devnorms.annotate.agreement_ratings import CATEGORIES, ratings

if TYPE_CHECKING:
    import pandas as pd

GROUPS = ("lang", "concept")
_FEWEST_CLUSTERS = 2


@dataclass(frozen=True)
class Bootstrap:
    """
    How intervals are drawn.

    Attributes
    ----------
    level : float
        Of the intervals.
    samples : int
        Samples of whole reports or families.
    seed : int
        Of the draws.
    """

    level: float = 0.95
    samples: int = 500
    seed: int = 1

    def __post_init__(self) -> None:
        """Check what was given."""
        check_share("level", self.level)
        check_at_least("samples", self.samples, 1)


def agreement(
    codings: pd.DataFrame,
    read: pd.DataFrame,
    concepts: Sequence[str],
    *,
    by: Sequence[str] = ("lang",),
    families: pd.Series[Any] | None = None,
    bootstrap: Bootstrap = Bootstrap(),
) -> pd.DataFrame:
    """
    Work out how far coders agree on milestones and what is said of them.

    Parameters
    ----------
    codings : pandas.DataFrame
        As `devnorms.schema.codings`; ``proposed`` or ``blind``.
    read : pandas.DataFrame
        ``id, lang, coder``: which coder has read which report.
    concepts : sequence of str
        The milestones that the coders looked for.
    by : sequence of str
        ``"lang"``, ``"concept"``, both or none: a row for each.
    families : pandas.Series, optional
        Family by report id: whole families are then drawn, not reports.
    bootstrap : Bootstrap
        How intervals are drawn.

    Returns
    -------
    pandas.DataFrame
        A row per group: ``reports`` that two coders or more have read, ``units``
        (reports times milestones), ``mentioned`` (units that any of them coded),
        ``share`` of pairs that agree, Krippendorff's ``alpha`` and Gwet's ``ac1``,
        each with ``_low`` and ``_high``, and ``undefined``: the share of bootstrap
        samples in which alpha was 0/0; they do not enter its interval.

    Raises
    ------
    AssistedLabelsError
        If codes were made with suggestions in sight.
    EmptySelectionError
        If no report was read by two coders.
    BadValueError, UnknownNameError, InvalidTableError
        If a parameter or a table is not what it must be.

    References
    ----------
    Hayes & Krippendorff (2007). doi:10.1080/19312450709336664
    Gwet (2008). doi:10.1348/000711006X126600
    """
    import pandas as pd

    check_known("grouping", by, GROUPS)
    table = _read_by_two(ratings(codings, read, concepts))
    rng = np.random.default_rng(bootstrap.seed)
    rows = []
    groups = table.groupby(list(by), sort=True) if by else [((), table)]
    for key, part in groups:
        clusters = _clusters(part, families)
        row = dict(zip(by, key, strict=True)) | _described(part)
        rows.append(row | _with_intervals(part, clusters, bootstrap, rng))
    return pd.DataFrame(rows)


def age_agreement(
    codings: pd.DataFrame,
    *,
    bootstrap: Bootstrap = Bootstrap(),
) -> pd.DataFrame:
    """
    Work out how far coders agree on ages, where two or more gave one.

    Parameters
    ----------
    codings : pandas.DataFrame
        As `devnorms.schema.codings`; ``proposed`` or ``blind``.
    bootstrap : Bootstrap
        How intervals are drawn; always whole reports.

    Returns
    -------
    pandas.DataFrame
        A row per language: ``reports, units`` (codes with two ages or more),
        ``alpha, alpha_low, alpha_high`` of the middles of the intervals, and
        ``difference_months``: the mean absolute difference within pairs.

    Raises
    ------
    AssistedLabelsError
        If codes were made with suggestions in sight.
    EmptySelectionError
        If no milestone of a report was given an age by two coders.
    """
    import pandas as pd

    from devnorms.annotate.agreement_ratings import refuse_assisted

    refuse_assisted(codings, "agreement on ages")
    aged = codings[codings["age_months_low"].notna()]
    middle = (aged["age_months_low"] + aged["age_months_high"]) / 2
    wide = aged.assign(middle=middle).pivot(
        index=["lang", "id", "concept"], columns="coder", values="middle"
    )
    wide = wide[wide.notna().sum(axis=1) > 1]
    if wide.empty:
        raise EmptySelectionError(
            "No milestone of a report was given an age by two coders."
        )
    rng = np.random.default_rng(bootstrap.seed)
    rows = []
    for lang, part in wide.groupby("lang"):
        x = part.to_numpy(dtype=float)
        names = part.index.get_level_values("id").to_numpy()
        weights = _draws(names, bootstrap.samples, rng)
        values = np.array([krippendorff_alpha_interval(x, w) for w in weights])
        low, high = _ends(values, bootstrap.level)
        row = {"lang": lang, "reports": len(set(names)), "units": len(part)}
        row |= {"alpha": krippendorff_alpha_interval(x)}
        row |= {"alpha_low": low, "alpha_high": high}
        rows.append(row | {"difference_months": _difference(x)})
    return pd.DataFrame(rows)


def _read_by_two(table: pd.DataFrame) -> pd.DataFrame:
    both = table[table.notna().sum(axis=1) > 1]
    if both.empty:
        raise EmptySelectionError(
            "No report was read by two coders; agreement needs reports that were."
        )
    return both


def _clusters(part: pd.DataFrame, families: pd.Series[Any] | None) -> Any:
    """Give what is drawn whole: reports, or families."""
    names = part.index.get_level_values("id")
    if families is None:
        return names.to_numpy()
    missing = sorted(set(names) - set(families.index))
    if missing:
        raise BadValueError.parameter(
            "families", f"a family for each of {len(set(names))} reports", missing[:10]
        )
    return families.loc[names].to_numpy()


def _described(part: pd.DataFrame) -> dict[str, int]:
    given = part.notna() & (part != CATEGORIES[0])
    return {
        "reports": part.index.get_level_values("id").nunique(),
        "units": len(part),
        "mentioned": int(given.any(axis=1).sum()),
    }


def _counts(part: pd.DataFrame) -> Floats:
    """Count categories, in their fixed order, per unit."""
    values = part.to_numpy(dtype=object)
    return np.stack([(values == c).sum(axis=1) for c in CATEGORIES], axis=1) * 1.0


def _with_intervals(
    part: pd.DataFrame,
    clusters: Any,
    bootstrap: Bootstrap,
    rng: np.random.Generator,
) -> dict[str, float]:
    counts = _counts(part)
    weights = _draws(clusters, bootstrap.samples, rng)
    units = pairable(counts, weights)
    many = {
        "share": (share_agreeing(counts), agreeing_many(units)),
        "alpha": (krippendorff_alpha(counts), alpha_many(units)),
        "ac1": (gwet_ac1(counts), ac1_many(counts, weights, len(CATEGORIES))),
    }
    row: dict[str, float] = {}
    for name, (value, drawn) in many.items():
        low, high = _ends(drawn, bootstrap.level)
        row |= {name: value, f"{name}_low": low, f"{name}_high": high}
    return row | {"undefined": float(np.isnan(many["alpha"][1]).mean())}


def _draws(clusters: Any, samples: int, rng: np.random.Generator) -> Floats:
    """How often each unit is in each sample of whole clusters."""
    names, place = np.unique(clusters, return_inverse=True)
    n = len(names)
    times = rng.multinomial(n, np.full(n, 1 / n), size=samples)
    return times[:, place].astype(float)


def _ends(values: Floats, level: float) -> tuple[float, float]:
    """Give the ends of the middle share; NaN where there is nothing to draw from."""
    kept = values[~np.isnan(values)]
    if len(kept) < _FEWEST_CLUSTERS:
        return float("nan"), float("nan")
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _difference(x: Floats) -> float:
    """Mean absolute difference within pairs of coders."""
    first, second = np.triu_indices(x.shape[1], 1)
    apart = np.abs(x[:, first] - x[:, second])
    return float(np.nanmean(apart))
