"""Ages: hand-worked conversions and corrections."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devnorms._base.ages import (
    corrected_age_days,
    days_from_months,
    log_age_from_days,
    months_from_days,
    months_from_log_age,
)

DAYS = st.floats(min_value=0, max_value=6600)


@pytest.mark.parametrize(
    ("months", "days"), [(0, 0), (12, 365.25), (48, 1461), (1, 30.4375), (24, 730.5)]
)
def test_a_month_is_a_twelfth_of_a_julian_year(months, days):
    assert float(days_from_months(months)) == days
    assert float(months_from_days(days)) == months


@given(DAYS)
def test_days_survive_the_way_to_months_and_back(days):
    assert float(days_from_months(months_from_days(days))) == pytest.approx(days)


@given(DAYS)
def test_days_survive_the_way_to_log_age_and_back(days):
    months = months_from_log_age(log_age_from_days(days))
    assert float(days_from_months(months)) == pytest.approx(days, rel=1e-12, abs=1e-9)


@given(DAYS, DAYS)
def test_older_in_days_is_never_younger_in_log_age(one, other):
    younger, older = log_age_from_days(sorted([one, other]))
    assert younger <= older


def test_log_age_is_zero_at_birth_and_log_thirteen_at_a_year():
    assert log_age_from_days([0, 365.25]).tolist() == pytest.approx([0, math.log(13)])


def test_a_negative_log_age_means_before_birth():
    assert float(months_from_log_age(-0.5)) < 0


@pytest.mark.parametrize(
    ("age", "gestation", "corrected"),
    [
        (100, 224, 44),  # 8 weeks early: 56 days off
        (100, 258, 78),  # 36 weeks and 6 days is still preterm
        (100, 259, 100),  # 37 weeks is term
        (100, 300, 100),  # born late: never made older
        (30, 196, 0),  # 12 weeks early at 30 days: not below zero
        (729, 224, 673),  # the last day before two years
        (730, 224, 730),  # two years: no more correction
    ],
)
def test_corrected_age_follows_the_worked_cases(age, gestation, corrected):
    assert corrected_age_days([age], [gestation]).tolist() == [corrected]


def test_unknown_gestation_leaves_the_age_and_unknown_age_stays_unknown():
    found = corrected_age_days([200.0, np.nan], [np.nan, 224.0])
    assert found[0] == 200
    assert np.isnan(found[1])


@given(DAYS, st.floats(min_value=140, max_value=320))
def test_correction_only_ever_makes_a_child_younger_and_not_negative(age, gestation):
    corrected = float(corrected_age_days(age, gestation))
    assert 0 <= corrected <= age
