"""
Raw answers, ages as they were seen, and published figures in one likelihood.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import log_expit, log_ndtr, logit, ndtri

from devnorms._base.errors import BadValueError, EmptySelectionError
from devnorms._base.provenance import Record, table_hash
from devnorms.models.attainment_build import Evidence, Nodes
from devnorms.models.attainment_fit import (
    leaf_density,
    leaf_prior,
    pattern_leaves,
    sampled,
    with_groups,
)
from devnorms.models.attainment_spec import ATTAINMENT_SAMPLING, AttainmentSpec
from devnorms.models.attainment_start import leaf_modes
from devnorms.models.attainment_terms import Floats, Terms, terms
from devnorms.models.fitting import Progress
from devnorms.models.joint_errors import Published, published_errors, total_covariance
from devnorms.models.joint_figures import Figures, Tally, expected
from devnorms.models.spec import Sampling
from devnorms.schema.attainment import check_attainment
from devnorms.schema.nodes import nodes_from_counts

BOUND_SE = 0.05
"""How sharp "75 % or more by 18 months" is: 5 % of age."""

GRADE_FACTOR = {"primary": 1.0, "reprint": 1.25, "secondary": 1.5}
"""By how much more a source may be wrong that was not read in the original."""


def joint(
    *,
    counts: pd.DataFrame | None = None,
    attained: pd.DataFrame | None = None,
    figures: pd.DataFrame | None = None,
    reading: Published | None = None,
    spec: AttainmentSpec | None = None,
    sampling: Sampling | None = None,
    progress: Progress = False,
) -> xr.Dataset:
    """
    Fit raw answers, patterns of attainment and published figures together.

    Every published sample has curves of its own, which resemble those of other
    populations at the same milestone; every source has a bias, shared by all its
    figures: how far it stands from what its children would have shown had they been
    seen and counted as here. A bias is known only as far as other populations tell;
    see `devnorms.source_bias`.

    Parameters
    ----------
    counts : pandas.DataFrame, optional
        Counts, see `devnorms.schema.counts`; items without a milestone are left out.
    attained : pandas.DataFrame, optional
        Patterns of attainment, see `devnorms.attainment`.
    figures : pandas.DataFrame, optional
        Published figures, as their loader gives them.
    reading : Published, optional
        How the published sources are to be read.
    spec : AttainmentSpec, optional
        Family and priors.
    sampling : Sampling, optional
        Chains, draws, seed, and what the draws must meet.
    progress : bool or callable
        As for `devnorms.fit`.

    Returns
    -------
    xarray.Dataset
        As `devnorms.fit_attainment`; with ``bias`` (source) where there are figures,
        ``leaf_evidence`` (raw, published) and ``leaf_sources``.
        ``attrs["left_out"]`` (JSON) counts the published rows that are not used, by
        reason.

    Raises
    ------
    NotConverged
        If the draws failed their checks.
    EmptySelectionError
        If nothing is given, or nothing of it can be used.
    BadValueError
        If an item of a population comes both in counts and in patterns: its children
        would count twice.
    """
    spec = spec or AttainmentSpec()
    how = reading or Published()
    parts = [
        _from_counts(counts), _from_patterns(attained), _from_figures(figures, how)
    ]  # fmt: skip
    leaves = _together([part for part in parts if part is not None])
    valid = None if attained is None else check_attainment(attained)
    patterns = None if valid is None else terms(valid, _codes(leaves, valid, "item"))
    nodes = None if counts is None else _nodes(counts, leaves)
    errors = None if figures is None else published_errors(figures, how)
    published = None if errors is None else make_figures(errors, leaves, how, spec)
    mode, factor = _modes((patterns, nodes, published), leaves, spec)
    evidence = Evidence(leaves, patterns, nodes, published, mode, factor)
    settled = (sampling or ATTAINMENT_SAMPLING).settled(len(leaves))
    given = {"counts": counts, "attained": attained, "figures": figures}
    record = _record(given, spec)
    fitted = sampled(evidence, spec, settled, progress=progress, record=record)
    if errors is None or published is None:
        return fitted
    fitted.attrs["left_out"] = json.dumps(errors.attrs["left_out"])
    return fitted.assign(source_bias_factor=("source", published.bias_factor))


def _from_counts(counts: pd.DataFrame | None) -> pd.DataFrame | None:
    """Leaves of raw answers."""
    if counts is None:
        return None
    linked = counts[counts["milestone"].notna()]
    if linked.empty:
        raise EmptySelectionError("joint: no item of the counts has a milestone.")
    days = linked.groupby(["population", "item"], observed=True)
    table = days.agg(
        milestone=("milestone", "first"),
        children=("asked", "sum"),
        seen_low_months=("age_days_mean", "min"),
        seen_high_months=("age_days_mean", "max"),
    ).reset_index()
    for name in ("seen_low_months", "seen_high_months"):
        table[name] = table[name] / (365.25 / 12)
    return table.assign(evidence="raw", sources="")


def _from_patterns(attained: pd.DataFrame | None) -> pd.DataFrame | None:
    """Leaves of patterns."""
    if attained is None:
        return None
    leaves, _ = pattern_leaves(check_attainment(attained))
    return leaves.drop(columns=["group"]).assign(evidence="raw", sources="")


def _from_figures(figures: pd.DataFrame | None, how: Published) -> pd.DataFrame | None:
    """Leaves of published samples."""
    if figures is None:
        return None
    errors = published_errors(figures, how)
    if errors.empty:
        raise EmptySelectionError(
            f"joint: no published figure can be used: {errors.attrs['left_out']}."
        )
    keys = ["population", "published_name"]
    table = errors.groupby(keys, sort=True).agg(
        milestone=("milestone", "first"),
        sources=("source_id", lambda ids: ", ".join(sorted(set(ids)))),
    )
    table = table.reset_index().rename(columns={"published_name": "item"})
    return table.assign(
        children=0, seen_low_months=np.nan, seen_high_months=np.nan,
        evidence="published",
    )  # fmt: skip


def _together(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Put leaves of all kinds together; none may come twice from raw data."""
    if not parts:
        raise EmptySelectionError(
            "joint: nothing is given. Give counts, attained or figures."
        )
    text = [
        p.assign(**{n: p[n].astype(str) for n in ("population", "item")}) for p in parts
    ]
    leaves = pd.concat(text, ignore_index=True)
    keys = ["population", "item"]
    raw = leaves[leaves["evidence"] == "raw"]
    twice = raw[raw.duplicated(keys)]
    if len(twice):
        raise BadValueError.parameter(
            "counts and attained",
            "about different items or populations, so that no child counts twice",
            [f"{p}: {i}" for p, i in twice[keys].to_numpy()[:3]],
        )
    both = leaves.duplicated(keys, keep=False)
    sources = leaves.groupby(keys)["sources"].transform("max")
    leaves = leaves.assign(
        sources=sources,
        evidence=leaves["evidence"].mask(both, "raw and published"),
    )
    leaves = leaves.drop_duplicates(keys).sort_values(keys, ignore_index=True)
    return with_groups(leaves)


