"""Figures that cannot both be true: refused, told, and still to be seen."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from devnorms._base.errors import LeftOutWarning
from devnorms._base.provenance import Record
from devnorms.sources import published
from devnorms.sources.published_faults import contradictions
from devnorms.sources.published_figures import refused

ROW = {
    "source_id": "survey", "evidence": "primary (table)", "milestone": "walking alone",
    "equate": "", "country_iso3": "NLD", "population": "a city", "n": "100",
    "statistic": "p50", "operator": "=", "value": "12", "unit": "months", "note": "",
}  # fmt: skip


def write(folder: Path, rows: list[dict[str, str]]) -> Path:
    """Write figures of one source as a person would."""
    with (folder / "windows.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, list(ROW))
        table.writeheader()
        table.writerows({**ROW, **row} for row in rows)
    (folder / "sources.csv").write_text(
        "source_id,evidence,citation,address,passage\nsurvey,primary,A B. 2020,,x\n"
    )
    return folder


def age(statistic: str, value: float, **other: str) -> dict[str, str]:
    """One figure in months."""
    return {"statistic": statistic, "value": str(value), **other}


CONTRADICTIONS = {
    "falling": ([age("p25", 13), age("p75", 12)], "percentiles fall", 2),
    "bound": (
        [age("p50", 14), age("p75_or_more", 12, operator="<=")],
        "p75_or_more by 12 months, but p50 = 14 months",
        2,
    ),
    "sd": ([age("mean", 12), age("sd", 0)], "not above zero", 1),
    "chebyshev": (
        [age("mean", 12), age("sd", 1), age("p50", 13.5)],
        "whatever the distribution",
        3,
    ),
    "share": (
        [age("pct_pass_at_5_months", 120, unit="percent")],
        "above 100 percent",
        1,
    ),
    "count": (
        [age("n_pass_at_5_months", 101, unit="count")],
        "more children than were seen",
        1,
    ),
    "half": (
        [age("n_pass_at_5_months", 10.5, unit="count")],
        "not a whole number",
        1,
    ),
    "operator": (
        [age("p75_or_more", 12)],
        "its operator must be '<='",
        1,
    ),
    "exact": ([age("p50", 12, operator=">")], "operator of a bound", 1),
    "unit": ([age("p50", 12, unit="percent")], "unit of such a figure is months", 1),
    "n": ([age("p25", 11), age("p75", 13, n="90")], "n differs within one sample", 2),
    "part": (
        [age("p50", 12), age("pct_pass_at_5_months", 1, unit="percent", n="200")],
        "n of a part is above n of the whole",
        1,
    ),
    "two values": ([age("p50", 12), age("p50", 13)], "p50 is given as 12 and 13", 2),
    "twice": ([age("p50", 12), age("p50", 12)], "p50 is given twice", 1),
    "pass rates": (
        [
            age("p50", 5.9),
            age("pct_pass_at_age_5-<6_months", 11.1, unit="percent", n="90"),
            age("pct_pass_at_age_6-<8_months", 65.2, unit="percent", n="90"),
        ],
        "by the pass rates of the same source",
        1,
    ),
    "falling rates": (
        [
            age("pct_pass_at_age_5-<6_months", 70, unit="percent"),
            age("pct_pass_at_age_6-<8_months", 60, unit="percent"),
        ],
        "pass rates fall with age",
        2,
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_what_contradicts_itself_is_refused_and_said(tmp_path: Path, name: str) -> None:
    rows, told, many = CONTRADICTIONS[name]
    other = age("p50", 9, milestone="standing alone")
    write(tmp_path, [*rows, other])
    with pytest.warns(LeftOutWarning, match=f"{many} of {len(rows) + 1} figures"):
        figures = published(tmp_path)
    reasons = [row["reason"] for row in figures.attrs["refused"]]
    assert len(reasons) == many
    assert all(told in reason for reason in reasons)
    left = figures.attrs["left_out"]
    assert left["rows_in"] == left["used"] + sum(left["left_out"].values())
    assert len(figures) == left["used"]
    with pytest.warns(LeftOutWarning):
        assert len(refused(tmp_path)) == many


def test_the_chinese_sitting_median_is_refused_and_its_counts_are_kept() -> None:
    # doi:10.3760/cma.j.issn.0578-1310.2018.12.007: 800 of 7236 at 5-<6 months,
    # 4921 of 7545 at 6-<8 months, but a median of 5.9
    figures = published()
    (row,) = figures.attrs["refused"]
    assert (row["source_id"], row["statistic"], row["value"]) == (
        "zhang2018",
        "p50",
        5.9,
    )
    sitting = figures.query(
        "source_id == 'zhang2018' and published_name == 'sitting without support'"
    )
    assert set(sitting["statistic"]) >= {"p01", "p99", "pct_pass_at_age_5-<6_months"}
    assert "p50" not in set(sitting["statistic"])


@given(
    st.floats(2, 40),
    st.floats(0.3, 6),
    st.sampled_from(["normal", "skewed", "two groups"]),
    st.lists(st.integers(1, 99), min_size=2, max_size=6, unique=True),
)
def test_true_figures_of_any_distribution_are_never_refused(
    centre: float, spread: float, shape: str, percents: list[int]
) -> None:
    ages = {
        "normal": stats.norm(centre, spread).ppf(np.linspace(0.001, 0.999, 4001)),
        "skewed": stats.gamma(1.5, scale=spread).ppf(np.linspace(0.001, 0.999, 4001)),
        "two groups": np.repeat([centre, centre + 5 * spread], [3000, 1001]),
    }[shape]
    rows = [age(f"p{p:02d}", round(float(np.percentile(ages, p)), 1)) for p in percents]
    rows += [age("mean", round(float(ages.mean()), 2))]
    rows += [age("sd", round(float(ages.std()), 2))]
    table = pd.DataFrame([{**ROW, **row} for row in rows]).rename(
        columns={"milestone": "published_name", "country_iso3": "country"}
    )
    share = table["statistic"].str.extract(r"^p(\d\d)$")[0].astype(float) / 100
    table = table.assign(
        value=table["value"].astype(float), n=table["n"].astype("Int64"), share=share
    )
    found = contradictions(table).dropna()
    below_zero = table.loc[found.index, "value"] <= 0
    assert below_zero.all()


def test_every_figure_has_a_source_in_the_record_and_a_grade() -> None:
    figures = published(keep_refused=True)
    record = Record.from_json(figures.attrs["record"])
    named = {source.id for source in record.sources}
    assert named == {"published", *figures["source_id"]}
    assert all(source.citation for source in record.sources)
    assert set(figures["grade"]) == {"primary", "reprint", "secondary"}
    assert figures["refused"].notna().sum() == 1


def test_bounds_of_the_checklist_are_kept_as_bounds() -> None:
    figures = published()
    bounds = figures[figures["statistic"] == "p75_or_more"]
    assert len(bounds) == 34
    assert set(bounds["operator"]) == {"<="}
