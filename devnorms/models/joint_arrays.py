"""
Published figures as the arrays that the likelihood takes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import logit, ndtri

from devnorms.models.attainment_spec import AttainmentSpec
from devnorms.models.joint_covariance import Published, total_covariance
from devnorms.models.joint_figures import Figures, Floats, Tally
from devnorms.models.joint_leaves import codes_of

BOUND_SE = 0.05
"""How sharp "75 % or more by 18 months" is: 5 % of age."""

GRADE_FACTOR = {"primary": 1.0, "reprint": 1.25, "secondary": 1.5}
"""By how much more a source may be wrong that was not read in the original."""


def make_figures(
    errors: pd.DataFrame, leaves: pd.DataFrame, how: Published, spec: AttainmentSpec
) -> Figures:
    """
    Turn published figures into arrays.

    Parameters
    ----------
    errors : pandas.DataFrame
        From `published_errors`.
    leaves : pandas.DataFrame
        All leaves.
    how : Published
        How the sources are to be read.
    spec : AttainmentSpec
        Family and priors.

    Returns
    -------
    Figures
    """
    sources = tuple(sorted(set(errors["source_id"].astype(str))))
    at = {name: n for n, name in enumerate(sources)}
    table = errors.assign(
        leaf=codes_of(leaves, errors, "published_name"),
        source=errors["source_id"].astype(str).map(at),
    )
    ages = table[table["kind"] != "tally"].reset_index(drop=True)
    upper = ages["operator"].isin(["<=", "<"])
    side = np.where(upper, 1.0, np.where(ages["operator"] == ">", -1.0, 0.0))
    exact = ages[side == 0].reset_index(drop=True)
    whitener, counted = _whitener(exact, how, spec.sd_shape)
    value = ages["value"].to_numpy(float)
    score = ndtri if spec.family == "log-normal" else logit
    share = ages["share"].fillna(0.5).to_numpy(float)
    grade = table.groupby("source")["grade"].first().map(GRADE_FACTOR)
    known = [name in set(how.no_bias) for name in sources]
    return Figures(
        leaf=ages["leaf"].to_numpy(),
        source=ages["source"].to_numpy(),
        kind=ages["kind"].to_numpy().astype(str),
        score=np.asarray(score(share)),
        value=np.where(ages["kind"] == "sd", np.log(value), np.log1p(value)),
        side=side,
        bound_se=np.full(len(ages), BOUND_SE),
        whitener=whitener,
        counted=counted,
        sources=sources,
        bias_factor=np.where(known, 0.0, grade.sort_index().to_numpy(float)),
        leaf_source=_members(table, leaves, len(sources)),
        tally=_tally(table[table["kind"] == "tally"]),
    )


def _whitener(
    exact: pd.DataFrame, how: Published, sd_shape: float
) -> tuple[Floats, Floats]:
    """Whiten what the figures of each sample and milestone miss."""
    whitener = np.zeros((len(exact), len(exact)))
    counted = np.ones(len(exact))
    for rows in exact.groupby(["population", "published_name"]).indices.values():
        part = exact.iloc[rows]
        covariance = total_covariance(part, how, sd_shape)
        lower = np.linalg.cholesky(covariance)
        at = np.asarray(rows)
        whitener[np.ix_(at, at)] = np.linalg.inv(lower)
        kinds = set(part["kind"])
        if "percentile" in kinds and kinds & {"mean", "sd"}:
            counted[rows] = 0.5
    return whitener, counted


def _members(table: pd.DataFrame, leaves: pd.DataFrame, sources: int) -> Floats:
    """Say of leaves without raw data which sources measured them."""
    member = np.zeros((len(leaves), sources))
    np.add.at(member, (table["leaf"].to_numpy(), table["source"].to_numpy()), 1.0)
    member[(leaves["evidence"] != "published").to_numpy()] = 0.0
    total = member.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(
        member, total, out=np.zeros_like(member), where=total > 0
    )
    return shares


def _tally(rows: pd.DataFrame) -> Tally | None:
    """Turn numbers who passed at one age into arrays."""
    if rows.empty:
        return None
    asked = rows["children"].to_numpy(float)
    value = rows["value"].to_numpy(float)
    percent = (rows["unit"] == "percent").to_numpy()
    return Tally(
        leaf=rows["leaf"].to_numpy(),
        source=rows["source"].to_numpy(),
        log_age=np.log1p(rows["at_months"].to_numpy(float)),
        passed=np.where(percent, np.round(value / 100 * asked), value),
        asked=asked,
    )