def _codes(leaves: pd.DataFrame, rows: pd.DataFrame, item: str) -> np.ndarray:
    """Which leaf each row belongs to."""
    index = pd.MultiIndex.from_frame(leaves[["population", "item"]])
    given = [rows["population"].astype(str), rows[item].astype(str)]
    return index.get_indexer(pd.MultiIndex.from_arrays(given))


def _nodes(counts: pd.DataFrame, leaves: pd.DataFrame) -> Nodes:
    """Compress raw answers."""
    linked = counts[counts["milestone"].notna()]
    compressed = nodes_from_counts(linked.reset_index(drop=True))
    weight = compressed.passed + compressed.not_yet
    sign = np.where(compressed.not_yet > 0, -1.0, 1.0)
    leaf = _codes(leaves, compressed.leaves, "item")
    return Nodes(leaf, compressed.log_age, weight, sign)


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
        leaf=_codes(leaves, errors, "published_name"),
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


def _modes(
    parts: tuple[Terms | None, Nodes | None, Figures | None],
    leaves: pd.DataFrame,
    spec: AttainmentSpec,
) -> tuple[Floats, Floats]:
    """Find each leaf's mode and curvature, all its evidence taken together."""
    patterns, nodes, figures = parts
    size = len(leaves)
    normal = spec.family == "log-normal"

    def density(location: Floats, log_slope: Floats) -> Floats:
        total = leaf_prior(location, log_slope, spec)
        if patterns is not None:
            own = leaf_density(patterns, location, log_slope, spec)
            total = total + own - leaf_prior(location, log_slope, spec)
        if nodes is not None:
            slope = np.exp(log_slope)[nodes.leaf, None]
            at = nodes.sign * slope * (nodes.log_age - location[nodes.leaf, None])
            each = (nodes.weight * (log_ndtr(at) if normal else log_expit(at))).sum(1)
            total = total + np.bincount(nodes.leaf, each, minlength=size)
        if figures is not None:
            total = total + _figure_density(figures, location, log_slope, normal)
        return total

    middle = _first_locations(patterns, nodes, figures, spec, size)
    return leaf_modes(density, middle, np.full(size, spec.mean_log_slope))


