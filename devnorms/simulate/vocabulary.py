"""
Made-up vocabularies whose centiles are known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, ndtri

from devnorms._base.ages import DAYS_PER_MONTH
from devnorms._base.checks import check_at_least, check_share
from devnorms.schema.vocabulary import check_vocabulary
from devnorms.schema.vocabulary_curves import logit_at

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class VocabularyTruth:
    """
    How vocabulary is spread in a made-up population.

    On the logit of the share of words, with ``x = log2((age_months + 1) / 19)``.

    Attributes
    ----------
    ceiling : int
        Words on the form.
    level, slope, bend : float
        Median: at 18 months, per doubling of age, and of its square.
    log_scale, log_scale_slope : float
        Half of what lies between the 16th and 84th centile.
    skew, log_tail : float
        Of the sinh-arcsinh distribution.
    """

    ceiling: int = 400
    level: float = -2.5
    slope: float = 4.0
    bend: float = 0.0
    log_scale: float = 0.3
    log_scale_slope: float = 0.0
    skew: float = 0.0
    log_tail: float = -0.2

    def parameters(self, age_months: Floats | NDArray[np.int64]) -> Floats:
        """
        Give the four parameters at ages.

        Parameters
        ----------
        age_months : array
            Completed months.
        """
        x = np.log2((np.asarray(age_months, dtype=float) + 1) / 19)
        same = np.ones_like(x)
        return np.stack(
            [
                self.level + self.slope * x + self.bend * x**2,
                self.log_scale + self.log_scale_slope * x,
                self.skew * same,
                self.log_tail * same,
            ]
        )

    def words(self, age_months: Floats | NDArray[np.int64], centile: float) -> Floats:
        """
        Give the number of words that a share of children does not exceed.

        Parameters
        ----------
        age_months : array
            Completed months.
        centile : float
            Share of children.

        Returns
        -------
        numpy.ndarray of whole numbers

        Examples
        --------
        >>> VocabularyTruth().words(np.array([8, 18, 30]), 0.1).tolist()
        [0.0, 5.0, 76.0]
        """
        check_share("centile", centile)
        share = expit(logit_at(float(ndtri(centile)), self.parameters(age_months)))
        return np.floor(share * (self.ceiling + 1))


def simulate_vocabulary(
    truth: VocabularyTruth,
    ages_months: NDArray[np.int64],
    children: int,
    *,
    population: str = "made up",
    rng: np.random.Generator,
) -> pd.DataFrame:
    """
    Draw children, each with one form.

    Parameters
    ----------
    truth : VocabularyTruth
        Where they are drawn from.
    ages_months : array of int
        Ages.
    children : int
        At each age.
    population : str
        What to call them.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    pandas.DataFrame
        See `devnorms.schema.vocabulary.check_vocabulary`.

    Examples
    --------
    >>> drawn = simulate_vocabulary(
    ...     VocabularyTruth(), np.arange(8, 16), 5, rng=np.random.default_rng(1)
    ... )
    >>> len(drawn), int(drawn["words"].min())
    (40, 0)
    """
    check_at_least("children", children, 1)
    age = np.repeat(np.asarray(ages_months), children)
    score = rng.standard_normal(len(age))
    share = expit(logit_at(score, truth.parameters(age)))
    words = np.minimum(np.floor(share * (truth.ceiling + 1)), truth.ceiling)
    table = pd.DataFrame(
        {
            "study": population,
            "population": population,
            "country": "XXX",
            "language": None,
            "child": [f"{population} {n}" for n in range(len(age))],
            "occasion": "1",
            "age_days": (age + 0.5) * DAYS_PER_MONTH,
            "age_months": age,
            "sex": rng.choice(["female", "male"], len(age)),
            "instrument": f"made-up form of {truth.ceiling} words",
            "measure": "produces",
            "words": words.astype(int),
            "answered": truth.ceiling,
            "ceiling": truth.ceiling,
            "exposure_percent": np.nan,
        }
    )
    return check_vocabulary(table.astype({"language": "object"}))
