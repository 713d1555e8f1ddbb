"""
What DIF is found in real studies, which prior foretells best, and what is true of it.

    python benchmarks/dif.py sex         # SMOCC: published differences, every method
    python benchmarks/dif.py evidence    # K-fold by child: which prior foretells
    python benchmarks/dif.py populations # GM44, EXP23, and all milestones
    python benchmarks/dif.py controls    # two studies of one country: false claims
    python benchmarks/dif.py curves --curves FIT.zarr  # shifts of a fit, reshaped
    python benchmarks/dif.py simulate --repeats 10     # power, false discoveries

Needs the files of childdevdata and dscore (``--data FOLDER``).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

import devnorms as dn
from devnorms.models import dif_evidence, fit_difs
from devnorms.norms import dif_in_months

PRIORS = ("normal", "student", "mixture", "horseshoe")
PUBLISHED = {
    "ddifmm019": 0.86,
    "ddigmm064": -0.84,
    "ddigmd063": 0.0,
    "ddifmd011": 0.0,
    "ddigmd053": 0.0,
}
"""Girls beside boys, logits of the scale, positive: easier for girls."""
CONTROLS = (("COL-LT42M", "COL-LT45M"), ("JAM-LBW", "JAM-STUNTED"))


def show(title: str, table: pd.DataFrame) -> None:
    """Print a table under its title."""
    print(f"\n{title}\n{table.round(3).to_string(index=False)}", flush=True)


@cache
def _every() -> pd.DataFrame:
    """Load once."""
    return dn.load("childdevdata")


def observed(*populations: str) -> pd.DataFrame:
    """Load childdevdata, or some of its populations."""
    every = _every()
    if not populations:
        return every
    some = every[every["population"].isin(populations)]
    some.attrs = every.attrs
    return some


def sex() -> None:
    """Lay every method's answer for five items of SMOCC beside the published one."""
    smocc = observed("NLD-SMOCC")
    for on in ("ability", "dscore", "age"):
        matched = dn.matched(smocc, "sex", on=on, key="dutch")
        rows = []
        for test in ("mantel-haenszel", "logistic", "gee"):
            some = (
                matched if test != "gee" else matched[matched["item"].isin(PUBLISHED)]
            )
            found = dn.classical_dif(some, test=test, on="score")
            rows.append(found.assign(method=test))
        for prior, fitted in fit_difs(matched, priors=PRIORS).items():
            found = dif_in_months(fitted, threshold_months=0.5)
            rows.append(found[found["share"] == 0.5].assign(method=prior))
        table = pd.concat(rows)
        claims = table.groupby("method", sort=False).agg(
            items=("item", "size"),
            q_below_5=("q_value", lambda q: int((q < 0.05).sum())),
            claims=("claim", lambda c: int((c.dropna() != "none").sum())),
        )
        show(f"Matched on {on}: all items", claims.reset_index())
        table = table[table["item"].isin(PUBLISHED)]
        table = table.assign(published=table["item"].map(PUBLISHED))
        show(
            f"Matched on {on}: girls beside boys, logits (positive: easier for girls)",
            table[
                ["item", "published", "method", "logits", "logits_low", "logits_high",
                 "q_value", "ets_class", "difference_months", "difference_months_low",
                 "difference_months_high", "probability_beyond_threshold"]
            ].sort_values(["item", "method"]),
        )  # fmt: skip


def evidence() -> None:
    """Compare priors by foretelling children left out."""
    smocc = dn.matched(observed("NLD-SMOCC"), "sex", key="dutch")
    show("SMOCC by sex", dif_evidence(smocc))
    for pair in CONTROLS:
        matched = dn.matched(observed(*pair), "population", key="gcdg")
        show(f"{pair[0]} beside {pair[1]}", dif_evidence(matched))


