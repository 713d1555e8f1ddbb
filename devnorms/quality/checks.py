"""
All checks, and `check_quality`, which makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from devnorms.quality.ages import ages
from devnorms.quality.answers import sets_of
from devnorms.quality.case import Case, Finding
from devnorms.quality.elsewhere import unlike_elsewhere
from devnorms.quality.items import against_the_rest, falling
from devnorms.quality.left_out import left_out, noted
from devnorms.quality.missing import missing
from devnorms.quality.order import asked_twice, pass_then_fail
from devnorms.quality.report import QualityReport
from devnorms.quality.sameness import answers_and_age, same_answers
from devnorms.quality.series import out_of_order
from devnorms.quality.sharing import copied_items, small_cells
from devnorms.quality.surroundings import surroundings
from devnorms.quality.visits import same_visit_twice, who
from devnorms.schema.findings import COLUMNS, GRADES, check_findings
from devnorms.schema.observations import check_observations


@dataclass(frozen=True)
class Check:
    """
    One check.

    Attributes
    ----------
    id : str
        Its name in the column ``check``.
    question : str
        What it asks of a set.
    run : callable
        From a case to findings; None for a check that compares sets.
    """

    id: str
    question: str
    run: Callable[[Case], list[Finding]] | None


CHECKS = (
    Check("same_answers", "Are whole sets, or visits, answered alike?", same_answers),
    Check(
        "answers_and_age", "Do answers rise with age, for each child?", answers_and_age
    ),
    Check("ages", "Are ages there, measured, and possible?", ages),
    Check("duplicates", "Was a visit entered twice?", same_visit_twice),
    Check("copied_items", "Do two items hold one observation?", copied_items),
    Check("falling_items", "Is an item passed by fewer older children?", falling),
    Check("reversed_items", "Do answers go against all others?", against_the_rest),
    Check("item_order", "Is an item far from those numbered around it?", out_of_order),
    Check("elsewhere", "Is an item unlike its milestone in other sets?", None),
    Check("pass_then_fail", "Is what was passed passed again?", pass_then_fail),
    Check("asked_twice", "Is a milestone asked twice in a visit?", asked_twice),
    Check("surroundings", "Do interviewers or sites differ?", surroundings),
    Check("missing", "Are answers missing by design, or not?", missing),
    Check("who", "How many children, of which sex, born when?", who),
    Check("small_cells", "Which cells are too small to share?", small_cells),
    Check("left_out", "What was left out before, and why?", left_out),
    Check("noted", "What did the loader note?", noted),
)


def check_quality(observations: pd.DataFrame) -> QualityReport:
    """
    Look for what is wrong with data before anybody makes norms of them.

    Parameters
    ----------
    observations : pandas.DataFrame
        As `devnorms.schema.observations` describes them. Further columns named after
        interviewers or sites are used; ``attrs["left_out"]`` and ``attrs["noted"]`` are
        passed on.

    Returns
    -------
    QualityReport
        Findings, graded *stop* (do not use before it is mended), *look* (look at this
        before use) and *note* (know this), and a grade per study. Checks that go by
        chance are set so that about one clean set in twenty raises anything; what each
        holds against chance stands in the column ``chance``.

    Raises
    ------
    InvalidTableError
        If these are not observations, with all faults.
    EmptySelectionError
        If there is no row.

    Examples
    --------
    >>> import numpy as np
    >>> from devnorms.simulate import draw_truth, simulate_observations
    >>> rng = np.random.default_rng(1)
    >>> seen = simulate_observations(draw_truth(rng=rng), rng=rng)
    >>> quality = check_quality(seen)
    >>> quality.grade("sim_nld")
    'note'
    >>> dutch = quality.findings[quality.findings["study"] == "sim_nld"]
    >>> set(dutch["grade"])
    {'note'}
    """
    observations = check_observations(observations)
    attrs = {str(name): value for name, value in observations.attrs.items()}
    rows = observations["study"].value_counts()
    cases = [
        Case(answers, attrs, int((rows > 0).sum()), int(rows[answers.study]))
        for answers in sets_of(observations)
    ]
    elsewhere = unlike_elsewhere(cases)
    found = [
        _row(case, check.id, finding)
        for case, others in zip(cases, elsewhere, strict=True)
        for check in CHECKS
        for finding in (others if check.run is None else check.run(case))
    ]
    return QualityReport(
        findings=_table(found), sets=_sets(cases), checks=_questions(CHECKS)
    )


def _row(case: Case, check: str, finding: Finding) -> dict[str, Any]:
    """One row of findings."""
    answers = case.answers
    where = {"study": answers.study, "population": answers.population, "check": check}
    return {**where, **asdict(finding)}


def _table(found: list[dict[str, Any]]) -> pd.DataFrame:
    """Put findings in order: by set, the gravest first; what was noted twice, once."""
    table = pd.DataFrame(found, columns=list(COLUMNS))
    told = table["check"] == "noted"
    key = ["study", "what"]
    again = told & table.duplicated(key) if len(table) else told
    table = table[~again]
    grade = pd.Categorical(table["grade"], GRADES, ordered=True)
    order = table.assign(_grade=grade).sort_values(
        ["study", "population", "_grade"], kind="stable"
    )
    return check_findings(order.drop(columns="_grade").reset_index(drop=True))


def _sets(cases: Iterable[Case]) -> pd.DataFrame:
    """How large each set is."""
    rows = [
        {
            "study": case.answers.study,
            "population": case.answers.population,
            "children": int(case.answers.visits["child"].nunique()),
            "visits": len(case.answers.visits),
            "items": len(case.answers.names),
            "responses": sum(case.answers.responses.values()),
        }
        for case in cases
    ]
    return pd.DataFrame(rows)


def _questions(checks: Iterable[Check]) -> dict[str, str]:
    """Say what was asked, by check."""
    return {check.id: check.question for check in checks}
