"""
What the quality report raises for every set of real data, and how long it takes.

    python benchmarks/quality.py --data FOLDER [--page docs/howto/quality.md]

FOLDER holds childdevdata, wordbank and wordbank_known_bad. Prints one row per set; with
--page the rows are written into that page, between its two marks. Sets of vocabulary
are loaded and looked at one by one.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

import devnorms as dn
from devnorms._base.errors import DevnormsError, DevnormsWarning
from devnorms.quality import QualityReport
from devnorms.schema.findings import GRADES

BEGIN = "<!-- Written by benchmarks/quality.py from here -->"
END = "<!-- to here -->"
_SHOWN = 150


def main() -> None:
    """Read the choices, look at all sets, print or write the table."""
    words = argparse.ArgumentParser(description="Quality of all real sets.")
    words.add_argument("--data", type=Path, required=True, help="folder of the data")
    words.add_argument("--page", type=Path, help="page to write the table into")
    given = words.parse_args()
    rows: list[str] = []
    seconds = 0.0
    for group, report, taken in reports(given.data):
        rows += [row for study in report.grades for row in lines(group, report, study)]
        seconds += taken
        print("\n".join(rows[-len(report.grades) :]), f"{taken:.1f} s", flush=True)
    table = "\n".join(head() + rows)
    print(f"{len(rows)} sets; all checks took {seconds:.0f} s, loading apart.")
    if given.page is not None:
        write(given.page, table)


def reports(data: Path) -> Iterator[tuple[str, QualityReport, float]]:
    """Load and look at one source, or one set, after the other."""
    yield ("childdevdata", *look(dn.load("childdevdata", path=data / "childdevdata")))
    for folder in ("wordbank", "wordbank_known_bad"):
        for study in studies(data / folder):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DevnormsWarning)
                    observations = dn.load(
                        "wordbank",
                        path=data / folder,
                        studies=study,
                        accept_spoilt=True,
                    )
            except DevnormsError as error:
                print(f"{study}: {error}")
                continue
            yield (folder, *look(observations))


def studies(folder: Path) -> list[str]:
    """Name the sets of vocabulary that lie in a folder."""
    return sorted(
        file.name.removesuffix("_fields.csv") for file in folder.glob("*/*_fields.csv")
    )


def look(observations: pd.DataFrame) -> tuple[QualityReport, float]:
    """Look at observations, and say how long it took."""
    start = time.perf_counter()
    report = dn.check_quality(observations)
    return report, time.perf_counter() - start


def head() -> list[str]:
    """Give the head of the table."""
    columns = ["source", "set", "grade", "children", "responses", *GRADES]
    return [
        "| " + " | ".join(columns) + " |",
        "|" + " --- |" * len(columns),
    ]


def lines(group: str, report: QualityReport, study: str) -> list[str]:
    """Give one row: what is graded stop and look with its places, notes by name."""
    found = report.findings[report.findings["study"] == study]
    sets = report.sets[report.sets["study"] == study]
    cells = [group, study, report.grade(study)]
    cells += [f"{sets['children'].sum():,}", f"{sets['responses'].sum():,}"]
    for grade in GRADES:
        part = found[found["grade"] == grade].to_dict("records")
        cells.append("; ".join(said(row, grade != "note") for row in part))
    return ["| " + " | ".join(cells) + " |"]


def said(row: dict[str, object], fully: bool) -> str:
    """Write a finding in a few words."""
    words = f"{row['what']} ({row['n']:,} {row['unit']}"
    where = str(row["where"]).replace("|", "/")
    if fully and where:
        cut = where if len(where) <= _SHOWN else where[:_SHOWN].rsplit(",", 1)[0] + " …"
        words += f": {cut}"
    return words + ")"


def write(page: Path, text: str) -> None:
    """Put the table between the marks of the page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
