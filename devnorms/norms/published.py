"""
The field's check: our ages beside published ones at the same share. Never fitted to.
"""

from __future__ import annotations

import pandas as pd
import xarray as xr

from devnorms._base.checks import check_known
from devnorms._base.errors import InvalidTableError
from devnorms.norms import asked
from devnorms.norms.ages import age_rows
from devnorms.schema.curves import check_curves
from devnorms.schema.norms import POOLED, NormSet

PUBLISHED = (
    "source_id", "evidence", "milestone", "country_iso3", "population", "n",
    "statistic", "operator", "value", "unit",
)  # fmt: skip
LINKS = ("published_milestone", "milestone")
OPERATORS = ("=", "~", "<", "<=", ">", ">=")
COLUMNS = (
    "milestone", "published_milestone", "statistic", "share", "published_population",
    "published_country", "published_asked", "published_operator",
    "published_age_months", "population", "country", "asked", "age_months",
    "age_months_low", "age_months_high", "interval", "level", "support", "statement",
    "difference_months", "inside_interval", "same_country", "sampling_difference",
    "evidence", "source",
)  # fmt: skip

_PERCENTILE = r"^p(?P<percent>\d{2})(?:_or_more)?$"


def compare_published(
    norms: NormSet,
    curves: xr.Dataset,
    published: pd.DataFrame,
    links: pd.DataFrame,
) -> pd.DataFrame:
    """
    Put every published age at a share beside our age at the same share.

    Published figures are estimates too, most without a stated interval; only the
    uncertainty of ours is counted, so "outside our interval" is no test of a
    difference.

    Parameters
    ----------
    norms : NormSet
        Which populations and milestones to speak of, at which level.
    curves : xarray.Dataset
        The curves that the norm set was made from; ages at other shares come from them.
    published : pandas.DataFrame
        One published figure per row: ``source_id, evidence, milestone`` (their words),
        ``country_iso3, population, n`` (nullable), ``statistic`` (``p01`` to ``p99``
        and ``p75_or_more`` are compared), ``operator`` (=, ~, <, <=, >, >=), ``value,
        unit``; ``source`` (citation) if there.
    links : pandas.DataFrame
        ``published_milestone`` (their words, each once), ``milestone`` (our concept
        id, nullable where nothing of ours fits).

    Returns
    -------
    pandas.DataFrame
        One row per published figure and population of ours: ``milestone,
        published_milestone, statistic, share, published_population,
        published_country, published_asked`` (children beneath, nullable),
        ``published_operator, published_age_months, population, country, asked``
        (responses), ``age_months, age_months_low, age_months_high, interval, level,
        support, statement, difference_months`` (ours minus theirs),
        ``inside_interval`` (their age in our interval; for a bound such as "<=":
        whether our interval reaches to the side it allows; null where our data do not
        reach), ``same_country, sampling_difference`` (in words), ``evidence, source``.
        ``attrs["left_out"]`` counts the published rows that are not compared, by
        reason; with ``attrs["compared"]`` they make up all rows.

    Raises
    ------
    InvalidTableError
        If a column is missing, a link comes twice, or an operator or age is not one.
    UnknownNameError
        If the norm set and the curves do not belong together.
    """
    check_curves(curves)
    _check(published, links)
    theirs = _theirs(published, links)
    ours = norms.table[norms.table["population"] != POOLED]
    reasons = _reasons(theirs, set(ours["milestone"]))
    compared = theirs[reasons.isna()]
    table = _beside(compared, _ours(norms, curves, compared), norms.populations)
    table.attrs["compared"] = len(compared)
    table.attrs["left_out"] = {
        str(reason): int(rows) for reason, rows in reasons.value_counts().items()
    }
    return table


def _check(published: pd.DataFrame, links: pd.DataFrame) -> None:
    """Refuse tables that cannot be read; all faults of a table at once."""
    for name, table, columns in (
        ("Published", published, PUBLISHED),
        ("Links to published milestones", links, LINKS),
    ):
        missing = [column for column in columns if column not in table.columns]
        if missing:
            raise InvalidTableError.missing_columns(name, missing, list(table.columns))
    twice = links.loc[links["published_milestone"].duplicated(), "published_milestone"]
    faults = []
    if len(twice):
        faults.append(f"linked more than once: {twice.tolist()[:5]}")
    operators = sorted(set(published["operator"].astype(str)) - set(OPERATORS))
    if operators:
        faults.append(f"unknown operators {operators}, allowed: {list(OPERATORS)}")
    value = pd.to_numeric(published["value"], errors="coerce")
    bad = published.index[value.isna()].tolist()
    if bad:
        faults.append(f"'value' is not a number in rows {bad[:5]}")
    if faults:
        raise InvalidTableError(f"Published: {'; '.join(faults)}.")


