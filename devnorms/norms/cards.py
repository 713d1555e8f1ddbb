"""
Cards: whom norms speak for, what they are not, and how they were made.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import xarray as xr

from devnorms._base.provenance import USES, Record
from devnorms.norms.separation import cannot_separate
from devnorms.schema.norms import POOLED
from devnorms.schema.populations import check_populations

TITLE = "Ages at which shares of children pass milestones"
NOT_FOR = [
    "Diagnosis: a child who passes later than an age given here need not have "
    "anything wrong.",
    "A standard of how children should develop: these ages describe children who were "
    "seen, whatever their circumstances were.",
    "A ranking of countries: a population here is the sample of one study, not a "
    "country, and samples differ in how children were chosen.",
    "Children of other populations: used there, this is an imported norm, which flags "
    "more or fewer children than the share it names.",
]
STATUS = (
    "This norm set is never edited. Its id changes with every number and every word. "
    "It may be retired, and a better one made beside it; quote the id with the numbers."
)
UNCONVERGED = (
    "DO NOT PUBLISH: the draws did not meet the sampler's checks, and the norm set was "
    "made in spite of it (allow_unconverged=True)."
)
UNRECORDED = (
    "not stated: the table that was counted carried no record of where it came from "
    "(devnorms.load and devnorms.combine keep it; pandas.concat drops it)"
)
_AGES = {
    True: "Ages of children born preterm are counted from the expected date of birth "
    "until two years.",
    False: "Ages are counted from birth, also of children born preterm.",
    None: "Whether ages were corrected for preterm birth is not stated.",
}
_TEXT = ("place", "languages", "years", "eligibility", "instruments", "age_precision",
         "context_notes")  # fmt: skip


def card(
    curves: xr.Dataset,
    table: pd.DataFrame,
    populations: pd.DataFrame,
    record: Record,
    *,
    converged: bool,
) -> dict[str, Any]:
    """
    Write the card of a norm set from the data beneath it.

    Parameters
    ----------
    curves : xarray.Dataset
        Valid curves.
    table : pandas.DataFrame
        The table of the norm set.
    populations : pandas.DataFrame
        Who was sampled.
    record : Record
        How the curves were made.
    converged : bool
        Whether the sampler's checks were met.

    Returns
    -------
    dict
        Text or a list of texts by heading: ``title, purpose, speaks_for, not_for,
        interval, outside_the_data, cannot_separate, how_fitted, sources, status``; and
        ``not_converged``, ``left_out`` and ``terms`` (what a source forbids), if so.
    """
    warning = {} if converged else {"not_converged": UNCONVERGED}
    left_out, terms = _left_out(record), _terms(record)
    return {
        "title": TITLE,
        **warning,
        "purpose": "Ages in months at which given shares of each population pass each "
        "milestone, as far as the children seen can tell.",
        "speaks_for": _speaks_for(table, populations),
        "not_for": list(NOT_FOR),
        "interval": _interval(table),
        "outside_the_data": _outside(table),
        **({"left_out": left_out} if left_out else {}),
        "cannot_separate": cannot_separate(curves, populations),
        "how_fitted": _how_fitted(curves, record),
        "sources": _sources(record),
        **({"terms": terms} if terms else {}),
        "status": STATUS,
    }


def undescribed(curves: xr.Dataset, names: list[str]) -> pd.DataFrame:
    """
    Say of each population that nobody described who was sampled.

    Parameters
    ----------
    curves : xarray.Dataset
        Valid curves.
    names : list of str
        Populations with rows.

    Returns
    -------
    pandas.DataFrame
        See `devnorms.schema.populations.check_populations`.
    """
    chosen = curves.sel(population=names)
    country = chosen["population_country"].values.astype(str)
    table = pd.DataFrame(
        {
            "population": names,
            "study": chosen["population_study"].values.astype(str),
            "country": country,
            "country_name": country,
            "sampling": "unknown",
            "who": "Not described: no table of populations was given.",
            "licence": "not stated",
            "citation": "not stated",
        }
    )
    nothing = dict.fromkeys((*_TEXT, "children", "visits"))
    return check_populations(table.assign(**nothing))


def _speaks_for(table: pd.DataFrame, populations: pd.DataFrame) -> list[str]:
    """Say for each population who was sampled, how, and how many responses it gave."""
    cells = table.drop_duplicates(["population", "milestone"])
    by_population = cells.groupby("population")["asked"]
    responses, asked_at = by_population.sum().to_dict(), by_population.size().to_dict()
    lines = []
    for row in populations.itertuples():
        years = f", {row.years}" if isinstance(row.years, str) else ""
        asked, milestones = responses[row.population], asked_at[row.population]
        lines.append(
            f"{row.population} ({row.country_name}{years}; sampling: {row.sampling}): "
            f"{str(row.who).rstrip('.')}. {asked:,} responses, {milestones} "
            f"milestone{'s' if milestones != 1 else ''}."
        )
    if (table["population"] == POOLED).any():
        lines.append(
            f"{POOLED}: the centre of the populations, with every difference between "
            "them set to zero. Nobody lives there; it speaks for no child."
        )
    return lines


def _interval(table: pd.DataFrame) -> str:
    """Name the kind and the level of the intervals, and what is in the middle."""
    first = table.iloc[0]
    return (
        f"Posterior median and {100 * first['level']:g} % {first['interval']} credible "
        "interval, in months of 30.4375 days; ages are solved for in every draw and "
        "summarised afterwards. The interval covers what these children leave open, "
        "not how they were chosen."
    )


def _outside(table: pd.DataFrame) -> str:
    """Count the ages that the data do not carry."""
    counts = table["support"].value_counts()
    before, after = int(counts.get("before", 0)), int(counts.get("after", 0))
    return (
        f"{before + after} of {len(table)} ages lie where no child was asked ({before} "
        f"before, {after} after). They are flagged in column 'support'; read column "
        "'statement', which names the edge of the data instead of an age."
    )


def _how_fitted(curves: xr.Dataset, record: Record) -> list[str]:
    """Say which curves, which method, how many draws, and what the checks found."""
    checks = json.loads(curves.attrs["diagnostics"])
    found = ", ".join(
        f"{name.replace('_', ' ')} {value:g}"
        for name, value in checks.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    )
    chains, draws = curves.sizes["chain"], curves.sizes["draw"]
    seed = "not stated" if record.seed is None else record.seed
    return [
        "Share passing an item in a population: logistic in log(age in months + 1), "
        "with a location and a slope of its own; a population's curve for a milestone "
        "has the mean location and mean log slope of its items.",
        _AGES[record.settings.get("count", {}).get("corrected_age")],
        f"Method: {curves.attrs.get('method', 'not stated')}; {chains} chains of "
        f"{draws} draws; seed {seed}.",
        f"Checks: {found or 'none stated'}.",
    ]


def _left_out(record: Record) -> list[str]:
    """Say how many responses were not used, by reason."""
    counted = record.settings.get("left_out") or {}
    return [
        f"{responses:,} responses: {reason}."
        for reason, responses in counted.items()
        if isinstance(responses, int)
    ]


def _sources(record: Record) -> list[str]:
    """List every source with its version, its licence and how to cite it."""
    lines = [
        f"{source.id} {source.version} (licence: {source.terms}). "
        f"{source.citation} {source.url}"
        for source in record.sources
    ]
    return [" ".join(line.split()) for line in lines] or [UNRECORDED]


def _terms(record: Record) -> list[str]:
    """Say what the terms of the sources forbid, for these norms too."""
    return [
        f"NOT ALLOWED: {USES[use]}. So say the terms of {', '.join(ids)}, which "
        "entered these norms."
        for use, ids in record.forbidden().items()
    ]
