"""Boxes, repeats, patterns, several units, and what else a mapping can say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import devnorms as dn
from devnorms._base.errors import (
    DoubtfulDataWarning,
    InvalidTableError,
    LeftOutWarning,
)
from devnorms.sources.own import populations
from tests.sources.ownexports import EXAMPLES
from tests.sources.ownfiles import observations, rows_of, sheet
from tests.sources.test_own_faults import DATED, DATES, MAP, changed, rows, save


def _responses(read: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Response by child and item."""
    keys = zip(read["child"], read["item"], strict=True)
    return dict(zip(keys, read["response"], strict=True))


BOXES = {"none_ticked": "not_asked", "items": {"1": "walks_alone", "2": {}}}


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("q", {"q___1": ["1", "0", "0"], "q___2": ["0", "1", "0"]}),
        ("q", {"q/1": ["1", "0", ""], "q/2": ["0", "1", ""], "q": ["1", "2", ""]}),
        ("Q?", {"Q? (choice=1)": ["Checked", "Unchecked", ""],
                "Q? (choice=2)": ["Unchecked", "Checked", ""]}),
        ("g/q", {"g/q": ["1", "2", ""]}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("none_ticked", ["not_yet", "not_asked"])
def test_boxes_are_read_as_each_system_writes_them(
    tmp_path: Path, column: str, cells: dict[str, list[str]], none_ticked: str
) -> None:
    table = rows({}, {}, {}).assign(**cells)
    boxes = {**BOXES, "column": column, "none_ticked": none_ticked}
    mapping = changed(items=None, multiple={"q": boxes})
    read = _responses(dn.read(save(tmp_path, table), mapping))
    last = column.rpartition("/")[2]
    one, two = f"own_{last}/1", f"own_{last}/2"
    expected = {("a0", one): "passed", ("a0", two): "not_yet"}
    expected |= {("a1", one): "not_yet", ("a1", two): "passed"}
    if none_ticked == "not_yet":
        expected |= {("a2", one): "not_yet", ("a2", two): "not_yet"}
    assert read == expected


def test_a_column_can_tell_whether_boxes_were_shown(tmp_path: Path) -> None:
    table = rows({}, {}).assign(q___1="0", q___2="0", shown=["2", ""])
    boxes = {**BOXES, "none_ticked": "not_yet", "asked_when": {"shown": ["2"]}}
    read = dn.read(save(tmp_path, table), changed(items=None, multiple={"q": boxes}))
    assert set(read["child"]) == {"a0"}


def test_boxes_with_other_values_and_choices_that_are_not_there_are_told(
    tmp_path: Path,
) -> None:
    table = rows({}, {}).assign(q___1=["1", "often"])
    with pytest.raises(InvalidTableError, match="2 faults") as caught:
        dn.read(save(tmp_path, table), changed(items=None, multiple={"q": BOXES}))
    assert "a box holds 1 or 0 (Checked, Unchecked); found: 'often' (1)" in str(
        caught.value
    )
    assert "'q___2': the mapping names it in [multiple.q] items" in str(caught.value)


def test_what_belongs_to_the_child_is_carried_and_contradictions_are_told(
    tmp_path: Path,
) -> None:
    table = rows({}, {}, of=DATED).assign(child="a1", seen=["2021-01-01", "2021-06-01"])
    once = table.assign(dob=["2020-01-01", ""])
    mapping = changed(file={"carry": True}, age=DATES)
    read = dn.read(save(tmp_path, once), mapping)
    assert sorted(read["age_days"].unique()) == [366, 517]  # 2020 was a leap year
    twice = table.assign(dob=["2020-01-01", "2020-01-02"])
    with pytest.raises(
        InvalidTableError, match="'dob': a child has more than one value"
    ):
        dn.read(save(tmp_path, twice), mapping)


def _kobo(folder: Path, **parents: list[Any]) -> Path:
    """Households, children in them, answers of the children: three sheets."""
    house = pd.DataFrame({"visit_date": ["2021-01-01"] * 2, "_index": [1, 2]})
    child = pd.DataFrame(
        {"code": ["a", "b", "c"], "dob": ["2020-01-01"] * 3, "_index": [1, 2, 3]}
        | {"_parent_index": parents.get("child", [1, 1, 2])}
    )
    answer = pd.DataFrame(
        {"item": ["walks", "runs", "walks", "walks"], "can": ["1", "0", "1", "0"]}
        | {"_index": [1, 2, 3, 4], "_parent_index": parents.get("answer", [1, 1, 2, 3])}
    )
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, table in (("house", house), ("child", child), ("answer", answer)):
        sheet(book, name, rows_of(table))
    path = folder / "nested.xlsx"
    book.save(path)
    return path


NESTED = changed(
    file={"exported_by": "kobo", "sheet": "house"},
    repeat={"sheets": ["child", "answer"]},
    child={"column": "code"},
    age={"birth_date": "dob", "visit_date": "visit_date"},
    sex=None,
    long={"item": "item", "answer": "can"},
)


def test_repeats_in_repeats_know_their_parents(tmp_path: Path) -> None:
    read = dn.read(_kobo(tmp_path), NESTED)
    assert _responses(read) == {
        ("a", "own_walks"): "passed",
        ("a", "own_runs"): "not_yet",
        ("b", "own_walks"): "passed",
        ("c", "own_walks"): "not_yet",
    }
    assert set(read["age_days"]) == {366}


def test_a_repeat_without_its_parent_is_told(tmp_path: Path) -> None:
    path = _kobo(tmp_path, answer=[1, 1, 2, 9])
    with pytest.raises(InvalidTableError, match=r"whose parent is not in .*\[5\]"):
        dn.read(path, NESTED)


def test_patterns_name_many_items_and_leave_other_columns_alone(tmp_path: Path) -> None:
    table = rows({}).assign(gm_1="1", gm_2="0", gm_note="long text", gm_age="9")
    mapping = changed(items={"gm_?": {}, "gm_2": {"milestone": "runs"}})
    read = dn.read(save(tmp_path, table), mapping)
    linked = read.set_index("item")["milestone"]
    assert sorted(linked.index) == ["own_gm_1", "own_gm_2"]
    assert linked.dropna().to_dict() == {"own_gm_2": "runs"}


def test_an_item_can_have_codes_instrument_mode_and_milestone_of_its_own(
    tmp_path: Path,
) -> None:
    table = rows({}).assign(
        tower="3", sings="nie", asked_whom="mother", pays="97", hops="8"
    )
    mapping = changed(
        answers={"passed": [1], "not_yet": [0], "not_asked": [97], "unsure": [8]},
        mode={"column": "asked_whom", "caregiver": ["mother"]},
        language={"value": "af"},
        items={
            "tower": {
                "milestone": "stacks_tower", "item": "by1xx", "instrument": "by1",
                "mode": "direct", "answers": {"passed": [2, 3], "not_yet": [0, 1]},
                "probability": 0.4, "reason": "six blocks, not four",
            },
            "sings": {"milestone": "sings_along", "answers": {
                "passed": ["ja"], "not_yet": ["nie"]}},
            "pays": {},
            "hops": {},
        },
        milestones={
            "sings_along": {"domain": "language", "counts_as": "sings some words"}
        },
    )  # fmt: skip
    read = dn.read(save(tmp_path, table), mapping).set_index("item")
    tower = read.loc["by1xx"]
    assert tower[["response", "mode", "instrument"]].tolist() == [
        "passed", "direct", "by1",
    ]  # fmt: skip
    said = ["response", "mode", "domain", "language"]
    assert read.loc["own_sings", said].tolist() == [
        "not_yet", "caregiver", "language", "af",
    ]  # fmt: skip
    assert read.loc[["own_pays", "own_hops"], "response"].tolist() == [
        "not_asked",
        "unsure",
    ]
    link = next(one for one in read.attrs["links"] if one["item"] == "by1xx")
    assert (link["probability"], link["judged_by"]) == (0.4, "nobody")


@pytest.mark.parametrize(
    ("age", "cells", "days"),
    [
        ({"column": "x", "unit": "days"}, {"x": "400"}, 400),
        ({"column": "x", "unit": "weeks"}, {"x": "10"}, 70),
        ({"column": "x", "unit": "months"}, {"x": "12"}, 365),  # 365.25
        ({"column": "x", "unit": "years"}, {"x": "1.5"}, 548),  # 547.875
        ({"years": "y", "months": "m"}, {"y": "1", "m": "6"}, 548),
        ({"years": "y", "months": "m"}, {"y": "", "m": "6"}, 183),  # 182.625
        ({"months": "m", "days": "d"}, {"m": "2", "d": "3"}, 64),  # 60.875 + 3
        ({"column": "x", "unit": "months", "completed": True}, {"x": "12"}, 380),
        (DATES, {"dob": "2020-02-28", "seen": "2020-03-01 14:05"}, 2),
    ],
)
@pytest.mark.filterwarnings("ignore::devnorms._base.errors.DoubtfulDataWarning")
def test_ages_come_in_any_unit(
    tmp_path: Path, age: dict[str, Any], cells: dict[str, str], days: int
) -> None:
    read = dn.read(save(tmp_path, rows({}).assign(**cells)), changed(age=age))
    assert set(read["age_days"]) == {days}


@pytest.mark.parametrize(
    ("cell", "unit", "days"),
    [("38+3", "weeks", 269), ("31", "weeks", 217), ("250", "days", 250)],
)
def test_gestation_gives_corrected_ages_on_request(
    tmp_path: Path, cell: str, unit: str, days: int
) -> None:
    table = rows({"age": "300"}).assign(ga=cell)
    mapping = changed(
        age={"column": "age", "unit": "days"}, gestation={"column": "ga", "unit": unit}
    )
    read = dn.read(save(tmp_path, table), mapping, corrected_age=True)
    assert set(read["gestation_days"]) == {days}
    early = 280 - days if days < 259 else 0  # only those born before 37 weeks
    assert set(read["age_days"]) == {300}
    assert set(read["age_days_corrected"]) == {300 - early}


def test_a_child_of_two_sexes_is_of_unknown_sex_and_told(tmp_path: Path) -> None:
    table = rows({"sex": "f"}, {"sex": "m", "age": "14.5"}).assign(child="a1")
    with pytest.warns(DoubtfulDataWarning, match="contradictory sex, 1 children"):
        read = dn.read(save(tmp_path, table), MAP)
    assert set(read["sex"]) == {"unknown"}


def test_several_columns_can_name_a_child_and_interviewers_become_numbers(
    tmp_path: Path,
) -> None:
    table = rows({}, {}).assign(house="h7", line=["1", "2"], who=["Bahati", "Amina"])
    mapping = changed(
        child={"column": ["house", "line"]}, interviewer={"column": "who"}
    )
    read = dn.read(save(tmp_path, table), mapping)
    assert sorted(read["child"].unique()) == ["h7-1", "h7-2"]
    assert dict(zip(read["child"], read["interviewer"], strict=True)) == {
        "h7-1": "2",
        "h7-2": "1",
    }


def test_birth_dates_and_unmapped_columns_are_not_kept(tmp_path: Path) -> None:
    table = rows({}, of=DATED).assign(mother="Chausiku", phone="0991234567")
    read = dn.read(save(tmp_path, table), changed(age=DATES))
    kept = read.to_csv() + str(read.attrs)
    for word in ("2020-01-01", "2021-01-01", "Chausiku", "0991234567"):
        assert word not in kept


def test_what_travels_survives_a_parquet_file_and_a_second_source(
    tmp_path: Path,
) -> None:
    example = EXAMPLES["csv"]
    read = dn.read(example.write(tmp_path), example.mapping())
    read.to_parquet(tmp_path / "observations.parquet")
    back = pd.read_parquet(tmp_path / "observations.parquet")
    assert populations(back).equals(populations(read))
    assert back.attrs == read.attrs
    other = dn.read(save(tmp_path, rows({}), "other.csv"), MAP)
    both = dn.combine([read, other])
    for citation in ("Made-up children (devnorms.simulate)", "Nobody (2025)"):
        assert citation in both.attrs["record"]
    assert both.attrs["left_out"]["used"] == len(both) == len(read) + 2
    assert sorted(populations(both)["population"]) == ["A", "COD-SIM"]


def test_what_was_read_can_be_fitted(tmp_path: Path) -> None:
    """Beside two populations of the bundle, as a person would; with the quick fit."""
    example = EXAMPLES["kobo, repeats"]
    read = dn.read(example.write(tmp_path), example.mapping())
    bundled = dn.load_counts("milestones")
    chosen = bundled["population"].isin(["NLD-SMOCC", "ZAF"])
    others = bundled[chosen & bundled["milestone"].isin(["walks_alone", "kicks_ball"])]
    domains = dict(zip(bundled["milestone"], bundled["domain"], strict=True))
    curves = [
        dn.preview(dn.combine([dn.count(table, domains=domains), others]), draws=20)
        for table in (read, observations())
    ]
    assert "COD-SIM" in curves[0]["population"]
    assert curves[0].equals(curves[1])


def test_rows_left_out_need_not_be_right(tmp_path: Path) -> None:
    """A test row without a child spoils nothing when it is left out, and is counted."""
    table = rows({}, {"child": ""}).assign(test=["", "1"])
    mapping = changed(leave_out=[{"when": {"test": [1]}, "reason": "test entry"}])
    with pytest.warns(LeftOutWarning, match="2 .test entry."):
        read = dn.read(save(tmp_path, table), mapping)
    assert read.attrs["left_out"]["left_out"] == {"test entry": 2}
