"""
How coders go wrong, per language and milestone: what they make of each true code.

Rows of a confusion matrix are what a careful reader, coding blind, made of a milestone
in a report; columns what the coder made of it; both among absent, achieved, not_yet and
unclear.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from devnorms._base.errors import EmptySelectionError, InvalidTableError
from devnorms.annotate.agreement_ratings import CATEGORIES, ratings, refuse_assisted

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("coder", "lang", "concept", "truth", "coded")


def confusions(
    gold: pd.DataFrame,
    codings: pd.DataFrame,
    read: pd.DataFrame,
    concepts: Sequence[str],
    draw: pd.DataFrame,
) -> pd.DataFrame:
    """
    Count what coders made of each true code.

    Parameters
    ----------
    gold : pandas.DataFrame
        Codings of one careful reader (or of several, settled), all made blind.
    codings : pandas.DataFrame
        Of the coders to be judged: ``proposed`` or ``blind``.
    read : pandas.DataFrame
        ``id, lang, coder``: which coder, the gold reader included, has read which
        report.
    concepts : sequence of str
        The milestones that all of them looked for.
    draw : pandas.DataFrame
        ``id, probability``: with which probability each gold report was drawn
        (`devnorms.annotate.agreement_gold`).

    Returns
    -------
    pandas.DataFrame
        ``coder, lang, concept, truth, coded, n, weighted, effective``: every
        combination, counted; counted with one over the probability as weight; and this
        scaled, within a row of the matrix, to as many reports as would tell as much had
        they been drawn evenly (Kish).

    Raises
    ------
    AssistedLabelsError
        If codes of either were made with suggestions in sight.
    InvalidTableError
        If gold is not blind or not of one reader, or a gold report has no probability.
    EmptySelectionError
        If no coder has read a gold report.

    References
    ----------
    Kish (1965), Survey Sampling, section 8.2: the effective size of a weighted sample.
    """
    import pandas as pd

    refuse_assisted(gold, "error rates")
    refuse_assisted(codings, "error rates")
    reader = _one_reader(gold)
    everything = pd.concat([gold, codings[codings["coder"] != reader]])
    table = ratings(everything, read, concepts)
    table = table[table[reader].notna()]
    weights = _weights(table, draw)
    parts = [
        _counted(coder, table[reader], table[coder], weights)
        for coder in table.columns
        if coder != reader and table[coder].notna().any()
    ]
    if not parts:
        raise EmptySelectionError("No coder has read a report that has gold codes.")
    return pd.concat(parts, ignore_index=True)


def _one_reader(gold: pd.DataFrame) -> str:
    """Give the name of who made the gold, all of it blind."""
    if gold.empty:
        raise InvalidTableError("Gold: no codes. Give the codes that were made blind.")
    not_blind = gold[gold["setting"] != "blind"]
    if len(not_blind):
        raise InvalidTableError(
            f"Gold: {len(not_blind)} code(s) were not made blind (setting "
            f"{not_blind['setting'].iloc[0]!r}). Gold is what a person codes without "
            "having seen a suggestion."
        )
    readers = sorted(gold["coder"].unique())
    if len(readers) > 1:
        raise InvalidTableError(
            f"Gold: codes of {len(readers)} readers ({', '.join(readers[:5])}). Settle "
            "where they differ, and give one code per report and milestone, under one "
            "name."
        )
    return str(readers[0])


def _weights(table: pd.DataFrame, draw: pd.DataFrame) -> pd.Series[float]:
    """One over the probability of the report of each unit."""
    missing = [column for column in ("id", "probability") if column not in draw]
    if missing:
        raise InvalidTableError.missing_columns("Draw", missing, list(draw.columns))
    probability = draw.drop_duplicates("id").set_index("id")["probability"]
    ids = table.index.get_level_values("id")
    unknown = sorted(set(ids) - set(probability.index))
    if unknown:
        raise InvalidTableError(
            f"Draw: no probability for {len(unknown)} gold report(s), first "
            f"{unknown[:10]}. Error rates need the probability with which each was "
            "drawn; where all reports were coded, it is 1."
        )
    weights = 1 / probability.loc[ids]
    weights.index = table.index
    return weights


def _counted(
    coder: str, truth: pd.Series[str], coded: pd.Series[str], weights: pd.Series[float]
) -> pd.DataFrame:
    """Count one coder's codes, with all combinations of categories."""
    import pandas as pd

    there = coded.notna()
    frame = pd.DataFrame(
        {"truth": truth[there], "coded": coded[there], "w": weights[there]}
    ).reset_index()
    frame["w2"] = frame["w"] ** 2
    cells = frame.groupby(["lang", "concept", "truth", "coded"])["w"].agg(
        n="size", weighted="sum"
    )
    groups = frame[["lang", "concept"]].drop_duplicates()
    pairs = pd.MultiIndex.from_product([CATEGORIES, CATEGORIES]).to_frame(index=False)
    grid = groups.merge(pairs.set_axis(["truth", "coded"], axis=1), how="cross")
    full = grid.merge(
        cells.reset_index(), on=["lang", "concept", "truth", "coded"], how="left"
    ).fillna({"n": 0, "weighted": 0.0})
    rows = frame.groupby(["lang", "concept", "truth"])[["w", "w2"]].sum()
    size = (rows["w"] / rows["w2"]).rename("scale").reset_index()
    full = full.merge(size, on=["lang", "concept", "truth"], how="left")
    full["effective"] = (full["weighted"] * full["scale"]).fillna(0.0)
    full["n"] = full["n"].astype("int64")
    full = full.drop(columns="scale").sort_values(["lang", "concept"], kind="stable")
    return full.assign(coder=coder)[[*KEYS, "n", "weighted", "effective"]]
