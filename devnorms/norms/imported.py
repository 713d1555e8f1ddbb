"""
Imported norms: the share of a population's children that another's norm flags.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from devnorms._base.ages import months_from_log_age
from devnorms._base.checks import check_share
from devnorms._base.errors import EmptySelectionError
from devnorms.norms.draws import INTERVAL
from devnorms.norms.imported_gate import with_verdicts
from devnorms.norms.imported_words import statements
from devnorms.norms.judged import (
    CurveDraws,
    flagged,
    judged_share,
    reach,
    three,
)
from devnorms.norms.known import Known
from devnorms.norms.pairing import Pair, Reference, World, look, pairs
from devnorms.norms.printed import PrintedNorm
from devnorms.norms.same_country import Floor, floor_of, same_country_flags
from devnorms.schema.imported import FLAGS, SCHEMA, check_imported


def imported(
    curves: xr.Dataset,
    reference: Reference = None,
    *,
    share: float = 0.9,
    milestones: Sequence[str] | None = None,
    level: float = 0.9,
    known: Known | None = None,
    allow_unconverged: bool = False,
) -> pd.DataFrame:
    """
    Share of each population's children that another population's norm flags.

    Late: not yet passing at the age when `share` of the reference's children pass.
    Early: passing already when only ``1 - share`` of them pass. A population's own norm
    flags ``1 - share`` either way. Every draw is judged by itself: with
    ``L = location_r + logit(share) / slope_r`` the share flagged late is
    ``1 - expit(slope_p (L - location_p))``; median and equal-tailed interval are taken
    of these.

    A reference named among the populations is judged by as its children were, with all
    that its curves leave open. A printed norm is used as people use it: each age as it
    stands, without error, so that only the children's own curves widen the interval.

    No figure stands alone: ``floor_low`` to ``floor_high`` is the range that studies of
    one *country* show on the same items (others than the pair's own country). Inside
    it, a figure need not be about country. And the gate (`devnorms.norms.gate`) says
    whether the two may be compared at all.

    Parameters
    ----------
    curves : xarray.Dataset
        See `devnorms.schema.curves.check_curves`.
    reference : str, sequence of str, NormSet or PrintedNorm, optional
        Whose norm: populations of the curves, a norm set of one population, or
        `devnorms.norms.printed_norm`. Without it, every population in turn.
    share : float
        Of the norm: 0.9 is the age by which 90 % of the reference's children pass.
    milestones : sequence of str, optional
        Which milestones; all without it.
    level : float
        Probability in the equal-tailed interval.
    known : Known, optional
        Who was sampled and how sure links are; the gate needs it to let a comparison
        pass without caution.
    allow_unconverged : bool
        Whether to use draws that failed the sampler's checks.

    Returns
    -------
    pandas.DataFrame
        See `devnorms.schema.imported.check_imported`: a row per reference, other
        population, milestone that both were asked, and flag. ``attrs["left_out"]``
        counts pairs of reference, population and milestone without a row.

    Raises
    ------
    BadValueError
        If the share or level does not lie between 0 and 1, or the reference is none.
    UnknownNameError
        If a reference or milestone is not in the curves.
    EmptySelectionError
        If no other population was asked what the reference has norms for.
    NotConverged
        If the sampler's checks were not met.

    Examples
    --------
    >>> import numpy as np
    >>> from devnorms.simulate import draw_truth, simulate_curves
    >>> rng = np.random.default_rng(1)
    >>> curves = simulate_curves(draw_truth(rng=rng), rng=rng)
    >>> table = imported(curves, "NLD-SIM", milestones=["walks_alone"])
    >>> late = table[(table["flag"] == "late") & (table["population"] == "COL-SIM-A")]
    >>> late["flagged"].round(2).item(), late["flagged_at_home"].round(2).item()
    (0.02, 0.1)
    """
    check_share("share", share)
    check_share("level", level)
    world = look(curves, milestones, known, allow_unconverged)
    between = same_country_flags(curves, share=share, level=level)
    parts = [
        _rows(world, pair, (share, level, flag), floor_of(between, flag, pair.country))
        for flag in FLAGS
        for pair in pairs(world, reference, judged_share(share, flag))
    ]
    if not parts:
        raise EmptySelectionError(
            "Imported norms: no other population was asked any milestone that the "
            f"reference {_named(reference)} has an age for at share {share:g}."
        )
    table = pd.concat(parts, ignore_index=True)
    table = with_verdicts(world, table)
    table["statement"] = statements(table)
    table = check_imported(table[list(SCHEMA.columns)])
    table.attrs["left_out"] = _left_out(world, table)
    table.attrs["record"] = curves.attrs["record"]
    return table


def _rows(
    world: World, pair: Pair, choices: tuple[float, float, str], floor: Floor
) -> pd.DataFrame:
    """One norm, one population: a row per milestone."""
    share, level, flag = choices
    found = three("flagged", flagged(pair.curves, pair.log_age, flag), level)
    ages = three("age_months", months_from_log_age(pair.log_age), level)
    more = {
        f"more_per_1000{end}": 1000 * (found[f"flagged{end}"] - (1 - share))
        for end in ("", "_low", "_high")
    }
    same = _same_items(world, pair, choices)
    children = pair.children
    country = pair.country
    theirs = None if pair.norm is None else pair.norm["asked"].to_numpy()
    joined = np.where(same["shared_items"] > 0, "same items", "linked items")
    return pd.DataFrame(
        {
            "reference": pair.reference,
            "reference_country": pair.reference_country,
            "population": children["population"].to_numpy(),
            "country": country,
            "milestone": children["milestone"].to_numpy(),
            "domain": children["domain"].to_numpy(),
            "share": share,
            "flag": flag,
            **ages,
            **found,
            "flagged_at_home": 1 - share,
            **more,
            **same,
            "interval": INTERVAL,
            "level": level,
            "joined_by": "a printed age" if pair.norm is None else joined,
            "reference_asked": pd.array(
                [None] * len(children) if theirs is None else theirs, dtype="Int64"
            ),
            "asked": children["asked"].to_numpy(),
            "reference_sampling": pair.reference_sampling,
            "sampling": world.known.sampling(str(children["population"].iloc[0])),
            "same_country": pair.reference_country == country,
            "reach": reach(ages["age_months"], pair.norm, children),
            "floor_low": floor.low,
            "floor_high": floor.high,
            "floor_comparisons": floor.comparisons,
            "against_floor": floor.places(found["flagged_low"], found["flagged_high"]),
        }
    ).astype({"reference_country": "str"})


def _same_items(
    world: World, pair: Pair, choices: tuple[float, float, str]
) -> dict[str, np.ndarray]:
    """Give the share by the items that both were asked; NaN where there is none."""
    share, level, flag = choices
    children = pair.children
    empty = np.full(len(children), np.nan)
    columns = {
        f"flagged_same_items{end}": empty.copy() for end in ("", "_low", "_high")
    }
    number = np.zeros(len(children), dtype="int64")
    if pair.norm is not None:
        rows = world.leaves.rows.reset_index(names="at")
        people = str(children["population"].iloc[0])
        both = rows[rows["population"] == pair.reference].merge(
            rows[rows["population"] == people], on=["item", "milestone"]
        )
        draws = CurveDraws(world.leaves.location, world.leaves.log_slope)
        for column, milestone in enumerate(children["milestone"]):
            mine = both[both["milestone"] == milestone]
            number[column] = len(mine)
            if mine.empty:
                continue
            norm, own = (
                _mean(draws.take(mine[at].to_numpy())) for at in ("at_x", "at_y")
            )
            log_age = norm.log_age_at(judged_share(share, flag))
            for name, value in three(
                "flagged_same_items", flagged(own, log_age, flag), level
            ).items():
                columns[name][column] = value[0]
    return {**columns, "shared_items": number}


def _mean(items: CurveDraws) -> CurveDraws:
    """Make a milestone of its items: mean location, mean log slope."""
    return CurveDraws(*(part.mean(axis=1, keepdims=True) for part in items))


def _left_out(world: World, table: pd.DataFrame) -> dict[str, int]:
    """Count combinations without a row: a milestone that only one of the two has."""
    people = world.curves.sizes["population"]
    milestones = world.cells.rows["milestone"].nunique()
    late = table[table["flag"] == table["flag"].iloc[0]]
    references = late["reference"].unique()
    known = set(world.curves["population"].values.astype(str))
    combinations = sum((people - (name in known)) * milestones for name in references)
    return {"not asked in both": int(combinations - len(late))}


def _named(reference: Reference) -> str:
    """Name the reference in a message."""
    if isinstance(reference, PrintedNorm):
        return reference.name
    return "(any)" if reference is None else str(reference)
