"""
The model, its checks, what was left out, and how to make it again: as tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from devnorms.report.inputs import ReportInputs
from devnorms.report.norm_tables import plain_table
from devnorms.report.page import Cell, Table
from devnorms.report.tables import within_interval
from devnorms.report.words import interval_of, number, percent

CURVE = "share passing at an age = expit(slope * (log(age in months + 1) - location))"
WORDS = (
    "For each item in each population, the share of children passing rises with the "
    "logarithm of age along a logistic curve with a location and a slope of its own. "
    "Items that ask the same milestone, and populations, inform each other as far as "
    "their differences in the data allow."
)
_CHECKS = {
    "max_rhat": ("largest R-hat of any parameter", "below 1.01", "{:.3f}"),
    "min_ess_bulk": ("smallest effective sample size, bulk", "above 400", "{:,.0f}"),
    "min_ess_tail": ("smallest effective sample size, tail", "above 400", "{:,.0f}"),
    "divergences": ("divergent transitions", "0", "{:,.0f}"),
    "parameters": ("parameters checked", "", "{:,.0f}"),
    "chains": ("chains", "", "{:,.0f}"),
    "draws": ("draws kept per chain", "", "{:,.0f}"),
    "tune": ("warm-up draws per chain", "", "{:,.0f}"),
    "mean_steps": ("leapfrog steps per draw", "", "{:.1f}"),
    "sampling_seconds": ("sampling time, seconds", "", "{:.1f}"),
    "compile_seconds": ("compiling time, seconds", "", "{:.1f}"),
}


def diagnostics_table(diagnostics: Mapping[str, Any]) -> Table | None:
    """
    Show the sampler's checks and what they should be.

    Parameters
    ----------
    diagnostics : mapping
        Values by name; unknown names are shown as they are.

    Returns
    -------
    Table or None
        None if there is nothing to show.
    """
    if not diagnostics:
        return None
    known = [name for name in _CHECKS if name in diagnostics]
    others = [name for name in diagnostics if name not in _CHECKS]
    rows = []
    for name in (*known, *others):
        words, wanted, form = _CHECKS.get(name, (name.replace("_", " "), "", "{}"))
        value = diagnostics[name]
        is_number = isinstance(value, int | float)
        text = form.format(value) if is_number else str(value)
        rows.append((Cell(words, "head"), Cell(text, "number"), Cell(wanted or "-")))
    return Table(
        "The sampler's checks, over every parameter.",
        ("check", "found", "wanted"),
        tuple(rows),
    )


def within_table(predictive: pd.DataFrame) -> Table:
    """
    Show in how many bins the observed share lies inside its predictive interval.

    Parameters
    ----------
    predictive : pandas.DataFrame
        See `devnorms.report.ReportInputs`.

    Returns
    -------
    Table
    """
    kind = interval_of(predictive).replace("credible", "predictive")
    counted = within_interval(predictive)
    rows = tuple(
        (
            Cell(str(row["population"]), "head"),
            Cell(number(row["bins"]), "number"),
            Cell(
                f"{number(row['within'])} ({row['within'] / row['bins']:.0%})", "number"
            ),
        )
        for row in counted.to_dict("records")
    )
    return Table(
        f"Bins of age whose observed share lies inside the {kind}; about "
        f"{percent(predictive['level'].iloc[0])} of them should.",
        ("population", "bins", "inside"),
        rows,
    )


def priors_table(priors: pd.DataFrame | None) -> Table | None:
    """
    Show priors with their reasons.

    Parameters
    ----------
    priors : pandas.DataFrame or None
        ``parameter, prior, reason``.
    """
    if priors is None:
        return None
    columns = {"parameter": "parameter", "prior": "prior", "reason": "reason"}
    return plain_table("Priors, with reasons.", priors, columns, head="parameter")


def left_out_table(inputs: ReportInputs) -> Table | None:
    """
    Show how many responses were left out, and why; with those used they add up.

    Parameters
    ----------
    inputs : ReportInputs
        The finished tables.
    """
    if not inputs.left_out:
        return None
    rows = [
        (Cell(reason, "head"), Cell(number(responses), "number"))
        for reason, responses in inputs.left_out.items()
    ]
    out = sum(inputs.left_out.values())
    caption = f"{number(out)} responses were left out."
    if inputs.counts is not None:
        used = int(inputs.counts["asked"].sum())
        caption = (
            f"Of {number(used + out)} responses, {number(used)} were used and "
            f"{number(out)} left out."
        )
        rows.insert(0, (Cell("used", "head"), Cell(number(used), "number")))
    return Table(caption, ("why", "responses"), tuple(rows))


def sources_table(inputs: ReportInputs) -> Table | None:
    """
    Show every source with version, licence and citation.

    Parameters
    ----------
    inputs : ReportInputs
        The finished tables.
    """
    sources = inputs.norms.record.sources
    if not sources:
        return None
    rows = tuple(
        (
            Cell(s.id, "head"),
            Cell(s.version or "-"),
            Cell(s.terms),
            Cell(
                " ".join(part for part in (s.citation, s.url) if part) or "not stated"
            ),
        )
        for s in sources
    )
    return Table(
        "What entered, under which terms, and how to cite it. The studies' own papers "
        "stand with each population above.",
        ("source", "version", "licence", "cite"),
        rows,
    )


def pairs_table(
    caption: str, columns: tuple[str, str], pairs: Mapping[str, str]
) -> Table | None:
    """
    Show names and values.

    Parameters
    ----------
    caption : str
        Of the table.
    columns : tuple of str
        Two headings.
    pairs : mapping of str to str
        Values by name.
    """
    if not pairs:
        return None
    rows = tuple((Cell(key, "head"), Cell(value)) for key, value in pairs.items())
    return Table(caption, columns, rows)


def hashes(inputs: ReportInputs) -> dict[str, str]:
    """
    Collect the SHA-256 of everything that entered.

    Parameters
    ----------
    inputs : ReportInputs
        The finished tables.
    """
    own = {s.id: s.sha256 for s in inputs.norms.record.sources if s.sha256}
    return {**own, **inputs.data_hashes}


def settings_text(inputs: ReportInputs) -> str:
    """
    Give seed and settings as readable JSON.

    Parameters
    ----------
    inputs : ReportInputs
        The finished tables.
    """
    record = inputs.norms.record
    shown = {"seed": record.seed, "settings": record.settings}
    return json.dumps(shown, indent=2, sort_keys=True, ensure_ascii=False, default=str)
