"""
The coding desk in the terminal.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from devnorms.cli import speaking


def code(
    reports: Annotated[
        Path,
        typer.Argument(
            help="Reports: .jsonl or .csv with id, lang, age_months, text.",
            show_default=False,
        ),
    ],
    person: Annotated[
        str, typer.Option(help="Who codes: a short name.", show_default=False)
    ],
    mode: Annotated[
        str, typer.Option(help="blind (no suggestion is shown) or assisted.")
    ] = "blind",
    folder: Annotated[Path, typer.Option(help="Folder of all journals.")] = Path(
        "codings"
    ),
    proposals: Annotated[
        Path | None,
        typer.Option(
            help="Proposals of `devnorms annotate`, for --mode assisted.",
            show_default=False,
        ),
    ] = None,
    planted: Annotated[
        float,
        typer.Option(help="Share of suggestions turned round, to see who checks."),
    ] = 0.05,
    draw: Annotated[
        Path | None,
        typer.Option(
            help="CSV with a column id: only these reports, in this order.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Code reports by hand, by keyboard; stop and go on at any time."""
    from devnorms.annotate.desk_planting import acceptance
    from devnorms.annotate.desk_session import Sitting, Terminal, sit
    from devnorms.sources.codebook import milestones

    table = milestones().query("origin == 'core'").set_index("milestone")
    known = {str(name): str(what) for name, what in table["counts_as"].items()}
    sitting = Sitting(person, mode, folder, proposals, planted, _ids(draw))
    terminal = Terminal(input, _key, speaking.say)
    journal, outcome = sit(reports, sitting, known, terminal)
    counts = ", ".join(f"{n} {what}" for what, n in outcome.items())
    speaking.say(f"\nReports: {counts}.")
    speaking.say(f"Journal: {journal.file}")
    if mode == "assisted":
        found = acceptance(journal.done.values())
        speaking.say(
            f"Suggestions turned round: {found.planted}, accepted {found.accepted}; "
            f"share {found.share:.2f} (95 %: {found.low:.2f} to {found.high:.2f})."
        )


def _key(prompt: str) -> str:
    """Give one key where the terminal can, else the first sign of a line."""
    if not sys.stdin.isatty() or sys.platform == "win32":
        return input(prompt).strip()[:1]
    import click

    sys.stdout.write(prompt)
    sys.stdout.flush()
    pressed = click.getchar()
    sys.stdout.write(f"{pressed}\n")
    return pressed


def _ids(file: Path | None) -> tuple[str, ...]:
    """Read the ids of a draw."""
    import csv

    from devnorms._base.errors import UnreadableFileError

    if file is None:
        return ()
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            return tuple(row["id"] for row in csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, KeyError) as error:
        raise UnreadableFileError(
            f"{file}: expected a CSV file with a column id ({type(error).__name__})."
        ) from None
