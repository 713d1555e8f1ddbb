"""Coefficients of agreement are those of published tables and of other software."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats import inter_rater

from devnorms._base.errors import BadValueError
from devnorms.annotate.agreement import (
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    krippendorff_alpha_interval,
    share_agreeing,
)
from devnorms.annotate.agreement_counts import counted

NA = None
# Krippendorff (2011), Computing Krippendorff's alpha-reliability, section C: four
# observers, twelve units, missing data. repository.upenn.edu/asc_papers/43
KRIPPENDORFF = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NA, NA, NA],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NA, 3],
    [NA, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NA],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NA],
]
UNITS = [list(unit) for unit in zip(*KRIPPENDORFF, strict=True)]
# Fleiss (1971), the table that is often reprinted: ten subjects, fourteen raters.
FLEISS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1], [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def _floats(units: list[list[int | None]]) -> np.ndarray:
    return np.array([[np.nan if v is None else v for v in u] for u in units], float)


def test_alpha_is_that_of_krippendorffs_worked_example() -> None:
    assert krippendorff_alpha(counted(UNITS).counts) == pytest.approx(0.743, abs=5e-4)
    interval = krippendorff_alpha_interval(_floats(UNITS))
    assert interval == pytest.approx(0.849, abs=5e-4)


def test_ac1_is_that_of_gwets_software_on_the_same_table() -> None:
    # irrCAC 1.0, vignette: gwet.ac1.raw(cac.raw4raters) gives 0.77544
    assert gwet_ac1(counted(UNITS).counts) == pytest.approx(0.77544, abs=5e-6)


def test_fleiss_kappa_is_the_published_one() -> None:
    assert fleiss_kappa(FLEISS) == pytest.approx(0.210, abs=5e-4)
    assert fleiss_kappa(FLEISS) == pytest.approx(inter_rater.fleiss_kappa(FLEISS))


def test_cohens_kappa_is_the_published_one() -> None:
    # Fleiss, Levin & Paik (2003), table 18.1: 100 subjects, two raters, kappa 0.68
    table = np.array([[75, 1, 4], [5, 4, 1], [0, 0, 10]])
    first = [i for i in range(3) for j in range(3) for _ in range(table[i, j])]
    second = [j for i in range(3) for j in range(3) for _ in range(table[i, j])]
    assert cohen_kappa(first, second) == pytest.approx(0.68, abs=5e-3)
    other = inter_rater.cohens_kappa(table, return_results=False)
    assert cohen_kappa(first, second) == pytest.approx(other)


ratings = st.lists(
    st.tuples(*[st.sampled_from(["absent", "achieved", "not_yet"])] * 3),
    min_size=2,
    max_size=25,
)


@given(ratings)
def test_kappas_are_those_of_statsmodels(units: list[tuple[str, ...]]) -> None:
    counts = counted(units).counts
    first, second = [u[0] for u in units], [u[1] for u in units]
    names = sorted({*first, *second})
    table = np.zeros((len(names), len(names)))
    for a, b in zip(first, second, strict=True):
        table[names.index(a), names.index(b)] += 1
    if counts.shape[1] > 1:
        assert fleiss_kappa(counts) == pytest.approx(inter_rater.fleiss_kappa(counts))
    if len(names) > 1:
        other = inter_rater.cohens_kappa(table, return_results=False)
        assert cohen_kappa(first, second) == pytest.approx(other)


@given(
    st.lists(
        st.tuples(*[st.sampled_from([9.0, 10.5, 14.0, np.nan])] * 3),
        min_size=1,
        max_size=12,
    )
)
def test_interval_alpha_is_its_definition_pair_by_pair(
    units: list[tuple[float, ...]],
) -> None:
    kept = [[v for v in u if v == v] for u in units]
    kept = [u for u in kept if len(u) > 1]
    values = [v for u in kept for v in u]
    got = krippendorff_alpha_interval(np.array(units))
    if len(set(values)) < 2:
        assert np.isnan(got)
        return
    n = len(values)
    observed = sum(sum((a - b) ** 2 for a in u for b in u) / (len(u) - 1) for u in kept)
    expected = sum((a - b) ** 2 for a in values for b in values) / (n - 1)
    assert got == pytest.approx(1 - observed / expected)


@given(ratings, st.integers(0, 5))
def test_a_weight_of_two_is_the_same_unit_twice(
    units: list[tuple[str, ...]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    times = rng.integers(0, 3, len(units))
    if times.sum() < 2:
        return
    counts = counted(units).counts
    repeated = np.repeat(counts, times, axis=0)
    for coefficient in (share_agreeing, fleiss_kappa, krippendorff_alpha, gwet_ac1):
        once = coefficient(counts, times)
        assert once == pytest.approx(coefficient(repeated), nan_ok=True)


def test_where_all_say_the_same_only_ac1_says_something() -> None:
    counts = [[2.0, 0.0]] * 5
    assert np.isnan(krippendorff_alpha(counts))
    assert np.isnan(fleiss_kappa(counts))
    assert np.isnan(cohen_kappa(["a"] * 5, ["a"] * 5))
    assert gwet_ac1(counts) == 1.0
    assert share_agreeing(counts) == 1.0


def test_skew_upsets_kappa_and_not_ac1() -> None:
    # Feinstein & Cicchetti (1990), doi:10.1016/0895-4356(90)90158-L: both tables agree
    # in 85 of 100; kappa is .70 in the balanced one and .32 in the skewed one.
    def tables(a: int, b: int, c: int, d: int) -> tuple[list[str], list[str]]:
        return list("y" * (a + b) + "n" * (c + d)), list(
            "y" * a + "n" * b + "y" * c + "n" * d
        )

    balanced, skewed = tables(40, 9, 6, 45), tables(80, 10, 5, 5)
    assert cohen_kappa(*balanced) == pytest.approx(0.70, abs=5e-3)
    assert cohen_kappa(*skewed) == pytest.approx(0.32, abs=5e-3)
    units = list(zip(*skewed, strict=True))
    assert gwet_ac1(counted(units).counts) > 0.8


def test_fleiss_refuses_missing_ratings_and_names_what_takes_them() -> None:
    with pytest.raises(BadValueError, match="Krippendorff"):
        fleiss_kappa(counted(UNITS).counts)


def test_a_list_of_ratings_is_no_table() -> None:
    with pytest.raises(BadValueError, match="units by coders"):
        counted(["a", "b"])  # type: ignore[arg-type]
