"""
The command that looks for what is wrong with data.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from devnorms.cli import speaking

if TYPE_CHECKING:
    import pandas as pd

    from devnorms.quality import QualityReport


def quality(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE_OR_PARQUET",
            help="A source (see `devnorms sources`), or a .parquet file of "
            "observations.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where to: a page (.html), or the table of findings (.csv).",
            show_default=False,
        ),
    ] = None,
    study: Annotated[
        list[str] | None,
        typer.Option(help="Only this study; may be repeated.", show_default=False),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of the source's files.", show_default=False),
    ] = None,
) -> None:
    """Say what is wrong with data; exit code 1 if a study is graded stop."""
    from devnorms.quality import check_quality

    report = check_quality(_observations(source, study, data))
    tell_quality(report)
    if out is not None:
        speaking.say(f"All findings: {report.write(out)}")
    if "stop" in report.grades.values():
        raise typer.Exit(1)


def _observations(
    source: str, studies: list[str] | None, data: Path | None
) -> pd.DataFrame:
    """Load a source, or read a file of observations."""
    from devnorms import sources

    if source.lower().endswith(".parquet"):
        return _parquet(Path(source), studies)
    return sources.load(source, path=data, studies=studies or None)


def _parquet(file: Path, studies: list[str] | None) -> pd.DataFrame:
    """Read a file of observations, and keep the studies asked for."""
    import pandas as pd

    from devnorms._base.checks import check_known
    from devnorms._base.errors import UnreadableFileError
    from devnorms.schema.observations import check_observations

    if not file.is_file():
        raise UnreadableFileError(
            f"{file} is not there. Give a .parquet file of observations, or the name "
            "of a source: `devnorms sources` lists them."
        )
    try:
        table = pd.read_parquet(file)
    except (OSError, ValueError) as error:
        raise UnreadableFileError(
            f"{file} cannot be read as Parquet: {str(error).splitlines()[0]}. Expected "
            "a file of observations, as `observations.to_parquet(...)` writes it."
        ) from None
    if not studies:
        return table
    table = check_observations(table)
    return table[table["study"].isin(check_known("study", studies, table["study"]))]


def tell_quality(report: QualityReport) -> None:
    """
    Print the grade of each study, and what is graded stop or look.

    Parameters
    ----------
    report : QualityReport
        What was found.
    """
    for study, grade in report.grades.items():
        found = report.findings[report.findings["study"] == study]
        notes = int((found["grade"] == "note").sum())
        known = f" ({notes} to know)" if notes else ""
        speaking.say(f"{grade:4}  {study}{known}")
        for row in found[found["grade"] != "note"].to_dict("records"):
            where = f": {row['where']}" if row["where"] else ""
            amount = f"{row['n']} {row['unit']}"
            speaking.say(f"        {row['grade']}: {row['what']}, {amount}{where}")
