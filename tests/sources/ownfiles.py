"""Made-up children, and their file as spreadsheets and statistics programs write it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat

from devnorms.simulate import (
    Design,
    Occasions,
    Population,
    draw_truth,
    simulate_observations,
)

ITEMS = [
    "sits_without_support", "stands_alone", "walks_alone", "kicks_ball",
    "pincer_grasp", "stacks_two_blocks", "says_two_words", "combines_two_words",
]  # fmt: skip
EXCEL_DAY_0 = pd.Timestamp("1899-12-30")


@cache
def observations(full: bool = False) -> pd.DataFrame:
    """60 children seen twice; unless full, a tenth of the answers was not asked."""
    rng = np.random.default_rng(11)
    population = Population("COD-SIM", "sim_kivu", "COD", ("kdi",), 3, 36)
    truth = draw_truth(design=Design(populations=(population,)), rng=rng)
    occasions = Occasions(children=60, visits=2)
    made = simulate_observations(truth, rng=rng, occasions=occasions)
    code = made["child"].astype(int)
    made["child"] = ("C" + (code + 101).astype(str)).astype("category")
    made["gestation_days"] = 7.0 * (30 + code % 12)
    return made if full else made[rng.uniform(size=len(made)) > 0.1].copy()


def wide(full: bool = False) -> pd.DataFrame:
    """One row per visit: birth and visit dates, age, sex, and 1, 0 or NaN per item."""
    long = observations(full)
    long = long.assign(
        item=long["item"].astype(str).str.removeprefix("kdi_"),
        passed=(long["response"] == "passed").astype(float),
    )
    keys = ["child", "occasion", "age_days", "sex", "gestation_days"]
    table = long.astype(dict.fromkeys(["child", "occasion", "sex"], "str")).pivot(
        index=keys, columns="item", values="passed"
    )[ITEMS]
    table = table.reset_index().rename_axis(columns=None)
    number = table["child"].str[1:].astype(int)
    table["dob"] = pd.Timestamp("2019-03-01") + pd.to_timedelta(3 * number, unit="D")
    table["seen"] = table["dob"] + pd.to_timedelta(table["age_days"], unit="D")
    return table


def coded(table: pd.DataFrame, yes: str = "1", no: str = "0") -> pd.DataFrame:
    """Answers as text, empty where not asked."""
    words = {1.0: yes, 0.0: no}
    return table.assign(**{i: table[i].map(words).fillna("") for i in ITEMS})


def write_csv(folder: Path) -> Path:
    """Write csv."""
    table = coded(wide()).rename(columns={"child": "child_id", "occasion": "visit"})
    path = folder / "visits.csv"
    table.drop(columns=["dob", "seen"]).to_csv(path, index=False)
    return path


def write_french(folder: Path) -> Path:
    """Write french."""
    table = coded(wide(), "réussi", "pas encore")
    months = (table["age_days"] / 30.4375).map("{:.2f}".format)
    table["âge_mois"] = months.str.replace(".", ",", regex=False)
    table["sexe"] = table["sex"].map({"female": "fille", "male": "garçon"})
    table["terme"] = table["gestation_days"].map(lambda d: f"{d // 7:.0f}+{d % 7:.0f}")
    table = table.rename(columns={"child": "code_enfant"})
    table["remarques"] = 'Né à la maison; "très" calme'
    path = folder / "visites.csv"
    kept = ["code_enfant", "âge_mois", "sexe", "terme", *ITEMS, "remarques"]
    table[kept].to_csv(path, sep=";", encoding="cp1252", index=False)
    return path


def write_tsv(folder: Path) -> Path:
    """Write tsv."""
    table = coded(wide(), "y", "n")
    table["dob"] = table["dob"].dt.strftime("%d/%m/%Y")
    table["seen"] = table["seen"].dt.strftime("%d/%m/%Y")
    table = table.rename(columns={"dob": "birth_date", "seen": "visit_date"})
    path = folder / "visits.tsv"
    kept = ["child", "birth_date", "visit_date", "sex", "gestation_days", *ITEMS]
    table[kept].to_csv(path, sep="\t", encoding="utf-16", index=False)
    return path


def sheet(book: openpyxl.Workbook, name: str, rows: list[list[Any]]) -> None:
    """Add a sheet."""
    page = book.create_sheet(name)
    for row in rows:
        page.append(row)


def rows_of(table: pd.DataFrame) -> list[list[Any]]:
    """Header and cells, as openpyxl writes them."""
    cells = table.astype(object).where(table.notna(), None)
    return [list(table.columns), *cells.to_numpy().tolist()]


def write_excel(folder: Path) -> Path:
    """Write excel."""
    table = wide()
    table = table.assign(
        dob=table["dob"].dt.to_pydatetime(), seen=table["seen"].dt.date, note="made up"
    )
    book = openpyxl.Workbook()
    book.remove(book.active)
    sheet(book, "About", [["Made-up children"], ["nobody's data"]])
    head = [["Visits of the made-up study"], []]
    kept = ["child", "occasion", "dob", "seen", "sex", "gestation_days", *ITEMS, "note"]
    sheet(book, "Visits", head + rows_of(table[kept]))
    path = folder / "study.xlsx"
    book.save(path)
    return path


def _numbered() -> pd.DataFrame:
    table = wide()
    table["sex"] = table["sex"].map({"male": 1, "female": 2})
    return table[["child", "age_days", "sex", "gestation_days", *ITEMS]]


def write_stata(folder: Path) -> Path:
    """Write stata."""
    path = folder / "study.dta"
    labels = {"sex": {1: "male", 2: "female"}}
    labels |= {item: {0: "not yet", 1: "can do"} for item in ITEMS}
    titles = {item: f"Child {item.replace('_', ' ')}" for item in ITEMS}
    short = {item: item[:32] for item in ITEMS}
    _numbered().rename(columns=short).to_stata(
        path, write_index=False, value_labels=labels, variable_labels=titles
    )
    return path


def write_spss(folder: Path) -> Path:
    """Write spss."""
    path = folder / "study.sav"
    table = _numbered()
    table[ITEMS] = table[ITEMS].fillna(9).replace({0: 2})
    table["gestation_days"] = table["gestation_days"].fillna(999)
    labels: dict[str, Any] = {"sex": {1: "Mann", 2: "Frau"}}
    labels |= {i: {1: "Ja", 2: "Nein", 9: "Nicht gefragt"} for i in ITEMS}
    pyreadstat.write_sav(
        table,
        path,
        variable_value_labels=labels,
        missing_ranges={**{i: [9] for i in ITEMS}, "gestation_days": [999]},
    )
    return path


def write_parquet(folder: Path) -> Path:
    """Write parquet."""
    table = wide()
    table[ITEMS] = table[ITEMS].astype("boolean")
    table["sex"] = table["sex"].astype("category")
    path = folder / "study.parquet"
    table.drop(columns=["age_days", "occasion"]).to_parquet(path)
    return path


def write_long(folder: Path) -> Path:
    """Write long."""
    made = observations()
    table = pd.DataFrame(
        {
            "child_id": made["child"],
            "age_months": (made["age_days"] / 30.4375).round(2),
            "sex": made["sex"],
            "ga_weeks": made["gestation_days"] / 7,
            "item_code": made["item"].astype(str).str.removeprefix("kdi_"),
            "response": made["response"].map({"passed": "pass", "not_yet": "fail"}),
        }
    )
    path = folder / "answers.csv"
    table.sample(frac=1, random_state=1).to_csv(path, index=False)
    return path


def write_visits_beside(folder: Path) -> Path:
    """Write visits beside."""
    table = coded(wide())
    parts = [
        part.set_index(["child", "sex", "gestation_days"])[["age_days", *ITEMS]]
        .rename(columns=lambda c, v=visit: f"{c}_v{int(v) + 1}")
        for visit, part in table.groupby("occasion")
    ]  # fmt: skip
    path = folder / "children.csv"
    pd.concat(parts, axis=1).reset_index().to_csv(path, index=False)
    return path


def write_serials(folder: Path) -> Path:
    """Write serials."""
    table = coded(wide())
    for column in ("dob", "seen"):
        table[column] = (table[column] - EXCEL_DAY_0).dt.days
    table = table.rename(columns={"dob": "date_of_birth", "seen": "visit_date"})
    path = folder / "from_excel.csv"
    table.drop(columns=["age_days"]).to_csv(path, index=False)
    return path
