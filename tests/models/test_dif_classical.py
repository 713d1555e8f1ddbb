"""Classical DIF against counting by hand, statsmodels' own answers, and rules."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from devnorms._base.errors import EmptySelectionError, UnknownNameError
from devnorms.models import classical_dif
from devnorms.models.dif_tests import ets_class


def table_of(cells: dict[float, tuple[int, int, int, int]]) -> pd.DataFrame:
    """Answers by stratum: girls passed, girls not, boys passed, boys not."""
    rows = []
    for match, (a, b, c, d) in cells.items():
        for group, passed, number in (
            ("girls", 1, a), ("girls", 0, b), ("zboys", 1, c), ("zboys", 0, d),
        ):  # fmt: skip
            rows += [(group, passed, match)] * number
    table = pd.DataFrame(rows, columns=["group", "passed", "match"])
    return table.assign(
        child=[f"c{i}" for i in range(len(table))],
        item="a",
        age_months=12.0,
        match_sd=0.0,
        score=table["match"],
    )


CELLS = {0.0: (20, 30, 10, 40), 1.0: (30, 20, 22, 28), 2.0: (44, 6, 36, 14)}


def drawn(seed: int, effect: float, children: int = 400) -> pd.DataFrame:
    """Answers to 20 items, of which the first ten differ by an effect."""
    rng = np.random.default_rng(seed)
    parts = []
    for item in range(20):
        x, girl = rng.normal(0, 2, children), rng.uniform(size=children) < 0.5
        logit = 1.3 * x + effect * girl * (item < 10)
        parts.append(
            pd.DataFrame(
                {
                    "child": [f"c{i}" for i in range(children)],
                    "group": np.where(girl, "girls", "zboys"),
                    "item": f"i{item:02d}",
                    "age_months": 12.0,
                    "passed": (
                        rng.uniform(size=children) < 1 / (1 + np.exp(-logit))
                    ).astype("int64"),
                    "match": x,
                    "match_sd": 0.0,
                    "score": x,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def test_the_common_odds_ratio_is_the_one_counted_by_hand():
    found = classical_dif(table_of(CELLS), test="mantel-haenszel").iloc[0]
    n = {k: sum(v) for k, v in CELLS.items()}
    above = sum(a * d / n[k] for k, (a, b, c, d) in CELLS.items())
    below = sum(b * c / n[k] for k, (a, b, c, d) in CELLS.items())
    assert found["logits"] == pytest.approx(np.log(above / below), rel=1e-9)
    # Mantel-Haenszel chi-square with continuity correction, from its definition
    expected = variance = observed = 0.0
    for k, (a, b, c, d) in CELLS.items():
        observed += a
        expected += (a + b) * (a + c) / n[k]
        variance += (a + b) * (c + d) * (a + c) * (b + d) / (n[k] ** 2 * (n[k] - 1))
    chi = (abs(observed - expected) - 0.5) ** 2 / variance
    assert found["statistic"] == pytest.approx(chi, rel=1e-9)
    assert found["ets_delta"] == pytest.approx(2.35 * np.log(above / below), rel=1e-9)
    assert found["group"] == "girls"
    assert found["reference"] == "zboys"


def test_ets_classes_follow_the_published_rule():
    sure, unsure = 0.001, 0.2
    assert ets_class(0.9, 0.1, sure) == "A"  # small
    assert ets_class(2.5, 2.0, unsure) == "A"  # not significant
    assert ets_class(-1.2, 0.1, sure) == "B"
    assert ets_class(1.6, 0.5, sure) == "B"  # not significantly above 1
    assert ets_class(-1.6, 0.2, sure) == "C"


def test_likelihood_ratio_tests_are_those_of_statsmodels_own_logit():
    table = drawn(1, 1.0)
    found = classical_dif(table, test="logistic").set_index("item").loc["i00"]
    own = table[table["item"] == "i00"]
    girl = (own["group"] == "girls").to_numpy(dtype=float)
    x, y = own["match"].to_numpy(), own["passed"].to_numpy()
    designs = [
        np.column_stack([np.ones(len(x)), x]),
        np.column_stack([np.ones(len(x)), x, girl]),
        np.column_stack([np.ones(len(x)), x, girl, x * girl]),
    ]
    base, uniform, both = (sm.Logit(y, design).fit(disp=0) for design in designs)
    assert found["statistic"] == pytest.approx(2 * (uniform.llf - base.llf), rel=1e-6)
    lr = 2 * (both.llf - uniform.llf)
    from scipy.stats import chi2

    assert found["p_value_slope"] == pytest.approx(chi2.sf(lr, 1), rel=1e-5)
    assert found["logits"] == pytest.approx(
        uniform.params[2] / uniform.params[1], rel=1e-6
    )


def test_gee_takes_answers_given_twice_as_given_once():
    table = drawn(2, 1.0)
    table = table[table["item"].isin(["i00", "i20"])]
    twice = pd.concat([table, table], ignore_index=True)
    one = classical_dif(table, test="gee").set_index("item")
    two = classical_dif(twice, test="gee").set_index("item")
    np.testing.assert_allclose(one["statistic"], two["statistic"], rtol=1e-6)
    naive = classical_dif(twice, test="logistic").set_index("item")
    assert naive.loc["i00", "statistic"] > 1.7 * two.loc["i00", "statistic"]


def test_q_values_are_benjamini_and_hochbergs():
    found = classical_dif(drawn(3, 1.2), test="logistic")
    p = found["p_value"].to_numpy()
    order = np.argsort(p)
    n = len(p)
    stepped = p[order] * n / np.arange(1, n + 1)
    expected = np.empty(n)
    expected[order] = np.minimum.accumulate(stepped[::-1])[::-1]
    np.testing.assert_allclose(found["q_value"], np.minimum(expected, 1), rtol=1e-9)


@pytest.mark.parametrize("test", ["mantel-haenszel", "logistic"])
def test_what_differs_is_found_and_what_does_not_hardly_ever_is(test):
    false = right = 0
    for seed in range(2):
        found = classical_dif(drawn(10 + seed, 1.5), test=test).set_index("item")
        flagged = found.index[found["q_value"] < 0.05]
        right += sum(item < "i10" for item in flagged)
        false += sum(item >= "i10" for item in flagged)
        assert (found.loc[found.index < "i10", "logits"] > 0).all()
    assert right >= 16  # of 20
    assert false <= 3  # a rate of 5 % is one


def test_every_group_is_laid_beside_the_others_or_a_reference():
    table = drawn(4, 0.0)
    table = table[table["item"] == "i00"].copy()
    table["group"] = np.resize(["a", "b", "c"], len(table))
    found = classical_dif(table, test="logistic")
    assert found["group"].tolist() == ["a", "b", "c"]
    assert set(found["reference"]) == {"(all others)"}
    assert (found["answers"] == len(table)).all()
    against = classical_dif(table, test="logistic", reference="b")
    assert against["group"].tolist() == ["a", "c"]
    assert (against["answers"] < len(table)).all()


def test_what_cannot_be_answered_says_why():
    table = drawn(5, 0.0)
    table.loc[table["item"] == "i00", "passed"] = 1
    found = classical_dif(table, test="logistic").set_index("item")
    assert np.isnan(found.loc["i00", "p_value"])
    assert "fewer than 2 answers of one kind" in found.loc["i00", "reason"]
    with pytest.raises(UnknownNameError, match="Unknown test 'wald'"):
        classical_dif(table, test="wald")
    with pytest.raises(UnknownNameError, match="Unknown group 'boys'"):
        classical_dif(table, reference="boys")
    with pytest.raises(EmptySelectionError, match="only"):
        classical_dif(table[table["group"] == "girls"])
