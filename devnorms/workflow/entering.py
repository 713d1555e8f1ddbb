"""
What enters an analysis: counts, who was sampled, and what was left out on the way.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devnorms._base.checks import check_known
from devnorms._base.errors import EmptySelectionError, LeftOutWarning
from devnorms._base.provenance import content_hash, table_hash
from devnorms.workflow.analysis import BUNDLED, Analysis, Data

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Entering:
    """
    The tables that an analysis is made from.

    Attributes
    ----------
    counts : pandas.DataFrame
        See `devnorms.schema.counts`.
    populations : pandas.DataFrame
        See `devnorms.schema.populations`.
    milestones : pandas.DataFrame
        See `devnorms.schema.items.check_milestones`.
    left_out : mapping of str to int
        Responses not used, by reason in words.
    """

    counts: pd.DataFrame
    populations: pd.DataFrame
    milestones: pd.DataFrame
    left_out: Mapping[str, int]

    def hashes(self) -> dict[str, str]:
        """Hash each table."""
        return {
            "counts": table_hash(self.counts),
            "populations": table_hash(self.populations),
            "milestones": table_hash(self.milestones),
            "left_out": content_hash(dict(self.left_out)),
        }


def enter(analysis: Analysis) -> Entering:
    """
    Load, count and select what an analysis asks for.

    Parameters
    ----------
    analysis : Analysis
        Its ``data`` and ``count`` are used.

    Returns
    -------
    Entering

    Raises
    ------
    UnknownNameError
        If a population, domain or milestone is not in the data.
    EmptySelectionError
        If nothing is left.
    """
    from devnorms.sources.codebook import milestones

    concepts = milestones()
    counts, populations = _load(analysis, concepts)
    chosen, dropped = _select(counts, analysis.data)
    left_out = {str(k): int(v) for k, v in counts.attrs.get("left_out", {}).items()}
    if dropped:
        left_out["not selected by this analysis"] = dropped
    return Entering(chosen, populations, concepts, left_out)


def _load(
    analysis: Analysis, concepts: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the bundled counts, or load and count the responses; and who was sampled."""
    from devnorms import sources, tabulate
    from devnorms.sources import bundled

    data = analysis.data
    if data.source == BUNDLED:
        return bundled.load_counts(BUNDLED), bundled.populations(BUNDLED)
    observations = sources.load(
        data.source,
        path=data.path or None,
        domains=data.domains or None,
        milestones=data.milestones or None,
    )
    counts = tabulate.count(
        observations,
        corrected_age=analysis.count.corrected_age,
        domains=dict(zip(concepts["milestone"], concepts["domain"], strict=True)),
    )
    return counts, sources.populations(data.source)


def _select(counts: pd.DataFrame, data: Data) -> tuple[pd.DataFrame, int]:
    """Keep what was chosen; give how many responses were not."""
    keep = counts["asked"] > 0
    choices = {
        "population": data.populations,
        "domain": data.domains,
        "milestone": data.milestones,
    }
    for column, wanted in choices.items():
        if wanted:
            check_known(column, wanted, counts[column].dropna().unique())
            keep &= counts[column].isin(wanted)
    if not keep.any():
        raise EmptySelectionError(
            "The choices under [data] leave no response: "
            f"populations = {list(data.populations)}, domains = {list(data.domains)}, "
            f"milestones = {list(data.milestones)}. Each is in the data, but never "
            "together; leave one of them out."
        )
    chosen = counts[keep].reset_index(drop=True)
    _warn_of_unasked(chosen, choices)
    chosen.attrs = dict(counts.attrs)
    return chosen, int(counts.loc[~keep, "asked"].sum())


def _warn_of_unasked(
    chosen: pd.DataFrame, choices: Mapping[str, tuple[str, ...]]
) -> None:
    """Warn of names that were chosen, but are left without a response."""
    unasked = [
        f"{column}: {', '.join(map(repr, sorted(lost)))}"
        for column, wanted in choices.items()
        if (lost := set(wanted) - set(chosen[column].dropna()))
    ]
    if unasked:
        warnings.warn(
            "Chosen under [data], but never asked together with the other choices: "
            + "; ".join(unasked),
            LeftOutWarning,
            stacklevel=2,
        )
