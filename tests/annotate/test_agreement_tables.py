"""Agreement by language and milestone: units, intervals, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from devnorms._base.errors import EmptySelectionError, InvalidTableError
from devnorms.annotate.agreement_ratings import AssistedLabelsError, ratings
from devnorms.annotate.agreement_tables import Bootstrap, age_agreement, agreement

CONCEPTS = ["crawls", "walks_alone", "waves_bye"]


def _read(ids: list[str], coders: tuple[str, ...] = ("ana", "ben")) -> pd.DataFrame:
    rows = [(i, "en", c) for i in ids for c in coders]
    return pd.DataFrame(rows, columns=["id", "lang", "coder"])


def _codings(rows: list[tuple[str, str, str, str]], setting: str) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["id", "coder", "concept", "status"])
    return table.assign(
        setting=setting, lang="en", age_months_low=np.nan, age_months_high=np.nan
    )


@pytest.fixture
def coded() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Forty reports; of crawling both say the same, of walking every fourth differs."""
    ids = [f"r{i}" for i in range(40)]
    rows = []
    for n, i in enumerate(ids):
        rows += [(i, c, "crawls", "achieved") for c in ("ana", "ben") if n % 2]
        other = "unclear" if n % 4 == 0 else "not_yet"
        rows += [(i, "ana", "walks_alone", "not_yet"), (i, "ben", "walks_alone", other)]
    return _codings(rows, "blind"), _read(ids)


def test_who_read_a_report_and_gave_no_code_has_said_absent(
    coded: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    table = ratings(*coded, CONCEPTS)
    assert len(table) == 40 * 3
    assert table.loc[("en", "r0", "crawls")].tolist() == ["absent", "absent"]
    assert table.loc[("en", "r1", "crawls")].tolist() == ["achieved", "achieved"]
    one = ratings(
        coded[0].query("id == 'r1'"), _read(["r1"], ("ana", "ben", "eva")), CONCEPTS
    )
    assert one.loc[("en", "r1", "walks_alone"), "eva"] == "absent"


def test_the_shares_are_those_that_were_made(
    coded: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    found = agreement(
        *coded, CONCEPTS, by=("concept",), bootstrap=Bootstrap(samples=100)
    ).set_index("concept")
    assert found.loc["walks_alone", "share"] == pytest.approx(0.75)
    assert found.loc["crawls", "share"] == pytest.approx(1)
    assert found.loc["crawls", "alpha"] == pytest.approx(1)
    assert found.loc["crawls", "mentioned"] == 20
    assert np.isnan(found.loc["waves_bye", "alpha"])
    assert found.loc["waves_bye", "undefined"] == 1
    assert found.loc["waves_bye", "ac1"] == pytest.approx(1)


def test_the_interval_of_a_share_covers_it_as_often_as_it_says() -> None:
    # closed form: the share of a binomial; true 0.8, 60 reports, 90 % intervals
    rng = np.random.default_rng(4)
    inside = 0
    for _ in range(60):
        ids = [f"r{i}" for i in range(60)]
        same = rng.random(60) < 0.8
        rows = [(i, "ana", "crawls", "achieved") for i in ids]
        rows += [
            (i, "ben", "crawls", "achieved" if s else "not_yet")
            for i, s in zip(ids, same, strict=True)
        ]
        found = agreement(
            _codings(rows, "blind"),
            _read(ids),
            ["crawls"],
            bootstrap=Bootstrap(0.9, 200),
        ).iloc[0]
        inside += found["share_low"] <= 0.8 <= found["share_high"]
    assert 47 <= inside <= 60  # 54 expected, sd 2.3


def test_families_are_drawn_whole_and_widen_the_interval() -> None:
    # ten families of ten reports that are all alike: ten observations, not a hundred
    ids = [f"r{i}" for i in range(100)]
    rows = [(i, "ana", "crawls", "achieved") for i in ids]
    rows += [
        (i, "ben", "crawls", "achieved" if n // 10 % 2 else "not_yet")
        for n, i in enumerate(ids)
    ]
    codings, read = _codings(rows, "blind"), _read(ids)
    family = pd.Series([n // 10 for n in range(100)], index=ids)
    alone = agreement(codings, read, ["crawls"]).iloc[0]
    whole = agreement(codings, read, ["crawls"], families=family).iloc[0]
    width = (whole["share_high"] - whole["share_low"]) / (
        alone["share_high"] - alone["share_low"]
    )
    assert width == pytest.approx(np.sqrt(10), rel=0.2)


def test_assisted_codes_are_refused_by_name(
    coded: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    codings, read = coded
    codings.loc[codings["coder"] == "ben", "setting"] = "assisted"
    with pytest.raises(AssistedLabelsError, match=r"code\(s\) of ben were made with"):
        agreement(codings, read, CONCEPTS)
    with pytest.raises(AssistedLabelsError, match="agreement on ages"):
        age_agreement(codings)


def test_codes_of_reports_nobody_read_are_refused(
    coded: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    codings, read = coded
    with pytest.raises(
        InvalidTableError, match=r"1 report\(s\) with codes .* r0 \(ana\)"
    ):
        agreement(
            codings, read[~((read["id"] == "r0") & (read["coder"] == "ana"))], CONCEPTS
        )


def test_one_coder_alone_agrees_with_nobody(
    coded: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    codings, read = coded
    one = codings[codings["coder"] == "ana"]
    with pytest.raises(EmptySelectionError, match="two coders"):
        agreement(one, read[read["coder"] == "ana"], CONCEPTS)


def test_ages_agree_as_far_as_they_are_apart() -> None:
    # the worked example of Krippendorff (2011) as ages: alpha of intervals is .849
    table = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    rows = [
        (f"r{u}", f"coder{c}", "crawls", "achieved", float(v))
        for c, values in enumerate(table)
        for u, v in enumerate(values)
        if v is not None
    ]
    codings = pd.DataFrame(rows, columns=["id", "coder", "concept", "status", "age"])
    codings = codings.assign(lang="en", setting="blind")
    codings["age_months_low"] = codings["age"] - 0.5
    codings["age_months_high"] = codings["age"] + 0.5
    found = age_agreement(codings, bootstrap=Bootstrap(samples=50)).iloc[0]
    assert found["alpha"] == pytest.approx(0.849, abs=5e-4)
    assert found["units"] == 11
    assert found["alpha_low"] < 0.849 < found["alpha_high"]
