"""
The report as HTML: for a notebook, and as a page.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from devnorms.schema.findings import GRADES

if TYPE_CHECKING:
    from jinja2 import Template

    from devnorms.quality.report import QualityReport

MEANING = {
    "stop": "do not use before it is mended",
    "look": "look at this before use",
    "note": "know this",
    "ok": "nothing was found",
}


def as_html(report: QualityReport) -> str:
    """
    Write the page.

    Parameters
    ----------
    report : QualityReport
        What was found.

    Returns
    -------
    str
        HTML; everything that came from data is escaped.
    """
    return _template("quality.html").render(
        style=files("devnorms.quality").joinpath("templates/quality.css").read_text(),
        studies=_studies(report),
        meaning=MEANING,
        grades=GRADES,
        questions=report.checks,
        whole=True,
    )


def notebook_part(report: QualityReport) -> str:
    """
    Write what a notebook shows: grades, and what is graded stop or look.

    Parameters
    ----------
    report : QualityReport
        What was found.

    Returns
    -------
    str
        HTML; everything that came from data is escaped.
    """
    return _template("notebook.html").render(studies=_studies(report), meaning=MEANING)


@cache
def _template(name: str) -> Template:
    """Read a template; all text that comes from data is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("devnorms.quality", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _studies(report: QualityReport) -> list[dict[str, Any]]:
    """Say what stands on the page of each study."""
    studies = []
    for study, sets in report.sets.groupby("study", sort=True):
        found = report.findings[report.findings["study"] == study]
        studies.append(
            {
                "name": study,
                "populations": sets["population"].tolist(),
                "grade": report.grade(str(study)),
                "children": f"{int(sets['children'].sum()):,}",
                "visits": f"{int(sets['visits'].sum()):,}",
                "n_items": f"{int(sets['items'].max()):,}",
                "responses": f"{int(sets['responses'].sum()):,}",
                "counts": {g: int((found["grade"] == g).sum()) for g in GRADES},
                "findings": [_finding(row) for row in found.to_dict("records")],
                "quiet": [
                    question
                    for check, question in report.checks.items()
                    if check not in set(found["check"])
                ],
            }
        )
    return studies


def _finding(row: dict[Any, Any]) -> dict[str, Any]:
    """Say what stands on the page of one finding."""
    import pandas as pd

    amount = f"{int(row['n']):,}"
    if not pd.isna(row["of"]):
        amount += f" of {int(row['of']):,}"
    return {**row, "amount": f"{amount} {row['unit']}"}
