"""
The command that loads a source into one file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from devnorms.cli import speaking
from devnorms.cli.failing import FAILED, complain

_SHOWN = 10


def load(  # noqa: PLR0913  (each is one option)
    source: Annotated[
        str,
        typer.Argument(help="Which data, see `devnorms sources`.", show_default=False),
    ],
    path: Annotated[
        Path | None,
        typer.Option(
            help="Folder of its files, if not where they are fetched to.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where to: a .parquet file.")] = Path(
        "observations.parquet"
    ),
    summary: Annotated[
        Path | None,
        typer.Option(help="Where to write a summary (.json).", show_default=False),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(
            help="Which table, where a source has several.", show_default=False
        ),
    ] = None,
    study: Annotated[
        list[str] | None,
        typer.Option(help="Only this set; may be repeated.", show_default=False),
    ] = None,
    country: Annotated[
        list[str] | None,
        typer.Option(help="Only this country (ISO alpha-3).", show_default=False),
    ] = None,
    language: Annotated[
        list[str] | None,
        typer.Option(help="Only this language (Wordbank).", show_default=False),
    ] = None,
    accept_spoilt: Annotated[
        bool,
        typer.Option(
            "--accept-spoilt", help="Load sets that are refused, too (Wordbank)."
        ),
    ] = False,
    no_quality: Annotated[
        bool, typer.Option("--no-quality", help="Do not look for faults.")
    ] = False,
) -> None:
    """Load a source into one Parquet file, and summarise what is in it."""
    from devnorms._base.errors import DevnormsError
    from devnorms.workflow.loading import Wanted, load_source
    from devnorms.workflow.saving import check_targets, write_loaded

    wanted = Wanted(
        source,
        path=path,
        table=table,
        studies=tuple(study or ()),
        countries=tuple(country or ()),
        languages=tuple(language or ()),
        accept_spoilt=accept_spoilt,
        quality=not no_quality,
    )
    try:
        check_targets(out, summary)
        with speaking.watching() as watcher:
            loaded = load_source(wanted, watcher.step)
            watcher.step(f"writing {out}")
            write_loaded(loaded, out, summary)
    except DevnormsError as error:
        complain(str(error))
        raise typer.Exit(FAILED) from None
    except OSError as error:
        folder = Path(error.filename or out).parent
        complain(f"{folder} cannot be written to ({error.strerror}). Nothing written.")
        raise typer.Exit(FAILED) from None
    tell(loaded.summary)
    written = [str(file) for file in (out, summary) if file is not None]
    speaking.say(f"Written: {', '.join(written)}")


def tell(summary: Mapping[str, Any]) -> None:
    """
    Say what was loaded, what was left out, and on which terms.

    Parameters
    ----------
    summary : mapping
        From `devnorms.workflow.loading.load_source`.
    """
    say = speaking.say
    say(f"{summary['title']} ({summary['source']} {summary['version']})")
    say()
    if summary["kind"] == "tables":
        _tell_tables(summary)
    else:
        _tell_sets(summary)
    say(f"Licence: {summary['licence']}")
    for forbidden in summary["uses_forbidden"]:
        by = ", ".join(forbidden["by"])
        say(f"NOT ALLOWED: {forbidden['use']} ({by})")


def _tell_sets(summary: Mapping[str, Any]) -> None:
    """One line per set, and the sum."""
    say = speaking.say
    names = [str(entry["set_id"]) for entry in summary["sets"]]
    width = max(map(len, names), default=0)
    head = f"{'set':{width}}  country  children    forms  items    responses"
    say(f"{head}    left out  quality")
    for name, entry in zip(names, summary["sets"], strict=True):
        out = sum(entry["left_out"].values())
        say(
            f"{name:{width}}  {entry['country']:7}  {entry['children']:8,}  "
            f"{entry['forms']:7,}  {entry['items']:5,}  {entry['responses']:11,}  "
            f"{out:10,}  {entry['quality'] or 'not asked'}"
        )
    totals = summary["totals"]
    say()
    say(
        f"{totals['sets']} sets, {totals['populations']} populations, "
        f"{totals['children']:,} children, {totals['forms']:,} forms (visits): "
        f"{totals['responses']:,} of {totals['responses_in']:,} responses used"
    )
    for reason, n in totals["left_out"].items():
        say(f"  left out: {n:,} {reason}")
    if totals["sets_left_out"]:
        say(f"  of {totals['sets_left_out']} sets nothing is used")


def _tell_tables(summary: Mapping[str, Any]) -> None:
    """One line per table; refused rows with their reasons."""
    say = speaking.say
    for entry in summary["tables"]:
        mark = "written" if entry["written"] else f"--table {entry['table']}"
        columns = len(entry["columns"])
        say(f"{entry['table']}: {entry['rows']:,} rows, {columns} columns ({mark})")
    refused = summary.get("refused", [])
    for row in refused[:_SHOWN]:
        named = f"{row['source_id']}, {row['published_name']}"
        say(f"  refused: {named}: {row['reason']}")
    if len(refused) > _SHOWN:
        say(f"  and {len(refused) - _SHOWN} more refused (--table refused)")
