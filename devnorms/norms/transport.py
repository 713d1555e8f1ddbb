"""
Carry norms over to a population that nobody measured, or of which a few were.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from devnorms._base.checks import check_known, check_share, check_shares
from devnorms._base.errors import BadValueError, EmptySelectionError, ForbiddenUseError
from devnorms._base.provenance import USES, Record
from devnorms.norms.draws import INTERVAL, age_table
from devnorms.norms.judged import CurveDraws
from devnorms.norms.support import Support, flag
from devnorms.norms.transport_choice import Fold, foretell_one
from devnorms.norms.transport_learning import aligned
from devnorms.norms.transport_leaves import NODES, leaves_of
from devnorms.norms.transport_local import with_local
from devnorms.norms.transport_methods import DEFAULT
from devnorms.norms.transport_mixture import Predicted
from devnorms.norms.transport_near import Method, Surroundings
from devnorms.norms.transport_predict import world_of
from devnorms.norms.transport_target import Target, target_of
from devnorms.norms.transport_words import card_of, described, statements
from devnorms.schema.nodes import nodes_from_counts
from devnorms.schema.norms import NormSet
from devnorms.schema.transport import check_transported

SHARES = (0.25, 0.5, 0.75, 0.9)
FEWEST_POPULATIONS = 2
"""A milestone that fewer were asked is not carried over."""

_DRAWS = 2000


def transport(  # noqa: PLR0913  (each is one thing that may be known)
    counts: pd.DataFrame,
    population: str = "new",
    *,
    country: str | None = None,
    local: pd.DataFrame | None = None,
    children: int | None = None,
    milestones: Sequence[str] | None = None,
    shares: Sequence[float] = SHARES,
    level: float = 0.8,
    method: Method = DEFAULT,
    surroundings: Surroundings | None = None,
) -> NormSet:
    """
    Predict at which ages a population passes milestones that it was not asked.

    Each measured population is estimated on its own. How far populations, countries,
    instruments and wordings lie apart is learnt from these estimates, and a population
    is predicted as one more of them: with all that differs between them in the
    interval. A milestone's spread is its own, as far as it can be known, and whole
    populations may lie far off (Student's t). Intervals are widened or narrowed by what
    the measured countries, left out one by one, would have needed.

    Local children, if there are any, move what was predicted
    (`devnorms.norms.transport_local.with_local`); a milestone that they were not
    asked moves with the others.

    Curves are not taken: their estimates lean on each other already.

    Parameters
    ----------
    counts : pandas.DataFrame
        Of the populations that were measured, see
        `devnorms.schema.counts.check_counts`.
    population : str
        What to call the new one.
    country : str, optional
        Its country (ISO 3166-1 alpha-3). If one of the others lives there, what that
        country has in common is known in part.
    local : pandas.DataFrame, optional
        Counts of its own children, however few.
    children : int, optional
        How many they are; without it, the largest number asked one item, which is too
        many if children were seen more than once.
    milestones : sequence of str, optional
        Which; all that can be carried over without it.
    shares : sequence of float
        Shares passing.
    level : float
        Probability in the equal-tailed interval.
    method : Method
        How to predict; `devnorms.norms.transport_methods` lists what was tried.
    surroundings : Surroundings, optional
        Covariates and distances, for methods that use them.

    Returns
    -------
    NormSet
        ``table`` has further columns: ``predicted`` (whether nobody there was asked
        this milestone), ``populations, countries`` (how many others were asked it),
        ``from_populations``, ``method, mark`` (what to mind, or ""); ``support`` is
        ``not_observed`` unless local children were asked, and ``support_low_months,
        support_high_months`` are then the ages at which others were asked.
        ``table.attrs["left_out"]`` counts milestones not carried over, by reason. The
        card says in its title that nobody there was measured.

    Raises
    ------
    BadValueError
        If the population is among those measured, or a share or level is none.
    UnknownNameError
        If a milestone is not in the counts.
    EmptySelectionError
        If no milestone can be carried over.
    ForbiddenUseError
        If the terms of a source that entered allow comparing only.
    InvalidTableError
        If counts are not valid.

    References
    ----------
    Rasmussen CE, Williams CKI. Gaussian Processes for Machine Learning. MIT Press 2006.

    Examples
    --------
    >>> import devnorms as dn
    >>> counts = dn.load_counts("milestones").query("domain == 'gross_motor'")
    >>> norms = transport(counts, "Kilifi", country="KEN", shares=[0.5])
    >>> print(norms.card["title"])
    TRANSPORTED NORM for Kilifi: predicted; nobody there was measured
    >>> walks = norms.table.set_index("milestone").loc["walks_alone"]
    >>> bool(walks["age_months_low"] < 12.5 < walks["age_months_high"])
    True
    """
    wanted, level = check_shares("shares", shares), check_share("level", level)
    record = _record(counts)
    leaves = leaves_of(counts)
    target = target_of(leaves, (population, country), local, FEWEST_POPULATIONS)
    if milestones is not None:
        target = target.only(check_known("milestone", milestones, target.known))
    if not len(target.rows):
        raise EmptySelectionError(
            f"Transport to {population!r}: no milestone was asked in "
            f"{FEWEST_POPULATIONS} populations ({target.left_out})."
        )
    predicted = _predicted(target, method, surroundings or Surroundings())
    number = 0
    if local is not None:
        number = _number(local, children)
        nodes = aligned(
            nodes_from_counts(local, nodes=NODES), target.rows["item"].tolist()
        )
        predicted = with_local(predicted, nodes, number)
    draws = predicted.draws(_DRAWS, np.random.default_rng(_seed(record)))
    cells, curves = target.cells(draws)
    table = _table(cells, curves, wanted, level).assign(method=method.name)
    table["statement"] = statements(table)
    table = check_transported(table)
    table.attrs["left_out"] = target.left_out
    settings = {
        "shares": list(wanted),
        "level": level,
        "interval": INTERVAL,
        "method": method.name,
        "children": number,
        "left_out": target.left_out,
        "common_sd": _common(predicted, target),
    }
    made = record.with_settings(transport=settings)
    who = described(target, number)
    return NormSet(table, who, card_of(table, target, made), made)


def _predicted(target: Target, method: Method, surroundings: Surroundings) -> Predicted:
    """Predict the target's leaves from all others."""
    world = world_of(target.leaves, method, surroundings)
    given = np.flatnonzero(world.known)
    first = len(world.rows) - len(target.rows)
    fold = Fold(target.population, given, np.arange(first, len(world.rows)), 0)
    return foretell_one(world, fold, world.rows["country"].to_numpy(dtype=str))[0]


def _table(
    cells: pd.DataFrame, curves: CurveDraws, shares: tuple[float, ...], level: float
) -> pd.DataFrame:
    """Ages of each milestone, with what is known of it."""
    found = age_table(curves.location, curves.log_slope, shares, level)
    rows = cells.take(found["curve"].to_numpy()).reset_index(drop=True)
    table = pd.concat([rows, found.drop(columns="curve")], axis=1)
    reach = Support(
        # Where nobody was asked, nobody can all have passed.
        np.where(table["asked"] > 0, table["asked"], 2),
        np.where(table["asked"] > 0, table["passed"], 1),
        table["support_low_months"].to_numpy(),
        table["support_high_months"].to_numpy(),
    )
    support = flag(table["age_months"].to_numpy(), reach)
    support[(table["asked"] == 0).to_numpy() & (support == "within")] = "not_observed"
    table = table.assign(interval=INTERVAL, level=level, support=support)
    table["support"] = table["support"].astype("str")
    return table


def _number(local: pd.DataFrame, children: int | None) -> int:
    """How many local children there are."""
    if children is None:
        by = ["population", "item"]
        return int(local.groupby(by, observed=True)["asked"].sum().max())
    if not isinstance(children, int) or children < 1:
        raise BadValueError.parameter("children", "a whole number, 1 or more", children)
    return children


def _record(counts: pd.DataFrame) -> Record:
    """Where the counts come from; refuse what may only be compared with."""
    text = counts.attrs.get("record")
    record = Record.from_json(text) if text else Record.now()
    forbidden = record.forbidden().get("norms")
    if forbidden:
        raise ForbiddenUseError.by_terms(
            USES["norms"], forbidden, "Predict without them."
        )
    return record


def _seed(record: Record) -> int:
    """Give the same draws for the same counts."""
    return 20261124 if record.seed is None else record.seed


def _common(predicted: Predicted, target: Target) -> dict[str, float]:
    """
    SD of what all milestones, and those of one domain, are off by together.

    Taken from the covariances between milestones of different domains, and of one.
    """
    off = predicted.location - predicted.weight @ predicted.location
    total = np.tensordot(predicted.weight, predicted.location_cov, 1)
    total = total + (predicted.weight[:, None] * off).T @ off
    milestone = target.rows["milestone"].to_numpy(dtype=str)
    domain = target.rows["domain"].to_numpy(dtype=str)
    apart = milestone[:, None] != milestone[None, :]
    same = domain[:, None] == domain[None, :]
    across, within = total[~same], total[same & apart]
    everywhere = float(np.mean(across)) if across.size else 0.0
    inside = float(np.mean(within)) if within.size else everywhere
    if not across.size:
        everywhere = inside
    return {
        "all": float(np.sqrt(max(everywhere, 0.0))),
        "domain": float(np.sqrt(max(inside - everywhere, 0.0))),
    }
