"""The made-up children as REDCap, KoboToolbox and ODK export them."""

from __future__ import annotations

import io
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from tests.sources import ownfiles
from tests.sources.ownfiles import ITEMS, coded, rows_of, sheet, wide

MAPS = Path(__file__).parents[2] / "docs" / "howto" / "maps"


@dataclass(frozen=True)
class Example:
    """
    A file as it comes, and its mapping in the documents.

    ``full`` where everybody was asked everything.
    """

    write: Callable[[Path], Path]
    name: str
    full: bool = False

    def mapping(self) -> dict[str, Any]:
        """The mapping as plain values."""
        return tomllib.loads((MAPS / f"{self.name}.toml").read_text("utf-8"))


def _redcap_rows(table: pd.DataFrame) -> pd.DataFrame:
    """An enrolment row per child, and a row per repeat of the form."""
    first = table.drop_duplicates("child")
    base = pd.DataFrame(
        {
            "record_id": first["child"],
            "redcap_event_name": "enrolment_arm_1",
            "dob": first["dob"].dt.strftime("%Y-%m-%d"),
            "sex": first["sex"].map({"male": "1", "female": "2"}),
            "ga_weeks": (first["gestation_days"] / 7).astype(int).astype(str),
            "enrolment_complete": "2",
        }
    )
    visits = pd.DataFrame(
        {
            "record_id": table["child"],
            "redcap_event_name": "visits_arm_1",
            "redcap_repeat_instrument": "milestones",
            "redcap_repeat_instance": (table["occasion"].astype(int) + 1).astype(str),
            "visit_date": table["seen"].dt.strftime("%Y-%m-%d"),
            **{item: table[item] for item in ITEMS[:4]},
            **{
                f"skills___{k}": table[item].map({1.0: "1", 0.0: "0"})
                for k, item in enumerate(ITEMS[4:], 1)
            },
            "milestones_complete": "2",
        }
    )
    rows = pd.concat([base, visits]).sort_values(
        ["record_id", "redcap_event_name"], kind="stable"
    )
    boxes = [f"skills___{k}" for k in range(1, 5)]
    rows[boxes] = rows[boxes].fillna("0")  # REDCap writes 0 where nobody was asked
    return rows.fillna("")


def write_redcap(folder: Path) -> Path:
    table = wide(full=True)
    rows = _redcap_rows(coded(table).assign(**table[ITEMS[4:]]))
    path = folder / "Kivu_DATA_2024-01-01.csv"
    rows.to_csv(path, index=False)
    return path


_LABELS = {
    "record_id": "Child code", "redcap_event_name": "Event Name",
    "redcap_repeat_instrument": "Repeat Instrument",
    "redcap_repeat_instance": "Repeat Instance", "dob": "Date of birth", "sex": "Sex",
    "ga_weeks": "Gestational age (weeks)", "visit_date": "Date of visit",
    "enrolment_complete": "Complete?", "milestones_complete": "Complete?",
    **{item: f"{item.replace('_', ' ').capitalize()}?" for item in ITEMS[:4]},
    **{
        f"skills___{k}": f"Which can the child do? (choice={item.replace('_', ' ')})"
        for k, item in enumerate(ITEMS[4:], 1)
    },
}  # fmt: skip


def write_redcap_labels(folder: Path) -> Path:
    table = wide(full=True)
    rows = _redcap_rows(coded(table, "Yes", "Not yet").assign(**table[ITEMS[4:]]))
    boxes = [f"skills___{k}" for k in range(1, 5)]
    rows[boxes] = rows[boxes].replace({"1": "Checked", "0": "Unchecked"})
    rows["sex"] = rows["sex"].replace({"1": "Boy", "2": "Girl"})
    for column in ("enrolment_complete", "milestones_complete"):
        rows[column] = rows[column].replace({"2": "Complete"})
    path = folder / "Kivu_DATA_LABELS_2024-01-01.csv"
    rows.rename(columns=_LABELS).to_csv(path, index=False)
    return path


