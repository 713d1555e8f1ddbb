"""Confusion matrices: counted from blind gold only, weighted, and shrunken rightly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from devnorms._base.errors import EmptySelectionError, InvalidTableError
from devnorms.annotate.agreement_confusion import confusions
from devnorms.annotate.agreement_ratings import CATEGORIES, AssistedLabelsError
from devnorms.annotate.agreement_shrinkage import ALL, Sampling, sample_rows, shrunken


def _codings(
    rows: list[tuple[str, str, str]], coder: str, setting: str
) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["id", "concept", "status"])
    return table.assign(coder=coder, setting=setting)


def _read(ids: list[str], *coders: str) -> pd.DataFrame:
    return pd.DataFrame(
        [(i, "en", c) for i in ids for c in coders], columns=["id", "lang", "coder"]
    )


@pytest.fixture
def four() -> dict[str, pd.DataFrame]:
    """Four reports; the first was drawn with 1 in 10, the others for sure."""
    ids = ["a", "b", "c", "d"]
    gold = [(i, "crawls", "achieved") for i in "abc"]
    found = [("a", "crawls", "achieved"), ("b", "crawls", "not_yet")]
    return {
        "gold": _codings(gold, "ana", "blind"),
        "codings": _codings(found, "embedded-1", "proposed"),
        "read": _read(ids, "ana", "embedded-1"),
        "draw": pd.DataFrame({"id": ids, "probability": [0.1, 1, 1, 1]}),
    }


def _row(table: pd.DataFrame, truth: str, column: str) -> list[float]:
    part = table[(table["concept"] == "crawls") & (table["truth"] == truth)]
    return part.set_index("coded")[column].loc[list(CATEGORIES)].tolist()


def test_counts_weights_and_effective_sizes(four: dict[str, pd.DataFrame]) -> None:
    table = confusions(concepts=["crawls", "walks_alone"], **four)
    assert len(table) == 2 * 16
    assert _row(table, "achieved", "n") == [1, 1, 1, 0]
    assert _row(table, "achieved", "weighted") == [1, 10, 1, 0]
    # Kish: (10 + 1 + 1)^2 / (100 + 1 + 1) reports tell as much
    size = 144 / 102
    assert _row(table, "achieved", "effective") == pytest.approx(
        [size / 12, size * 10 / 12, size / 12, 0]
    )
    assert _row(table, "absent", "n") == [1, 0, 0, 0]


def test_assisted_labels_are_refused_on_either_side(
    four: dict[str, pd.DataFrame],
) -> None:
    for side in ("gold", "codings"):
        given = dict(four)
        given[side] = given[side].assign(setting="assisted")
        with pytest.raises(AssistedLabelsError, match="error rates cannot be worked"):
            confusions(concepts=["crawls"], **given)


def test_gold_is_blind_of_one_reader_and_drawn_with_known_probability(
    four: dict[str, pd.DataFrame],
) -> None:
    concepts = ["crawls"]
    proposed = four | {"gold": four["gold"].assign(setting="proposed")}
    with pytest.raises(InvalidTableError, match="not made blind"):
        confusions(concepts=concepts, **proposed)
    two = pd.concat([four["gold"], four["gold"].assign(coder="ben")])
    with pytest.raises(InvalidTableError, match="2 readers"):
        confusions(concepts=concepts, **(four | {"gold": two}))
    with pytest.raises(InvalidTableError, match="no probability for 3 gold"):
        confusions(concepts=concepts, **(four | {"draw": four["draw"].head(1)}))
    only = four["read"].query("coder == 'ana'")
    with pytest.raises(EmptySelectionError, match="No coder has read"):
        confusions(
            concepts=concepts,
            **(four | {"read": only, "codings": four["codings"].head(0)}),
        )


def test_few_reports_are_drawn_to_their_language_many_are_not() -> None:
    rows = []
    for concept, right, wrong in (
        ("a", 90, 10),
        ("b", 90, 10),
        ("c", 10, 90),
        ("d", 1, 0),
    ):
        for coded, n in (
            ("achieved", right),
            ("absent", wrong),
            ("not_yet", 0),
            ("unclear", 0),
        ):
            rows.append(("m", "en", concept, "achieved", coded, n, float(n)))
    table = pd.DataFrame(
        rows, columns=["coder", "lang", "concept", "truth", "coded", "n", "effective"]
    )
    found = shrunken(table, sampling=Sampling(300, 100)).set_index(["concept", "coded"])
    assert found.loc[("c", "achieved"), "share"] == pytest.approx(0.1, abs=0.05)
    lone = found.loc[("d", "achieved")]
    assert lone["raw"] == 1
    assert 0.4 < lone["share"] < 0.9
    unseen = found.loc[(ALL, "achieved")]
    assert unseen["n"] == 0
    assert unseen["high"] - unseen["low"] > 0.4  # milestones differ: little is known
    shares = found.groupby("concept")["share"].sum()
    assert np.allclose(shares, 1)


def test_intervals_cover_and_shrunken_shares_are_nearer_the_truth_than_raw() -> None:
    rng = np.random.default_rng(7)
    inside = total = 0
    squares = np.zeros(3)
    for _ in range(20):  # from the model's own priors: then it must be right exactly
        everywhere = rng.dirichlet(np.ones(4))
        between, within = rng.gamma(2, 10, size=2)
        language = rng.dirichlet(between * everywhere, size=5)
        truth = np.stack(
            [rng.dirichlet(np.maximum(within * p, 1e-9), size=6) for p in language]
        )
        sizes = rng.integers(2, 25, (5, 6))
        counts = np.array(
            [[rng.multinomial(n, p) for n, p in zip(*row, strict=True)]
             for row in zip(sizes, truth, strict=True)], dtype=float,
        )  # fmt: skip
        draws = sample_rows(counts, Sampling(150, 80), rng)[:, :, :-1]
        low, high = np.quantile(draws, [0.05, 0.95], axis=0)
        # a share below one in a million is none
        inside += int(((low <= truth + 1e-6) & (truth <= high)).sum())
        total += truth.size
        pooled = counts.sum(axis=1, keepdims=True)
        pooled = np.broadcast_to(
            pooled / pooled.sum(axis=2, keepdims=True), truth.shape
        )
        raw = counts / sizes[..., None]
        for place, estimate in enumerate((draws.mean(axis=0), raw, pooled)):
            squares[place] += ((estimate - truth) ** 2).sum()
    assert 0.86 <= inside / total <= 0.94
    assert squares[0] < 0.75 * squares[1]
    assert squares[0] < 0.9 * squares[2]
