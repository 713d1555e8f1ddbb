"""Files that are not what they should be: each is told with file, place and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from devnorms._base.errors import (
    BadValueError,
    DoubtfulDataWarning,
    EmptySelectionError,
    InvalidTableError,
    LeftOutWarning,
    SparseDataWarning,
    UnknownItemWarning,
    UnknownNameError,
    UnreadableFileError,
)
from devnorms.sources import load
from tests.sources.studyfiles import visits, write, write_rda

GOOD = visits({}, {"agedays": "500", "sex": "Male", "gagebrth": ""}, sbifrd001="1")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda raw: raw.replace(b"\n", b"\r\n"), "Windows line ends"),
        (lambda raw: raw.replace(b"\n", b"\r"), "old Mac line ends"),
        (lambda raw: b"\xef\xbb\xbf" + raw, "a byte order mark"),
        (lambda raw: raw.rstrip(b"\n"), "no line end at the end"),
        (lambda raw: raw + b"\n\n", "empty lines at the end"),
    ],
)
def test_harmless_differences_change_nothing(
    tmp_path: Path, change: object, words: str
) -> None:
    plain = load("childdevdata", path=write(tmp_path, GOOD))
    path = tmp_path / "gcdg_mdg.txt"
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]
    assert load("childdevdata", path=path).equals(plain), words


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", r"gcdg_mdg\.txt: the file is empty"),
        (b" \n \n", r"gcdg_mdg\.txt: the file is empty"),
        (b"<!DOCTYPE html><html>", r"start of a web page \(HTML\).*fetch it again"),
        ("ctrycd\tcohort\n".encode("utf-16"), "line 1 .* UTF-16. Save the file as"),
        (b"\x1f\x8b\x08\x00abc", "compressed file .*Unpack it"),
        (b"PK\x03\x04abc", "zip archive or a spreadsheet"),
        (b"ctrycd\tcohort\n", "a header and no row below it"),
        (b"ctrycd,cohort\nNLD,x\n", r"one field only, 'ctrycd,cohort'.*'\\t'"),
        (b"ctrycd\tctrycd\nNLD\tx\n", "line 1 names column.* 'ctrycd' more than once"),
        (b"ctrycd\tcohort\nNLD\tGCDG-\xe9\n", "line 2 holds the byte 0xe9.*Latin-1"),
        (b"a\tb\n1\t2\n1\t2\t3\n1\t2\n", r"1 line\(s\) do not have the 2 .* line 3"),
    ],
)
def test_a_file_that_is_no_table_is_told(
    tmp_path: Path, raw: bytes, words: str
) -> None:
    path = tmp_path / "gcdg_mdg.txt"
    path.write_bytes(raw)
    with pytest.raises(UnreadableFileError, match=words):
        load("childdevdata", path=path)


def test_a_file_cut_short_is_told_with_its_last_line(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(UnreadableFileError, match="cut short: its last line, line 3"):
        load("childdevdata", path=path)


def test_no_file_and_no_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="no such file or folder"):
        load("childdevdata", path=tmp_path / "nowhere")
    with pytest.raises(UnreadableFileError, match="none of the files looked for"):
        load("childdevdata", path=tmp_path)


def test_a_study_asked_for_that_is_not_there_is_told(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    with pytest.raises(UnreadableFileError, match=r"there is no gcdg_ecu\.txt"):
        load("childdevdata", path=tmp_path, studies=["MDG", "ECU"])


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"agedays": "one year"}, r"'agedays': expected a whole .*text.*\[3\].*'one y"),
        ({"agedays": "1.5"}, r"'agedays'.*a fraction.*\[3\].*'1\.5'.*turned into days"),
        ({"agedays": "-3"}, r"'agedays': must lie between 0 and .*\[3\].*'-3'"),
        ({"agedays": "99999"}, r"'agedays': must lie between 0 and .*'99999'"),
        ({"sex": "F"}, r"'sex': unknown word.*'F'.*Female, Male or empty"),
        ({"gagebrth": "38w"}, r"'gagebrth': expected a whole number of days.*'38w'"),
        ({"sbifrd001": "2"}, r"'sbifrd001': answers are 1 .*\[3\].*'2'"),
        ({"sbifrd001": "yes"}, r"'sbifrd001': answers are 1 .*'yes'"),
        ({"ctrycd": "Madagascar"}, r"'ctrycd': expected 'MDG'.*alpha-3"),
        ({"cohort": "GCDG-XYZ"}, r"'cohort': unknown cohort.*'GCDG-XYZ'.*Known"),
        ({"cohort": "GCDG-ECU"}, r"'cohort': a file holds one cohort"),
        ({"subjid": ""}, r"'subjid': a visit without a child"),
        ({"subjid": "1"}, r"'subjid': the same child has more than one visit at the"),
    ],
)
def test_each_fault_is_told_with_its_line(
    tmp_path: Path, second: dict[str, str], words: str
) -> None:
    path = write(tmp_path, visits({}, second))
    with pytest.raises(InvalidTableError, match=r"gcdg_mdg\.txt .*named by line"):
        load("childdevdata", path=path)
    with pytest.raises(InvalidTableError, match=words):
        load("childdevdata", path=path)


def test_all_faults_of_a_file_come_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, visits({}, {"agedays": "x", "sex": "F", "sbifrd001": "9"}))
    with pytest.raises(InvalidTableError, match="3 faults") as caught:
        load("childdevdata", path=path)
    assert caught.value.faults is not None
    assert set(caught.value.faults["column"]) == {"agedays", "sex", "sbifrd001"}


def test_ages_in_years_are_refused_and_ages_in_months_doubted(tmp_path: Path) -> None:
    path = write(tmp_path, visits({"agedays": "2"}, {"agedays": "4"}))
    with pytest.raises(InvalidTableError, match="look like years or months, not days"):
        load("childdevdata", path=path)
    path = write(tmp_path, visits({"agedays": "24"}, {"agedays": "36"}))
    with pytest.warns(DoubtfulDataWarning, match="no age is above 36 days.*30.4375"):
        load("childdevdata", path=path)


def test_missing_columns_are_named_with_a_guess(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.rename(columns={"agedays": "ageday"}))
    with pytest.raises(InvalidTableError, match=r"'agedays'.*may be 'ageday'"):
        load("childdevdata", path=path)


def test_a_column_that_is_no_item_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, visits({}, {}, sbifrd001="1", treated="0"))
    with pytest.raises(InvalidTableError, match=r"'treated'.*neither known nor named"):
        load("childdevdata", path=path)


def test_items_of_an_unknown_instrument_are_kept_without_milestone(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, visits({}, {}, sbifrd001="1", zzzgmd001="0"))
    with pytest.warns(UnknownItemWarning, match=r"1 item.* zzz, .*'zzzgmd001'"):
        loaded = load("childdevdata", path=path)
    rows = loaded[loaded["item"] == "zzzgmd001"]
    assert len(rows) == 2
    assert rows["milestone"].isna().all()


def test_a_population_of_one_child_is_warned_of(tmp_path: Path) -> None:
    path = write(tmp_path, visits({}))
    with pytest.warns(SparseDataWarning, match="only one child is left in MDG"):
        load("childdevdata", path=path)


def test_what_is_left_out_of_unknown_files_is_warned_of_in_one_line(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, visits({}, {"agedays": ""}, {}))
    with pytest.warns(LeftOutWarning, match=r"of 3 responses 1 \(no age\) were left"):
        loaded = load("childdevdata", path=path)
    assert len(loaded) == 2


def test_nothing_left_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    with pytest.raises(EmptySelectionError, match=r"nothing is left of 2 responses"):
        load("childdevdata", path=path, instruments="by1")
    with pytest.raises(EmptySelectionError, match="no study is both in"):
        load("childdevdata", path=path, studies="MDG", countries="NLD")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"studies": "gcdg_nl"}, "Unknown study 'gcdg_nl'. Did you mean"),
        ({"countries": ["MDG", "NL"]}, "Unknown country 'NL'"),
        ({"instruments": "bay"}, "Unknown instrument 'bay'"),
        ({"domains": "motor"}, "Unknown domain 'motor'.*'gross_motor'"),
        ({"milestones": "walks"}, "Unknown milestone 'walks'.*'walks_"),
    ],
)
def test_unknown_names_are_told(
    tmp_path: Path, wanted: dict[str, str], words: str
) -> None:
    with pytest.raises(UnknownNameError, match=words):
        load("childdevdata", path=write(tmp_path, GOOD), **wanted)


def test_text_and_r_data_files_give_equal_observations(tmp_path: Path) -> None:
    text = write(tmp_path, GOOD)
    one = load("childdevdata", path=text)
    for tibble in (False, True):
        path = write_rda(tmp_path / "gcdg_mdg.rda", GOOD, tibble=tibble)
        two = load("childdevdata", path=path)
        assert two.equals(one)
        assert two.attrs["left_out"] == one.attrs["left_out"]
    assert load("childdevdata", path=tmp_path, file_format="rda").equals(one)


def test_faults_of_r_data_files_are_told_by_row(tmp_path: Path) -> None:
    path = write_rda(tmp_path / "gcdg_mdg.rda", visits({}, {"agedays": "-3"}))
    with pytest.raises(InvalidTableError, match=r"gcdg_mdg\.rda .*row of .*\n.*\[2\]"):
        load("childdevdata", path=path)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "the file is empty"),
        (b"<html><body>404</body></html>", "a web page"),
        (b"ctrycd\tcohort\n", "not a whole R data file|one R object without a name"),
    ],
)
def test_an_r_data_file_that_is_none_is_told(
    tmp_path: Path, raw: bytes, words: str
) -> None:
    path = tmp_path / "gcdg_mdg.rda"
    path.write_bytes(raw)
    with pytest.raises(UnreadableFileError, match=words):
        load("childdevdata", path=path)


def test_an_r_data_file_cut_short_is_told(tmp_path: Path) -> None:
    path = write_rda(tmp_path / "gcdg_mdg.rda", GOOD)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(UnreadableFileError, match="not a whole R data file"):
        load("childdevdata", path=path)


def test_an_r_data_file_of_two_studies_is_told(tmp_path: Path) -> None:
    import rdata

    from tests.sources.studyfiles import as_r_frame

    path = tmp_path / "gcdg_mdg.rda"
    frame = as_r_frame(GOOD)
    rdata.write_rda(path, {"one": frame, "two": frame})
    with pytest.raises(UnreadableFileError, match="expected one data frame, found 2"):
        load("childdevdata", path=path)


def test_formats_and_sources_are_checked(tmp_path: Path) -> None:
    with pytest.raises(BadValueError, match="'file_format' must be 'txt', 'rda'"):
        load("childdevdata", path=tmp_path, file_format="csv")  # type: ignore[arg-type]
    with pytest.raises(BadValueError, match=r"'path' must be given with .*'rda'"):
        load("childdevdata", file_format="rda")
