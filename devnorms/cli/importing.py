"""
The command that reads a person's own data, and the one that drafts a mapping for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from devnorms.cli import speaking


def import_data(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA",
            help="Your file: CSV, TSV, Excel (.xlsx), Stata, SPSS or Parquet; also as "
            "REDCap, KoboToolbox or ODK export it.",
            show_default=False,
        ),
    ],
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--map",
            help="Mapping file (TOML): which column is what, who was sampled.",
            show_default=False,
        ),
    ] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Draft a mapping file instead.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where to: observations (.parquet), or the draft (.toml). Without it "
            "nothing is written.",
            show_default=False,
        ),
    ] = None,
    summary: Annotated[
        Path | None,
        typer.Option(help="Where to write a summary (.json).", show_default=False),
    ] = None,
    corrected_age: Annotated[
        bool,
        typer.Option(
            "--corrected-age", help="Add a column of ages corrected for prematurity."
        ),
    ] = False,
    salt_file: Annotated[
        Path | None,
        typer.Option(
            help="File with a secret, for hashed ids that stay the same.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Read your own data by a mapping file, or draft one with --suggest."""
    if suggest:
        _draft(data, out)
    elif mapping is None:
        raise typer.BadParameter(
            "say --map MAPPING.toml. To draft one: devnorms import --suggest "
            f"{data} --out map.toml",
            param_hint="'--map'",
        )
    else:
        _read(data, mapping, (out, summary), corrected_age, salt_file)


def _draft(data: Path, out: Path | None) -> None:
    """Draft a mapping; print it, or write it and say what is left to do."""
    from devnorms.sources.own import suggest
    from devnorms.sources.own.saving import check_ending, whole

    text = suggest(data)
    if out is None:
        speaking.say(text.rstrip())
        return
    check_ending("out", out, ".toml")
    whole([(out, lambda file: file.write_text(text, "utf-8"))])
    gaps, guesses = text.count("  # FILL: "), text.count("  # GUESS: ")
    speaking.say(
        f"{out}: {gaps} gaps to fill (FILL), {guesses} guesses to check (GUESS)"
    )
    speaking.say(
        f"Then:  devnorms import {data} --map {out} --out observations.parquet"
    )


def _read(
    data: Path,
    mapping: Path,
    targets: tuple[Path | None, Path | None],
    corrected_age: bool,
    salt_file: Path | None,
) -> None:
    """Read the data, say what came of it, write it where that is wanted."""
    from devnorms.quality import check_quality
    from devnorms.sources.own import read
    from devnorms.sources.own.saving import check_ending, summarise, whole, write

    out, summary_file = targets
    if out is not None:
        check_ending("out", out, ".parquet")
    if summary_file is not None:
        check_ending("summary", summary_file, ".json")
    salt = None if salt_file is None else salt_file.read_text("utf-8").strip()
    observations = read(data, mapping, corrected_age=corrected_age, salt=salt)
    summary = summarise(observations)
    (one,) = summary["sets"]
    one["quality"] = check_quality(observations).grade(one["set"])
    if out is not None:
        write(observations, out, summary, summary_file)
    elif summary_file is not None:
        from json import dumps

        text = dumps(summary, indent=2, ensure_ascii=False) + "\n"
        whole([(summary_file, lambda file: file.write_text(text, "utf-8"))])
    tell(one)
    speaking.say()
    written = [str(file) for file in targets if file is not None]
    speaking.say(
        f"Written: {', '.join(written)}"
        if written
        else "Nothing was written: say --out observations.parquet"
    )


def tell(one: dict[str, Any]) -> None:
    """
    Say what was read, for whom it speaks, and what was left out.

    Parameters
    ----------
    one : dict
        One set of `devnorms.sources.own.saving.summarise`, with its quality grade.
    """
    say = speaking.say
    say(
        f"{one['set']}: {one['children']:,} children, {one['forms']:,} visits, "
        f"{one['items']} items ({one['items_with_milestone']} with a milestone)"
    )
    say(f"Answers:  {one['responses']:,} used of {one['responses_in']:,}")
    for reason, n in one["left_out"].items():
        say(f"          {n:,} left out: {reason}")
    say(f"          {one['empty_cells']:,} cells are empty (not asked)")
    for card in one["populations"]:
        say(
            f"Speak for: {card['population']} ({card['country']}, {card['sampling']}), "
            f"{card['children']:,} children: {card['who']}"
        )
    for note in one["noted"]:
        say(f"Note:     {note['what']}, {note['n']:,} {note['unit']}: {note['detail']}")
    say(f"Quality:  {one['quality']}")
    say(f"Licence:  {one['licence']}")
