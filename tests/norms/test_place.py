"""Placing a child: intervals that cover, parts that add, and no word of diagnosis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import expit, logit
from scipy.stats import norm

from devnorms._base.errors import (
    BadValueError,
    InvalidTableError,
    NotConverged,
    UnknownNameError,
)
from devnorms.norms import Child, pass_ages, place
from devnorms.norms.judged import CurveDraws
from devnorms.norms.standing import (
    Asked,
    by_measurement,
    with_norm,
    with_transport,
)
from devnorms.schema.placement import NO_DIAGNOSIS, check_placement
from devnorms.simulate import (
    Design,
    Population,
    draw_truth,
    simulate_curves,
)

RNG = np.random.default_rng(11)
MONTHS = np.linspace(8, 20, 24)


def answers_of_children(location, slope, log_age, pace_sd, rng):
    """Made-up children: attainment ages with logistic margins, one pace per child."""
    number, milestones = location.shape
    pace = rng.standard_normal((number, 1))
    loading = np.minimum(pace_sd * slope * np.sqrt(3) / np.pi, 0.95)
    own = rng.standard_normal((number, milestones))
    # Early children have low ranks of age, so the pace enters with a minus.
    rank = norm.cdf(-loading * pace + np.sqrt(1 - loading**2) * own)
    attained = location + logit(rank) / slope
    return pace[:, 0], attained <= log_age


def covered(standings, pace):
    """How often the interval holds the true percentile."""
    true = 100 * norm.cdf(pace)
    return np.mean([s.low <= t <= s.high for s, t in zip(standings, true, strict=True)])


@pytest.fixture(scope="module")
def curve_draws():
    """Curves of 24 milestones, known about as well as in the bundled data."""
    shape = (200, len(MONTHS))
    return CurveDraws(
        np.log1p(MONTHS) + RNG.normal(0, 0.05, shape),
        2.1 + RNG.normal(0, 0.15, shape),
    )


DOMAIN = np.array(["gross_motor", "language", "cognitive"] * 8)
LOG_AGE = float(np.log1p(14.0))
WITHIN = 0.055
"""Coverage of 400 children at 90 %: three standard errors are 4.5 points."""


def test_intervals_of_measurement_cover_when_the_norm_is_known(curve_draws):
    middle = [np.median(part, axis=0) for part in curve_draws]
    location, slope = (np.tile(x, (400, 1)) for x in (middle[0], np.exp(middle[1])))
    pace, passed = answers_of_children(location, slope, LOG_AGE, 0.10, RNG)
    found = [
        by_measurement(Asked(LOG_AGE, row, DOMAIN), curve_draws, 0.9) for row in passed
    ]
    assert covered(found, pace) == pytest.approx(0.9, abs=WITHIN)


def test_intervals_with_the_norm_cover_when_the_norm_is_one_of_its_draws(curve_draws):
    # A milestone's draw is taken for each child and milestone by itself.
    pick = RNG.integers(200, size=(200, len(MONTHS)))
    columns = np.arange(len(MONTHS))
    location, log_slope = (part[pick, columns] for part in curve_draws)
    pace_sd = 0.10 * np.exp(RNG.normal(0, 0.2, (200, 1)))
    pace, passed = answers_of_children(
        location, np.exp(log_slope), LOG_AGE, pace_sd, RNG
    )
    found = [with_norm(Asked(LOG_AGE, row, DOMAIN), curve_draws, 0.9) for row in passed]
    assert covered(found, pace) == pytest.approx(0.9, abs=0.065)


def test_transport_is_what_populations_made_up_by_the_hundred_thousand_show():
    number, rng = 300_000, np.random.default_rng(4)
    location, slope = np.log1p([12.0, 13, 15, 17]), np.array([8.0, 7, 9, 6])
    domain = np.array(["language", "language", "gross_motor", "gross_motor"])
    passed = np.array([True, True, True, False])
    sd = {
        "sd_study": 0.1,
        "sd_study_domain": 0.08,
        "sd_country_milestone": 0.08,
        "sd_leaf": 0.06,
    }
    moved = np.tile(location, (number, 1))
    for sign in (1, -1):
        moved += sign * rng.normal(0, 0.1, (number, 1))
        moved += sign * rng.normal(0, 0.08, (number, 2))[:, [0, 0, 1, 1]]
        moved += sign * rng.normal(0, 0.1, moved.shape)
    pace_sd = 0.10 * np.exp(rng.normal(0, 0.2, (number, 1)))
    pace, answers = answers_of_children(moved, slope, LOG_AGE, pace_sd, rng)
    alike = pace[(answers == passed).all(axis=1)]
    assert len(alike) > 10_000
    curves = CurveDraws(np.tile(location, (50, 1)), np.tile(np.log(slope), (50, 1)))
    scales = {name: np.array([value]) for name, value in sd.items()}
    found = with_transport(Asked(LOG_AGE, passed, domain), curves, scales, 0.9)
    counted = 100 * norm.cdf(np.quantile(alike, [0.5, 0.05, 0.95]))
    assert [found.percentile, found.low, found.high] == pytest.approx(counted, abs=1.5)
    assert found.known == pytest.approx(1 - alike.var(), abs=0.02)


@pytest.mark.slow
def test_intervals_with_transport_cover_in_other_populations(curve_draws):
    children = 100
    sd = {"sd_study": 0.1, "sd_study_domain": 0.05}
    single = {"sd_country_milestone": 0.08, "sd_leaf": 0.06}
    scales = {name: np.array([value]) for name, value in (sd | single).items()}
    pick = RNG.integers(200, size=(children, len(MONTHS)))
    location, log_slope = (part[pick, np.arange(len(MONTHS))] for part in curve_draws)
    # Two populations alike: each has its own effects, so the difference is of two.
    for sign in (1, -1):
        location = location + sign * RNG.normal(0, 0.1, (children, 1))
        domains = RNG.normal(0, 0.05, (children, 3))
        location += sign * domains[:, np.arange(len(MONTHS)) % 3]
        location += sign * RNG.normal(0, 0.1, location.shape)
    pace_sd = 0.10 * np.exp(RNG.normal(0, 0.2, (children, 1)))
    pace, passed = answers_of_children(
        location, np.exp(log_slope), LOG_AGE, pace_sd, RNG
    )
    every = [Asked(LOG_AGE, row, DOMAIN) for row in passed]
    found = [with_transport(one, curve_draws, scales, 0.9) for one in every]
    assert covered(found, pace) == pytest.approx(0.9, abs=0.09)
    # Those that leave transport out are far too sure of themselves.
    sure = [with_norm(one, curve_draws, 0.9) for one in every]
    assert covered(sure, pace) < 0.75


def test_the_posterior_is_that_of_numerical_integration():
    location, slope = np.array([2.4, 2.6, 2.9]), np.array([8.0, 7.0, 9.0])
    passed = np.array([True, True, False])
    loading = 0.10 * slope * np.sqrt(3) / np.pi
    probit = norm.ppf(expit(slope * (LOG_AGE - location)))

    def density(z):
        chance = norm.cdf((probit + loading * z) / np.sqrt(1 - loading**2))
        return np.prod(np.where(passed, chance, 1 - chance)) * norm.pdf(z)

    whole = quad(density, -8, 8)[0]
    curves = CurveDraws(location[None], np.log(slope)[None])
    found = by_measurement(Asked(LOG_AGE, passed, DOMAIN[:3]), curves, 0.8)
    for percentile, part in (
        (found.percentile, 0.5), (found.low, 0.1), (found.high, 0.9),
    ):  # fmt: skip
        below = quad(density, -8, norm.ppf(percentile / 100))[0] / whole
        assert below == pytest.approx(part, abs=0.01)


@given(st.lists(st.booleans(), min_size=6, max_size=6), st.integers(0, 5))
def test_passing_one_more_never_lowers_the_percentile(passed, at):
    curves = CurveDraws(np.log1p([[9.0, 11, 13, 15, 17, 19]]), np.full((1, 6), 2.0))
    less, more = np.array(passed), np.array(passed)
    less[at], more[at] = False, True
    low, high = (
        by_measurement(Asked(LOG_AGE, x, DOMAIN[:6]), curves, 0.9) for x in (less, more)
    )
    assert low.percentile < high.percentile


@pytest.fixture(scope="module")
def many():
    """Curves of two populations that were asked 24 milestones."""
    people = tuple(
        Population(name, name.lower(), name[:3], ("bay",), 0, 60)
        for name in ("AAA-1", "BBB-1")
    )
    milestones = {
        f"m{at:02d}": (("gross_motor", "language", "cognitive")[at % 3], age)
        for at, age in enumerate(MONTHS)
    }
    rng = np.random.default_rng(8)
    truth = draw_truth(rng=rng, design=Design(people, milestones))
    return simulate_curves(truth, rng=rng, draws=300, sd=0.03)


def child_of(passes_until=14, **more):
    """A child who passes what others pass until some age."""
    answers = {
        f"m{at:02d}": "passed" if age < passes_until else "not_yet"
        for at, age in enumerate(MONTHS)
    }
    return Child(answers, **({"age_months": 14.0} | more))


def test_each_uncertainty_that_is_added_leaves_less_known(many):
    table = place(child_of(), many, "AAA-1").table
    known = table["known"].to_numpy()
    assert known[0] > known[2]
    assert known[1] > known[2]
    assert table["norm"].nunique() == 1
    assert table["norm"].iloc[0].startswith("AAA-1 (curves ")


def test_the_answer_holds_transport_unless_the_child_belongs_to_the_norm(many):
    abroad = place(child_of(), many, "AAA-1")
    at_home = place(child_of(population="AAA-1"), many, "AAA-1")
    assert abroad.statement == abroad.table["statement"].iloc[2]
    assert at_home.statement == at_home.table["statement"].iloc[1]
    assert any("counts as imported" in note for note in abroad.notes)


def test_a_norm_set_places_like_the_curves_it_was_made_from(many):
    norms = pass_ages(many)
    child = child_of(population="AAA-1")
    by_curves, by_norms = (
        place(child, source, "AAA-1").table for source in (many, norms)
    )
    assert norms.id in by_norms["norm"].iloc[0]
    for column in ("percentile", "percentile_low", "percentile_high"):
        ours, theirs = (t[column].to_numpy()[:2] for t in (by_norms, by_curves))
        assert ours == pytest.approx(theirs, abs=4)


def test_the_same_child_is_placed_the_same_every_time(many):
    first, again = (place(child_of(), many, "AAA-1") for _ in range(2))
    assert first.table.equals(again.table)


def test_a_corrected_age_is_the_age_from_the_expected_date(many):
    early = child_of(age_months=None, age_days=500, gestation_days=210)
    term = child_of(age_months=None, age_days=430)
    assert early.age_in_months == pytest.approx(term.age_in_months)
    first, second = (place(child, many, "AAA-1").table for child in (early, term))
    columns = ["percentile", "percentile_low", "known"]
    assert first[columns].equals(second[columns])
    assert first["age_corrected"].all()
    uncorrected = child_of(
        age_months=None, age_days=500, gestation_days=210, corrected=False
    )
    assert not place(uncorrected, many, "AAA-1").table["age_corrected"].any()
    assert "expected date of birth" in str(place(early, many, "AAA-1"))


def test_two_years_after_birth_nothing_is_corrected_any_more():
    late = Child({"m00": "passed"}, age_days=731, gestation_days=210)
    assert late.age_in_months == pytest.approx(731 / 30.4375)
    assert not late.is_corrected


@pytest.mark.parametrize(
    ("child", "words"),
    [
        (Child({"m10": "passed", "m11": "not_yet"}, age_months=14), "fewer than 3"),
        (Child({"m00": "passed", "m01": "passed", "m02": "passed"}, age_months=40),
         "too little"),
        (Child({"m10": "unsure", "m11": "not_asked"}, age_months=14), "0 answer"),
        (child_of(age_months=70), "0 answer"),
    ],
)  # fmt: skip
def test_it_says_not_enough_when_it_is_not(many, child, words):
    found = place(child, many, "AAA-1")
    assert not found.enough
    assert found.table["percentile"].isna().all()
    assert found.statement.startswith("Not enough")
    assert words in found.statement
    assert "percentile" not in found.statement


def test_everything_left_out_is_counted_with_its_reason(many):
    gap = many.copy(deep=True)
    for name in ("asked", "passed", "items"):
        gap[name].loc[{"population": "AAA-1", "milestone": "m03"}] = np.nan
    gap["support_high_months"].loc[{"population": "AAA-1", "milestone": "m04"}] = 9.0
    answers = dict(child_of().answers) | {"m05": "unsure", "m06": "does_not_apply"}
    found = place(Child(answers, age_months=14.0), gap, "AAA-1").table
    assert found.attrs["left_out"] == {
        "unsure": 1,
        "does not apply": 1,
        "AAA-1 was not asked it": 1,
        "AAA-1 was not asked it at that age": 1,
    }
    assert (found["used"] + found["left_out"] == len(answers)).all()


def test_nothing_that_is_shown_leaves_out_that_it_is_no_diagnosis(many):
    for child in (child_of(), child_of(age_months=70), child_of(population="AAA-1")):
        found = place(child, many, "AAA-1")
        for shown in (repr(found), found._repr_html_(), *found.table["statement"]):
            assert NO_DIAGNOSIS in shown
    table = found.table
    with pytest.raises(InvalidTableError, match="no diagnosis"):
        check_placement(table.assign(statement="The child is delayed."))


def test_text_from_outside_is_escaped_on_the_page(many):
    renamed = many.assign_coords(population=["<b>A</b>", "BBB-1"])
    page = place(child_of(), renamed, "<b>A</b>")._repr_html_()
    assert "<b>A</b>" not in page


@pytest.mark.parametrize(
    ("child", "hint"),
    [
        ({"age_days": 14}, "age_months=14"),
        ({"age_months": 212.0}, "age_days=212"),
    ],
)
def test_an_age_in_the_wrong_unit_is_asked_about(many, child, hint):
    short = many.copy(deep=True)
    short["support_low_months"][:] = 3.0
    found = place(child_of(**({"age_months": None} | child)), short, "AAA-1")
    assert not found.enough
    assert hint in found.statement


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"age_months": 400}, "Days? Then give age_days=400"),
        ({"age_months": -1}, "between 0 and 216; got -1"),
        ({"age_months": float("nan")}, "got nan"),
        ({"age_days": 9000}, "between 0 and 6588"),
        ({}, "one of them; got 0"),
        ({"age_months": 3, "age_days": 91}, "one of them; got 2"),
        ({"age_months": 3, "gestation_days": 40}, "40 weeks"),
    ],
)
def test_bad_ages_are_named(given, words):
    with pytest.raises(BadValueError, match="Child") as raised:
        Child({"m00": "passed"}, **given)
    assert words in str(raised.value)


def test_all_faults_of_a_child_are_told_at_once():
    with pytest.raises(BadValueError, match=r"3 fault\(s\)") as raised:
        Child({"a": "yes", "b": "passed"}, age_months=-3, gestation_days=38)
    assert "1 answer(s) are none of passed, not_yet" in str(raised.value)
    with pytest.raises(BadValueError, match="must map milestones"):
        Child({}, age_months=3)
    with pytest.raises(BadValueError, match="got list"):
        Child(["walks_alone"], age_months=3)


def test_a_norm_must_be_named_known_and_converged(many):
    with pytest.raises(BadValueError, match="one of AAA-1, BBB-1"):
        place(child_of(), many)
    with pytest.raises(UnknownNameError, match="AAA-1"):
        place(child_of(), many, "AAA-2")
    with pytest.raises(UnknownNameError, match="m99"):
        place(Child({"m99": "passed"}, age_months=3), many, "AAA-1")
    with pytest.raises(NotConverged, match="sampler"):
        place(child_of(), many.assign_attrs(converged="no"), "AAA-1")
    with pytest.raises(InvalidTableError, match="one share only"):
        place(child_of(), pass_ages(many, shares=[0.5]), "AAA-1")
    with pytest.raises(BadValueError, match="curves or a NormSet"):
        place(child_of(), 3, "AAA-1")
    with pytest.raises(BadValueError, match="level"):
        place(child_of(), many, "AAA-1", level=90)
