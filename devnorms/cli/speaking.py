"""
What the commands print: progress on stderr, results on stdout.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from devnorms.sources.registry import Dataset
    from devnorms.workflow import Result, Verification
    from devnorms.workflow.citing import Cited


def say(line: str = "") -> None:
    """
    Print one line on stdout.

    Parameters
    ----------
    line : str
        What to print.
    """
    sys.stdout.write(f"{line}\n")


class Bar:
    """
    A watcher that shows a line per step, and a bar while draws are made.

    Attributes
    ----------
    progress : rich.progress.Progress
        Where it is shown.
    """

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self._task: TaskID | None = None

    def step(self, words: str) -> None:
        """
        Show that a step begins.

        Parameters
        ----------
        words : str
            What it does.
        """
        self.finish()
        self._task = self.progress.add_task(words, total=None)

    def advance(self, done: int, total: int) -> None:
        """
        Move the bar.

        Parameters
        ----------
        done, total : int
            Draws made, and draws in all.
        """
        if self._task is not None:
            self.progress.update(self._task, completed=done, total=total)

    def finish(self) -> None:
        """Mark the step that ran until now as done."""
        if self._task is not None:
            self.progress.update(self._task, completed=1, total=1)
            self.progress.stop_task(self._task)


@contextmanager
def watching() -> Iterator[Bar]:
    """
    Show progress on stderr while something is made.

    Yields
    ------
    Bar
        To be told how far it has come.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    progress = Progress(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    with progress:
        bar = Bar(progress)
        yield bar
        bar.finish()


def tell_result(result: Result) -> None:
    """
    Say what was done, how long each step took, and what to open.

    Parameters
    ----------
    result : devnorms.workflow.Result
        A finished result.
    """
    manifest = result.manifest
    if result.reused:
        say(f"Already there, made on {manifest.finished}; nothing was computed.")
    else:
        total = sum(manifest.seconds.values())
        steps = ", ".join(f"{name} {s:.1f} s" for name, s in manifest.seconds.items())
        say(f"Done in {total:.0f} s: {steps}.")
    say(f"Norm set {manifest.norm_set} in {result.folder / 'norms'}")
    say(f"Check it:  devnorms verify {result.folder}")
    say(f"Open:      {result.report}")


def tell_verification(found: Verification) -> None:
    """
    Say table by table whether it came out the same.

    Parameters
    ----------
    found : devnorms.workflow.Verification
        What came of making it again.
    """
    say(f"{found.folder}: files are as they were made.")
    for name, (then, now) in {**found.inputs, **found.versions}.items():
        say(f"  not the same as then: {name} ({then} then, {now} now)")
    for difference in found.differences:
        say(f"  {difference.table}: {difference.words}")
    say("Made again: identical." if found.identical else "Made again: it differs.")


def source_lines(dataset: Dataset) -> list[str]:
    """
    Say what a source is, whose, on which terms, and how it is loaded.

    Parameters
    ----------
    dataset : devnorms.sources.Dataset
        One entry of the registry.

    Returns
    -------
    list of str
    """
    from devnorms._base.provenance import Source
    from devnorms.sources.tables import TABLES

    terms = Source("", licence=dataset.licence, uses_forbidden=dataset.uses_forbidden)
    doi = f"doi:{dataset.doi}" if dataset.doi else ""
    where = " · ".join(part for part in (dataset.home, doi) if part)
    come = "fetched when needed" if dataset.fetchable else "to be got by hand, see card"
    come = "come with devnorms" if dataset.shipped else come
    tables = TABLES.get(dataset.id, ())
    lines = [
        f"{dataset.id} {dataset.version}: {dataset.title}",
        "    answers of children" if not tables else f"    tables: {', '.join(tables)}",
        f"    licence: {terms.terms} ({dataset.licence_url})",
        f"    {where}" if where else "",
        f"    files: {len(dataset.files)}, each with its SHA-256; {come}",
        f"    card: {dataset.card}",
        f"    devnorms load {dataset.id} --out {tables[0] if tables else dataset.id}"
        ".parquet",
    ]
    return [line for line in lines if line]


def citations(cited: Cited) -> list[str]:
    """
    Give what to cite beside a result, one entry per line.

    Parameters
    ----------
    cited : devnorms.workflow.citing.Cited
        The result, and everything that entered it.

    Returns
    -------
    list of str
    """
    own = f"The devnorms developers. devnorms, version {cited.version}. Apache-2.0."
    lines = [f"{own} {cited.what}"]
    for source in cited.sources:
        lines.append(f"{source.id} {source.version}".strip())
        lines += [f"    {line}" for line in source.citation.splitlines()]
        lines.append(f"    licence: {source.terms}")
    return lines
