"""
Write a report: one page, its figures and its tables, whole or not at all.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from devnorms._base.errors import ResultMismatchError
from devnorms.report.assemble import page_context
from devnorms.report.inputs import ReportInputs
from devnorms.report.page import PageContext, report_page
from devnorms.report.tables import FEWEST, asked_by_age, observed_shares
from devnorms.schema.norms import NormSet

if TYPE_CHECKING:
    import pandas as pd

PAGE = "report.html"
PARTS = ("tables", "figures", PAGE)
_MARK = re.compile(r'<meta name="norm-set" content="([0-9a-f]+)">')


def write_report(
    inputs: ReportInputs, folder: str | os.PathLike[str], *, vector: bool = False
) -> Path:
    """
    Write ``report.html``, ``figures/`` and ``tables/`` into a folder.

    Parameters
    ----------
    inputs : ReportInputs
        The finished tables.
    folder : path
        Made if need be; may hold other things. An earlier report of the same norm set
        in it is replaced.
    vector : bool
        Whether to write each figure as SVG too, for a journal; takes half as long
        again.

    Returns
    -------
    pathlib.Path
        The page, ``report.html``: one file that opens from disk without a network. It
        is put in place last: where it stands, everything does.

    Raises
    ------
    ResultMismatchError
        If the folder holds the report of another norm set, or ``figures`` or
        ``tables`` that no report wrote.
    """
    target = Path(folder)
    _refuse_other(target, inputs.norms.id)
    target.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".report-", dir=target))
    try:
        _write(draft, inputs, page_context(inputs, vector=vector))
        _put_in_place(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target / PAGE


def report(
    norms: NormSet,
    folder: str | os.PathLike[str],
    *,
    shares: pd.DataFrame | None = None,
    counts: pd.DataFrame | None = None,
    title: str = "",
) -> Path:
    """
    Write a report from a norm set and, if at hand, its curves and counts.

    Parameters
    ----------
    norms : NormSet
        What to report.
    folder : path
        Where to.
    shares : pandas.DataFrame, optional
        From `devnorms.norms.shares_passing`.
    counts : pandas.DataFrame, optional
        What was fitted.
    title : str
        Title of the page; the card's if empty.

    Returns
    -------
    pathlib.Path
        The page. For a report that also shows checks, priors and published ages, give
        a `ReportInputs` to `write_report`.
    """
    return write_report(
        ReportInputs(norms, shares=shares, counts=counts, title=title), folder
    )


def _refuse_other(target: Path, norm_set: str) -> None:
    """Never overwrite what this norm set's report did not write."""
    there = [name for name in PARTS if (target / name).exists()]
    if not there:
        return
    page = target / PAGE
    text = page.read_text(encoding="utf-8")[:5000] if page.is_file() else ""
    found = _MARK.search(text)
    if found is None or found.group(1) != norm_set:
        whose = f"the report of norm set {found.group(1)}" if found else str(there)
        raise ResultMismatchError(
            f"{target} already holds {whose}; this report is of norm set {norm_set}. "
            "Give another folder, or remove those yourself."
        )


def _write(draft: Path, inputs: ReportInputs, context: PageContext) -> None:
    """Everything, into a folder nobody looks at yet."""
    figures, tables = draft / "figures", draft / "tables"
    figures.mkdir()
    tables.mkdir()
    for drawing in context.drawings:
        (figures / f"{drawing.name}.png").write_bytes(drawing.png)
        if drawing.svg:
            (figures / f"{drawing.name}.svg").write_bytes(drawing.svg)
    for name, table in _tables(inputs).items():
        table.to_csv(tables / f"{name}.csv", index=False, float_format="%.6g")
    (draft / PAGE).write_text(report_page(context), encoding="utf-8")


def _tables(inputs: ReportInputs) -> dict[str, pd.DataFrame]:
    """Collect the tables beneath the page; cells of fewer than five are left out."""
    import pandas as pd

    made: dict[str, pd.DataFrame | None] = {
        "norms": inputs.norms.table,
        "populations": inputs.norms.populations,
        "shares": inputs.shares,
        "published": inputs.published,
        "priors": inputs.priors,
    }
    if inputs.counts is not None:
        made["observed_shares"] = observed_shares(inputs.counts)
        made["asked_by_age"] = asked_by_age(inputs.counts)
    if inputs.predictive is not None:
        made["predictive"] = inputs.predictive[inputs.predictive["asked"] >= FEWEST]
    if inputs.diagnostics:
        made["diagnostics"] = pd.DataFrame([dict(inputs.diagnostics)])
    if inputs.left_out:
        made["left_out"] = pd.DataFrame(
            {
                "reason": list(inputs.left_out),
                "responses": list(inputs.left_out.values()),
            }
        )
    return {name: table for name, table in made.items() if table is not None}


def _put_in_place(draft: Path, target: Path) -> None:
    """Old parts out of the way first, the page last."""
    old = draft / "old"
    old.mkdir()
    for name in reversed(PARTS):
        if (target / name).exists():
            (target / name).rename(old / name)
    for name in PARTS:
        (draft / name).rename(target / name)
