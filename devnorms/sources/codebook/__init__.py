"""
Milestone concepts, and the claims that an item asks one of them.

Four small tables are shipped with the package. They hold the project's own words and
item codes; the wording of an instrument stays with its publisher.

The links were judged from the items' descriptions and, where these were unclear, their
place in the series and how many children pass. That was done before they were compared
with anybody else's grouping, and no link was changed afterwards: so what
`compare_links` finds says something about both.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

import numpy as np
import pandas as pd

from devnorms._base.errors import EmptySelectionError, InvalidTableError
from devnorms.schema.items import check_links, check_milestones

__all__ = [
    "Agreement",
    "compare_links",
    "disagreements",
    "links",
    "milestones",
    "unlinked",
]


def _read(name: str) -> pd.DataFrame:
    """Read a packaged table as text; an empty cell is an empty text, not missing."""
    file = resources.files(__name__) / f"{name}.csv"
    with file.open(encoding="utf-8") as stream:
        return pd.read_csv(stream, dtype=str, keep_default_na=False)


def milestones() -> pd.DataFrame:
    """
    All milestone concepts: one skill at one level of difficulty each.

    Returns
    -------
    pandas.DataFrame
        ``milestone, domain, name, counts_as, does_not_count, origin, question``.
        ``origin`` is ``core`` for the concepts whose ids are fixed, ``added`` for
        those that the items called for. ``question`` is how a caregiver may be asked.

    Examples
    --------
    >>> from devnorms.sources import codebook
    >>> table = codebook.milestones().set_index("milestone")
    >>> table.loc["walks_alone", "counts_as"]
    'takes several steps with no support'
    >>> int((table["origin"] == "core").sum())
    49
    """
    return check_milestones(_read("milestones"))


def links() -> pd.DataFrame:
    """
    Claims that an item asks a milestone, each with how sure the judge was.

    Returns
    -------
    pandas.DataFrame
        ``item, milestone, confidence, probability, reason, judged_by``; an item comes
        once. ``probability`` is the judge's own, that a careful reader of the whole
        item would agree. ``confidence`` is the same in a word: ``high`` from 0.85,
        ``medium`` from 0.6, ``low`` below; under 0.4 an item was left unlinked.

    Examples
    --------
    >>> from devnorms.sources import codebook
    >>> table = codebook.links().set_index("item")
    >>> table.loc["ddigmd068", "milestone"]
    'walks_alone'
    >>> table.loc["barxxx012", ["milestone", "confidence"]].tolist()
    ['walks_alone', 'medium']
    """
    return check_links(_read("links").astype({"probability": float}))


def unlinked() -> pd.DataFrame:
    """
    Every observed item that asks none of the milestones, with the kind of reason.

    Returns
    -------
    pandas.DataFrame
        ``item, reason``, where reason is one of

        - ``single_country``: a skill asked in one country only;
        - ``one_instrument``: asked in several countries, by one instrument only;
        - ``other_level``: the skill of a milestone, but clearly easier or harder;
        - ``no_concept``: a skill too narrow for a milestone;
        - ``not_a_skill``: a mood, an interest, a reflex or a judgement of quality;
        - ``mixed``: two skills in one item;
        - ``unclear_label``: the description does not say what is asked;
        - ``double_credit``: a copy of the answer to another item, entered twice
          because the instrument counts it twice.

    Examples
    --------
    >>> from devnorms.sources import codebook
    >>> table = codebook.unlinked().set_index("item")
    >>> table.loc["griehd214", "reason"]
    'double_credit'
    """
    return _read("unlinked")


def disagreements() -> pd.DataFrame:
    """
    Why these links and the equate groups of dscore disagree where they do.

    Returns
    -------
    pandas.DataFrame
        ``kind, equate, milestones, explanation``. ``split``: one equate group whose
        items are linked to several milestones. ``merged``: one milestone whose items
        are in several equate groups. Names in a cell are sorted and set apart by
        blanks.

    Examples
    --------
    >>> from devnorms.sources import codebook
    >>> table = codebook.disagreements()
    >>> table.loc[table["equate"] == "GM42", "milestones"].item()
    'first_steps walks_alone'
    """
    return _read("disagreements")


@dataclass(frozen=True)
class Agreement:
    """
    How far the links and another grouping of the same items agree.

    Attributes
    ----------
    items : int
        Items that have both a link and a group; only their pairs are compared.
    pairs_both, pairs_links_only, pairs_groups_only : int
        Pairs of items put together by both, by the links only, by the groups only.
    precision : float
        Share of the pairs that the links join which the groups join too.
    recall : float
        Share of the pairs that the groups join which the links join too.
    f1 : float
        Harmonic mean of precision and recall.
    adjusted_rand : float
        Adjusted Rand index (Hubert & Arabie 1985): 0 as by chance, 1 for the same
        grouping.
    disagreements : pandas.DataFrame
        ``kind, equate, milestones, items``; see the function `disagreements`.
    """

    items: int
    pairs_both: int
    pairs_links_only: int
    pairs_groups_only: int
    precision: float
    recall: float
    f1: float
    adjusted_rand: float
    disagreements: pd.DataFrame


def compare_links(
    equate: pd.DataFrame, judged: pd.DataFrame | None = None
) -> Agreement:
    """
    Compare the links with a grouping of items made by others, pair by pair.

    Parameters
    ----------
    equate : pandas.DataFrame
        ``item, equate``: the group of each item; rows with an empty group are not
        compared.
    judged : pandas.DataFrame, optional
        ``item, milestone``; the packaged links if not given.

    Returns
    -------
    Agreement
        Counts of pairs, precision, recall, F1, adjusted Rand index, and the table of
        disagreements.

    Raises
    ------
    InvalidTableError
        If a column is missing or an item comes twice.
    EmptySelectionError
        If fewer than two items have both a link and a group.

    References
    ----------
    Hubert L, Arabie P (1985). Comparing partitions. Journal of Classification 2,
    193-218. doi:10.1007/BF01908075

    Examples
    --------
    >>> import pandas as pd
    >>> from devnorms.sources import codebook
    >>> groups = pd.DataFrame(
    ...     {
    ...         "item": ["ddigmd068", "by1pdd046", "grigmd203", "ddigmd071"],
    ...         "equate": ["GM42", "GM42", "GM42", "GM55"],
    ...     }
    ... )
    >>> found = codebook.compare_links(groups)
    >>> found.precision, round(found.recall, 2)
    (1.0, 0.33)
    >>> found.disagreements.loc[0, "milestones"]
    'first_steps walks_alone'
    """
    linked = links() if judged is None else judged
    _check(equate, "equate groups", ["item", "equate"])
    _check(linked, "links", ["item", "milestone"])
    grouped = equate.loc[equate["equate"].notna() & (equate["equate"] != "")]
    common = linked[["item", "milestone"]].merge(grouped[["item", "equate"]], on="item")
    if len(common) < 2:
        raise EmptySelectionError(
            f"Too few items to compare: {len(common)} of {len(linked)} linked items "
            f"have a group. Are the item codes the same?"
        )
    return _agreement(common)


def _check(table: pd.DataFrame, name: str, columns: list[str]) -> None:
    """Refuse a table without the columns, or with an item twice."""
    missing = [column for column in columns if column not in table]
    if missing:
        raise InvalidTableError.missing_columns(name, missing, list(table.columns))
    twice = table.loc[table["item"].duplicated(), "item"]
    if len(twice):
        raise InvalidTableError(
            f"{name}: {len(twice)} item(s) come more than once, for example "
            f"{twice.iloc[0]!r}. Keep one row per item."
        )


def _agreement(common: pd.DataFrame) -> Agreement:
    """Count the pairs from the contingency table of milestones and groups."""
    cells = pd.crosstab(common["milestone"], common["equate"]).to_numpy()
    both = _pairs(cells)
    by_links, by_groups = _pairs(cells.sum(axis=1)), _pairs(cells.sum(axis=0))
    every = _pairs(np.array([len(common)]))
    precision = both / by_links if by_links else float("nan")
    recall = both / by_groups if by_groups else float("nan")
    by_chance = by_links * by_groups / every
    at_most = (by_links + by_groups) / 2
    # Nothing but single items on either side: the same grouping, so 1 by definition.
    same = at_most == by_chance
    return Agreement(
        items=len(common),
        pairs_both=both,
        pairs_links_only=by_links - both,
        pairs_groups_only=by_groups - both,
        precision=precision,
        recall=recall,
        f1=2 * both / (by_links + by_groups) if by_links + by_groups else float("nan"),
        adjusted_rand=1.0 if same else (both - by_chance) / (at_most - by_chance),
        disagreements=_disagreements(common),
    )


def _pairs(counts: np.ndarray) -> int:
    """Count the pairs within groups of these sizes."""
    sizes = counts.astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def _disagreements(common: pd.DataFrame) -> pd.DataFrame:
    """One row per group that the links split, and per milestone that they merge."""
    rows = []
    for kind, by, other in (
        ("split", "equate", "milestone"),
        ("merged", "milestone", "equate"),
    ):
        for name, part in common.groupby(by):
            if part[other].nunique() > 1:
                others = " ".join(sorted(part[other].unique()))
                rows.append(
                    {
                        "kind": kind,
                        "equate": str(name) if by == "equate" else others,
                        "milestones": others if by == "equate" else str(name),
                        "items": " ".join(sorted(part["item"])),
                    }
                )
    return pd.DataFrame(rows, columns=["kind", "equate", "milestones", "items"])
