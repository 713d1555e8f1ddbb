"""A report on disk: whole or not at all, and never over somebody else's."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from devnorms._base.errors import ResultMismatchError
from devnorms.report import ReportInputs, report, write_report

write = import_module("devnorms.report.write")


def files(folder: Path) -> dict[str, bytes]:
    """Every file in a folder with its content."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def written(inputs: ReportInputs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    page = write_report(inputs, folder, vector=True)
    assert page == folder / "report.html"
    return folder


def test_page_figures_and_tables_are_there_and_nothing_else(written):
    found = files(written)
    assert {Path(name).parts[0] for name in found} == {
        "report.html",
        "figures",
        "tables",
    }
    assert not list(written.glob(".*"))
    names = {Path(name).stem for name in found if name.startswith("figures")}
    assert {"curves-walks_alone", "ages-gross_motor-1", "sampled", "checks"} <= names
    assert {"published-50-1", "published-90-1"} <= names
    for name in names:
        assert f"figures/{name}.png" in found
        assert found[f"figures/{name}.svg"].startswith(b"<?xml")


def test_figures_are_one_column_wide_at_two_hundred_dots_per_inch(written):
    for path in (written / "figures").glob("*.png"):
        with Image.open(path) as image:
            assert image.width == 700
            assert image.info["dpi"] == pytest.approx((200, 200), abs=0.1)


def test_a_populations_colour_survives_the_saving(written, norms):
    from devnorms.report.theme import marks

    with Image.open(written / "figures" / "curves-walks_alone.png") as image:
        colours = {colour for _, colour in image.convert("RGB").getcolors(1_000_000)}
    for population, mark in marks(norms.table["population"]).items():
        wanted = tuple(int(mark.colour[i : i + 2], 16) for i in (1, 3, 5))
        nearest = min(
            max(abs(a - b) for a, b in zip(wanted, colour, strict=True))
            for colour in colours
        )
        assert nearest <= 4, population


def test_the_table_of_norms_holds_every_number(written, norms):
    table = pd.read_csv(written / "tables" / "norms.csv")
    assert len(table) == len(norms.table)
    assert table["age_months"].tolist() == pytest.approx(
        norms.table["age_months"].tolist(), rel=1e-5
    )


def test_no_cell_of_fewer_than_five_reaches_a_table(written, counts):
    assert (counts["asked"] < 5).any()
    for name in ("observed_shares", "asked_by_age", "predictive"):
        table = pd.read_csv(written / "tables" / f"{name}.csv")
        assert (table["asked"] >= 5).all()
    assert not (written / "tables" / "counts.csv").exists()


def test_writing_again_gives_the_same_bytes_in_the_same_place(small, shares, tmp_path):
    inputs = ReportInputs(small, shares=shares[shares["milestone"] == "jumps"])
    write_report(inputs, tmp_path, vector=True)
    before = files(tmp_path)
    write_report(inputs, tmp_path, vector=True)
    assert files(tmp_path) == before


def test_what_fails_half_way_leaves_nothing(small, tmp_path, monkeypatch):
    def full_disk(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, "report_page", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_report(ReportInputs(small), tmp_path / "new")
    assert files(tmp_path) == {}
    assert list((tmp_path / "new").iterdir()) == []


def test_what_fails_half_way_leaves_the_older_report(small, tmp_path, monkeypatch):
    report(small, tmp_path)
    before = files(tmp_path)

    def refuse(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, "report_page", refuse)
    with pytest.raises(OSError, match="No space left"):
        report(small, tmp_path)
    assert files(tmp_path) == before


def test_the_report_of_another_norm_set_is_never_overwritten(small, tmp_path):
    report(small, tmp_path)
    before = files(tmp_path)
    other = small.with_card(title="Another")
    with pytest.raises(ResultMismatchError, match=f"norm set {small.id}.*{other.id}"):
        report(other, tmp_path)
    assert files(tmp_path) == before


def test_somebody_elses_figures_are_never_overwritten(small, tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "holiday.png").write_bytes(b"x")
    with pytest.raises(ResultMismatchError, match=r"already holds.*figures"):
        report(small, tmp_path)
    assert files(tmp_path) == {"figures/holiday.png": b"x"}


def test_other_files_in_the_folder_stay(small, tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    page = report(small, tmp_path, title="Mine")
    assert (tmp_path / "manifest.json").read_text() == "{}"
    assert "<title>Mine</title>" in page.read_text(encoding="utf-8")


def test_importing_the_room_loads_no_drawing_library():
    code = (
        "import devnorms.report.plot, sys; "
        "print(sorted({'matplotlib', 'seaborn', 'jinja2', 'PIL'} & set(sys.modules)))"
    )
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
