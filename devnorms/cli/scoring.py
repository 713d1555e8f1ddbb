"""
The command that scores children.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from devnorms.cli import speaking

if TYPE_CHECKING:
    import pandas as pd


def score(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE_OR_FILE",
            help="'childdevdata', or a file: observations, or a row per visit and a "
            "column per item (.parquet, .csv, .txt, .rda).",
            show_default=False,
        ),
    ],
    key: Annotated[str, typer.Option(help="Published key.")] = "gsed2406",
    reference: Annotated[
        str,
        typer.Option(
            help="Reference population of the z-score, if not the key's own.",
            show_default=False,
        ),
    ] = "",
    out: Annotated[
        Path, typer.Option(help="Where to: a .parquet or .csv file.")
    ] = Path("scores.parquet"),
    rounded: Annotated[
        bool, typer.Option("--rounded", help="Round as the dscore package displays.")
    ] = False,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of the source's files.", show_default=False),
    ] = None,
) -> None:
    """Score children with a published D-score key. A score is not a diagnosis."""
    from devnorms.workflow.scoring import dscore, write_scores

    scores = dscore(
        source, key, reference=reference or None, rounded=rounded, path=data
    )
    tell_scores(scores, write_scores(scores, out))


def tell_scores(scores: pd.DataFrame, file: Path) -> None:
    """
    Say how many visits have a score, which have none, and where they are.

    Parameters
    ----------
    scores : pandas.DataFrame
        From `devnorms.workflow.scoring.dscore`.
    file : pathlib.Path
        Where they were written.
    """
    scored = scores["dscore"].notna()
    no_age = scores["age_days"].isna()
    no_item = (scores["n"] == 0) & ~no_age
    other = ~scored & ~no_age & ~no_item
    outside = scored & scores["daz"].isna()
    attrs = scores.attrs
    speaking.say(
        f"Key {attrs['key']}, reference {attrs['reference']}: {int(scored.sum())} of "
        f"{len(scores)} visits have a D-score, from {attrs['items']} items."
    )
    for rows, words in (
        (no_age, "no score: age not known"),
        (no_item, "no score: no item of the key was answered"),
        (other, "no score: the prior has no value at this age"),
        (outside, "D-score but no DAZ: age or score outside the reference"),
    ):
        if rows.any():
            speaking.say(f"  {int(rows.sum())} visits: {words}")
    for reason, n in attrs["left_out"].items():
        speaking.say(f"  {n} answers not used: {reason}")
    speaking.say(f"Written: {file}")
    speaking.say("A score is not a diagnosis; it depends on the key and the reference.")
