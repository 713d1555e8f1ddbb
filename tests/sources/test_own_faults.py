"""Every fault of a file or a mapping is told at once, with the rows a person finds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import devnorms as dn
from devnorms._base.errors import (
    BadValueError,
    DoubtfulDataWarning,
    EmptySelectionError,
    InvalidTableError,
    LeftOutWarning,
    UnreadableFileError,
)

MAP: dict[str, Any] = {
    "study": {"id": "made_up", "licence": "CC0-1.0", "citation": "Nobody (2025)"},
    "population": {
        "id": "A", "country": "COD", "sampling": "community", "who": "Made-up children",
    },
    "child": {"column": "child"},
    "age": {"column": "age", "unit": "months"},
    "sex": {"column": "sex", "female": ["f"], "male": ["m"]},
    "instrument": {"id": "own"},
    "links": {"confidence": "low", "judged_by": "nobody"},
    "answers": {"passed": [1], "not_yet": [0]},
    "items": {"walks": "walks_alone", "runs": "runs"},
}  # fmt: skip
ROW = {"child": "a1", "age": "12.5", "sex": "f", "walks": "1", "runs": "0"}
DATES = {"birth_date": "dob", "visit_date": "seen"}
DATED = {**ROW, "dob": "2020-01-01", "seen": "2021-01-01"}


def changed(**sections: Any) -> dict[str, Any]:
    """The mapping with other sections; None leaves one out."""
    return {k: v for k, v in {**MAP, **sections}.items() if v is not None}


def rows(*changes: dict[str, str], of: dict[str, str] | None = None) -> pd.DataFrame:
    """One child per change."""
    base = of or ROW
    return pd.DataFrame(
        [{**base, "child": f"a{k}", **c} for k, c in enumerate(changes)]
    )


def save(folder: Path, table: pd.DataFrame, name: str = "data.csv") -> Path:
    path = folder / name
    table.to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"age": "one year"}, r"'age': expected a number of months, found text.*\[3\]"),
        ({"age": "12,5"}, r"'age': a number with ',' .* the others have it.*\[3\]"),
        ({"age": "-2"}, r"'age': an age before birth.*\[3\].*'-2'"),
        ({"age": "400"}, r"'age': older than 18 years, if these are months.*\[3\]"),
        ({"age": "1E+01"}, r"'age': a number that a spreadsheet has shortened.*\[3\]"),
        ({"sex": "fille"}, r"'sex': codes that \[sex\] .*: 'fille' \(1\).*Known: 'f'"),
        ({"walks": "7"}, r"'walks': answers .* not know: '7' \(1\).*\[3\].*Known: '1'"),
        ({"child": ""}, r"'child': answers without a child.*\[3\]"),
        ({"child": "a0"}, r"'child': duplicate visits.*2 row\(s\), first at \[2, 3\]"),
        ({"child": "1.2E+15"}, r"'child': ids that a spreadsheet .*\[3\].*'9.9a\+99'"),
    ],
)
def test_each_fault_is_told_with_its_row(
    tmp_path: Path, second: dict[str, str], words: str
) -> None:
    path = save(tmp_path, rows({}, second, {}))
    with pytest.raises(InvalidTableError, match=r"data\.csv \(rows as a spreadsheet"):
        dn.read(path, MAP)
    with pytest.raises(InvalidTableError, match=words):
        dn.read(path, MAP)


FUTURE = (dt.datetime.now(dt.UTC) + dt.timedelta(days=40)).date().isoformat()


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"seen": "2019-12-31"}, r"'seen': a visit before birth.*\[3\].*'9999-99-99'"),
        ({"seen": FUTURE}, r"'seen': a date in the future.*\[3\]"),
        ({"dob": "2563-01-01"}, r"'dob': a date in the future.*other calendars"),
        ({"dob": "1990-01-01"}, r"'dob': older than 18 years at the visit.*\[3\]"),
        ({"dob": "31/01/2020"}, r"'dob': not a date.*'iso'; 2 others are.*'%d/%m/%Y'"),
        ({"dob": "43831"}, r"'dob': not a date.*\[3\].*'99999'.*date_format = 'excel'"),
        ({"dob": "2020-02-30"}, r"'dob': not a date.*\[3\].*Write dates as 2021-03-31"),
    ],
)
def test_each_fault_of_a_date_is_told_and_no_date_is_shown(
    tmp_path: Path, second: dict[str, str], words: str
) -> None:
    path = save(tmp_path, rows({}, second, {}, of=DATED))
    with pytest.raises(InvalidTableError, match=words) as caught:
        dn.read(path, changed(age=DATES))
    for cell in second.values():
        assert cell not in str(caught.value)


def test_swapped_date_columns_are_told_as_such(tmp_path: Path) -> None:
    path = save(tmp_path, rows({}, {}, {}, of=DATED))
    swapped = {"birth_date": "seen", "visit_date": "dob"}
    with pytest.raises(InvalidTableError, match="look swapped"):
        dn.read(path, changed(age=swapped))


def test_all_faults_of_a_file_come_at_once(tmp_path: Path) -> None:
    bad = {"age": "x", "sex": "?", "walks": "9", "runs": "ja"}
    path = save(tmp_path, rows({}, bad, {}))
    with pytest.raises(InvalidTableError, match="4 faults") as caught:
        dn.read(path, MAP)
    assert caught.value.faults is not None
    assert caught.value.faults["column"].tolist() == ["age", "sex", "walks", "runs"]


@pytest.mark.parametrize(
    ("unit", "ages", "looks_like"),
    [("months", range(1, 5), "years"), ("days", range(6, 48), "months"),
     ("weeks", range(1, 6), "years or months")],
)  # fmt: skip
def test_ages_in_a_larger_unit_are_refused_unless_said_to_be_sure(
    tmp_path: Path, unit: str, ages: range, looks_like: str
) -> None:
    table = rows(*({"age": str(age)} for age in [*ages] * 5))
    path = save(tmp_path, table)
    age = {"column": "age", "unit": unit}
    with pytest.raises(
        InvalidTableError, match=f"{unit}: these look like {looks_like}"
    ):
        dn.read(path, changed(age=age))
    sure = {**age, "sure": True, "completed": True}
    assert len(dn.read(path, changed(age=sure))) == 2 * len(table)


def test_whole_months_are_doubted_until_said_to_be_completed(tmp_path: Path) -> None:
    path = save(tmp_path, rows({"age": "12"}, {"age": "24"}))
    with pytest.warns(DoubtfulDataWarning, match="all ages are whole months, 2 rows"):
        plain = dn.read(path, MAP)
    half = dn.read(path, changed(age={**MAP["age"], "completed": True}))
    assert sorted(plain["age_days"].unique()) == [365, 730]  # 12 and 24 x 30.4375
    assert sorted(half["age_days"].unique()) == [380, 746]  # 12.5 and 24.5 x 30.4375


def test_missing_columns_are_named_with_a_guess_and_the_rest_is_checked(
    tmp_path: Path,
) -> None:
    path = save(tmp_path, rows({"walks": "8"}).rename(columns={"runs": "Runs"}))
    with pytest.raises(InvalidTableError, match="2 faults") as caught:
        dn.read(path, MAP)
    assert "'runs': the mapping names it in [items]" in str(caught.value)
    assert "Did you mean 'Runs'" in str(caught.value)
    assert "answers that the mapping does not know: '8' (1)" in str(caught.value)


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ({"study": None}, r"\[study\] needs id"),
        ({"population": None}, r"needs a section \[population\]: who was sampled"),
        ({"items": None}, r"needs a section \[items\]"),
        ({"itmes": {}}, r"no section 'itmes'; did you mean 'items'\?"),
        ({"file": {"delimeter": ";"}}, r"'delimeter'; did you mean 'delimiter'\?"),
        ({"file": {"encoding": "utf-9"}}, r"encoding 'utf-9' is not known.*cp1252"),
        ({"file": {"decimal": ";"}}, r"decimal must be one of \., ,, got ';'"),
        ({"file": {"header_row": 0}}, r"header_row must be a whole number, 1 or more"),
        ({"child": {"column": "?"}}, r"\[child\] column is still '\?'"),
        ({"child": {"column": "c", "pseudonymise": "yes"}}, r"must be true or false"),
        ({"age": {"column": "age"}}, r"\[age\] needs unit: days, weeks, months"),
        ({"age": {"birth_date": "dob"}}, r"both birth_date and visit_date"),
        ({"age": {**DATES, "date_format": "dmy"}}, r"a pattern such as '%d/%m/%Y'"),
        ({"sex": {"column": "sex", "female": [1], "male": ["1.0"]}}, r"'1' means both"),
        (
            {"answers": {"passed": [1]}},
            r"\[items\] 'walks' \(and 1 more items\): needs",
        ),
        ({"links": None}, r"'walks' \(and 1 more items\): needs confidence"),
        (
            {"items": {"q": "walks_alon"}},
            r"Unknown milestone 'walks_alon'.*walks_alone",
        ),
        ({"items": {"q": {"item": "x"}, "p": {"item": "x"}}}, r"'x' comes twice"),
        ({"long": {"item": "i"}}, r"\[long\] needs both item and answer"),
        ({"leave_out": [{"reason": "no"}]}, r"\[\[leave_out\]\] 1: needs when"),
        ({"population": [MAP["population"]] * 2}, r"each needs when"),
        ({"population": {**MAP["population"], "country": "CD"}}, r"three letters"),
        (
            {"population": {**MAP["population"], "sampling": "good"}},
            r"one of represent",
        ),
        ({"multiple": {"q": {"items": {"1": {}}}}}, r"needs none_ticked"),
        ({"milestones": {"walks_alone": {"domain": "social"}}}, r"comes with devnorms"),
        ({"study": "KIVU"}, r"\[study\] must be a table of settings, got 'KIVU'"),
    ],
)
def test_each_fault_of_a_mapping_is_told(
    tmp_path: Path, sections: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadValueError, match=words):
        dn.read(save(tmp_path, rows({})), changed(**sections))


def test_a_mapping_file_that_is_none_is_told(tmp_path: Path) -> None:
    data = save(tmp_path, rows({}))
    with pytest.raises(UnreadableFileError, match=r"no mapping file.*--suggest"):
        dn.read(data, tmp_path / "map.toml")
    (tmp_path / "map.toml").write_text("[study\nid = ", encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="cannot be read as a mapping"):
        dn.read(data, tmp_path / "map.toml")


@pytest.mark.parametrize(
    "ids", [["Amina Bakari", "Jean-Paul K", "José Cruz"], ["Amina", "Bahati", "José"]]
)
def test_names_are_refused_as_ids_unless_they_are_hashed(
    tmp_path: Path, ids: list[str]
) -> None:
    path = save(tmp_path, rows(*({"child": name} for name in ids)))
    with pytest.raises(InvalidTableError, match="look like names") as caught:
        dn.read(path, MAP)
    hashed = dn.read(path, changed(child={"column": "child", "pseudonymise": True}))
    for name in ids:
        assert name not in str(caught.value)
        assert name not in str(hashed.attrs) + hashed.to_csv()


def test_hashed_ids_are_the_same_with_the_same_salt_only(tmp_path: Path) -> None:
    path = save(tmp_path, rows({}, {}))
    mapping = changed(child={"column": "child", "pseudonymise": True})
    salts = ["a secret of ours", "a secret of ours", "another secret", None]
    one, same, other, drawn = (
        set(dn.read(path, mapping, salt=salt)["child"]) for salt in salts
    )
    assert one == same
    assert not one & other
    assert not one & drawn
    assert {len(name) for name in one} == {16}
    with pytest.raises(BadValueError, match="at least 8 characters"):
        dn.read(path, mapping, salt="1234")
    with pytest.raises(BadValueError, match="does not ask for hashed ids"):
        dn.read(path, MAP, salt="a secret of ours")


def test_what_is_left_out_is_counted_once_under_the_first_reason(
    tmp_path: Path,
) -> None:
    table = rows(
        {},
        {"consent": "no", "age": ""},  # both reasons hold: counted as no consent
        {"age": ""},
        {"walks": "", "runs": ""},
        {"child": "a0", "walks": "0"},  # the visit of a0 a second time
    ).fillna({"consent": "yes"})
    path = save(tmp_path, table)
    mapping = changed(
        file={"duplicates": "first"},
        leave_out=[{"when": {"consent": ["no"]}, "reason": "no consent"}],
    )
    with pytest.warns(LeftOutWarning, match="of 8 answers 2 .no consent., 2 .no age."):
        read = dn.read(path, mapping)
    left_out = read.attrs["left_out"]
    assert left_out["left_out"] == {
        "no consent": 2,
        "no age": 2,
        "the child answered the item before on the same occasion": 2,
    }
    assert (left_out["responses_in"], left_out["used"]) == (8, 2)
    assert left_out["empty_cells"] == 2
    assert read["response"].tolist() == ["passed", "not_yet"]


def test_items_of_a_long_file_that_are_not_mapped_are_counted(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "child": "a1",
            "age": 12.5,
            "sex": "f",
            "what": ["walks", "sings"],
            "y": [1, 1],
        }
    )
    mapping = changed(long={"item": "what", "answer": "y"})
    with pytest.warns(LeftOutWarning, match="1 .item not in the mapping."):
        read = dn.read(save(tmp_path, table), mapping)
    assert read["item"].tolist() == ["own_walks"]


def test_nothing_left_is_an_error_that_says_why(tmp_path: Path) -> None:
    path = save(tmp_path, rows({"age": ""}))
    with pytest.raises(EmptySelectionError, match=r"Of 2 answers .* 2 no age"):
        dn.read(path, MAP)


def test_rows_of_no_population_are_told(tmp_path: Path) -> None:
    card = MAP["population"]
    several = [
        {**card, "id": "A", "when": {"site": ["1"]}},
        {**card, "id": "B", "country": "RWA", "when": {"site": ["2"]}},
    ]
    path = save(tmp_path, rows({"site": "1"}, {"site": "2"}, {"site": "3"}))
    with pytest.raises(InvalidTableError, match=r"no population .*: '3' \(1\).*\[4\]"):
        dn.read(path, changed(population=several))
    path = save(tmp_path, rows({"site": "1"}, {"site": "2.0"}))
    read = dn.read(path, changed(population=several))
    assert dict(zip(read["child"], read["country"], strict=True)) == {
        "a0": "COD",
        "a1": "RWA",
    }


@pytest.mark.parametrize("n", [10_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_a_million_wrong_rows_give_one_message_that_fits_on_a_page(
    tmp_path: Path, n: int
) -> None:
    table = pd.DataFrame(
        {
            "child": np.arange(n).astype(str), "age": "old", "sex": "x",
            "walks": "perhaps", "runs": np.arange(n) % 5000,
        }
    )  # fmt: skip
    with pytest.raises(InvalidTableError, match="4 faults found") as caught:
        dn.read(save(tmp_path, table), MAP)
    assert f"{n} row(s), first at [2, 3, 4, 5, 6]" in str(caught.value)
    assert len(str(caught.value)) < 2000
