"""
The link graph: what joins two populations, and how sure it is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from devnorms.norms.effects import Effects, flat
from devnorms.norms.known import Known

SAME, LINKED, NONE = "same items", "linked items", "none"


@dataclass(frozen=True, eq=False)
class Graph:
    """
    Who was asked which items, and how much of it joins them to others.

    Attributes
    ----------
    items : dict of (str, str) to frozenset of str
        Items by population and milestone.
    askers : dict of str to set of str
        Populations by milestone.
    sure : dict of str to float, or None
        How sure it is that an item asks its milestone, after the model has seen the
        answers; None if nobody said.
    unlinked_weight : dict of str to float
        How much of what places a population among the others comes from milestones
        that nobody else was asked.
    """

    items: dict[tuple[str, str], frozenset[str]]
    askers: dict[str, set[str]]
    sure: dict[str, float] | None
    unlinked_weight: dict[str, float]

    def others(self, population: str, milestone: str) -> frozenset[str]:
        """
        Give all items that others answered.

        Parameters
        ----------
        population, milestone : str
            Ids.
        """
        rest = self.askers[milestone] - {population}
        none: frozenset[str] = frozenset()
        return none.union(*(self.items[name, milestone] for name in rest))

    def probability(self, *groups: frozenset[str]) -> float:
        """
        How sure it is that all groups of items ask the same milestone.

        Parameters
        ----------
        *groups : frozenset of str
            Items of each side; the mean counts within a side.
        """
        if self.sure is None:
            return float("nan")
        sure = self.sure
        means = [np.mean([sure.get(item, 0.5) for item in group]) for group in groups]
        return float(np.prod(means))


def graph_of(effects: Effects, known: Known) -> Graph:
    """
    Read the link graph off the leaves.

    Parameters
    ----------
    effects : Effects
        From `devnorms.norms.effects.effects_of`.
    known : Known
        Its links say how sure they are.

    Returns
    -------
    Graph
    """
    populations, milestones = effects.populations, effects.milestones
    items: dict[tuple[str, str], set[str]] = defaultdict(set)
    askers: dict[str, set[str]] = defaultdict(set)
    for who, what, item in zip(
        effects.population, effects.milestone, effects.item, strict=True
    ):
        items[populations[who], milestones[what]].add(str(item))
        askers[milestones[what]].add(populations[who])
    return Graph(
        {key: frozenset(names) for key, names in items.items()},
        dict(askers),
        after_the_data(effects, known.probabilities()),
        _unlinked_weight(effects, askers),
    )


def after_the_data(
    effects: Effects, judged: dict[str, float] | None
) -> dict[str, float] | None:
    """
    Let the answers question the links.

    A judge was sure to a degree p that an item asks its milestone. If it does, the item
    lies off the milestone by as much as wordings do (SD of items); if not, by as much
    as milestones do. With the item's effect found in the fit, Bayes' rule gives how
    sure one may be afterwards. Effects are drawn towards zero where they are poorly
    known, so a link is questioned later rather than sooner.

    Parameters
    ----------
    effects : Effects
        The fit's.
    judged : dict of str to float or None
        By item; items that nobody judged count as one half.

    Returns
    -------
    dict of str to float or None
        By item of the curves; None if nobody judged any.
    """
    if judged is None:
        return None
    off = flat(effects.curves, "item_effect").mean(axis=0)
    same = effects.scale("sd_item") ** 2
    other = same + effects.scale("sd_milestone") ** 2
    ratio = np.sqrt(same / other) * np.exp(off**2 / 2 * (1 / same - 1 / other))
    names = [str(name) for name in effects.curves["item"].values]
    before = np.array([judged.get(name, 0.5) for name in names])
    after = before / (before + (1 - before) * ratio)
    return dict(zip(names, after.tolist(), strict=True))


def _unlinked_weight(effects: Effects, askers: dict[str, set[str]]) -> dict[str, float]:
    """
    Weigh milestones that only one population was asked against those that join it.

    A population's overall shift is read off both: off the unlinked ones because the
    model believes that milestones are spread alike everywhere, which only means that
    somebody chose easier or harder items.
    """
    one = effects.variance("wording", "instrument", "country", "left over")
    spread = effects.scale("sd_milestone") ** 2
    alone: Counter[str] = Counter()
    joined: Counter[str] = Counter()
    for names in askers.values():
        (alone if len(names) == 1 else joined).update(names)
    return {
        name: (weight := alone[name] / (spread + one))
        / (weight + joined[name] / (2 * one) or 1.0)
        for name in effects.populations
    }
