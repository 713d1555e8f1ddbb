"""Files of tables, spoilt at random: read, or told in words; never another error."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devnorms._base.errors import DevnormsError, DevnormsWarning
from devnorms.sources.registry import datasets
from devnorms.sources.tables import TABLES, load_table

FILES = [
    ("credi", "norms", "credi_norm_z.csv"),
    ("credi", "items", "credi_item_parameters.csv"),
    ("credi", "gsed_names", "credi_gsed_names.csv"),
    ("context", "countries", "countries.csv"),
    ("context", "linguistic_distance", "linguistic_distance.csv"),
    ("context", "cultural_distance", "cultural_fst_59.csv"),
    ("published", "figures", "windows.csv"),
    ("published", "figures", "sources.csv"),
    ("mb1_cdi", "vocabulary", "02b_processed.csv"),
    ("dscore", "keys", "builtin_keys.rda"),
]
JUNK = ["", "NA", "abc", "-1", "1e9", "inf", "nan", '"', "\t", "\x00", ",", "\n"]


def read_or_told(source: str, table: str, file: str, raw: bytes, data: Path) -> None:
    """Read a spoilt copy; only errors of devnorms may come of it."""
    with tempfile.TemporaryDirectory() as folder:
        for name in datasets()[source].files:
            shutil.copyfile(data / source / name, Path(folder) / name)
        (Path(folder) / file).unlink()
        (Path(folder) / file).write_bytes(raw)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", DevnormsWarning)
            try:
                load_table(source, table, path=folder)
            except DevnormsError as error:
                message = str(error)
                assert len(message) > 20
                assert len(message) < 6000  # readable, however many rows are wrong


@pytest.mark.parametrize(("source", "table", "file"), FILES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=6)
@given(draw=st.data())
def test_spoilt_cells_are_read_or_told(
    source: str, table: str, file: str, draw: st.DataObject, data_folder: Path
) -> None:
    raw = (data_folder / source / file).read_bytes()
    if file.endswith(".csv"):
        lines = raw.decode().splitlines()
        for _ in range(draw.draw(st.integers(1, 3))):
            at = draw.draw(st.integers(0, min(len(lines) - 1, 40)))
            cells = lines[at].split(",")
            cells[draw.draw(st.integers(0, len(cells) - 1))] = draw.draw(
                st.sampled_from(JUNK)
            )
            lines[at] = ",".join(cells)
        raw = "\n".join(lines).encode()
    else:
        at = draw.draw(st.integers(0, len(raw) - 1))
        raw = raw[:at] + draw.draw(st.binary(min_size=1, max_size=4)) + raw[at + 1 :]
    read_or_told(source, table, file, raw, data_folder)


@pytest.mark.parametrize(("source", "table", "file"), FILES)
def test_files_cut_short_empty_or_of_another_kind_are_told(
    source: str, table: str, file: str, data_folder: Path
) -> None:
    raw = (data_folder / source / file).read_bytes()
    spoilt = {
        "empty": b"",
        "blank": b" \n\n",
        "half": raw[: len(raw) // 2],
        "html": b"<!doctype html><html>404</html>",
        "gzip": b"\x1f\x8b\x08\x00" + raw[:50],
        "utf-16": raw[:200].decode("latin-1").encode("utf-16"),
        "latin-1": "iso3,name\nXXX,C\xf4te\n".encode("latin-1"),
        "header only": raw.split(b"\n")[0] + b"\n",
        "zeros": bytes(1000),
    }
    for raw_bytes in spoilt.values():
        read_or_told(source, table, file, raw_bytes, data_folder)


def test_a_whole_column_of_wrong_values_gives_one_short_message(
    data_folder: Path, tmp_path: Path
) -> None:
    header, *rows = (
        (data_folder / "mb1_cdi" / "02b_processed.csv").read_text().split("\n")
    )
    place = header.split(",").index("CDI.agedays")
    wrong = []
    for row in [*rows[:600]] * 20:
        cells = row.split(",")
        if len(cells) == len(header.split(",")):
            cells[place] = "-5"
            wrong.append(",".join(cells))
    (tmp_path / "02b_processed.csv").write_text("\n".join([header, *wrong]) + "\n")
    with pytest.raises(DevnormsError, match="age_days") as caught:
        load_table("mb1_cdi", path=tmp_path)
    assert len(str(caught.value)) < 1500
    assert f"{len(wrong)} row(s)" in str(caught.value)


def test_every_source_of_tables_is_fuzzed() -> None:
    assert {source for source, _, _ in FILES} == set(TABLES)
