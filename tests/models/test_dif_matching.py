"""Matching, and what is found in children whose differences are known or published."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import devnorms as dn
from devnorms import scores
from devnorms._base.errors import EmptySelectionError, UnknownNameError
from devnorms.models import fit_dif
from devnorms.scores.rest import ability_of_rest
from devnorms.workflow.scoring import load_key
from tests.models.dif_worlds import true_months, world

PUBLISHED = {"ddifmm019": 0.86, "ddigmm064": -0.84}


@pytest.fixture(scope="module")
def smocc(data_folder) -> pd.DataFrame:
    """Dutch children, boys and girls, by their D-score."""
    every = dn.load("childdevdata", path=data_folder / "childdevdata")
    some = every[every["population"] == "NLD-SMOCC"]
    return dn.matched(some, "sex", on="dscore", key="dutch")


def test_ability_by_the_rest_is_the_score_of_a_visit_without_the_item(data_folder):
    made = world(0.0, 3, children=60).observations
    key, _ = load_key("dutch")
    answers = scores.answers_from_observations(made)
    scale = scores.Scale.of_key(key, answers)
    unit = pd.Series(answers.items, index=answers.items)
    rest = ability_of_rest(scale, answers, unit, "study")
    item = rest["item"].iloc[0]
    without = scores.dscore(made[made["item"] != item], key)
    own = rest[rest["item"] == item]
    visits = answers.visits.iloc[own["visit"].to_numpy()]
    visit = ["study", "child", "age_days"]
    once = without.drop_duplicates(visit, keep=False)  # two visits on one day
    laid = visits.merge(once, on=visit, how="left")
    there = laid["dscore"].notna().to_numpy()
    assert there.sum() > 20
    expected = (laid["dscore"] / key.slope).to_numpy()
    np.testing.assert_allclose(own["match"][there], expected[there], atol=1e-6)
    sd = (laid["sem"] / key.slope).to_numpy()
    np.testing.assert_allclose(own["match_sd"][there], sd[there], atol=1e-6)


def test_every_answer_is_matched_or_left_out_with_a_reason(data_folder):
    made = world(0.0, 3, children=60).observations
    made.loc[made.index[:40], "response"] = "unsure"
    made.loc[made.index[40:60], "sex"] = "unknown"
    matched = dn.matched(made, "sex", on="age", least=5)
    left = dict(matched.attrs["left_out"])
    assert left["neither passed nor not yet"] == 40
    assert left["sex not known"] == 20
    total = left.pop("answers")
    assert sum(left.values()) == total == len(made)
    assert left["used"] == len(matched)


def test_what_differs_in_made_up_children_is_found_in_months(data_folder):
    made = world(0.15, 5, children=1200, items=24)
    matched = dn.matched(made.observations, "sex", key="dutch")
    found = dn.dif(matched, shares=[0.5], threshold_months=0.3).set_index("item")
    true = true_months(made)[found.index]
    low, high = found["difference_months_low"], found["difference_months_high"]
    inside = ((low <= true) & (true <= high)).mean()
    assert inside >= 0.75
    differs = made.easier[found.index] != 0
    sign = np.sign(found.loc[differs, "difference_months"])
    assert (sign == np.sign(true[differs])).all()
    claimed = found["claim"] != "none"
    assert not (claimed & ~differs).any()


def test_published_sex_differences_come_back_from_logistic_regression(smocc):
    some = smocc[smocc["item"].isin([*PUBLISHED, "ddigmd063", "ddifmd011"])]
    found = dn.classical_dif(some, test="logistic", on="score").set_index("item")
    for item, logits in PUBLISHED.items():
        assert found.loc[item, "logits"] == pytest.approx(logits, abs=0.05)
        assert found.loc[item, "q_value"] < 0.001
    for item in ("ddigmd063", "ddifmd011"):
        assert abs(found.loc[item, "logits"]) < 0.2
    assert (found["p_value_slope"] > 0.01).all()


def test_published_sex_differences_are_told_apart_from_noise(smocc):
    fitted = fit_dif(smocc, prior="mixture")
    easier = fitted["easier"].values
    girls = fitted["leaf_group"].values == "female"
    items = fitted["leaf_item"].values[girls]
    difference = pd.DataFrame(easier[:, girls] - easier[:, ~girls], columns=items)
    low, middle, high = (difference.quantile(q) for q in (0.05, 0.5, 0.95))
    for item, logits in PUBLISHED.items():
        assert low[item] < logits < high[item]
        assert low[item] * high[item] > 0
    for item in ("ddigmd063", "ddifmd011"):
        assert low[item] < 0 < high[item]
    naive = smocc[smocc["item"] == "ddigmd053"]
    alone = dn.classical_dif(naive, test="logistic", on="score").iloc[0]
    assert alone["logits"] < -0.5
    assert abs(middle["ddigmd053"]) < 0.1


def test_wrong_use_says_what_to_do():
    made = world(0.0, 3, children=40).observations
    with pytest.raises(UnknownNameError, match="thing to match on 'height'"):
        dn.matched(made, "sex", on="height")
    with pytest.raises(EmptySelectionError, match="Lower 'least'"):
        dn.matched(made, "sex", on="age", least=5000)
