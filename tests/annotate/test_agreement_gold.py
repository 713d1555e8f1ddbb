"""Gold is drawn with known probabilities; weights undo the draw; sizes suffice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from devnorms._base.errors import BadValueError, InvalidTableError
from devnorms.annotate.agreement_gold import coded_draw, draw_gold, estimated_share
from devnorms.annotate.agreement_size import (
    Coding,
    gold_plan,
    reports_for_precision,
    reports_to_code,
    widening,
)


def _population(n: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Reports, proposals, and which reports the coder gets wrong: the unsure ones."""
    rng = np.random.default_rng(seed)
    reports = pd.DataFrame({"id": [f"r{i}" for i in range(n)], "lang": "en"})
    sure = rng.uniform(0.7, 1, n)
    has = rng.random(n) < 0.6
    wrong = rng.random(n) < np.where(has & (sure < 0.8), 0.4, 0.05)
    proposals = pd.DataFrame({"id": reports["id"][has], "probability": sure[has]})
    return reports, proposals, wrong


def test_every_report_of_a_stratum_is_drawn_as_often_as_its_probability_says() -> None:
    reports, proposals, _ = _population(60, 1)
    times = dict.fromkeys(reports["id"], 0)
    for seed in range(80):
        draw = draw_gold(reports, proposals, 20, seed=seed)
        for i in draw["id"]:
            times[i] += 1
    one = draw_gold(reports, proposals, 20, seed=0)
    for stratum, part in one.groupby("stratum"):
        p, n = part["probability"].iloc[0], part["strata_reports"].iloc[0]
        assert p == len(part) / n
        everyone = _ids_of(reports, proposals, str(stratum))
        mean = np.mean([times[i] for i in everyone]) / 80
        assert mean == pytest.approx(p)  # as many are drawn each time
        spread = 5 * np.sqrt(p * (1 - p) / 80)
        assert all(abs(times[i] / 80 - p) <= spread for i in everyone)


def _ids_of(reports: pd.DataFrame, proposals: pd.DataFrame, stratum: str) -> list[str]:
    least = proposals.groupby("id")["probability"].min()
    kind = {
        i: "none" if i not in least else "unsure" if least[i] < 0.8 else "sure"
        for i in reports["id"]
    }
    return [i for i, k in kind.items() if k == stratum]


def test_weights_undo_that_difficult_reports_were_sought() -> None:
    reports, proposals, wrong = _population(600, 2)
    truth = wrong.mean()
    by_id = dict(zip(reports["id"], wrong, strict=True))
    plain, weighted, inside = [], [], 0
    for seed in range(30):
        draw = draw_gold(reports, proposals, 150, seed=seed)
        errors = draw["id"].map(by_id).to_numpy(float)
        found = estimated_share(errors, np.ones(150), draw, level=0.9)
        plain.append(errors.mean())
        weighted.append(found.value)
        inside += found.low <= truth <= found.high
    se = np.std(weighted) / np.sqrt(30)
    assert abs(np.mean(weighted) - truth) < 4 * se
    assert np.mean(plain) - truth > 0.02  # what would be told without the weights
    assert 22 <= inside <= 30  # 27 expected, sd 1.6


def test_a_census_has_no_error() -> None:
    reports, proposals, wrong = _population(30, 3)
    draw = draw_gold(reports, proposals, 30, seed=1)
    errors = (
        draw["id"].map(dict(zip(reports["id"], wrong, strict=True))).to_numpy(float)
    )
    found = estimated_share(errors, np.ones(30), draw)
    assert found.value == pytest.approx(wrong.mean())
    assert found.se == 0


def test_reports_not_coded_are_counted_and_strange_ones_refused() -> None:
    reports, proposals, _ = _population(100, 4)
    draw = draw_gold(reports, proposals, 40, seed=1)
    kept = coded_draw(draw, draw.head(30))
    assert kept.attrs["left_out"] == {"drawn and not coded": 10}
    per = kept.groupby("stratum").agg(n=("id", "size"), p=("probability", "first"))
    sizes = draw.groupby("stratum")["strata_reports"].first()
    assert np.allclose(per["n"] / per["p"], sizes[per.index])
    other = pd.DataFrame({"id": ["r_not_drawn"]})
    with pytest.raises(InvalidTableError, match="not drawn"):
        coded_draw(draw, other)
    with pytest.raises(InvalidTableError, match="come again"):
        draw_gold(pd.concat([reports, reports]), proposals, 20, seed=1)


def test_the_calculator_is_right_in_simulation() -> None:
    coding = Coding(0.85, 0.95, 0.4, 600)
    gold = 300
    rng = np.random.default_rng(5)
    n = 20_000
    with_code = rng.binomial(gold, coding.share, n)
    se = rng.binomial(with_code, coding.sensitivity) / with_code
    sp = rng.binomial(gold - with_code, coding.specificity) / (gold - with_code)
    q = (
        rng.binomial(
            coding.reports,
            coding.share * coding.sensitivity
            + (1 - coding.share) * (1 - coding.specificity),
            n,
        )
        / coding.reports
    )
    learned = (q + sp - 1) / (se + sp - 1)
    known = (q + coding.specificity - 1) / (coding.sensitivity + coding.specificity - 1)
    measured = learned.std() / known.std() - 1
    assert widening(coding, gold) == pytest.approx(measured, abs=0.03)


def test_so_many_reports_are_just_enough() -> None:
    coding = Coding(0.9, 0.98, 0.3, 5000)
    n = reports_to_code(coding, wider=0.25)
    assert widening(coding, n) <= 0.25 < widening(coding, n - 1)
    assert reports_to_code(Coding(0.6, 0.7, 0.3, 50), wider=0.01) == 50


def test_precision_is_that_of_wilsons_interval() -> None:
    from statsmodels.stats.proportion import proportion_confint

    n = reports_for_precision(Coding(0.9, 0.98, 0.999999, 1000), half_width=0.05)
    low, high = proportion_confint(0.9 * n, n, method="wilson")
    assert (high - low) / 2 == pytest.approx(0.05, abs=2e-4)


def test_the_plan_names_each_language_and_a_useless_coder_is_refused() -> None:
    plan = gold_plan(
        {"en": Coding(0.95, 0.98, 0.3, 900), "sw": Coding(0.7, 0.9, 0.3, 900)}
    )
    assert plan["lang"].tolist() == ["en", "sw"]
    assert plan["for_width"].iloc[1] > plan["for_width"].iloc[0]
    with pytest.raises(BadValueError, match="no better than chance"):
        Coding(0.5, 0.4, 0.3, 100)