def write_kobo(folder: Path) -> Path:
    """One submission per child, visits as a repeat group in a second sheet."""
    table = coded(wide(), "yes", "no")
    first = table.drop_duplicates("child").reset_index(drop=True)
    number = {child: k for k, child in enumerate(first["child"], 1)}
    main = pd.DataFrame(
        {
            "start": "2024-01-01T08:00:00.000+02:00",
            "child/child_code": first["child"],
            "child/child_name": "made up",
            "child/sex": first["sex"].map({"male": "boy", "female": "girl"}),
            "child/birth_date": first["dob"].dt.strftime("%Y-%m-%d"),
            "child/ga_weeks": (first["gestation_days"] / 7).astype(int),
            "_id": range(900, 900 + len(first)),
            "_uuid": [f"u-{k}" for k in range(len(first))],
            "_submission_time": "2024-01-01T09:00:00",
            "_index": range(1, len(first) + 1),
        }
    )
    visits = pd.DataFrame(
        {
            "visit/visit_date": table["seen"].dt.strftime("%Y-%m-%d"),
            **{f"visit/motor/{item}": table[item] for item in ITEMS},
            "_index": range(1, len(table) + 1),
            "_parent_table_name": "Kivu",
            "_parent_index": table["child"].map(number),
            "_submission__uuid": "u",
        }
    )
    book = openpyxl.Workbook()
    book.remove(book.active)
    sheet(book, "Kivu", rows_of(main))
    sheet(book, "visit", rows_of(visits))
    path = folder / "Kivu_-_all_versions_-_2024-01-01.xlsx"
    book.save(path)
    return path


def _odk_tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    table = wide(full=True)
    first = table.drop_duplicates("child").reset_index(drop=True)
    key = {child: f"uuid:{k:04d}" for k, child in enumerate(first["child"])}
    main = pd.DataFrame(
        {
            "SubmissionDate": "2024-01-02T07:00:00.000Z",
            "child-code": first["child"],
            "child-sex": first["sex"],
            "child-birth_date": first["dob"].dt.strftime("%Y-%m-%d"),
            "child-ga_weeks": (first["gestation_days"] / 7).astype(int),
            "meta-instanceID": first["child"].map(key),
            "KEY": first["child"].map(key),
        }
    )
    ticked = [
        " ".join(item for item in ITEMS if row[item] == 1.0)
        for row in table.to_dict("records")
    ]
    visits = pd.DataFrame(
        {
            "visit_date": table["seen"].dt.strftime("%Y-%m-%d"),
            "can_do": ticked,
            "PARENT_KEY": table["child"].map(key),
            "KEY": [f"uuid/visit[{k}]" for k in range(len(table))],
        }
    )
    return main, visits


def write_odk(folder: Path) -> Path:
    main, visits = _odk_tables()
    main.to_csv(folder / "kivu.csv", index=False)
    visits.to_csv(folder / "kivu-visit.csv", index=False)
    return folder / "kivu.csv"


def write_odk_archive(folder: Path) -> Path:
    path = folder / "kivu.csv.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in zip(
            ("kivu.csv", "kivu-visit.csv"), _odk_tables(), strict=True
        ):
            text = io.StringIO()
            table.to_csv(text, index=False)
            archive.writestr(name, text.getvalue())
        archive.writestr("media/1.jpg", b"\xff\xd8")
    return path


EXAMPLES = {
    "csv": Example(ownfiles.write_csv, "csv"),
    "csv, French": Example(ownfiles.write_french, "csv_french"),
    "tsv, utf-16": Example(ownfiles.write_tsv, "tsv"),
    "excel": Example(ownfiles.write_excel, "excel"),
    "stata": Example(ownfiles.write_stata, "stata"),
    "spss": Example(ownfiles.write_spss, "spss"),
    "parquet": Example(ownfiles.write_parquet, "parquet"),
    "long": Example(ownfiles.write_long, "long"),
    "visits beside each other": Example(ownfiles.write_visits_beside, "visits_beside"),
    "dates as numbers": Example(ownfiles.write_serials, "dates_as_numbers"),
    "redcap, raw": Example(write_redcap, "redcap", full=True),
    "redcap, labels": Example(write_redcap_labels, "redcap_labels", full=True),
    "kobo, repeats": Example(write_kobo, "kobo"),
    "odk, files": Example(write_odk, "odk", full=True),
    "odk, archive": Example(write_odk_archive, "odk", full=True),
}