def _theirs(published: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Name the columns so that they can stand beside ours; find share and milestone."""
    percent = published["statistic"].astype(str).str.extract(_PERCENTILE)["percent"]
    ours = links.set_index("published_milestone")["milestone"]
    source = "source" if "source" in published.columns else "source_id"
    return pd.DataFrame(
        {
            "milestone": published["milestone"].map(ours),
            "published_milestone": published["milestone"],
            "statistic": published["statistic"],
            # Rounded, because it is compared with shares computed elsewhere.
            "share": (percent.astype(float) / 100).round(4),
            "published_population": published["population"],
            "published_country": published["country_iso3"],
            "published_asked": pd.to_numeric(published["n"]).astype("Int64"),
            "published_operator": published["operator"],
            "published_age_months": pd.to_numeric(published["value"]),
            "unit": published["unit"],
            "evidence": published["evidence"],
            "source": published[source],
        }
    )


def _reasons(theirs: pd.DataFrame, milestones: set[str]) -> pd.Series[str]:
    """Why a row is not compared; null if it is. The first reason counts."""
    reason = pd.Series(None, index=theirs.index, dtype="str")
    asked_here = theirs["milestone"].isin(milestones)
    for condition, words in (
        (theirs["share"].isna() | (theirs["share"] <= 0), "not an age at a share"),
        (theirs["unit"] != "months", "not in months"),
        (theirs["milestone"].isna(), "no milestone of ours fits"),
        (~asked_here, "milestone not in the norm set"),
    ):
        reason = reason.mask(condition & reason.isna(), words)
    return reason


def _ours(norms: NormSet, curves: xr.Dataset, compared: pd.DataFrame) -> pd.DataFrame:
    """Our ages at every share asked for, in the norm set's populations."""
    columns = [
        "milestone", "population", "country", "asked", "share", "age_months",
        "age_months_low", "age_months_high", "interval", "level", "support",
        "statement",
    ]  # fmt: skip
    if compared.empty:
        return norms.table.loc[[], columns]
    shares = tuple(sorted(set(compared["share"])))
    milestones = sorted(set(compared["milestone"]))
    ages = age_rows(
        asked.cells(curves, milestones), shares, float(norms.table["level"].iloc[0])
    )
    wanted = set(norms.table["population"]) - {POOLED}
    check_known("population", sorted(wanted), curves["population"].values.astype(str))
    ages["share"] = ages["share"].round(4)
    return ages.loc[ages["population"].isin(wanted), columns]


def _beside(
    theirs: pd.DataFrame, ours: pd.DataFrame, populations: pd.DataFrame
) -> pd.DataFrame:
    """Join, and say how the two ages and the two samples differ."""
    table = theirs.merge(ours, on=["milestone", "share"], how="inner")
    who = populations.set_index("population")
    sampling = table["population"].map(who["sampling"])
    people = table["population"].map(who["who"])
    table = table.assign(
        difference_months=table["age_months"] - table["published_age_months"],
        inside_interval=_inside(table),
        same_country=(table["country"] == table["published_country"]).fillna(False),
    )
    places = _places(table["published_country"], table["same_country"])
    rows = zip(table["published_population"], people, sampling, places, strict=True)
    table["sampling_difference"] = [
        f"theirs: {published}; ours: {str(own).rstrip('.')} (sampling: {kind}); {place}"
        for published, own, kind, place in rows
    ]
    keys = ["milestone", "share", "published_population", "population"]
    return table[list(COLUMNS)].sort_values(keys, ignore_index=True)


def _places(published_country: pd.Series[str], same: pd.Series[bool]) -> list[str]:
    """Say whether both ages come from one country; several have no code."""
    return [
        "same country" if one else "another country" if known else "no single country"
        for one, known in zip(same, published_country.notna(), strict=True)
    ]


def _inside(table: pd.DataFrame) -> pd.Series[bool]:
    """Whether our interval agrees with what was published, where our data reach."""
    operator, theirs = table["published_operator"], table["published_age_months"]
    reaches_down = table["age_months_low"] <= theirs
    reaches_up = table["age_months_high"] >= theirs
    agrees = (reaches_down | operator.isin([">", ">="])) & (
        reaches_up | operator.isin(["<", "<="])
    )
    return agrees.astype("boolean").mask(table["support"] != "within")
