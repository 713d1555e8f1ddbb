"""
The population to be predicted, as leaves without children beside those measured.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from devnorms._base.errors import BadValueError, InvalidTableError
from devnorms.norms.judged import CurveDraws
from devnorms.norms.transport_leaves import Leaves
from devnorms.schema.counts import check_counts
from devnorms.schema.nodes import Nodes

NOBODY = "ZZZ"
"""Country of a population whose country was not said (ISO 3166 leaves it free)."""

NEW = "(new wording)"
ONE_COUNTRY = "asked in one other country only"


@dataclass(frozen=True, eq=False)
class Target:
    """
    What is to be predicted, and from what.

    Attributes
    ----------
    population, country : str
        Of the new one.
    leaves : Leaves
        Those measured, then those to be predicted.
    rows : pandas.DataFrame
        Those to be predicted: one for each milestone, or for each item that local
        children were asked.
    about : pandas.DataFrame
        By milestone: what others were asked, and local children.
    known : list of str
        Milestones of the counts that are not refused.
    left_out : dict of str to int
        Milestones refused, by reason.
    """

    population: str
    country: str
    leaves: Leaves
    rows: pd.DataFrame
    about: pd.DataFrame
    known: list[str]
    left_out: dict[str, int]

    def only(self, milestones: list[str]) -> Target:
        """
        Keep some milestones; local children still speak of all by these only.

        Parameters
        ----------
        milestones : list of str
            Which.
        """
        kept = self.rows["milestone"].isin(milestones).to_numpy()
        measured = len(self.leaves.rows) - len(self.rows)
        which = np.r_[np.ones(measured, dtype=bool), kept]
        leaves = Leaves(
            self.leaves.rows[which].reset_index(drop=True),
            Nodes(
                self.leaves.nodes.leaves[which].reset_index(drop=True),
                self.leaves.nodes.log_age[which],
                self.leaves.nodes.passed[which],
                self.leaves.nodes.not_yet[which],
            ),
            self.leaves.covariance[which],
        )
        return replace(
            self,
            leaves=leaves,
            rows=self.rows[kept].reset_index(drop=True),
            about=self.about.loc[milestones],
        )

    def cells(self, draws: CurveDraws) -> tuple[pd.DataFrame, CurveDraws]:
        """
        Make milestones of leaves: mean location and mean log slope of their items.

        Parameters
        ----------
        draws : CurveDraws
            Of the leaves to be predicted.
        """
        code, names = pd.factorize(self.rows["milestone"])
        share = (code[:, None] == np.arange(len(names))) / np.bincount(code)
        curves = CurveDraws(draws.location @ share, draws.log_slope @ share)
        about = self.about.loc[names].rename_axis("milestone").reset_index()
        about.insert(0, "population", self.population)
        about.insert(1, "country", self.country)
        return about, curves


def target_of(
    leaves: Leaves,
    who: tuple[str, str | None],
    local: pd.DataFrame | None,
    fewest: int,
) -> Target:
    """
    Set up what is to be predicted.

    Parameters
    ----------
    leaves : Leaves
        Measured.
    who : tuple
        Name of the new population, and its country if known.
    local : pandas.DataFrame or None
        Counts of local children.
    fewest : int
        Populations that must have been asked a milestone.

    Raises
    ------
    BadValueError
        If the population is among those measured.
    InvalidTableError
        If the local counts are of several populations, or of none of the milestones.
    """
    population, country = who[0], who[1] or NOBODY
    if population in set(leaves.rows["population"].astype("str")):
        raise BadValueError.parameter(
            "population",
            "a name that none of the measured populations has (it was measured: "
            "devnorms.pass_ages gives its norm)",
            population,
        )
    about, refused = _about(leaves, fewest)
    about, asked = _with_local(about, local)
    new = [name for name in about.index if name not in set(asked["milestone"])]
    blank = pd.DataFrame({"milestone": new, "item": [f"{NEW}: {m}" for m in new]})
    rows = pd.concat([asked, blank.assign(instrument=NEW)], ignore_index=True)
    rows = rows.assign(
        population=population,
        study=population,
        country=country,
        domain=about["domain"].loc[rows["milestone"]].to_numpy(),
    )
    return Target(
        population,
        country,
        _joined(leaves, rows),
        rows,
        about,
        about.index.tolist(),
        refused,
    )


def _about(leaves: Leaves, fewest: int) -> tuple[pd.DataFrame, dict[str, int]]:
    """Say by milestone who was asked; refuse what too few were asked."""
    rows = leaves.rows.astype({"milestone": "str", "population": "str"})
    every = rows["milestone"].nunique()
    rows = rows[leaves.known]
    groups = rows.groupby("milestone", sort=True)
    about = pd.DataFrame(
        {
            "domain": groups["domain"].first().astype("str"),
            "populations": groups["population"].nunique(),
            "countries": groups["country"].nunique(),
            "from_populations": groups["population"].agg(
                lambda names: ", ".join(sorted(set(names)))
            ),
            "support_low_months": groups["support_low_months"].min(),
            "support_high_months": groups["support_high_months"].max(),
        }
    )
    kept = about[about["populations"] >= fewest]
    mark = np.where(kept["countries"] < 2, ONE_COUNTRY, "")
    few, silent = len(about) - len(kept), every - len(about)
    reasons = {
        f"asked in fewer than {fewest} populations": few,
        "all or none passed, or too few were asked to tell": silent,
    }
    return (
        kept.assign(mark=mark, asked=0, passed=0, items=0, predicted=True),
        {reason: number for reason, number in reasons.items() if number},
    )


def _with_local(
    about: pd.DataFrame, local: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add what local children were asked, and give the items."""
    columns = ["item", "milestone", "instrument"]
    if local is None:
        return about, pd.DataFrame({name: pd.Series(dtype="str") for name in columns})
    valid = check_counts(local)
    if valid["population"].nunique() > 1:
        raise InvalidTableError(
            "Local counts are of several populations: "
            f"{sorted(valid['population'].unique())}. Give those of one."
        )
    linked = valid[valid["milestone"].isin(about.index)]
    if linked.empty:
        raise InvalidTableError(
            f"Local counts: none of {valid['item'].nunique()} items asks a milestone "
            "that can be carried over."
        )
    items = linked[columns].astype("str").drop_duplicates("item").reset_index(drop=True)
    groups = linked.groupby(linked["milestone"].astype("str"))
    seen = pd.DataFrame(
        {
            "asked": groups["asked"].sum(),
            "passed": groups["passed"].sum(),
            "items": groups["item"].nunique(),
        }
    )
    about = about.copy()
    about.loc[seen.index, list(seen)] = seen
    about.loc[seen.index, "predicted"] = False
    return about, items


def _joined(leaves: Leaves, rows: pd.DataFrame) -> Leaves:
    """Put leaves without children after those that have some."""
    size = len(rows)
    empty = rows.assign(
        leaf=rows["population"] + ":" + rows["item"],
        asked=0,
        passed=0,
        location=0.0,
        location_se=1.0,
        log_slope=0.0,
        log_slope_se=1.0,
        known=False,
    )
    table = pd.concat([leaves.rows, empty], ignore_index=True)
    nothing = np.zeros((size, leaves.nodes.log_age.shape[1]))
    nodes = Nodes(
        table[leaves.nodes.leaves.columns],
        np.vstack([leaves.nodes.log_age, nothing]),
        np.vstack([leaves.nodes.passed, nothing]),
        np.vstack([leaves.nodes.not_yet, nothing]),
    )
    covariance = np.concatenate([leaves.covariance, np.tile(np.eye(2), (size, 1, 1))])
    return Leaves(table, nodes, covariance)
