"""CREDI norms and parameters; ManyBabies follow-up: against what was published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from devnorms._base.errors import InvalidTableError, UnreadableFileError
from devnorms._base.provenance import Record
from devnorms.schema.followup import check_followup
from devnorms.schema.norm_tables import check_item_parameters, check_score_norms
from devnorms.sources import credi, manybabies


@pytest.fixture(scope="module")
def words(data_folder: Path) -> pd.DataFrame:
    """Vocabulary at follow-up."""
    return manybabies.vocabulary(data_folder / "mb1_cdi")


def test_credi_norms_rise_with_age_and_spread_stays_positive() -> None:
    norms = credi.norms()
    assert norms.groupby("score").size().tolist() == [37] * 6
    for _, one in norms.groupby("score"):
        assert one.sort_values("age_months")["mean"].is_monotonic_increasing
    assert (norms["sd"] > 0).all()


def test_domain_scores_of_the_packages_example_lie_where_its_norms_put_them() -> None:
    # ?credi::score prints, for children of 3 and 5 months, MOT 43.489 and 42.058,
    # LANG 45.968 and 45.049: one near the reference of its age, one well below
    norms = credi.norms().set_index(["score", "age_months"])
    for score, near, far in (("motor", 43.489, 42.058), ("language", 45.968, 45.049)):
        at_3, at_5 = norms.loc[(score, 3.0)], norms.loc[(score, 5.0)]
        assert abs((near - at_3["mean"]) / at_3["sd"]) < 1
        assert (far - at_5["mean"]) / at_5["sd"] < -1.5


def test_reversed_items_are_the_ten_that_the_package_names() -> None:
    # ?credi::score, argument reverse_code
    named = {"LF9", "LF102", "LFMH1", "LFMH2", "LFMH3", "LFMH4", "LFMH5", "LFMH7",
             "LFMH8", "LFMH9"}  # fmt: skip
    items = credi.items()
    assert set(items.loc[items["reversed"], "long_form"]) == named


def test_gsed_names_are_items_of_the_scale() -> None:
    names, items = credi.gsed_names(), credi.items()
    known = names["item"].isin(items["item"])
    assert names["gsed_item"].is_unique
    assert known.sum() >= 29  # QC32 has no long form any more
    assert set(names.loc[~known, "item"]) <= {"QC32"}


def test_wrong_norms_and_parameters_are_refused() -> None:
    norms, items = credi.norms(), credi.items()
    with pytest.raises(InvalidTableError, match="sd"):
        check_score_norms(norms.assign(sd=0.0))
    with pytest.raises(InvalidTableError, match="alpha and delta stand together"):
        check_item_parameters(items.assign(delta=np.nan))
    with pytest.raises(InvalidTableError, match="reversed"):
        check_item_parameters(items.assign(reversed="perhaps"))


def test_the_follow_up_has_the_published_numbers(words: pd.DataFrame) -> None:
    # doi:10.1017/S0305000924000254, abstract: 341 (18 months) and 327 (24 months)
    # infants, 21 laboratories; manybabies.org: 467 babies, 668 forms
    assert words.groupby("occasion").size().to_dict() == {
        "18 months": 341,
        "24 months": 327,
    }
    assert words["laboratory"].nunique() == 21
    assert (words["child"].nunique(), len(words)) == (467, 668)


def test_shares_stand_only_where_the_length_of_the_form_is_stated(
    words: pd.DataFrame,
) -> None:
    by_form = words.groupby("instrument")["share"].count()
    assert by_form[by_form > 0].to_dict() == {"webCDI": 354, "O-CDI": 92}
    assert set(words["ceiling"].dropna()) == {680, 416}
    assert words.attrs["compare"] == ["share", "percentile"]
    told = {note["what"]: note["n"] for note in words.attrs["noted"]}
    stated = "the number of words on the form is not stated: no share"
    assert sum(n for what, n in told.items() if what.startswith(stated)) == 222


def test_bands_of_percentiles_are_kept_as_bands(words: pd.DataFrame) -> None:
    banded = words[words["percentile_band"].notna()]
    assert set(banded["language"]) == {"de"}
    assert banded["percentile"].isna().all()


def test_free_text_of_the_file_is_not_read(words: pd.DataFrame) -> None:
    text = words.select_dtypes(["str", "object"])
    longest = max(text[column].dropna().str.len().max() for column in text)
    assert longest < 60
    assert "Notes" not in words.columns


def test_an_unknown_language_and_impossible_shares_are_refused(
    words: pd.DataFrame, data_folder: Path, tmp_path: Path
) -> None:
    raw = (data_folder / "mb1_cdi" / manybabies.FILE).read_text("utf-8")
    (tmp_path / manybabies.FILE).write_text(raw.replace("Korean", "Klingon"), "utf-8")
    with pytest.raises(InvalidTableError, match=r"Klingon.*Known: American English"):
        manybabies.vocabulary(tmp_path)
    with pytest.raises(InvalidTableError, match="share is words by ceiling"):
        check_followup(words.assign(share=words["share"] / 2))
    with pytest.raises(InvalidTableError, match="no more words than the form has"):
        check_followup(words.assign(ceiling=1, share=1.0))


def test_licences_are_recorded(words: pd.DataFrame) -> None:
    for table, name in ((words, "mb1_cdi"), (credi.items(), "credi")):
        (source,) = Record.from_json(table.attrs["record"]).sources
        assert (source.id, source.licence) == (name, "MIT")
        assert not source.version.startswith("not")


def test_a_file_without_its_columns_is_told(tmp_path: Path) -> None:
    (tmp_path / "credi_norm_z.csv").write_text("AGE,OVERALL_mu\n1,2\n")
    with pytest.raises(UnreadableFileError, match=r"missing column.*OVERALL_sigma"):
        credi.norms(tmp_path)
