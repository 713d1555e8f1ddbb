"""
Make the bundled counts from childdevdata.

    python datasets/milestones/prepare.py --data FOLDER [--out FOLDER]

FOLDER holds the files of childdevdata (its ten text files, or the folder above them).
Everything but the prose of README.md, the licence and the citations is rewritten; the
same data and links give the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import pandas as pd

from devnorms import sources
from devnorms._base.errors import NoOverlapWarning, SparseDataWarning
from devnorms._base.provenance import Record
from devnorms.sources import codebook
from devnorms.tabulate import count

HERE = Path(__file__).parent
VERSION = "1.0.0"
BIN_DAYS = 1
MIN_ASKED = 5
POPULATIONS_NEEDED = 2
NO_MILESTONE = "item without a milestone"
ONE_POPULATION = "milestone asked in one population only"
BEGIN = "<!-- Written by prepare.py from here -->"
END = "<!-- to here -->"
TITLE = "Milestones of ten studies in eight countries: counts by age"


def main() -> None:
    """Read the choices, write the files, say what was done."""
    words = argparse.ArgumentParser(description="Make the bundled counts.")
    words.add_argument("--data", type=Path, required=True, help="childdevdata folder")
    words.add_argument("--out", type=Path, default=HERE, help="where to write")
    given = words.parse_args()
    inner = given.data / "childdevdata"
    folder = inner if inner.is_dir() else given.data
    about = prepare(sources.load("childdevdata", path=folder), given.out)
    written = sum(file.stat().st_size for file in given.out.rglob("*.csv"))
    print(
        f"{given.out}: {about['responses']:,} responses in {about['cells']:,} cells of "
        f"{about['leaves']:,} items x populations; {written / 1000:,.0f} kB of tables"
    )


def prepare(observations: pd.DataFrame, out: Path) -> dict[str, Any]:
    """Write all files and give what `dataset.json` says."""
    chosen, left_out = choose(observations)
    with warnings.catch_warnings():
        # What is sparse is counted and written in the card.
        warnings.simplefilter("ignore", SparseDataWarning)
        warnings.simplefilter("ignore", NoOverlapWarning)
        domains = codebook.milestones().set_index("milestone")["domain"].to_dict()
        counts = count(chosen, bin_days=BIN_DAYS, min_asked=MIN_ASKED, domains=domains)
    tables = {
        "items.csv": items(counts),
        "populations.csv": sources.populations("childdevdata"),
        "left_out.csv": left_out,
        **{
            f"counts/{population}.csv": cells(part)
            for population, part in counts.groupby("population", sort=True)
        },
    }
    shutil.rmtree(out / "counts", ignore_errors=True)
    (out / "counts").mkdir(parents=True)
    for name, table in tables.items():
        write(out / name, as_csv(table))
    record = Record.from_json(observations.attrs["record"])
    about = describe(counts, left_out, record)
    about["files"] = {name: digest(out / name) for name in sorted(tables)}
    write(out / "dataset.json", json.dumps(about, indent=1, ensure_ascii=False) + "\n")
    card = (HERE / "README.md").read_text(encoding="utf-8")
    write(out / "README.md", with_figures(card, figures(counts, left_out, about)))
    return about


def choose(observations: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep items whose milestone two or more populations were asked; count the rest."""
    asked_in = observations.groupby("milestone", observed=True)["population"].nunique()
    shared = asked_in.index[asked_in >= POPULATIONS_NEEDED]
    milestone = observations["milestone"]
    kept = milestone.isin(shared)
    reasons = [
        {"study": study, "reason": reason, "responses": responses}
        for study, found in observations.attrs["left_out"]["by_study"].items()
        for reason, responses in found["left_out"].items()
    ]
    for reason, out in (
        (NO_MILESTONE, milestone.isna()),
        (ONE_POPULATION, milestone.notna() & ~kept),
    ):
        by_study = observations.loc[out, "study"].astype(str).value_counts()
        reasons += [
            {"study": study, "reason": reason, "responses": int(n)}
            for study, n in by_study.items()
        ]
    table = pd.DataFrame(reasons, columns=["study", "reason", "responses"])
    return observations[kept], table.sort_values(["study", "reason"])


