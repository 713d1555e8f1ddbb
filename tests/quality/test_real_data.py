"""Faults of real data that are written down elsewhere are found, and not many more."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import devnorms as dn
from devnorms._base.errors import DevnormsWarning
from devnorms.quality import QualityReport, check_quality


@pytest.fixture(scope="module")
def childdevdata(data_folder: Path) -> QualityReport:
    """What is raised for the ten studies."""
    return check_quality(dn.load("childdevdata", path=data_folder / "childdevdata"))


def _found(report: QualityReport, study: str, what: str) -> pd.DataFrame:
    found = report.findings
    return found[(found["study"] == study) & (found["what"] == what)]


def _vocabulary(data_folder: Path, folder: str, study: str) -> QualityReport:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DevnormsWarning)
        observations = dn.load(
            "wordbank", path=data_folder / folder, studies=study, accept_spoilt=True
        )
    return check_quality(observations)


@pytest.mark.parametrize(
    ("study", "what", "n"),
    [
        # numbers from the description of the data, not from this package
        ("gcdg_zaf", "nominal age", 1614),
        ("gcdg_ecu", "ages in whole months", 667),
        ("gcdg_ecu", "age of 0 days", 7),
        ("gcdg_col_lt45m", "ages in whole months", 1335),
        ("gcdg_jam_lbw", "contradictory sex", 1),
        ("gcdg_zaf", "blank sex", 4),
        ("gcdg_chl_1", "no age", 119),
        ("gcdg_nld_smocc", "no age", 184),
    ],
)
def test_what_is_known_of_childdevdata_is_found(
    childdevdata: QualityReport, study: str, what: str, n: int
) -> None:
    assert _found(childdevdata, study, what)["n"].tolist() == [n]


def test_the_nominal_age_of_the_south_african_wave_is_named(
    childdevdata: QualityReport,
) -> None:
    row = _found(childdevdata, "gcdg_zaf", "nominal age").iloc[0]
    assert row["where"].startswith("1461 days")
    assert row["grade"] == "look"


def test_pulling_to_stand_at_six_months_in_soweto_is_questioned(
    childdevdata: QualityReport,
) -> None:
    """92-97 % pass these two items at 6 months; elsewhere half do at 8 to 10."""
    rows = _found(childdevdata, "gcdg_zaf", "items unlike their milestone elsewhere")
    look = rows[rows["grade"] == "look"].iloc[0]["where"]
    said = dict(re.findall(r"(\w+) \(pulls_to_stand: half at ([\d.]+) months", look))
    assert set(said) == {"by1pdd036", "by1pdd038"}
    assert max(map(float, said.values())) < 6


@pytest.mark.parametrize("study", ["nld_smocc", "jam_lbw", "jam_stunted", "col_lt45m"])
def test_losses_are_between_half_a_percent_and_two(
    childdevdata: QualityReport, study: str
) -> None:
    row = _found(childdevdata, f"gcdg_{study}", "passed, then not yet").iloc[0]
    assert 0.004 < row["n"] / row["of"] < 0.02
    assert row["grade"] == "note"


def test_no_published_study_is_stopped_and_few_things_are_to_be_looked_at(
    childdevdata: QualityReport,
) -> None:
    assert "stop" not in childdevdata.grades.values()
    looks = childdevdata.findings[childdevdata.findings["grade"] == "look"]
    assert looks.groupby("study").size().max() <= 4


def test_copied_items_are_found_while_the_observations_still_hold_them(
    data_folder: Path,
) -> None:
    file = next((data_folder / "childdevdata").glob("*zaf*.txt"))
    wide = pd.read_csv(file, sep="\t", dtype={"subjid": str})
    wide = wide[wide["agedays"].notna()]
    items = [c for c in wide.columns if c[:3] in {"by1", "gri", "sgr"}]
    long = wide.melt(["subjid", "agedays"], items, "item", "value").dropna()
    raw = pd.DataFrame(
        {
            "study": "zaf", "population": "ZAF", "country": "ZAF", "language": None,
            "child": long["subjid"], "occasion": long["agedays"].astype(str),
            "age_days": long["agedays"], "gestation_days": np.nan, "sex": "unknown",
            "item": long["item"], "milestone": None,
            "instrument": long["item"].str[:3], "mode": "direct",
            "response": long["value"].map({1: "passed", 0: "not_yet"}),
            "weight": np.nan, "coder": None,
        }
    )  # fmt: skip
    row = _found(check_quality(raw), "zaf", "items copied between instruments").iloc[0]
    assert row["grade"] == "look"
    # 17 concepts that two instruments share are said to be copies, and many more items
    assert row["n"] >= 17


@pytest.mark.parametrize("form", ["WG", "WS"])
def test_the_two_sets_known_to_be_damaged_are_stopped(
    data_folder: Path, form: str
) -> None:
    study = f"SpanishMexican{form}_Fernald_SLENA"
    assert _vocabulary(data_folder, "wordbank_known_bad", study).grade(study) == "stop"


@pytest.mark.parametrize(
    "study", ["SwedishWG_CLEX", "CroatianWS_CLEX", "KiswahiliWG_Alcock"]
)
def test_vocabularies_that_nobody_complains_of_are_not_stopped(
    data_folder: Path, study: str
) -> None:
    assert _vocabulary(data_folder, "wordbank", study).grade(study) != "stop"


def test_the_taiwanese_words_that_older_children_understand_less_are_found(
    data_folder: Path,
) -> None:
    """Reported by users of the site: github.com/langcog/wordbank, issue 328."""
    study = "MandarinTaiwaneseWG_Liu"
    report = _vocabulary(data_folder, "wordbank", study)
    row = _found(report, study, "passed by fewer of the older children").iloc[0]
    assert row["n"] > 20
    assert ".understands (" in row["where"]
