"""
One child's answers at one age, as somebody gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

from devnorms._base.ages import (
    CORRECT_UNTIL_DAYS,
    PRETERM_BELOW_DAYS,
    corrected_age_days,
    days_from_months,
    months_from_days,
)
from devnorms._base.errors import BadValueError
from devnorms.schema.observations import OLDEST_DAYS
from devnorms.schema.responses import RESPONSES

_GESTATION = (140, 320)


@dataclass(frozen=True)
class Child:
    """
    One child's answers at one age; nothing of it is kept or written anywhere.

    Attributes
    ----------
    answers : mapping of str to str
        Milestone id to one of ``passed, not_yet, not_asked, does_not_apply, unsure``.
        Only the first two tell anything; the others are counted as left out.
    age_months, age_days : float, optional
        Age since birth; one of the two.
    gestation_days : float, optional
        Length of the pregnancy, for children born early.
    corrected : bool
        Whether to count the age of a child born before 37 weeks from the expected date
        of birth, until two years (`devnorms._base.ages.corrected_age_days`). Without
        `gestation_days` nothing can be corrected.
    population : str, optional
        To which population of the norm the child belongs, if to any. Not said: every
        norm is imported.

    Raises
    ------
    BadValueError
        With everything that is wrong: answers that are none, no or two ages, negative
        ages, days given as months, weeks given as days of pregnancy.

    Examples
    --------
    >>> child = Child({"walks_alone": "not_yet"}, age_days=420, gestation_days=210)
    >>> round(child.age_since_birth, 1), round(child.age_in_months, 1)
    (13.8, 11.5)
    """

    answers: Mapping[str, str] = field(repr=False)
    age_months: float | None = None
    age_days: float | None = None
    gestation_days: float | None = None
    corrected: bool = True
    population: str | None = None

    def __post_init__(self) -> None:
        faults = [*_answer_faults(self.answers), *self._age_faults()]
        if faults:
            listed = "\n".join(f"  - {fault}" for fault in faults)
            raise BadValueError(f"Child: {len(faults)} fault(s) found.\n{listed}")
        object.__setattr__(self, "answers", dict(self.answers))

    @property
    def age_since_birth(self) -> float:
        """Age in months since birth."""
        if self.age_months is not None:
            return float(self.age_months)
        return float(months_from_days(self.age_days or 0.0))

    @property
    def age_in_months(self) -> float:
        """Age in months that the child is judged at: corrected, if it is to be."""
        if not self.is_corrected:
            return self.age_since_birth
        days = days_from_months(self.age_since_birth)
        return float(
            months_from_days(corrected_age_days(days, self.gestation_days or 0))
        )

    @property
    def is_corrected(self) -> bool:
        """Whether correction changes the age."""
        days = float(days_from_months(self.age_since_birth))
        early = (
            self.gestation_days is not None and self.gestation_days < PRETERM_BELOW_DAYS
        )
        return self.corrected and early and days < CORRECT_UNTIL_DAYS

    def age_in_words(self) -> str:
        """Say the age and from when it is counted."""
        if self.is_corrected:
            return (
                f"{self.age_in_months:.1f} months, counted from the expected date of "
                f"birth ({self.age_since_birth:.1f} months since birth)"
            )
        return f"{self.age_since_birth:.1f} months since birth"

    def _age_faults(self) -> list[str]:
        """Say everything that is wrong with the ages."""
        faults = []
        given = [a for a in (self.age_months, self.age_days) if a is not None]
        if len(given) != 1:
            faults.append(
                f"give 'age_months' or 'age_days', one of them; got {len(given)}"
            )
        for name, age, oldest in (
            ("age_months", self.age_months, float(months_from_days(OLDEST_DAYS))),
            ("age_days", self.age_days, float(OLDEST_DAYS)),
        ):
            if age is None:
                continue
            if not _is_number(age) or not 0 <= age <= oldest:
                hint = (
                    f" Days? Then give age_days={age!r}."
                    if name == "age_months" and _is_number(age) and age > oldest
                    else ""
                )
                faults.append(
                    f"'{name}' must lie between 0 and {oldest:.0f}; got {age!r}.{hint}"
                )
        gestation = self.gestation_days
        low, high = _GESTATION
        if gestation is not None and not (
            _is_number(gestation) and low <= gestation <= high
        ):
            faults.append(
                f"'gestation_days' must lie between {low} and {high} days (40 weeks "
                f"are 280 days); got {gestation!r}"
            )
        return faults


def _answer_faults(answers: object) -> list[str]:
    """Say everything that is wrong with the answers."""
    if not isinstance(answers, Mapping) or not answers:
        return [
            "'answers' must map milestones to answers, "
            f"{{'walks_alone': 'not_yet'}}; got {type(answers).__name__}"
            + (" without entries" if isinstance(answers, Mapping) else "")
        ]
    bad = {m: a for m, a in answers.items() if a not in RESPONSES}
    if not bad:
        return []
    shown = ", ".join(f"{m}: {a!r}" for m, a in list(bad.items())[:5])
    return [
        f"{len(bad)} answer(s) are none of {', '.join(RESPONSES)}: {shown}"
        + (" ..." if len(bad) > 5 else "")
    ]


def _is_number(value: object) -> bool:
    """Whether something is a finite number, and not a truth value."""
    is_bool = isinstance(value, bool)
    return not is_bool and isinstance(value, int | float) and isfinite(value)
