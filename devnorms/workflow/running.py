"""
Make a result, or find the one that is already there.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from devnorms._base.errors import ResultMismatchError
from devnorms._base.provenance import content_hash, package_versions
from devnorms.workflow.analysis import Analysis, read_analysis
from devnorms.workflow.entering import Entering, enter
from devnorms.workflow.results import (
    MANIFEST,
    Manifest,
    check_unchanged,
    draft,
    file_hashes,
    only_one,
)
from devnorms.workflow.steps import Made, Models, compute
from devnorms.workflow.surroundings import code_hash, environment
from devnorms.workflow.watching import Clock, Silent, Watcher
from devnorms.workflow.writing import diagnostics, report_inputs, save_tables

KEY_DIGITS = 12


@dataclass(frozen=True)
class Result:
    """
    A finished result.

    Attributes
    ----------
    folder : pathlib.Path
        Where it is.
    manifest : Manifest
        How it was made.
    reused : bool
        Whether it was already there.
    """

    folder: Path
    manifest: Manifest
    reused: bool

    @property
    def report(self) -> Path:
        """The page to open."""
        return self.folder / "report.html"


def run(
    analysis: Analysis | str | os.PathLike[str],
    results: str | os.PathLike[str] = "results",
    *,
    command: str = "",
    watcher: Watcher | None = None,
    models: Models | None = None,
) -> Result:
    """
    Make the result of an analysis in ``results/<id>/<hash>``, or find it there.

    The hash is made of what the result depends on: the choices, the data, the code. A
    finished result is therefore reused. It appears whole or not at all: it is written
    in a hidden folder beside its place. If several processes run the same analysis,
    one works and the others wait for it.

    Parameters
    ----------
    analysis : Analysis or path
        The choices, or the file that holds them.
    results : path
        Folder of all results.
    command : str
        What was typed, for the manifest.
    watcher : Watcher, optional
        Is told how far it has come.
    models : Models, optional
        Another way to fit, for tests; `devnorms.models` without it.

    Returns
    -------
    Result

    Raises
    ------
    NotConverged
        If the draws are not to be trusted; no result is written.
    ResultMismatchError
        If the result is there, but somebody changed it.
    """
    job = prepare(analysis, command, watcher, models)
    return job.at(Path(results) / job.analysis.id / job.key)


def run_into(
    analysis: Analysis | str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    command: str = "",
    watcher: Watcher | None = None,
    models: Models | None = None,
) -> Result:
    """
    Make the result of an analysis in one given folder, in the place of an older one.

    Parameters
    ----------
    analysis : Analysis or path
        The choices, or the file that holds them.
    folder : path
        Where to. An older result in it is replaced if nobody changed it.
    command, watcher, models
        See `run`.

    Returns
    -------
    Result

    Raises
    ------
    NotConverged
        If the draws are not to be trusted; no result is written.
    ResultMismatchError
        If the folder holds something that is not an unchanged result.
    """
    return prepare(analysis, command, watcher, models).at(Path(folder))


@dataclass(frozen=True, eq=False)
class Job:
    """
    All that a result is made from.

    Attributes
    ----------
    analysis : Analysis
        The choices.
    entering : Entering
        The data.
    models : Models
        How it is fitted.
    clock : Clock
        Times the steps.
    command : str
        What was typed.
    """

    analysis: Analysis
    entering: Entering
    models: Models
    clock: Clock
    command: str

    @property
    def inputs(self) -> dict[str, str]:
        """Hashes of everything that a result depends on."""
        choices = self.analysis.to_dict()
        choices["data"].pop("path")
        choices["sampling"].pop("cores")
        return {
            "analysis": content_hash(choices),
            "version": package_versions().get("devnorms", "not installed"),
            "code": code_hash(),
            **{f"data: {k}": v for k, v in self.entering.hashes().items()},
        }

    @property
    def key(self) -> str:
        """Name of the result's folder."""
        return content_hash(self.inputs)[:KEY_DIGITS]

    def at(self, target: Path) -> Result:
        """
        Find the result in its place, or make it there.

        Parameters
        ----------
        target : pathlib.Path
            Its place.

        Returns
        -------
        Result
        """
        watcher = self.clock.watcher
        waiting = "waiting: another process is making this very result"
        with only_one(target, lambda: watcher.step(waiting)):
            found = self._found(target)
            return found or self._make(target)

    def _found(self, target: Path) -> Result | None:
        """Give the result that is there, if it is this one and nobody changed it."""
        if not target.exists() or (target.is_dir() and not any(target.iterdir())):
            return None
        if not (target / MANIFEST).exists():
            raise ResultMismatchError(
                f"{target} exists and is not a result of devnorms. Give another "
                "folder, or remove that one yourself."
            )
        manifest = Manifest.read(target)
        check_unchanged(target, manifest)
        return Result(target, manifest, True) if manifest.key == self.key else None

    def compute(self) -> Made:
        """Fit, check and make norms; nothing is written."""
        return compute(self.analysis, self.entering, self.models, self.clock)

    def _make(self, target: Path) -> Result:
        started = _now()
        with draft(target) as folder:
            made = self.compute()
            self._write(made, folder)
            manifest = self._manifest(made, folder, started)
            manifest.write(folder)
        return Result(target, manifest, False)

    def _write(self, made: Made, folder: Path) -> None:
        from devnorms.report import write_report

        with self.clock.step("save", "saving norm set, draws and tables"):
            made.norms.save(folder / "norms")
            save_tables(made.tables(), self.entering.counts, made.curves, folder)
        with self.clock.step("report", "drawing figures and writing the report"):
            told = report_inputs(self.analysis, self.entering, made, self.command)
            write_report(told, folder)

    def _manifest(self, made: Made, folder: Path, started: str) -> Manifest:
        record = made.norms.record
        return Manifest(
            key=self.key,
            analysis=self.analysis.to_dict(),
            inputs=self.inputs,
            sources=[source.to_dict() for source in record.sources],
            seed=self.analysis.sampling.seed,
            norm_set=made.norms.id,
            command=self.command,
            environment=environment(),
            started=started,
            finished=_now(),
            seconds=self.clock.seconds,
            diagnostics=diagnostics(made.curves),
            files=file_hashes(folder),
        )


def prepare(
    analysis: Analysis | str | os.PathLike[str],
    command: str,
    watcher: Watcher | None,
    models: Models | None,
) -> Job:
    """
    Read the file and load the data; take the real models unless others are given.

    Parameters
    ----------
    analysis : Analysis or path
        The choices, or the file that holds them.
    command, watcher, models
        See `run`.

    Returns
    -------
    Job
    """
    clock = Clock(watcher or Silent())
    chosen = analysis if isinstance(analysis, Analysis) else read_analysis(analysis)
    with clock.step("load", "loading and counting"):
        entering = enter(chosen)
    return Job(chosen, entering, models or real_models(), clock, command)


def real_models() -> Models:
    """
    Give the room that fits; it is heavy and loaded only here.

    Returns
    -------
    Models
    """
    from devnorms import models

    return cast("Models", models)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
