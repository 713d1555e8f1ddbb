"""Sets of any language in Wordbank's layout: what is read, told, and refused."""

from __future__ import annotations

import gzip
import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import devnorms as dn
from devnorms._base.errors import (
    BadValueError,
    DevnormsError,
    DoubtfulDataWarning,
    EmptySelectionError,
    FetchError,
    InvalidTableError,
    UnknownNameError,
    UnreadableFileError,
)
from devnorms.sources.summary import summarise
from tests.sources.wordbankfiles import (
    DATA,
    FIELDS,
    INSTRUMENT,
    VALUES,
    many_forms,
    write_set,
)

WS_VALUES = "type,value,data_value\nword,produces,1\nword,,0\n"


def answers_of(observations: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Child and milestone to answer."""
    table = observations.dropna(subset=["milestone"]).astype(str)
    keys = zip(table["child"].str.split(":").str[1], table["milestone"], strict=True)
    return dict(zip(keys, table["response"], strict=True))


def test_a_word_that_is_said_is_also_understood(tmp_path: Path) -> None:
    answers = answers_of(dn.load("wordbank", path=write_set(tmp_path)))
    assert answers["a", "produces_dog"] == answers["a", "understands_dog"] == "passed"
    assert answers["a", "produces_chicken_animal"] == "not_yet"
    assert answers["a", "understands_chicken_animal"] == "passed"
    assert answers["b", "understands_chicken_food"] == "passed"
    assert answers["c", "understands_dog"] == "not_yet"


def test_a_set_without_any_table_beside_it_speaks_for_its_language(
    tmp_path: Path,
) -> None:
    observations = dn.load("wordbank", path=write_set(tmp_path))
    first = observations.iloc[0]
    assert first["population"] == "Slovak WG, Test"
    assert (first["country"], first["language"]) == ("SVK", "sk")
    noted = {note["what"] for note in observations.attrs["noted"]}
    assert "country not stated" in noted
    card = observations.attrs["populations"][0]
    assert card["licence"] == "not stated for this data set"


def test_a_language_that_nobody_knows_is_loaded_all_the_same(tmp_path: Path) -> None:
    root = write_set(tmp_path, folder="Quechua_Cusco_WS", stem="QuechuaWS_X")
    first = dn.load("wordbank", path=root).iloc[0]
    assert first["instrument"] == "Quechua (Cusco) WS"
    assert first["country"] == "XXX"
    assert pd.isna(first["language"])


def _cr(text: str) -> bytes:
    return text.replace("\n", "\r").encode()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"data": _cr(DATA), "fields": _cr(FIELDS)}, id="bare CR"),
        pytest.param({"values": VALUES.replace("\n", "\r\n")}, id="CRLF"),
        pytest.param({"fields": b"\xef\xbb\xbf" + FIELDS.encode()}, id="BOM"),
        pytest.param({"data": gzip.compress(DATA.encode())}, id="packed"),
        pytest.param({"data": DATA.replace(",", ";")}, id="semicolons"),
        pytest.param({"data": DATA.replace("dog", "DOG ")}, id="case of a column"),
        pytest.param({"data": DATA + ",,,,,\n,,,,,\n"}, id="blank rows"),
        pytest.param({"data": DATA.replace(",2", ",2.0")}, id="codes as floats"),
        pytest.param({"values": VALUES.replace("produces", "Produces ")}, id="case"),
        pytest.param({"fields": FIELDS.replace("item_", "Item_")}, id="case of an id"),
        pytest.param({"fields": FIELDS.replace("item_", "")}, id="bare numbers"),
        pytest.param(
            {"fields": FIELDS.replace("field,column", "field,columns", 1)}, id="columns"
        ),
        pytest.param(
            {"fields": FIELDS.replace("\n", ",x\n").replace("type,x", "type,", 1)},
            id="fifth column",
        ),
        pytest.param({"fields": FIELDS + "item_9,nowhere,item,word\n"}, id="no column"),
        pytest.param({"fields": FIELDS + ",fills_fam\ufffdlia,,\n"}, id="garbled name"),
        pytest.param(
            {
                "fields": "column,type,group,field\n"
                + "\n".join(
                    ",".join([line.split(",")[k] for k in (1, 3, 2, 0)])
                    for line in FIELDS.splitlines()[1:]
                )
            },
            id="order of columns",
        ),
        pytest.param(
            {"instrument": INSTRUMENT + "item_1,dog,word,animals,pes,dog,\n"},
            id="id twice",
        ),
    ],
)
def test_the_same_answers_however_the_files_are_written(
    tmp_path: Path, change: dict[str, str | bytes]
) -> None:
    plain = dn.load_vocabulary(path=write_set(tmp_path / "plain"))
    other = dn.load_vocabulary(path=write_set(tmp_path / "other", **change))
    pd.testing.assert_frame_equal(plain, other)


def test_two_columns_per_word_give_the_same_as_one(tmp_path: Path) -> None:
    split = "id,age,sex,dog,dogu,dogp,henu,henp,hen_foodu,hen_foodp\n" + "\n".join(
        ["a,12,m,0,0,1,1,0,0,0", "b,18,f,0,1,1,1,1,1,0", "c,9,f,0,0,0,0,0,0,0"]
    )
    values = "type,value,data_value\nsex,M,m\nsex,F,f\nword,produces,1p\nword,,0p\n"
    values += "word,understands,1u\nword,,0u\n"
    plain = dn.load_vocabulary(path=write_set(tmp_path / "plain"))
    other = dn.load_vocabulary(
        path=write_set(tmp_path / "other", data=split, values=values)
    )
    pd.testing.assert_frame_equal(plain, other)


def test_children_without_a_word_are_kept_and_forms_without_an_answer_are_not(
    tmp_path: Path,
) -> None:
    data = DATA + "d,10,m,,,\n"
    sizes = dn.load_vocabulary(path=write_set(tmp_path, data=data))
    said = sizes[sizes["measure"] == "produces"]
    assert dict(zip(said["child"].str[-1], said["words"], strict=True)) == {
        "a": 1, "b": 2, "c": 0,
    }  # fmt: skip
    assert set(said["ceiling"]) == {3}
    left_out = sizes.attrs["left_out"]
    assert left_out["left_out"] == {"no word answered": 1}
    assert left_out["forms_in"] == left_out["used"] + 1 == 4


def test_every_response_is_used_or_left_out_for_a_reason(tmp_path: Path) -> None:
    data = DATA + "d,,m,2,7,\ne,NA,f,1,3,0\n"
    values = VALUES + "word,,3\n"
    observations = dn.load(
        "wordbank", path=write_set(tmp_path, data=data, values=values)
    )
    ledger = observations.attrs["left_out"]
    assert ledger["responses_in"] == 5 * 3 * 2
    assert ledger["used"] == len(observations) == 3 * 3 * 2
    assert ledger["left_out"] == {
        "not answered": 2,
        "code that may mean 'no' or 'not answered'": 2,
        "code that the value mapping does not know": 2,
        "no age": 6,
    }
    (row,) = summarise(observations).to_dict("records")
    assert (row["children"], row["forms"], row["items"]) == (3, 3, 6)
    assert row["responses"] + sum(row["left_out"].values()) == row["responses_in"]


def test_of_two_age_columns_the_likelier_is_used(tmp_path: Path) -> None:
    data = "id,age,edat,sex,dog,hen,hen_food\na,1,12,m,2,1,0\nb,NA,18,f,2,2,1\n"
    fields = FIELDS + "data_age,edat,admin,data_age\n"
    observations = dn.load(
        "wordbank", path=write_set(tmp_path, data=data, fields=fields)
    )
    months = sorted(set(observations["age_days"] / 30.4375))
    assert months == [12.5, 18.5]
    assert "two age columns differ" in {n["what"] for n in observations.attrs["noted"]}


def test_ages_are_completed_months_and_zero_is_none(tmp_path: Path) -> None:
    data = DATA.replace("a,12", "a,12.97").replace("b,18", "b,0").replace("c,9", "c,x")
    sizes = dn.load_vocabulary(path=write_set(tmp_path, data=data))
    months = dict(zip(sizes["child"].str[-1], sizes["age_months"], strict=True))
    assert months["a"] == 12
    assert pd.isna(months["b"])
    assert pd.isna(months["c"])


@pytest.mark.parametrize(
    ("born", "seen"),
    [
        ("1/20/89", "3/19/90"),
        ("1/20/1989", "3/19/1990"),
        ("1989-01-20", "1990-03-19"),
        ("20-Jan-89", "19-Mar-90"),
        ("20.01.1989", "19.03.1990"),
    ],
)
def test_ages_come_from_dates_in_five_formats_where_no_column_has_them(
    tmp_path: Path, born: str, seen: str
) -> None:
    data = DATA.replace("age", "born,seen")
    for age in (",12,", ",18,", ",9,"):
        data = data.replace(age, f",{born},{seen},")
    fields = FIELDS.replace("data_age,age,admin,data_age\n", "")
    fields += "date_of_birth,born,child,date_of_birth\n"
    fields += "date_of_test,seen,admin,date_of_test\n"
    observations = dn.load(
        "wordbank", path=write_set(tmp_path, data=data, fields=fields)
    )
    assert set(observations["age_days"]) == {13.5 * 30.4375}  # 13 months and 27 days
    assert observations.attrs["populations"][0]["years"] == "1990"
    assert born not in observations.to_csv() + str(observations.attrs)


def test_how_much_of_the_language_a_child_hears(tmp_path: Path) -> None:
    data = (
        "id,age,sex,dog,hen,hen_food,l1,l2\n"
        "a,12,m,2,1,0,Slovak;70;,Czech;30;\nb,18,f,2,2,1,Slovak;;,\n"
    )
    fields = FIELDS + "languages,l1,admin,language\nlanguages,l2,admin,language\n"
    sizes = dn.load_vocabulary(path=write_set(tmp_path, data=data, fields=fields))
    heard = sizes.drop_duplicates("child")["exposure_percent"].tolist()
    assert heard[0] == 70.0
    assert np.isnan(heard[1])


def test_ids_stay_within_their_set_and_spoilt_ones_are_told(tmp_path: Path) -> None:
    data = DATA.replace("b,18", "9e9,18").replace("c,9", "a,9")
    write_set(tmp_path, data=data)
    write_set(tmp_path, folder="Slovak_WS", stem="SlovakWS_Test", data=data)
    observations = dn.load("wordbank", path=tmp_path)
    assert observations["child"].nunique() == 4  # a, 9e9 in each of two sets
    ours = observations[observations["child"] == "SlovakWG_Test:a"]
    ages = ours.groupby("occasion", observed=True)["age_days"].first()
    assert ages["1"] < ages["2"]
    noted = {note["what"] for note in observations.attrs["noted"]}
    assert {"spoilt child id", "children seen again"} <= noted


def test_a_form_entered_twice_is_used_once(tmp_path: Path) -> None:
    data = DATA + "a,12,m,2,1,0\na,12,m,2,2,0\n"
    observations = dn.load("wordbank", path=write_set(tmp_path, data=data))
    assert observations.attrs["left_out"]["left_out"] == {"form entered twice": 6}


def spoilt(root: Path, stem: str) -> Path:
    """Every word is said by every child: what a default answer makes of a form."""
    rows = [(f"c{k}", 12 + k, *[1] * 40) for k in range(12)]
    data, fields = many_forms(rows, 40)
    return write_set(root, stem=stem, data=data, fields=fields, values=WS_VALUES)


def test_a_set_in_which_all_say_all_is_refused_whatever_its_name(
    tmp_path: Path,
) -> None:
    root = spoilt(tmp_path, "AnyName")
    for load in (dn.load_vocabulary, lambda path: dn.load("wordbank", path=path)):
        with pytest.raises(
            InvalidTableError, match=r"AnyName: 12 of 12 forms \(100 %\)"
        ):
            load(path=root)
    assert len(dn.load("wordbank", path=root, accept_spoilt=True)) == 12 * 40


def test_beside_a_sound_set_a_refused_one_is_left_out_and_counted(
    tmp_path: Path,
) -> None:
    write_set(tmp_path)
    spoilt(tmp_path, "Spoilt")
    with pytest.warns(DoubtfulDataWarning, match=r"1 data set\(s\) refused"):
        observations = dn.load("wordbank", path=tmp_path)
    rows = summarise(observations).set_index("set_id")
    assert rows.loc["Spoilt", "responses"] == 0
    assert sum(rows.loc["Spoilt", "left_out"].values()) == 12 * 40


@pytest.mark.parametrize("rising", [True, False])
def test_a_set_in_which_vocabulary_falls_with_age_is_refused(
    tmp_path: Path, rising: bool
) -> None:
    rng = np.random.default_rng(1)
    rows = []
    for k in range(60):
        age = 12 + k // 4
        share = (age - 10) / 20 if rising else (30 - age) / 20
        rows.append((f"c{k}", age, *(rng.random(40) < share).astype(int)))
    data, fields = many_forms(rows, 40)
    root = write_set(tmp_path, data=data, fields=fields, values=WS_VALUES)
    if rising:
        assert len(dn.load("wordbank", path=root)) == 60 * 40
    else:
        with pytest.raises(InvalidTableError, match="older children say fewer words"):
            dn.load("wordbank", path=root)


def test_filters_choose_sets_and_unknown_ones_are_refused(tmp_path: Path) -> None:
    write_set(tmp_path)
    write_set(tmp_path, folder="English_British_WG", stem="British")
    assert set(dn.load("wordbank", path=tmp_path, languages="en")["country"]) == {"GBR"}
    one = dn.load(
        "wordbank", path=tmp_path, studies="British", milestones="produces_dog"
    )
    assert len(one) == 3
    with pytest.raises(UnknownNameError, match=r"language 'Slovakian'.*'Slovak'"):
        dn.load("wordbank", path=tmp_path, languages="Slovakian")
    with pytest.raises(UnknownNameError, match="milestone"):
        dn.load("wordbank", path=tmp_path, milestones="produces_dogs")
    with pytest.raises(EmptySelectionError, match="no data set has all"):
        dn.load("wordbank", path=tmp_path, languages="sk", countries="GBR")
    with pytest.raises(BadValueError, match="cannot be selected by domains"):
        dn.load("wordbank", path=tmp_path, domains="language")
    with pytest.raises(BadValueError, match="cannot be selected by languages"):
        dn.load("childdevdata", path=tmp_path, languages="nl")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"data": ""}, "the file is empty"),
        ({"data": DATA.splitlines()[0]}, "no row below it"),
        ({"data": DATA[:-8]}, "cut short: its last row has 3 of 6"),
        (
            {"data": DATA.replace("a,12,m,2,1,0", "a,12,m,2")},
            "first row 2 .header = 1.; row 2 has 4",
        ),
        ({"data": DATA.replace("a,12", "a,12,5")}, "row 2 has 7"),
        ({"data": "<!DOCTYPE html><html></html>"}, "web page"),
        ({"data": gzip.compress(DATA.encode())[:40]}, "cut short or damaged"),
        ({"data": DATA.encode("utf-16")}, "UTF-16"),
        ({"data": "id,age\na,3\n"}, "none of the columns"),
        ({"fields": "field,column\nitem_1,dog\n"}, "missing column.s. group, type"),
        (
            {"fields": FIELDS.replace("item", "thing")},
            "no line maps a column to an item",
        ),
        ({"values": "type,value\nword,produces\n"}, "missing column.s. data_value"),
        ({"instrument": "name\ndog\n"}, "missing column itemID"),
    ],
)
def test_each_bad_file_is_named_with_what_to_do(
    tmp_path: Path, change: dict[str, str | bytes], words: str
) -> None:
    with pytest.raises(UnreadableFileError, match=words):
        dn.load("wordbank", path=write_set(tmp_path, **change))


def test_a_folder_without_data_sets_says_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "x_fields.csv").write_text(FIELDS)
    with pytest.raises(UnreadableFileError, match=r"Incomplete: x lacks x_data\.csv"):
        dn.load("wordbank", path=tmp_path)
    with pytest.raises(UnreadableFileError, match="no such file"):
        dn.load("wordbank", path=tmp_path / "nowhere")


def test_without_a_path_one_is_told_where_to_put_the_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DEVNORMS_DATA", raising=False)
    with pytest.raises(FetchError, match="DEVNORMS_DATA"):
        dn.load("wordbank")
    write_set(tmp_path / "wordbank")
    monkeypatch.setenv("DEVNORMS_DATA", os.fspath(tmp_path))
    assert len(dn.load("wordbank")) == 18


def test_an_incomplete_set_does_not_stop_the_others(tmp_path: Path) -> None:
    root = write_set(tmp_path)
    (root / "Slovak_WG" / "Lost_fields.csv").write_text(FIELDS)
    observations = dn.load("wordbank", path=root)
    assert "data set not complete" in {n["what"] for n in observations.attrs["noted"]}


def test_two_sets_of_one_name_are_not_mixed(tmp_path: Path) -> None:
    write_set(tmp_path)
    write_set(tmp_path, folder="Slovak_WS")
    with pytest.raises(UnreadableFileError, match="two data sets have this name"):
        dn.load("wordbank", path=tmp_path)


def test_terms_of_a_set_are_those_of_its_card(tmp_path: Path) -> None:
    root = write_set(tmp_path)
    (root / "datasets.csv").write_text(
        "stem,language,form,country_iso3,licence,norming,citation\n"
        "SlovakWG_Test,Slovak,WG,SVK,CC-BY-NC,True,Someone (2020).\n"
    )
    observations = dn.load("wordbank", path=root)
    assert summarise(observations)["licence"].tolist() == ["CC BY-NC 4.0"]
    assert "CC BY-NC 4.0" in observations.attrs["record"]
    assert "Someone (2020)." in observations.attrs["record"]


PARTS = {"data": DATA, "fields": FIELDS, "values": VALUES, "instrument": INSTRUMENT}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    which=st.sampled_from(sorted(PARTS)),
    where=st.integers(0, 200),
    gone=st.integers(0, 9),
    put=st.binary(max_size=4),
)
def test_whatever_is_in_a_file_ends_in_a_table_or_one_message(
    tmp_path_factory: pytest.TempPathFactory,
    which: str,
    where: int,
    gone: int,
    put: bytes,
) -> None:
    raw = PARTS[which].encode()
    changed = raw[:where] + put + raw[where + gone :]
    root = write_set(tmp_path_factory.mktemp("fuzz"), **{which: changed})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DoubtfulDataWarning)
        try:
            observations = dn.load("wordbank", path=root)
        except DevnormsError:
            return  # anything else would be a traceback for the user
    ledger = observations.attrs["left_out"]
    left_out = sum(ledger["left_out"].values())
    assert ledger["responses_in"] == len(observations) + left_out