def _figure_density(
    figures: Figures, location: Floats, log_slope: Floats, normal: bool
) -> Floats:
    """Log density of published figures by leaf, without any bias."""
    says = expected(
        figures, location[figures.leaf], log_slope[figures.leaf],
        normal=normal, library=np,
    )  # fmt: skip
    exact = figures.side == 0
    rest = figures.whitener @ (figures.value - says)[exact]
    each = -0.5 * figures.counted * rest**2
    total: Floats = np.bincount(figures.leaf[exact], each, minlength=len(location))
    far = figures.side * (figures.value - says) / figures.bound_se
    bound = np.where(exact, 0.0, log_ndtr(far))
    return total + np.bincount(figures.leaf, bound, minlength=len(location))


def _first_locations(
    patterns: Terms | None,
    nodes: Nodes | None,
    figures: Figures | None,
    spec: AttainmentSpec,
    size: int,
) -> Floats:
    """Give rough locations to begin with."""
    middle = np.full(size, spec.location.mean)
    if figures is not None:
        ages = figures.kind != "sd"
        middle[figures.leaf[ages]] = figures.value[ages]
    if patterns is not None:
        ends = np.stack([patterns.after[:, 0], patterns.by[:, 0]])
        known = np.abs(ends) < 100
        own = np.where(known, ends, 0).sum(0) / known.sum(0)
        weight = np.bincount(patterns.leaf, patterns.children, minlength=size)
        total = np.bincount(patterns.leaf, patterns.children * own, minlength=size)
        middle = np.where(weight > 0, total / np.maximum(weight, 1), middle)
    if nodes is not None:
        weight = nodes.weight.sum(1)
        middle[nodes.leaf] = (nodes.weight * nodes.log_age).sum(1) / weight
    return middle


def _record(given: dict[str, pd.DataFrame | None], spec: AttainmentSpec) -> Record:
    """Join the records of everything that entered."""
    tables = {name: table for name, table in given.items() if table is not None}
    texts = [t.attrs["record"] for t in tables.values() if t.attrs.get("record")]
    record = (
        Record.joined([Record.from_json(text) for text in texts])
        if texts
        else Record.now()
    )
    return record.with_settings(
        joint={
            "spec": spec.to_dict(),
            "hashes": {name: table_hash(t) for name, t in tables.items()},
        }
    )
