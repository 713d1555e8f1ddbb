"""Centiles of vocabulary: against closed forms, made-up truth, and dropped children."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime
from scipy.special import logit
from scipy.stats import norm

from devnorms._base.errors import (
    EmptySelectionError,
    NotConverged,
    PoorFitError,
    UnknownNameError,
)
from devnorms.models.spec import Sampling
from devnorms.models.vocabulary import fit_vocabulary, preview_vocabulary
from devnorms.models.vocabulary_classical import (
    beta_regressions,
    quantile_regressions,
)
from devnorms.models.vocabulary_design import select_children, vocabulary_design
from devnorms.models.vocabulary_kernel import vocabulary_density
from devnorms.models.vocabulary_spec import VocabularySpec
from devnorms.norms.vocabulary import vocabulary_norms
from devnorms.norms.vocabulary_checks import (
    refuse_poor_vocabulary_fit,
    vocabulary_checks,
)
from devnorms.simulate import VocabularyTruth, simulate_vocabulary

AGES = np.arange(8, 21)
EARLY = VocabularyTruth(ceiling=300, level=-3.0, slope=4.0)
CENTILES = (0.1, 0.25, 0.5, 0.9)


def drawn(truth: VocabularyTruth, seed: int, children: int = 40) -> pd.DataFrame:
    """Children of a known truth."""
    rng = np.random.default_rng(seed)
    return simulate_vocabulary(truth, AGES, children, rng=rng)


def centiles(table: pd.DataFrame) -> pd.DataFrame:
    """Centiles by preview."""
    curves = preview_vocabulary(table)
    return vocabulary_norms(curves, centiles=CENTILES, allow_unconverged=True)


def beside(norms: pd.DataFrame, truth: VocabularyTruth) -> pd.DataFrame:
    """Centiles beside the true ones, one row each."""
    true = [
        float(truth.words(np.array([row.age_months]), row.centile)[0])
        for row in norms.itertuples()
    ]
    return norms.assign(true=true)


@pytest.fixture(scope="module")
def early() -> pd.DataFrame:
    """Young children, a third without a word."""
    return drawn(EARLY, 1)


def test_a_plain_normal_gives_the_log_density_of_the_normal_distribution() -> None:
    words, answered = np.array([0.0, 3.0, 50.0, 100.0]), 100.0
    low, high = logit(words / (answered + 1)), logit((words + 1) / (answered + 1))
    value, _ = vocabulary_density(
        np.array([[-1.0], [np.log(1.4)], [0.0], [0.0]]),
        np.array([0, 4]), low, high, np.array([1.0, 2.0, 1.0, 0.5]),
    )  # fmt: skip
    part = norm.cdf(high, -1.0, 1.4) - norm.cdf(low, -1.0, 1.4)
    assert value == pytest.approx(np.log(part) @ [1.0, 2.0, 1.0, 0.5], abs=1e-10)


@pytest.mark.parametrize("at", [(-2.0, 0.3, 0.4, -0.3), (1.0, 0.0, -0.5, 0.4)])
def test_the_gradient_is_that_of_the_density_also_far_out(
    at: tuple[float, ...],
) -> None:
    words = np.array([0.0, 1.0, 40.0, 99.0, 100.0])
    cells = (
        np.array([0, 5]), logit(words / 101), logit((words + 1) / 101), np.ones(5),
    )  # fmt: skip

    def density(point: np.ndarray) -> float:
        return float(vocabulary_density(point[:, None], *cells)[0])

    _, gradient = vocabulary_density(np.array(at)[:, None], *cells)
    # SciPy's forward differences are good to about 1e-6 of the value.
    numeric = approx_fprime(np.array(at), density, 1e-7)
    assert gradient[:, 0] == pytest.approx(numeric, rel=1e-4, abs=1e-3)


def test_the_probabilities_of_all_numbers_of_words_sum_to_one() -> None:
    words = np.arange(51.0)
    at = np.array([[-1.0], [0.4], [0.3], [-0.4]])
    total = sum(
        np.exp(
            vocabulary_density(
                at, np.array([0, 1]), np.array([logit(w / 51)]),
                np.array([logit((w + 1) / 51)]), np.ones(1),
            )[0]
        )
        for w in words
    )  # fmt: skip
    assert total == pytest.approx(1.0, abs=1e-12)


def test_intervals_hold_the_true_centiles_as_often_as_they_say() -> None:
    inside = [
        (rows["words_low"] - 0.5 <= rows["true"])
        & (rows["true"] <= rows["words_high"] + 0.5)
        for seed in range(8)
        for rows in [beside(centiles(drawn(EARLY, seed)), EARLY)]
    ]
    assert 0.84 <= np.mean(np.concatenate(inside)) <= 0.99


def test_dropping_children_without_a_word_puts_more_children_under_low_centiles(
    early: pd.DataFrame,
) -> None:
    assert 0.2 < (early["words"] == 0).mean() < 0.5
    new = drawn(EARLY, 100, children=300)
    young = new[new["age_months"] <= 13]
    off = {}
    for name, table in (("kept", early), ("dropped", early[early["words"] > 0])):
        curves = preview_vocabulary(table)
        checks = vocabulary_checks(curves, young, centiles=(0.1, 0.25), months=6)
        off[name] = (checks["below"] - checks["centile"]).to_numpy()
    assert np.abs(off["kept"]).max() < 0.05
    # A child at the tenth centile would be called one at a lower one.
    assert (off["dropped"] > 0.05).all()


def test_the_ceiling_bounds_centiles_where_a_line_of_quantiles_leaves_the_form() -> (
    None
):
    late = VocabularyTruth(ceiling=300, level=1.0, slope=5.0, log_scale=0.2)
    table = drawn(late, 3, children=12)
    spec = VocabularySpec()
    assert centiles(table)["words"].max() <= 300
    line = quantile_regressions(table, spec=spec, centiles=(0.5, 0.9))
    assert line["words_high"].max() > 300


def test_beta_regression_drops_children_at_floor_and_says_how_many(
    early: pd.DataFrame,
) -> None:
    answer = beta_regressions(early, centiles=(0.1, 0.5))
    at_edges = int((early["words"].isin([0, 300])).sum())
    assert answer["dropped"].unique().tolist() == [at_edges]
    rows = beside(answer.assign(sex="all"), EARLY)
    low = (rows["centile"] == 0.1) & (rows["age_months"] <= 15)
    assert (rows["words"] > rows["true"])[low].all()


def test_quantile_regression_agrees_in_the_middle() -> None:
    middle = VocabularyTruth(ceiling=600, level=0.0, slope=3.0)
    table = drawn(middle, 4, children=80)
    line = quantile_regressions(table, centiles=(0.5,)).set_index("age_months")
    ours = centiles(table)
    half = ours[ours["centile"] == 0.5].set_index("age_months")
    gap = (line["words"] - half["words"]).abs().loc[12:18]
    assert gap.max() < 0.06 * 600


def test_a_child_with_many_forms_counts_once() -> None:
    table = drawn(EARLY, 5, children=4)
    many = pd.concat(
        [table, *(table.head(1).assign(occasion=str(n + 2)) for n in range(5))],
        ignore_index=True,
    )
    design = vocabulary_design(many, VocabularySpec())
    assert design.weight.sum() == pytest.approx(52.0)
    assert design.populations[["forms", "children"]].to_numpy().tolist() == [[57, 52]]


def test_everybody_left_out_is_counted_under_one_reason() -> None:
    table = drawn(EARLY, 6, children=4)
    spoilt = table.assign(
        answered=np.where(table.index < 5, 200, 300),
        words=np.minimum(table["words"], 200),
        age_months=table["age_months"].astype("Int64").mask(table.index.isin([7])),
        age_days=table["age_days"].mask(table.index.isin([7])),
        measure=np.where(table.index == 9, "understands", "produces"),
    )
    kept, left_out = select_children(spoilt, VocabularySpec())
    assert left_out == {
        "the other measure": 1,
        "too few words answered": 5,
        "age not known": 1,
    }
    assert len(kept) + sum(left_out.values()) == len(spoilt)


def test_a_table_without_enough_children_is_refused_with_the_reason() -> None:
    with pytest.raises(EmptySelectionError, match="population with too few children"):
        preview_vocabulary(drawn(EARLY, 7, children=1))
    with pytest.raises(UnknownNameError, match="measure"):
        preview_vocabulary(drawn(EARLY, 7), spec=VocabularySpec(measure="speaks"))


def test_a_preview_makes_no_norms_unless_it_is_asked_for(early: pd.DataFrame) -> None:
    with pytest.raises(NotConverged, match="sampler"):
        vocabulary_norms(preview_vocabulary(early))


def test_shares_under_centiles_are_right_and_a_wrong_curve_is_refused(
    early: pd.DataFrame,
) -> None:
    curves = preview_vocabulary(early)
    new = drawn(EARLY, 99, children=60)
    checks = vocabulary_checks(curves, new, months=5)
    assert (checks["below"] - checks["centile"]).abs().max() < 0.12
    refuse_poor_vocabulary_fit(vocabulary_checks(curves, early))
    others = drawn(VocabularyTruth(ceiling=300, level=-1.0), 8)
    with pytest.raises(PoorFitError, match="under centile"):
        refuse_poor_vocabulary_fit(vocabulary_checks(curves, others))


def test_girls_and_boys_have_centiles_of_their_own_on_request() -> None:
    ahead = VocabularyTruth(ceiling=300, level=-1.5)
    behind = VocabularyTruth(ceiling=300, level=-2.5)
    rng = np.random.default_rng(10)
    parts = [
        simulate_vocabulary(t, AGES, 25, population="p", rng=rng).assign(sex=s)
        for t, s in ((ahead, "female"), (behind, "male"))
    ]
    table = pd.concat(parts, ignore_index=True)
    table["child"] = [str(n) for n in range(len(table))]
    norms = vocabulary_norms(
        preview_vocabulary(table, spec=VocabularySpec(sex=True)),
        centiles=(0.5,), allow_unconverged=True,
    )  # fmt: skip
    at = norms[norms["age_months"] == 18].set_index("sex")["words"]
    gap = float(logit(at["female"] / 300) - logit(at["male"] / 300))
    # True difference: one logit.
    assert gap == pytest.approx(1.0, abs=0.35)


@pytest.mark.slow
def test_the_sampler_agrees_with_the_preview_and_meets_its_checks(
    early: pd.DataFrame,
) -> None:
    sampling = Sampling(chains=4, draws=500, tune=400, cores=2)
    curves = fit_vocabulary(early, sampling=sampling)
    assert curves.attrs["converged"] == "yes"
    sampled = vocabulary_norms(curves, centiles=CENTILES)
    quick = centiles(early)
    gap = (sampled["words"] - quick["words"]).abs()
    width = sampled["words_high"] - sampled["words_low"]
    assert (gap < 0.25 * width + 0.5).mean() > 0.95
