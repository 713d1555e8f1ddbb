"""A draft works once its gaps are filled, and takes nothing from free text."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import devnorms as dn
from devnorms._base.errors import BadValueError, UnreadableFileError
from devnorms.sources.own import suggest
from devnorms.sources.own.suggesting.words import plain
from tests.sources.ownexports import EXAMPLES, Example
from tests.sources.ownfiles import observations

FILLED = {
    "study.id": '"sim_kivu"',
    "study.licence": '"CC0-1.0"',
    "study.citation": '"Made-up children"',
    "population.id": '"COD-SIM"',
    "population.country": '"COD"',
    "population.sampling": '"community"',
    "population.who": '"Made-up children"',
    "instrument.id": '"kdi"',
    "links.judged_by": '"a person"',
    "sex.female": '["2"]',
    "sex.male": '["1"]',
}
BOXES = {"1": "pincer_grasp", "2": "stacks_two_blocks", "3": "says_two_words",
         "4": "combines_two_words"}  # fmt: skip


def fill(draft: str, filled: dict[str, str]) -> str:
    """Do what a person does: put something in place of every "?"."""
    section, lines = "", []
    for line in draft.splitlines():
        head = re.fullmatch(r"\[+([^\]]+)\]+", line)
        section = head[1] if head else section
        gap = re.match(r'(\w+) = "\?"  # FILL: ', line)
        if gap and gap[1] == "none_ticked":
            lines.append('none_ticked = "not_yet"')
        elif gap:
            lines.append(f"{gap[1]} = {filled[f'{section}.{gap[1]}']}")
        else:
            lines.append(line)
    return "\n".join(lines)


def _answers(table: pd.DataFrame) -> list[tuple[str, ...]]:
    """Answers with items called after what they ask, however a draft calls them."""
    kinds = {
        name: BOXES.get(last, plain(last).replace(" ", "_"))
        for name in table["item"].unique()
        for last in [str(name).removeprefix("kdi_").rpartition("/")[2]]
    }
    chosen = table.assign(item=table["item"].map(kinds))
    chosen = chosen[chosen["response"].isin(["passed", "not_yet"])]
    columns = ["child", "sex", "age_days", "gestation_days", "item", "response"]
    return sorted(chosen[columns].astype("str").itertuples(index=False, name=None))


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES.keys())
@pytest.mark.filterwarnings("ignore::devnorms._base.errors.LeftOutWarning")
def test_a_draft_with_its_gaps_filled_gives_the_same_answers(
    example: Example, tmp_path: Path
) -> None:
    path = example.write(tmp_path)
    mapping = tomllib.loads(fill(suggest(path), FILLED))
    read = dn.read(path, mapping)
    assert _answers(read) == _answers(observations(example.full))


def _draft(folder: Path, **columns: Any) -> str:
    path = folder / "data.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    return suggest(path)


def test_a_draft_is_refused_until_every_gap_is_filled(tmp_path: Path) -> None:
    path = EXAMPLES["csv"].write(tmp_path)
    draft = suggest(path)
    gaps = draft.count('"?"  # FILL: ')
    assert gaps > 5
    with pytest.raises(BadValueError, match=rf"map: {gaps} faults found") as caught:
        dn.read(path, tomllib.loads(draft))
    assert str(caught.value).count("still '?'") == gaps


def test_free_text_and_names_never_enter_a_draft(tmp_path: Path) -> None:
    secret = ["Amina ran to the well", "Bahati had fever", "no"] * 20
    draft = _draft(
        tmp_path,
        child=[f"K{k}" for k in range(60)],
        age_months=range(1, 61),
        child_name=["Amina", "Bahati", "Chausiku"] * 20,
        remarks=secret,
        comment=["yes", "no", "Amina was ill"] * 20,
        walks=["yes", "no", "Bahati"] * 20,
        runs=["yes", "no", "no"] * 20,
    )
    for word in ("Amina", "Bahati", "Chausiku", "fever", "the well", "was ill"):
        assert word.casefold() not in draft.casefold()
    assert "child_name (may name a person)" in draft
    assert re.search(r"^runs = ", draft, re.MULTILINE)
    assert not re.search(r"^walks = ", draft, re.MULTILINE)


LANGUAGES = """
code_enfant date_naissance date_visite sexe oui non
id_niño fecha_nacimiento fecha_visita sexo sí no
id_crianca data_nascimento data_visita sexo sim não
kind_id geburtsdatum untersuchungsdatum geschlecht ja nein
kindnummer geboortedatum datum_bezoek geslacht ja nee
codice data_di_nascita data sesso si no
id_anak tanggal_lahir tanggal_kunjungan jenis_kelamin ya tidak
mtoto tarehe_ya_kuzaliwa tarehe_ya_ziara jinsia ndiyo hapana
cocuk_no dogum_tarihi ziyaret_tarihi cinsiyet evet hay\u0131r
код дата_рождения дата_визита пол да нет
رقم_الطفل تاريخ_الميلاد تاريخ_الزيارة الجنس نعم لا
बच्चे_की_आईडी जन्म_तिथि भेंट_की_तिथि लिंग हाँ नहीं
儿童编号 出生日期 访视日期 性别 是 否
"""


@pytest.mark.parametrize("words", LANGUAGES.split("\n")[1:-1])
def test_columns_are_known_in_many_languages(words: str, tmp_path: Path) -> None:
    child, birth, visit, sex, *answers = words.split(" ")
    draft = _draft(
        tmp_path,
        **{
            child: [f"K{k}" for k in range(40)],
            birth: [f"2020-01-{k % 28 + 1:02d}" for k in range(40)],
            visit: [f"2021-0{k % 9 + 1}-03" for k in range(40)],
            sex: ["1", "2"] * 20,
            "q1": [*answers] * 20,
        },
    )
    said = tomllib.loads(draft)
    assert said["child"]["column"] == child
    assert said["age"]["birth_date"] == birth
    assert said["age"]["visit_date"] == visit
    assert said["sex"]["column"] == sex
    assert said["answers"]["passed"] == [answers[0].casefold()]
    assert said["answers"]["not_yet"] == [answers[1].casefold()]
    assert list(said["items"]) == ["q1"]


@pytest.mark.parametrize(
    ("column", "ages", "unit"),
    [
        ("age_mo", [1, 12, 30], "months"),
        ("agedays", [30, 400, 700], "days"),
        ("age", [30, 400, 700], "days"),
        ("age", [1.5, 12.25, 30.1], "months"),
        ("edad_semanas", [4, 50, 90], "weeks"),
        ("umri_miaka", [1, 2, 3], "years"),
        ("age", [1, 2, 3], "?"),
    ],
)
def test_the_unit_of_ages_is_guessed_by_name_or_size_or_left_open(
    column: str, ages: list[float], unit: str, tmp_path: Path
) -> None:
    draft = _draft(tmp_path, id=["a1", "a2", "a3"], **{column: ages}, q=[1, 0, 1])
    assert tomllib.loads(draft)["age"] == {"column": column, "unit": unit}


def test_codes_that_may_mean_either_are_left_open(tmp_path: Path) -> None:
    draft = _draft(
        tmp_path,
        id=[f"a{k}" for k in range(30)],
        age_days=range(30),
        q1=[1, 2, 8] * 10,
        q2=[1, 2, 2] * 10,
    )
    said = tomllib.loads(draft)["answers"]
    assert said == {"passed": "?", "not_yet": "?"}
    assert "not placed yet: '1' (20), '2' (30), '8' (10)" in draft


def test_a_file_that_is_no_table_is_told(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleagues\nhere are the data\n", encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="Is this a table"):
        suggest(path)
