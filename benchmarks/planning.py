"""
Whether the planner's widths are those that studies of real children have.

    python benchmarks/planning.py --data FOLDER --curves curves.zarr [--studies 300]

FOLDER holds childdevdata; curves.zarr is a fit of the bundled counts. From the Dutch
study (NLD-SMOCC) children are drawn anew, n at a time and one answer each, at ages
spread evenly over a range; a logistic regression (statsmodels) gives the age at a
share. Printed per milestone, share and n: the half width of the 90 % interval that the
planner expects, and the half width that held 90 % of the drawn studies' ages.
``slope_known``: whether n is enough for the planner's rule on the log slope,
below which
it plans no study. ``failed`` counts studies without a finite answer, left out.
"""

from __future__ import annotations

import argparse
import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
import xarray as xr

import devnorms as dn

POPULATION = "NLD-SMOCC"
MILESTONES = ("walks_alone", "stacks_two_blocks", "says_two_words", "kicks_ball")
CHILDREN = (50, 100, 200, 400)
SHARES = (0.5, 0.9)
_BANDS = 12


def main() -> None:
    """Read the choices, draw the studies, print the table."""
    words = argparse.ArgumentParser(description="The planner and real children.")
    words.add_argument("--data", type=Path, required=True, help="folder of the data")
    words.add_argument("--curves", type=Path, required=True, help="a fit, as zarr")
    words.add_argument("--studies", type=int, default=300, help="studies per row")
    given = words.parse_args()
    os.environ["DEVNORMS_DATA"] = str(given.data)
    curves = xr.open_zarr(given.curves).load()
    rows = []
    for milestone in MILESTONES:
        seen = answers(milestone)
        # Where enough children were asked to be drawn evenly.
        ages = tuple(
            np.round(np.quantile(seen["age_months"], [0.02, 0.98]), 1).tolist()
        )
        rng = np.random.default_rng(3)
        for share in SHARES:
            expected = dn.expected_widths(
                curves,
                [milestone],
                CHILDREN,
                ages,
                dn.Aim(share=share),
                population=POPULATION,
            ).set_index("children")["half_width_months"]
            least = dn.plan(
                curves,
                [milestone],
                dn.Aim(share=share, half_width_months=100, assurance=0.5),
                population=POPULATION,
                ages_months=ages,
            )["children"].iloc[0]
            for children in CHILDREN:
                found = [
                    study(seen, children, ages, share, rng)
                    for _ in range(given.studies)
                ]
                rows.append(
                    row(milestone, share, children, ages)
                    | {"slope_known": bool(children >= least)}
                    | observed(np.array(found, dtype=float), expected[children])
                )
    table = pd.DataFrame(rows)
    print(table.round(2).to_string(index=False))
    for known, rows_of in table.groupby("slope_known"):
        low, middle, high = rows_of["ratio"].quantile([0, 0.5, 1])
        print(
            f"slope {'known' if known else 'not known'} enough: observed / expected "
            f"{middle:.2f} ({low:.2f} to {high:.2f}) in {len(rows_of)} rows"
        )


def answers(milestone: str) -> pd.DataFrame:
    """Answers of the one Dutch item, with ages in months."""
    seen = dn.load("childdevdata", studies=POPULATION, milestones=milestone)
    seen = seen[seen["response"].isin(["passed", "not_yet"]) & seen["age_days"].notna()]
    one = seen["item"].value_counts().index[0]
    seen = seen[seen["item"] == one]
    return pd.DataFrame(
        {
            "child": seen["child"].to_numpy(),
            "age_months": seen["age_days"].to_numpy(dtype=float) / 30.4375,
            "passed": (seen["response"] == "passed").to_numpy(dtype=float),
        }
    )


def study(
    seen: pd.DataFrame,
    children: int,
    ages: tuple[float, float],
    share: float,
    rng: np.random.Generator,
) -> float:
    """Age at a share from one drawn study; NaN where there is no finite answer."""
    inside = seen[seen["age_months"].between(*ages)]
    # Visits come in heaps of age: equal numbers are drawn from equal bands.
    edges = np.linspace(*ages, _BANDS + 1)
    band = np.clip(np.digitize(inside["age_months"], edges) - 1, 0, _BANDS - 1)
    size = np.bincount(band, minlength=_BANDS)
    weight = (1 / size[band]) / (size > 0).sum()
    drawn = inside.iloc[rng.choice(len(inside), children, p=weight)]
    design = sm.add_constant(np.log1p(drawn["age_months"].to_numpy()))
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            model = sm.GLM(
                drawn["passed"].to_numpy(), design, family=sm.families.Binomial()
            )
            intercept, slope = model.fit(maxiter=50).params
    except (ValueError, np.linalg.LinAlgError):
        return np.nan
    if not 0 < slope < 100:
        return np.nan
    return float(np.expm1((np.log(share / (1 - share)) - intercept) / slope))


def row(
    milestone: str, share: float, children: int, ages: tuple[float, float]
) -> dict[str, object]:
    """Say what a row is about."""
    return {
        "milestone": milestone,
        "share": share,
        "from": ages[0],
        "until": ages[1],
        "children": children,
    }


def observed(found: np.ndarray, expected: float) -> dict[str, float]:
    """Half of the middle 90 % of the studies' ages, beside what was expected."""
    there = found[np.isfinite(found)]
    low, high = np.quantile(there, [0.05, 0.95])
    return {
        "expected": float(expected),
        "observed": float(high - low) / 2,
        "ratio": float(high - low) / 2 / float(expected),
        "failed": int(len(found) - len(there)),
    }


if __name__ == "__main__":
    main()
