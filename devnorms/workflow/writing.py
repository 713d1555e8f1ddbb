"""
Results as files, and what the report is told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devnorms._base.errors import UnreadableFileError
from devnorms.schema.curves import check_curves

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from devnorms.report import ReportInputs
    from devnorms.workflow.analysis import Analysis
    from devnorms.workflow.entering import Entering
    from devnorms.workflow.steps import Made

CURVES = "curves.zarr"
TABLES = ("norms", "shares", "predictive", "published")
MODEL = (
    "Each item's share passing rises with log(age in months + 1) along a logistic "
    "curve; its location and slope come from the milestone, the wording, the country, "
    "the study and the instrument. All are estimated together by Hamiltonian Monte "
    "Carlo, so that an item asked of few children leans on the others."
)
EQUATIONS = (
    "passed ~ Binomial(asked, expit(a_l (log(age_months + 1) - b_l)))",
    "b_l = nu_d + beta_m + iota_i + gamma_mc + epsilon_l"
    " + delta_s + delta_sd + lambda_rd",
    "log a_l = alpha_d + alpha_m + kappa_s + eta_l",
)


def save_curves(curves: xr.Dataset, folder: Path) -> None:
    """
    Write curves as a Zarr folder; the same draws give the same bytes.

    Parameters
    ----------
    curves : xarray.Dataset
        See `devnorms.schema.curves.check_curves`.
    folder : pathlib.Path
        Must not exist.
    """
    text = {
        name: array.astype(str)
        for name, array in curves.coords.items()
        if array.dtype == object
    }
    curves.assign_coords(text).to_zarr(folder, mode="w-", consolidated=False)


def load_curves(folder: Path) -> xr.Dataset:
    """
    Read curves that `save_curves` wrote.

    Parameters
    ----------
    folder : pathlib.Path
        The Zarr folder.

    Returns
    -------
    xarray.Dataset
        Equal to what was saved, to the last bit.

    Raises
    ------
    UnreadableFileError
        If it is not there or cannot be read.
    """
    import xarray as xr

    try:
        curves = xr.open_zarr(folder, consolidated=False, chunks=None).load()
    except (OSError, ValueError, KeyError) as error:
        raise UnreadableFileError(
            f"{folder} does not hold the draws of a fit: {error}."
        ) from None
    return check_curves(curves)


def save_tables(
    tables: Mapping[str, pd.DataFrame],
    counts: pd.DataFrame,
    curves: xr.Dataset,
    folder: Path,
) -> None:
    """
    Write tables of results, what was fitted, and the draws.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        By name; the norm set's own table is left to it.
    counts : pandas.DataFrame
        What was fitted.
    curves : xarray.Dataset
        The draws.
    folder : pathlib.Path
        The result's folder.
    """
    target = folder / "data"
    target.mkdir()
    for name, table in {**tables, "counts": counts}.items():
        if name != "norms":
            without_attrs(table).to_parquet(target / f"{name}.parquet", index=False)
    save_curves(curves, target / CURVES)


def load_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """
    Read the tables of a result.

    Parameters
    ----------
    folder : pathlib.Path
        The result's folder.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``norms, shares, predictive, published``.
    """
    import pandas as pd

    return {
        name: pd.read_parquet(
            folder / ("norms" if name == "norms" else "data") / f"{name}.parquet"
        )
        for name in TABLES
    }


def without_attrs(table: pd.DataFrame) -> pd.DataFrame:
    """
    Give a table without its ``attrs``, which Parquet cannot always hold.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table.
    """
    bare = table.copy(deep=False)
    bare.attrs = {}
    return bare


def diagnostics(curves: xr.Dataset) -> dict[str, Any]:
    """
    Give the sampler's checks as plain values.

    Parameters
    ----------
    curves : xarray.Dataset
        See `devnorms.schema.curves`.
    """
    found = json.loads(curves.attrs["diagnostics"])
    return found if isinstance(found, dict) else {"worst_parameters": found}


def report_inputs(
    analysis: Analysis, entering: Entering, made: Made, command: str
) -> ReportInputs:
    """
    Tell the report everything that it shows.

    Parameters
    ----------
    analysis : Analysis
        All choices.
    entering : Entering
        The tables it started from.
    made : Made
        What was made of them.
    command : str
        What to type to make it again.

    Returns
    -------
    devnorms.report.ReportInputs
    """
    from devnorms.report import ReportInputs

    return ReportInputs(
        made.norms,
        shares=made.shares,
        counts=entering.counts,
        diagnostics=diagnostics(made.curves),
        predictive=made.predictive,
        published=made.published,
        left_out=entering.left_out,
        priors=priors_table(analysis),
        milestones=entering.milestones,
        model=MODEL,
        equations=EQUATIONS,
        title=analysis.title,
        question=analysis.analysis.question,
        command=command,
        data_hashes=entering.hashes(),
    )


def priors_table(analysis: Analysis) -> pd.DataFrame:
    """
    Give the priors with their reasons.

    Parameters
    ----------
    analysis : Analysis
        Its ``model`` is used.

    Returns
    -------
    pandas.DataFrame
        ``parameter, prior, reason``.
    """
    import pandas as pd

    rows = []
    for name, prior in analysis.to_dict()["model"]["priors"].items():
        reason = prior.pop("reason")
        kind = "Normal" if "sd" in prior else "LogNormal"
        values = ", ".join(f"{key} {value:g}" for key, value in prior.items())
        rows.append({"parameter": name, "prior": f"{kind}({values})", "reason": reason})
    return pd.DataFrame(rows)
