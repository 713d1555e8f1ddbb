"""
What came of the checks: a table, a grade per study, a page.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from devnorms._base.checks import check_known
from devnorms._base.errors import BadValueError
from devnorms.quality.page import as_html, notebook_part
from devnorms.schema.findings import worst


@dataclass(frozen=True, eq=False)
class QualityReport:
    """
    Findings about data; shows itself in a notebook.

    Attributes
    ----------
    findings : pandas.DataFrame
        One row per finding, see `devnorms.schema.findings`. No child is named.
    sets : pandas.DataFrame
        One row per study and population: ``children, visits, items, responses``.
    checks : dict of str to str
        What was asked of every set, by the names of the column ``check``.
    """

    findings: pd.DataFrame
    sets: pd.DataFrame
    checks: dict[str, str]

    def grade(self, study: str) -> str:
        """
        Give the worst grade of a study.

        Parameters
        ----------
        study : str
            One of ``sets["study"]``.

        Returns
        -------
        str
            ``"stop"``, ``"look"``, ``"note"``, or ``"ok"`` where nothing was found.

        Raises
        ------
        UnknownNameError
            If there is no such study.
        """
        check_known("study", [study], self.sets["study"])
        return worst(self.findings.loc[self.findings["study"] == study, "grade"])

    @property
    def grades(self) -> dict[str, str]:
        """The grade of every study."""
        return {study: self.grade(study) for study in self.sets["study"].unique()}

    def to_html(self, path: str | os.PathLike[str]) -> Path:
        """
        Write a page that opens offline and can be passed on: it names no child.

        Parameters
        ----------
        path : path
            The file; one that is there is replaced when the new one is whole.

        Returns
        -------
        pathlib.Path
            The file.
        """
        return _replace(Path(path), as_html(self))

    def write(self, path: str | os.PathLike[str]) -> Path:
        """
        Write the page, or the table of findings, as the name of the file says.

        Parameters
        ----------
        path : path
            Ends in ``.html`` or ``.csv``.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        BadValueError
            If it ends in anything else.
        """
        target = Path(path)
        if target.suffix.lower() == ".html":
            return self.to_html(target)
        if target.suffix.lower() == ".csv":
            return _replace(target, self.findings.to_csv(index=False))
        raise BadValueError.parameter("path", "a .html or .csv file", str(path))

    def _repr_html_(self) -> str:
        return notebook_part(self)

    def __repr__(self) -> str:
        grades = pd.Series(self.grades).value_counts()
        said = ", ".join(f"{n} {grade}" for grade, n in grades.items())
        return f"QualityReport: {len(self.findings)} findings; studies: {said}"


def _replace(target: Path, text: str) -> Path:
    """Write a file whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target
