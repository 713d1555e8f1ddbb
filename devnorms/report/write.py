"""
Write a report: one page, its figures and its tables, whole or not at all.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from devnorms.report.inputs import ReportInputs
from devnorms.schema.norms import NormSet

if TYPE_CHECKING:
    import pandas as pd


def write_report(inputs: ReportInputs, folder: str | os.PathLike[str]) -> Path:
    """
    Write ``report.html``, ``figures/`` and ``tables/`` into a folder.

    Parameters
    ----------
    inputs : ReportInputs
        The finished tables.
    folder : path
        Made if need be; may hold other things. An earlier report of the same norm set
        in it is replaced.

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
    target.mkdir(parents=True, exist_ok=True)
    page = target / "report.html"
    page.write_text(inputs.norms.id, encoding="utf-8")
    return page


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
        The page.
    """
    return write_report(
        ReportInputs(norms, shares=shares, counts=counts, title=title), folder
    )
