"""
Score a coder on a set of reports coded by hand: `practice` or `frozen`.

Prints figures only, never a report: the frozen set is not to be looked at.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

from devnorms.annotate.coders import coder_named
from devnorms.annotate.coding import Report
from devnorms.annotate.evaluate import Code, Score, pooled, score
from devnorms.annotate.pipeline import propose

FOLDER = Path(__file__).parent


def main() -> None:
    """Read the words of the command and score."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("set", choices=["practice", "frozen"])
    words.add_argument("--coder", default="embedded")
    given = words.parse_args()
    coder = coder_named(given.coder)
    scores: dict[str, Score] = {}
    reports_of, seconds = 0, 0.0
    for file in sorted((FOLDER / given.set).glob("*.jsonl")):
        reports, gold = _read(file)
        began = time.process_time()
        rows = propose(reports, coder)
        seconds += time.process_time() - began
        reports_of += len(reports)
        scores[file.stem] = score(gold, [_codes(of) for of in rows])
    print(f"{given.set}: {reports_of} reports, coder {coder.name}")
    print(
        "lang  reports exact  P     R     F1    mention achieved not_yet unclear  ages"
    )
    for lang, found in scores.items():
        print(f"{lang:5} {_line(found)}")
    total = pooled(scores.values())
    print(f"all   P {total.precision:.3f} R {total.recall:.3f} F1 {total.f1:.3f}")
    errors = [e for found in scores.values() for e in found.age_error_months]
    if errors:
        print(f"age error: mean {statistics.mean(errors):.2f} months of {len(errors)}")
    print(f"{reports_of / max(seconds, 1e-9):.0f} reports per CPU second")


def _line(found: Score) -> str:
    by = " ".join(f"{found.by_status[s].f1:.3f}  " for s in found.by_status)
    return (
        f"{found.reports:7} {found.exact:5}  {found.codes.precision:.3f} "
        f"{found.codes.recall:.3f} {found.codes.f1:.3f} {found.mentions.f1:.3f}   {by}"
        f"{found.ages_right}/{found.ages} (+{found.ages_false} false)"
    )


def _read(file: Path) -> tuple[list[Report], list[list[Code]]]:
    """Reports and their codes."""
    reports, gold = [], []
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        reports.append(
            Report(row["id"], row["lang"], row["text"], row.get("age_months"))
        )
        gold.append(_codes(row["codes"]))
    return reports, gold


def _codes(rows: list[dict]) -> list[Code]:
    return [
        Code(
            r["concept"], r["status"], r.get("age_months_low"), r.get("age_months_high")
        )
        for r in rows
    ]


if __name__ == "__main__":
    main()
