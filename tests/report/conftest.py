"""Tables with a known answer: logistic curves solved in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from devnorms._base.provenance import Record, Source
from devnorms.report import ReportInputs
from devnorms.schema.norms import POOLED, NormSet

SHARES = (0.25, 0.5, 0.75, 0.9)
POPULATIONS = {
    "CHL": ("CHL", "Chile", "trial", (4.0, 20.0), 0.00),
    "COL-A": ("COL", "Colombia", "community", (6.0, 42.0), 0.08),
    "COL-B": ("COL", "Colombia", "poor", (10.0, 45.0), 0.05),
    "JAM-LBW": ("JAM", "Jamaica", "clinical", (9.0, 24.0), 0.12),
    "NLD": ("NLD", "Netherlands", "representative", (0.5, 30.0), 0.02),
    "ZAF": ("ZAF", "South Africa", "birth cohort", (5.0, 60.0), -0.06),
}
MILESTONES = {
    "sits_alone": ("gross_motor", 6.3, 7.0),
    "walks_alone": ("gross_motor", 12.2, 9.0),
    "jumps": ("gross_motor", 25.0, 6.0),
    "pincer_grasp": ("fine_motor", 9.0, 6.5),
    "two_words": ("language", 20.0, 5.0),
}


@dataclass(frozen=True)
class Curve:
    """Share passing at an age: logistic in log(months + 1)."""

    population: str
    milestone: str
    location: float
    slope: float

    def share(self, months: np.ndarray) -> np.ndarray:
        """At ages."""
        return expit(self.slope * (np.log1p(months) - self.location))

    def age(self, share: float) -> float:
        """Solved for a share."""
        return float(np.expm1(self.location + logit(share) / self.slope))


def _curves() -> list[Curve]:
    made = []
    for milestone, (_, half, slope) in MILESTONES.items():
        for population, (*_, shift) in POPULATIONS.items():
            made.append(Curve(population, milestone, np.log1p(half) + shift, slope))
        made.append(Curve(POOLED, milestone, np.log1p(half) + 0.03, slope))
    return made


def _norm_rows() -> list[dict[str, object]]:
    rows = []
    for curve in _curves():
        pooled = curve.population == POOLED
        country, _, _, (low, high), _ = (
            (None, "", "", (np.nan, np.nan), 0)
            if pooled
            else POPULATIONS[curve.population]
        )
        for share in SHARES:
            age = curve.age(share)
            support = "not_observed" if pooled else "within"
            statement = f"{age:.1f} months ({age - 0.4:.1f}-{age + 0.5:.1f})"
            if age < low:
                support, statement = "before", f"before {low:.1f} months"
            if age > high:
                support, statement = "after", f"after {high:.1f} months"
            rows.append(
                {
                    "population": curve.population,
                    "country": country,
                    "milestone": curve.milestone,
                    "domain": MILESTONES[curve.milestone][0],
                    "share": share,
                    "age_months": age,
                    "age_months_low": age - 0.4,
                    "age_months_high": age + 0.5,
                    "interval": "eti",
                    "level": 0.9,
                    "asked": 0 if pooled else 1234,
                    "passed": 0 if pooled else 700,
                    "items": 0 if pooled else 2,
                    "support": support,
                    "support_low_months": low,
                    "support_high_months": high,
                    "statement": statement,
                }
            )
    return rows


def _populations() -> pd.DataFrame:
    rows = [
        {
            "population": name,
            "study": f"study_{name.lower()}",
            "country": country,
            "country_name": land,
            "place": "the capital",
            "languages": "es",
            "years": "1991-1996",
            "sampling": sampling,
            "who": f"children of {land} whose families took part in a study",
            "eligibility": "born at term",
            "children": 500 + i,
            "visits": 900 + i,
            "instruments": "by1",
            "age_precision": "days",
            "licence": "CC BY 4.0",
            "citation": f"Author {i}. Title. Journal 200{i}.",
            "context_notes": None,
        }
        for i, (name, (country, land, sampling, _, _)) in enumerate(POPULATIONS.items())
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def norms() -> NormSet:
    """A norm set whose ages are known in closed form; some outside the ages asked."""
    record = Record(
        sources=(
            Source("childdevdata", "1.1.0", "ab" * 32, "CC BY 4.0", "van Buuren S."),
        ),
        settings={"corrected_age": False},
        seed=7,
        versions={"python": "3.12", "pymc": "6.4.0"},
    )
    card = {
        "title": "Milestones of six populations",
        "purpose": "To show ages at which shares of children pass.",
        "not_for": ["Diagnosis of a child.", "Ranking of countries."],
        "cannot_separate": "Country, study and instrument.",
    }
    return NormSet(pd.DataFrame(_norm_rows()), _populations(), card, record)


@pytest.fixture(scope="session")
def shares() -> pd.DataFrame:
    """Curves at ages from birth to five years."""
    age = np.unique(np.concatenate([np.linspace(0, 24, 97), np.linspace(24, 60, 73)]))
    parts = []
    for curve in _curves():
        low, high = (0, 60)
        if curve.population != POOLED:
            low, high = POPULATIONS[curve.population][3]
        share = curve.share(age)
        parts.append(
            pd.DataFrame(
                {
                    "population": curve.population,
                    "milestone": curve.milestone,
                    "age_months": age,
                    "share_passing": share,
                    "share_passing_low": expit(
                        logit(np.clip(share, 1e-9, 1 - 1e-9)) - 0.3
                    ),
                    "share_passing_high": expit(
                        logit(np.clip(share, 1e-9, 1 - 1e-9)) + 0.3
                    ),
                    "interval": "eti",
                    "level": 0.9,
                    "within_support": (age >= low)
                    & (age <= high)
                    & (curve.population != POOLED),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="session")
def counts() -> pd.DataFrame:
    """Counts drawn from the curves, bins of a month."""
    rng = np.random.default_rng(3)
    rows = []
    for curve in _curves():
        if curve.population == POOLED:
            continue
        country, _, _, (low, high), _ = POPULATIONS[curve.population]
        for month in np.arange(np.ceil(low), high):
            asked = int(rng.integers(2, 60))
            share = float(curve.share(np.array(month + 0.5)))
            rows.append(
                {
                    "population": curve.population,
                    "study": f"study_{curve.population.lower()}",
                    "country": country,
                    "item": f"i_{curve.milestone}",
                    "milestone": curve.milestone,
                    "domain": MILESTONES[curve.milestone][0],
                    "instrument": "by1",
                    "sex": "female",
                    "age_days_low": month * 30.4375,
                    "age_days_high": (month + 1) * 30.4375 - 0.01,
                    "age_days_mean": (month + 0.5) * 30.4375,
                    "asked": asked,
                    "passed": int(rng.binomial(asked, share)),
                }
            )
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def predictive() -> pd.DataFrame:
    """Observed shares beside predictions: every fifth lies outside its interval."""
    rows = []
    for name in POPULATIONS:
        for i, share in enumerate(np.linspace(0.05, 0.95, 10)):
            miss = 0.12 if i % 5 == 4 else 0.01
            rows.append(
                {
                    "population": name,
                    "milestone": None,
                    "age_months": 4.0 + 3 * i,
                    "asked": 100 + i,
                    "share_passing": share,
                    "predicted": share + miss,
                    "predicted_low": share + miss - 0.06,
                    "predicted_high": share + miss + 0.06,
                    "interval": "eti",
                    "level": 0.9,
                }
            )
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def published(norms: NormSet) -> pd.DataFrame:
    """Two published figures, one of them a bound, beside three of our milestones."""
    figures = [
        ("walks_alone", 0.5, "WHO MGRS, healthy children, sites pooled", "=", 12.0),
        ("walks_alone", 0.9, "WHO MGRS, healthy children, sites pooled", "=", 14.4),
        ("walks_alone", 0.5, "Japan, national survey", "~", 12.6),
        ("jumps", 0.5, "Denver", "<=", 24.0),
    ]
    parts = []
    for milestone, share, sample, operator, months in figures:
        t = norms.table
        ours = t[
            (t["milestone"] == milestone)
            & (t["share"] == share)
            & (t["population"] != POOLED)
        ]
        parts.append(
            ours.assign(
                published_population=sample,
                published_operator=operator,
                published_age_months=months,
                published_asked=816,
                source="WHO MGRS 2006",
                evidence="primary",
                sampling_difference="theirs: healthy; ours: see card",
            )
        )
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="session")
def inputs(
    norms: NormSet,
    shares: pd.DataFrame,
    counts: pd.DataFrame,
    predictive: pd.DataFrame,
    published: pd.DataFrame,
) -> ReportInputs:
    """Everything a report can show; curves of two milestones, to be quick."""
    return ReportInputs(
        norms,
        shares=shares[shares["milestone"].isin(["walks_alone", "jumps"])],
        counts=counts,
        diagnostics={
            "max_rhat": 1.004,
            "min_ess_bulk": 812.0,
            "min_ess_tail": 640.0,
            "divergences": 0,
            "chains": 4,
            "draws": 1000,
            "sampling_seconds": 41.0,
            "parameters": 512,
        },
        predictive=predictive,
        published=published,
        left_out={"no age": 312, "the same answer under two instruments": 1005},
        priors=pd.DataFrame(
            [
                {
                    "parameter": "sd of country by milestone",
                    "prior": "log-normal, median 0.10, log sd 0.5",
                    "reason": "a tenth in log age is about a month at one year",
                }
            ]
        ),
        model="Each population has its own curve. Populations inform each other.",
        equations=("passed ~ Binomial(asked, expit(a (x - b)))",),
        question="When do children of six populations walk?",
        command="devnorms run analyses/motor.toml",
    )


@pytest.fixture(scope="session")
def small(norms: NormSet) -> NormSet:
    """One milestone of the norm set."""
    table = norms.table[norms.table["milestone"] == "jumps"].reset_index(drop=True)
    return NormSet(table, norms.populations, norms.card, norms.record)
