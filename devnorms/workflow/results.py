"""
Result folders: whole or not there, named by what they depend on, and never edited.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from devnorms._base.errors import ResultMismatchError, UnreadableFileError

if TYPE_CHECKING:
    from filelock import FileLock

MANIFEST = "manifest.json"
_DRAFT = ".devnorms-draft-"


@dataclass(frozen=True)
class Manifest:
    """
    How a result was made, and the hash of every file of it.

    Attributes
    ----------
    key : str
        Hash of the inputs: analysis, data, code.
    analysis : dict
        All choices, see `devnorms.workflow.analysis.Analysis`.
    inputs : dict
        What went into ``key``: hashes of analysis, data and code, and the version.
    sources : list of dict
        Id, version, sha256, licence, citation and forbidden uses of each source.
    seed : int
        Seed of the sampler.
    norm_set : str
        Id of the norm set.
    command : str
        What was typed.
    environment : dict
        Versions of Python and packages, operating system, processor, cores.
    started, finished : str
        Times in UTC, ISO 8601.
    seconds : dict of str to float
        How long each step took.
    diagnostics : dict
        The sampler's checks.
    files : dict
        Per file, by its path inside the folder: ``sha256`` and ``bytes``.
    """

    key: str
    analysis: dict[str, Any]
    inputs: dict[str, str]
    sources: list[dict[str, Any]]
    seed: int
    norm_set: str
    command: str
    environment: dict[str, Any]
    started: str
    finished: str
    seconds: dict[str, float]
    diagnostics: dict[str, Any]
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """
        Write ``manifest.json``.

        Parameters
        ----------
        folder : pathlib.Path
            The result's folder.
        """
        text = json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: str | os.PathLike[str]) -> Self:
        """
        Read the manifest of a result.

        Parameters
        ----------
        folder : path
            The result's folder.

        Returns
        -------
        Manifest

        Raises
        ------
        UnreadableFileError
            If the folder is not a result.
        """
        file = Path(folder) / MANIFEST
        try:
            return cls(**json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise UnreadableFileError(
                f"{folder} is not a result of devnorms: {error}. Give a folder that "
                "`devnorms run` or `devnorms demo` wrote; it holds manifest.json."
            ) from None


def file_hashes(folder: Path) -> dict[str, dict[str, Any]]:
    """
    Hash every file below a folder, the manifest left out.

    Parameters
    ----------
    folder : pathlib.Path
        The folder.

    Returns
    -------
    dict of str to dict
        ``sha256`` and ``bytes`` by path, sorted.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): {
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
        }
        for path in files
        if path != folder / MANIFEST
    }


def check_unchanged(folder: Path, manifest: Manifest) -> None:
    """
    Check that a result is as it was made.

    Parameters
    ----------
    folder : pathlib.Path
        The result's folder.
    manifest : Manifest
        Its manifest.

    Raises
    ------
    ResultMismatchError
        If files were changed, removed or added; all are named.
    """
    now, then = file_hashes(folder), manifest.files
    faults = [f"{name} is missing" for name in then if name not in now]
    faults += [f"{name} was added" for name in now if name not in then]
    faults += [
        f"{name} was changed"
        for name in then
        if name in now and now[name]["sha256"] != then[name]["sha256"]
    ]
    if faults:
        listed = "\n".join(f"  - {fault}" for fault in faults)
        raise ResultMismatchError(
            f"{folder} is not as it was made on {manifest.finished}:\n{listed}\n"
            "Results are never edited: keep notes elsewhere, or make it again."
        )


@contextmanager
def only_one(target: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """
    Let one process at a time make a result; the kernel frees the place of a killed one.

    Drafts that killed processes left beside it are removed.

    Parameters
    ----------
    target : pathlib.Path
        The result's folder, which need not exist.
    waiting : callable
        Called once if another process is making it now.
    """
    from filelock import Timeout

    target.parent.mkdir(parents=True, exist_ok=True)
    lock = _lock(target)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waiting()
        lock.acquire()
    try:
        _remove_drafts(target)
        _remove_drafts_of_others(target)
        yield
    finally:
        lock.release()


def _lock(target: Path) -> FileLock:
    """Give the lock of a result; its empty file stays, as filelock needs it."""
    from filelock import FileLock

    return FileLock(target.parent / f".{target.name}.lock")


def _remove_drafts(target: Path) -> None:
    """Remove what is left of drafts of a result; its lock must be held."""
    for left_over in target.parent.glob(f".{target.name}{_DRAFT}*"):
        shutil.rmtree(left_over, ignore_errors=True)


def _remove_drafts_of_others(target: Path) -> None:
    """Remove drafts beside a result, unless somebody is writing them now."""
    from filelock import Timeout

    for left_over in target.parent.glob(f".*{_DRAFT}*"):
        other = target.with_name(left_over.name[1:].partition(_DRAFT)[0])
        lock = _lock(other)
        try:
            with lock.acquire(timeout=0):
                _remove_drafts(other)
        except Timeout:
            continue


@contextmanager
def draft(target: Path) -> Iterator[Path]:
    """
    Give a hidden folder beside the target; it takes the target's name at the end.

    Parameters
    ----------
    target : pathlib.Path
        The result's folder. What stands there is replaced at the very end; the caller
        has made sure that it may be, and holds its lock.

    Yields
    ------
    pathlib.Path
        Where to write. Removed if anything goes wrong.
    """
    folder = _hidden_beside(target)
    try:
        yield folder
        folder.chmod(0o755)
        if target.exists():
            target.rename(_hidden_beside(target) / "replaced")
        folder.rename(target)
    finally:
        _remove_drafts(target)


def _hidden_beside(target: Path) -> Path:
    return Path(tempfile.mkdtemp(prefix=f".{target.name}{_DRAFT}", dir=target.parent))