def items(counts: pd.DataFrame) -> pd.DataFrame:
    """Items, with the milestone each is linked to."""
    columns = ["item", "milestone", "domain", "instrument"]
    return counts[columns].drop_duplicates().sort_values("item")


def cells(part: pd.DataFrame) -> pd.DataFrame:
    """Cells of one population, as they are written."""
    return pd.DataFrame(
        {
            "item": part["item"],
            "sex": part["sex"].str[0],
            "age_days_low": part["age_days_low"].astype(int),
            "age_days_high": part["age_days_high"].astype(int),
            "age_days_mean": [f"{mean:.1f}" for mean in part["age_days_mean"]],
            "asked": part["asked"],
            "passed": part["passed"],
        }
    )


def describe(
    counts: pd.DataFrame, left_out: pd.DataFrame, record: Record
) -> dict[str, Any]:
    """Say what `dataset.json` holds, but for the hashes of the tables."""
    small = counts[counts["asked"] < MIN_ASKED]
    return {
        "id": "devnorms-milestones",
        "title": TITLE,
        "version": VERSION,
        "licence": "CC BY 4.0",
        "settings": {
            "bin_days": BIN_DAYS,
            "min_asked": MIN_ASKED,
            "populations_needed": POPULATIONS_NEEDED,
        },
        "responses": int(counts["asked"].sum()),
        "cells": len(counts),
        "leaves": len(counts[["population", "item"]].drop_duplicates()),
        "items": int(counts["item"].nunique()),
        "milestones": int(counts["milestone"].nunique()),
        "small_cells": {"cells": len(small), "asked": int(small["asked"].sum())},
        "left_out": {
            str(reason): int(n)
            for reason, n in left_out.groupby("reason")["responses"].sum().items()
        },
        "sources": [source.to_dict() for source in record.sources],
    }


def figures(counts: pd.DataFrame, left_out: pd.DataFrame, about: dict[str, Any]) -> str:
    """Write the part of the card that follows from the data."""
    total = about["responses"] + int(left_out["responses"].sum())
    small, years = about["small_cells"], counts["age_days_mean"] / 365.25
    lines = [
        f"Version {VERSION}: {about['milestones']} milestones, {about['items']} items, "
        f"{about['leaves']:,} items x populations, {about['cells']:,} cells, "
        f"{about['responses']:,} responses, ages {years.min():.1f} to "
        f"{years.max():.1f} years.",
        "",
        f"Of the {total:,} responses of childdevdata, {about['responses']:,} are "
        "counted here. Left out, exactly:",
        "",
        "| reason | responses |",
        "| --- | ---: |",
        *(f"| {reason} | {n:,} |" for reason, n in about["left_out"].items()),
        f"| **together** | **{int(left_out['responses'].sum()):,}** |",
        "",
        "`left_out.csv` has the same by study.",
        "",
        f"Every cell holds at least {MIN_ASKED} responses, but for {small['cells']} "
        f"cells with {small['asked']} responses in all: there an item was asked of "
        f"fewer than {MIN_ASKED} girls (or boys) of a population at any age, and they "
        "stand together in one cell whatever their ages.",
        "",
        "| population | country | milestones | items | responses | ages (months) |",
        "| --- | --- | ---: | ---: | ---: | --- |",
    ]
    for population, part in counts.groupby("population", sort=True):
        months = part["age_days_mean"] / 30.4375
        lines.append(
            f"| {population} | {part['country'].iloc[0]} | "
            f"{part['milestone'].nunique()} | {part['item'].nunique()} | "
            f"{part['asked'].sum():,} | {months.min():.1f}-{months.max():.1f} |"
        )
    return "\n".join(lines)


def with_figures(card: str, text: str) -> str:
    """Put the figures between the two marks of the card."""
    before, _, rest = card.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def as_csv(table: pd.DataFrame) -> str:
    """Comma-separated, LF, nothing quoted that need not be."""
    stream = io.StringIO()
    table.to_csv(
        stream, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL, na_rep=""
    )
    return stream.getvalue()


def write(path: Path, text: str) -> None:
    """Write UTF-8 with LF on every system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
