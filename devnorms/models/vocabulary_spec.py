"""
What the vocabulary model is: its terms and its priors, as values with reasons.

On the logit of the share of the form's words, children of population p at age t follow
a sinh-arcsinh distribution (`devnorms.schema.vocabulary_curves`) with

    median    = level_p + slope_p x + wiggle_p(x) [+ sex_p (girl 1/2, boy -1/2)]
    log scale = scale_p + scale_slope_p x + scale_wiggle_p(x)
    skewness  = skew_p + skew_slope_p x
    log tail  = tail_p + tail_slope_p x

where ``x = log2((t + 1) / 19)``: 0 at 18 months, one more for each doubling. Every
coefficient is normal around its mean over populations: few children borrow from many.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from devnorms._base.checks import check_at_least, check_share
from devnorms._base.errors import BadValueError


@dataclass(frozen=True)
class Term:
    """
    Priors of one coefficient of every population, or of several alike.

    Attributes
    ----------
    mean, sd : float
        Normal prior of its mean over populations.
    spread : float
        Median of the log-normal prior of its standard deviation between populations.
    reason : str
        Why these values.
    log_sd : float
        Standard deviation of the logarithm of that spread; 0.5 puts 95 % within a
        factor of 2.7.
    """

    mean: float
    sd: float
    spread: float
    reason: str
    log_sd: float = 0.5

    def __post_init__(self) -> None:
        if not (self.sd > 0 and self.spread > 0 and self.log_sd > 0):
            raise BadValueError.parameter(
                "sd, spread and log_sd",
                "above zero",
                (self.sd, self.spread, self.log_sd),
            )


@dataclass(frozen=True)
class VocabularyPriors:
    """All priors; units are logits of the share of words on the form."""

    level: Term = Term(
        -1.2, 1.5, 0.5, "at 18 months half say or understand between 1 % and 85 %"
    )
    slope: Term = Term(
        3.5, 1.5, 0.6, "from 12 to 25 months vocabularies grow tenfold and more"
    )
    wiggle: Term = Term(
        0.0, 0.3, 0.2, "growth is a line in log age but for a few tenths of a logit"
    )
    sex: Term = Term(0.3, 0.3, 0.15, "girls are ahead, by a month or two")
    scale: Term = Term(
        0.2, 0.3, 0.2, "a child one SD up knows three times the words, as a rule"
    )
    scale_slope: Term = Term(0.0, 0.4, 0.2, "children may draw apart or together")
    scale_wiggle: Term = Term(0.0, 0.2, 0.1, "smoothly")
    skew: Term = Term(0.0, 0.3, 0.15, "either tail may be the longer one")
    skew_slope: Term = Term(0.0, 0.3, 0.15, "and change with age")
    tail: Term = Term(0.0, 0.3, 0.15, "tails up to twice as light or heavy")
    tail_slope: Term = Term(0.0, 0.2, 0.1, "and change with age, a little")


@dataclass(frozen=True)
class VocabularySpec:
    """
    Which children are fitted, and with which priors.

    Attributes
    ----------
    measure : str
        ``"produces"`` or ``"understands"``.
    by : str
        ``"population"``: everybody who was sampled on their own;
        ``"instrument"``: all samples of a form together.
    sex : bool
        Whether girls and boys have centiles of their own.
    min_answered : float
        Forms with a smaller share of words answered are left out.
    min_children : int
        Populations with fewer children are left out.
    wiggles, scale_wiggles : int
        Smooth departures from a line, of the median and of the log scale.
    priors : VocabularyPriors
        Values with reasons.
    """

    measure: str = "produces"
    by: str = "population"
    sex: bool = False
    min_answered: float = 0.9
    min_children: int = 30
    wiggles: int = 5
    scale_wiggles: int = 2
    priors: VocabularyPriors = field(default_factory=VocabularyPriors)

    def __post_init__(self) -> None:
        check_share("min_answered", self.min_answered)
        check_at_least("min_children", self.min_children, 10)
        check_at_least("wiggles", self.wiggles, 1)
        check_at_least("scale_wiggles", self.scale_wiggles, 1)

    def to_dict(self) -> dict[str, Any]:
        """Give the specification as plain values, for the record."""
        return asdict(self)

    def coefficients(self) -> list[tuple[str, str, Term]]:
        """
        List the coefficients of a population.

        Returns
        -------
        list of tuple of str, str and Term
            Name, the parameter that it belongs to, priors.

        Examples
        --------
        >>> [name for name, _, _ in VocabularySpec(wiggles=1).coefficients()][:3]
        ['level', 'slope', 'wiggle 1']
        """
        p = self.priors
        found = [("level", "median", p.level), ("slope", "median", p.slope)]
        found += [(f"wiggle {n + 1}", "median", p.wiggle) for n in range(self.wiggles)]
        found += [("sex", "median", p.sex)] if self.sex else []
        found += [
            ("scale", "log_scale", p.scale),
            ("scale slope", "log_scale", p.scale_slope),
        ]
        found += [
            (f"scale wiggle {n + 1}", "log_scale", p.scale_wiggle)
            for n in range(self.scale_wiggles)
        ]
        return [
            *found,
            ("skew", "skew", p.skew),
            ("skew slope", "skew", p.skew_slope),
            ("tail", "log_tail", p.tail),
            ("tail slope", "log_tail", p.tail_slope),
        ]
