"""
The commands. Each only reads words, calls one function and prints what came of it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from devnorms.cli import speaking
from devnorms.cli.annotating import annotate
from devnorms.cli.coding import code
from devnorms.cli.failing import PlainGroup
from devnorms.cli.importing import import_data
from devnorms.cli.loading import load
from devnorms.cli.quality import quality
from devnorms.cli.reviewing import review
from devnorms.cli.scoring import score

app = typer.Typer(
    cls=PlainGroup,
    name="devnorms",
    help="Norms of child development that say whose norms they are.",
    epilog="Nothing here diagnoses a child. Norms speak for the populations they name.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ResultFolder = Annotated[
    Path, typer.Argument(help="Folder that `run` or `demo` wrote.", show_default=False)
]


def main() -> None:
    """Run the command line; every failure ends in one message and an exit code."""
    app()


def _version(wanted: bool) -> None:
    if wanted:
        from devnorms import __version__

        speaking.say(f"devnorms {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Norms of child development that say whose norms they are."""


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the result.")] = Path(
        "results/demo"
    ),
) -> None:
    """Fit the data that come with devnorms and write a report: no download needed."""
    from importlib import resources

    from devnorms.workflow import bundled_analysis, run_into

    with (
        resources.as_file(bundled_analysis("demo")) as file,
        speaking.watching() as watcher,
    ):
        result = run_into(file, out, command=_typed(), watcher=watcher)
    speaking.tell_result(result)


@app.command()
def run(
    analysis: Annotated[
        Path, typer.Argument(help="Analysis file (TOML).", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="Folder of all results.")] = Path("results"),
) -> None:
    """Make the result of an analysis file, or find the one that is already there."""
    from devnorms.workflow import run as make

    with speaking.watching() as watcher:
        result = make(analysis, out, command=_typed(), watcher=watcher)
    speaking.tell_result(result)


@app.command()
def verify(
    result: ResultFolder,
    data: Annotated[
        str, typer.Option(help="Folder of the data, if not where they were then.")
    ] = "",
    within: Annotated[
        float,
        typer.Option(help="Months that an age may differ, for another machine.", min=0),
    ] = 0.0,
) -> None:
    """Make a result again and say what differs; exit code 1 if anything does."""
    from devnorms.workflow import verify as make_again

    with speaking.watching() as watcher:
        found = make_again(result, data_path=data, watcher=watcher)
    speaking.tell_verification(found)
    if not found.within(within):
        raise typer.Exit(1)


@app.command()
def fetch(
    source: Annotated[
        str,
        typer.Argument(help="Which data, see `devnorms sources`.", show_default=False),
    ],
    folder: Annotated[
        Path | None,
        typer.Option(help="Where to; without it, the cache.", show_default=False),
    ] = None,
    mirror: Annotated[
        list[str] | None,
        typer.Option(help="Another address, tried first.", show_default=False),
    ] = None,
) -> None:
    """Download a data source, check every file, and say where it is."""
    from devnorms import sources

    files = sources.fetch(source, folder=folder, mirrors=mirror or ())
    for place in sorted({str(file.parent) for file in files.values()}):
        speaking.say(f"{source}: {len(files)} files, complete and checked, in {place}")


@app.command()
def sources() -> None:
    """List the data that devnorms can load, with their licences."""
    from devnorms.sources.registry import datasets

    for dataset in datasets().values():
        for line in speaking.source_lines(dataset):
            speaking.say(line)


@app.command()
def cite(
    result: Annotated[
        Path,
        typer.Argument(
            help="Folder that `run` or `demo` wrote, a norm set, or a .parquet file "
            "that `load`, `import` or `score` wrote.",
            show_default=False,
        ),
    ],
) -> None:
    """Print what to cite beside a result: every source that entered, and devnorms."""
    from devnorms.workflow.citing import cited

    for line in speaking.citations(cited(result)):
        speaking.say(line)


@app.command()
def doctor() -> None:
    """Say what is installed and which data are within reach."""
    from devnorms.cli.diagnosis import findings

    good = True
    for finding in findings():
        mark = "ok  " if finding.good else "lack"
        speaking.say(f"{mark}  {finding.subject}: {finding.words}")
        good = good and (finding.good or not finding.needed)
    if not good:
        raise typer.Exit(1)


app.command("annotate")(annotate)
app.command("code")(code)
app.command("import")(import_data)
app.command("load")(load)
app.command("quality")(quality)
app.command("score")(score)
app.add_typer(review, name="review")


def _typed() -> str:
    """Give the command as it was typed, without the folder of the program."""
    import shlex

    return shlex.join(["devnorms", *sys.argv[1:]])