def populations() -> None:
    """Print the published directions of GM44 and EXP23, and the largest DIF."""
    every = observed()
    links = pd.read_csv(data_folder() / "items" / "item_links.csv")
    equate = links.set_index("item")["equate"]
    grouped = every.assign(milestone=every["item"].astype(str).map(equate))
    grouped.attrs = every.attrs
    matched = dn.matched(grouped, "population", unit="milestone", key="gcdg")
    started = time.perf_counter()
    fits = fit_difs(matched, priors=PRIORS)
    print(f"{len(PRIORS)} fits: {time.perf_counter() - started:.0f} s")
    for prior, fitted in fits.items():
        table = dif_in_months(fitted, shares=[0.5])
        two = table[table["item"].isin(["gm44", "exp23"])]
        columns = ["item", "group", "logits", "logits_low", "logits_high",
                   "difference_months", "claim", "asked"]  # fmt: skip
        units = table["item"].nunique()
        show(f"{prior}: {units} equate groups", two[columns])
        names = fitted.attrs["hyper"]
        print(names, np.round(fitted["hyper"].values.mean(axis=0), 2))
        counted = table["claim"].value_counts().rename_axis("claim").reset_index()
        show(f"{prior}: rows by claim", counted)


def controls() -> None:
    """Count claims between two studies of one country, on the same items."""
    rows = []
    for one, other in CONTROLS:
        matched = dn.matched(observed(one, other), "population", key="gcdg")
        for test in ("mantel-haenszel", "logistic"):
            found = dn.classical_dif(matched, test=test)
            flagged = found["q_value"] < 0.05
            large = flagged & (found["logits"].abs() >= 0.64)
            rows.append(
                {"pair": f"{one}, {other}", "method": test, "share": np.nan,
                 "items": len(found), "claims": int(flagged.sum()),
                 "large": int(large.sum())}
            )  # fmt: skip
        for prior, fitted in fit_difs(matched, priors=PRIORS).items():
            table = dif_in_months(fitted, threshold_months=1.0)
            for share, part in table.groupby("share"):
                rows.append(
                    {"pair": f"{one}, {other}", "method": prior, "share": share,
                     "items": len(part), "claims": int((part["claim"] != "none").sum()),
                     "large": int((part["logits"].abs() >= 0.64).sum()),
                     "median_months": part["difference_months"].abs().median()}
                )  # fmt: skip
    table = pd.DataFrame(rows)
    show("Claims between two studies of one country", table.assign(
        claim_rate=table["claims"] / table["items"]
    ))  # fmt: skip


def simulate(repeats: int) -> None:
    """Print power and false discoveries at several true shares of DIF."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests.models.dif_worlds import judged

    parts = []
    for share, one_sided in (
        (0.0, False), (0.05, False), (0.2, False), (0.2, True), (0.4, False),
        (0.4, True),
    ):  # fmt: skip
        parts += [judged(share, one_sided, seed) for seed in range(repeats)]
        found = pd.concat(parts)
        columns = ["share", "one_sided", "method"]
        table = found.groupby(columns, sort=False).agg(
            worlds=("seed", "nunique"), flagged=("flagged", "sum"),
            false=("false", "sum"), minor=("minor", "sum"), true=("true", "sum"),
            hit=("hit", "sum"), inside=("inside", "mean"), error=("error", "mean"),
            items=("flagged", "size"),
        )  # fmt: skip
        table["false_discoveries"] = table["false"] / table["flagged"].clip(lower=1)
        table["below_threshold"] = table["minor"] / table["flagged"].clip(lower=1)
        table["power"] = table["hit"] / table["true"].clip(lower=1)
        show(f"Power and false discoveries, {repeats} worlds each", table.reset_index())


def curves(folder: Path) -> None:
    """Reshape the country x milestone shifts of a fit by heavier-tailed priors."""
    from devnorms.models import reshaped_shifts

    fitted = xr.open_zarr(folder).load()
    for prior in PRIORS:
        table = reshaped_shifts(fitted, prior=prior)
        show(f"{prior}: {table.attrs}", table.head(12))


def data_folder() -> Path:
    """Give the folder of the data."""
    return Path(os.environ["DEVNORMS_DATA"])


def main() -> None:
    """Read the choices, print the tables."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("what", nargs="+", choices=sorted(_WHAT))
    words.add_argument("--data", type=Path, help="folder of the data")
    words.add_argument("--curves", type=Path, help="a fit, as zarr")
    words.add_argument("--repeats", type=int, default=10, help="worlds per design")
    given = words.parse_args()
    if given.data:
        os.environ["DEVNORMS_DATA"] = str(given.data)
    for what in given.what:
        if what == "simulate":
            simulate(given.repeats)
        elif what == "curves":
            curves(given.curves)
        else:
            _WHAT[what]()


_WHAT = {
    "sex": sex,
    "evidence": evidence,
    "populations": populations,
    "controls": controls,
    "simulate": simulate,
    "curves": curves,
}

if __name__ == "__main__":
    main()
