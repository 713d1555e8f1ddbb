"""
What cannot be told apart: country, study, instrument, wording. Read off the data.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr


def cannot_separate(curves: xr.Dataset, populations: pd.DataFrame) -> list[str]:
    """
    Say which differences the data cannot split, and why.

    Parameters
    ----------
    curves : xarray.Dataset
        Valid curves; who was asked which item of which instrument is read from them.
    populations : pandas.DataFrame
        Who was sampled; only these are spoken of.

    Returns
    -------
    list of str
        Sentences on countries and studies, shared items, instruments, samples.
    """
    leaves = pd.DataFrame(
        {
            name: curves[f"leaf_{name}"].values.astype(str)
            for name in ("population", "item", "instrument")
        }
    )
    leaves = leaves[leaves["population"].isin(populations["population"])]
    return [
        *_countries(populations),
        *_shared_items(leaves),
        *_instruments(leaves),
        *_samples(populations),
    ]


def groups_sharing_items(leaves: pd.DataFrame) -> list[list[str]]:
    """
    Group populations that identical items join, directly or through others.

    Parameters
    ----------
    leaves : pandas.DataFrame
        ``population, item``.

    Returns
    -------
    list of list of str
        Each population once; the largest group first.

    Examples
    --------
    >>> import pandas as pd
    >>> groups_sharing_items(
    ...     pd.DataFrame({"population": list("ABBC"), "item": list("xxyz")})
    ... )
    [['A', 'B'], ['C']]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    people, names = pd.factorize(leaves["population"], sort=True)
    items, labels = pd.factorize(leaves["item"])
    ones = np.ones(len(leaves))
    asks = coo_array((ones, (people, items)), shape=(len(names), len(labels))).tocsr()
    _, group = connected_components(asks @ asks.T, directed=False)
    found = [names[group == g].tolist() for g in np.unique(group)]
    return sorted(found, key=lambda members: (-len(members), members))


def _countries(populations: pd.DataFrame) -> list[str]:
    """Where a country has one study, its difference is the study's as well."""
    studies = populations.groupby("country", sort=True)["study"].nunique()
    single = studies.index[studies == 1].tolist()
    several = studies.index[studies > 1].tolist()
    lines = []
    if single:
        lines.append(
            f"Country and study: one study only in {', '.join(single)}. A difference "
            "between these is one between studies, years, samples and examiners as "
            "much as between countries."
        )
    if several:
        lines.append(
            f"More than one study in {', '.join(several)}: what lies between studies "
            "of the same country shows how much of any difference need not be country."
        )
    return lines


def _shared_items(leaves: pd.DataFrame) -> list[str]:
    """Which populations answered the same items, and which only linked ones."""
    groups = groups_sharing_items(leaves)
    lines = [
        f"Identical items join {', '.join(members)}."
        for members in groups
        if len(members) > 1
    ]
    alone = [members[0] for members in groups if len(members) == 1]
    if len(groups) > 1:
        lines.append(
            "Between these groups"
            + (
                f" and {', '.join(alone)}, who share no item with anybody,"
                if alone
                else ""
            )
            + " comparisons rest on links alone: somebody's claim that different items "
            "ask the same milestone."
        )
    return lines


def _instruments(leaves: pd.DataFrame) -> list[str]:
    """Instruments that only one population answered."""
    users = leaves.groupby("instrument", sort=True)["population"].unique()
    single = [f"{name} ({used[0]})" for name, used in users.items() if len(used) == 1]
    if not single:
        return []
    return [
        f"Instrument and population: used by one population only: {', '.join(single)}. "
        "There, what the instrument does and what the population does look the same."
    ]


def _samples(populations: pd.DataFrame) -> list[str]:
    """Name samples that were chosen for what may itself change the age."""
    lines = []
    for sampling, words in (
        ("clinical", "Chosen for a condition of health or growth"),
        ("poor", "Chosen for poverty"),
        ("trial", "Taken from trials, whose arm may matter"),
    ):
        names = populations.loc[populations["sampling"] == sampling, "population"]
        if len(names):
            lines.append(
                f"{words}: {', '.join(names)}. They do not stand for a country."
            )
    if not (populations["sampling"] == "representative").any():
        lines.append("No population here is a representative sample.")
    return lines
