"""
The command that proposes codes for caregivers' reports.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from devnorms.cli import speaking

if TYPE_CHECKING:
    from devnorms.annotate.coding import Coder
    from devnorms.annotate.filing import Filed


def annotate(
    reports: Annotated[
        Path,
        typer.Argument(
            help="Reports: .jsonl or .csv with id, lang, age_months, text.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Where to: a .jsonl file.")] = Path(
        "codings.jsonl"
    ),
    coder: Annotated[
        str, typer.Option(help="Which coder: embedded or server.")
    ] = "embedded",
    names: Annotated[
        Path | None,
        typer.Option(
            help="File of names, one a line, to be redacted wherever they stand.",
            show_default=False,
        ),
    ] = None,
    server: Annotated[
        str, typer.Option(help="Address of a chat server, for --coder server.")
    ] = "http://127.0.0.1:8080/v1",
    model: Annotated[str, typer.Option(help="The model, as the server calls it.")] = "",
    allow_host: Annotated[
        str | None,
        typer.Option(
            help="A host that is not this machine and may read reports whose family "
            "has agreed (consent third_party_processing).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Propose milestones for reports, on this machine unless you name a host."""
    from devnorms.annotate.filing import annotate_file

    reader = coder if coder != "server" else _server(server, model, out, allow_host)
    filed = annotate_file(reports, out, coder=reader, names=_names(names))
    tell_filed(filed)


def _server(url: str, model: str, out: Path, allow_host: str | None) -> Coder:
    """Give the coder that asks a server, with the codebook of the package."""
    from devnorms.annotate.server import ServerCoder
    from devnorms.sources.codebook import milestones

    table = milestones().query("origin == 'core'").set_index("milestone")
    told = table["counts_as"] + " / " + table["does_not_count"]
    return ServerCoder(
        url,
        model,
        {str(name): str(what) for name, what in told.items()},
        log=out.with_suffix(".audit.jsonl"),
        allow_host=allow_host,
    )


def _names(file: Path | None) -> list[str]:
    """Read a roster."""
    from devnorms._base.errors import UnreadableFileError

    if file is None:
        return []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(
            f"{file}: names cannot be read ({error}). Expected UTF-8, one name a line."
        ) from None
    return [line.strip() for line in lines if line.strip()]


def tell_filed(filed: Filed) -> None:
    """
    Say how many reports were coded, which were refused and why, and where things are.

    Parameters
    ----------
    filed : Filed
        What came of a file of reports.
    """
    again = f" ({filed.resumed} of them by an earlier run)" if filed.resumed else ""
    speaking.say(
        f"{filed.coded} of {filed.reports} reports coded{again}: "
        f"{filed.proposals} proposals."
    )
    for why, n in sorted(filed.reasons.items()):
        speaking.say(f"  {n} refused: {why}")
    for what, n in sorted(filed.mended.items()):
        speaking.say(f"  {n} x {what}")
    if filed.unreviewed:
        speaking.say(
            f"No speaker has reviewed this coder in: {', '.join(filed.unreviewed)}. "
            "Check a blind sample in each language."
        )
    speaking.say(f"Proposals:    {filed.codings}")
    speaking.say(f"Every report: {filed.answers}")
    speaking.say(f"Audit log:    {filed.log}")
    speaking.say("These are proposals: a person decides.")
