"""
What comparisons claim: the gate's verdicts, the floor, controls, deleted links.

Run ``python benchmarks/comparisons.py``; it fits the bundled counts (minutes), or
reads ``--curves`` that an earlier fit wrote as a zarr folder. ``--worlds`` is how many
made-up worlds the links are deleted in.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

import devnorms as dn
from devnorms.schema.differences import ALL, REFUSE

ROOT = Path(__file__).parents[1]


def show(title: str, table: pd.DataFrame) -> None:
    """Print a table under its title."""
    print(f"\n{title}\n{table.round(2).to_string(index=False)}")


def of_data(curves: xr.Dataset) -> None:
    """Print verdicts, floor and controls of real populations."""
    known = dn.known(curves)
    verdicts = dn.gate(curves, known=known, shares=[0.5])
    counted = verdicts.assign(of=verdicts["milestone"].eq(ALL).map(_KINDS))
    show(
        "Verdicts at 50 %",
        counted.groupby(["of", "verdict"]).size().rename("rows").reset_index(),
    )
    show("Floor", dn.floor(curves).drop(columns=["interval", "level"]))
    show("Negative controls", dn.control_claims(curves, known=known))


_KINDS = {True: "pairs", False: "pairs x milestones"}


def of_worlds(worlds: int) -> None:
    """Print what happens as links are deleted in made-up worlds."""
    sys.path.insert(0, str(ROOT))
    from tests.norms.test_gate import LINKS, deleted_step_by_step

    table = deleted_step_by_step(range(worlds), LINKS)
    table = table.assign(
        inside=table["inside"].astype(float).where(~table["refused"]),
        offset_error=table["offset"] - table["offset_true"],
    )
    columns = ["refused", "told", "inside", "offset_error", "offset_inside"]
    steps = table.groupby("links")[columns].mean().sort_index(ascending=False)
    show("Links deleted step by step", steps.reset_index())


def of_claims(worlds: int) -> None:
    """Print how often intervals and claims are true in made-up worlds."""
    sys.path.insert(0, str(ROOT))
    from tests.norms.worlds import between, knowing, look, world

    parts = []
    for seed in range(100, 100 + worlds):
        truth, counts = world(seed, number=16)
        curves = look(counts, seed=seed)
        for reference in ("COL-SIM-A", "JAM-SIM", "COL-SIM-B", "NLD-SIM"):
            table = dn.compare(
                curves, reference, shares=[0.5], known=knowing(truth),
                allow_unconverged=True,
            )  # fmt: skip
            table = table[table["milestone"].ne(ALL) & table["verdict"].ne(REFUSE)]
            for population, rows in table.groupby("population"):
                true = between(truth, str(population), reference).difference
                parts.append(rows.assign(true=true[rows["milestone"]].to_numpy()))
    told = pd.concat(parts)
    show("Claims", pd.DataFrame(map(_claims, *zip(*told.groupby("link"), strict=True))))


def _claims(link: str, rows: pd.DataFrame) -> dict[str, object]:
    """Count the claims of one kind of link."""
    true, size = rows["true"], rows["true"].abs()
    claimed, measured = rows["claim"] != "none", rows["measured_months"].abs() > 1
    low, high = rows["difference_months_low"], rows["difference_months_high"]
    sign = np.sign(true) != np.sign(rows["difference_months"])
    return {
        "link": link,
        "rows": len(rows),
        "inside": true.between(low, high).mean(),
        "claims": claimed.sum(),
        "false": (size <= 1)[claimed].mean(),
        "wrong_sign": sign[claimed].mean(),
        "power_above_1": claimed[size > 1].mean(),
        "power_above_3": claimed[size > 3].mean(),
        "false_if_measured_is_read": (size <= 1)[measured].mean(),
    }


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--curves", type=Path, help="a zarr folder of curves")
    parser.add_argument("--worlds", type=int, default=20)
    given = parser.parse_args()
    if given.curves:
        curves = xr.open_zarr(given.curves).load()
    else:
        curves = dn.fit(dn.load_counts("milestones"))
    of_data(curves)
    of_worlds(given.worlds)
    of_claims(given.worlds)


if __name__ == "__main__":
    main()
