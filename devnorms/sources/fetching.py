"""
Fetch the files of a data set: pinned, hash-checked, resumed, from several addresses.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from devnorms._base.checks import check_known
from devnorms._base.errors import FetchError
from devnorms.sources.download import (
    DISK_FULL,
    Cut,
    DiskFull,
    Refused,
    Report,
    ResumingDownloader,
)
from devnorms.sources.registry import Dataset, dataset
from devnorms.sources.shipped import shipped_files

ENVIRONMENT = "DEVNORMS_DATA"


def fetch(
    source: str,
    *,
    folder: str | Path | None = None,
    mirrors: Iterable[str] = (),
    progress: bool = True,
    files: Iterable[str] | None = None,
) -> dict[str, Path]:
    """
    Bring the pinned files of a data set to this machine, if they are not here yet.

    Data sets that come with the package are there already. Of the others,
    each file is looked for in this order: in ``folder``; else in the folder that
    ``DEVNORMS_DATA`` names (as ``<folder>/<source>/<file>``, for machines without
    internet; used in place); else in the cache. What is found is hash-checked. What is
    not found is downloaded, from the mirrors first, then from its home. A download that
    was cut is resumed, now or the next time.

    Parameters
    ----------
    source : str
        Its id in the registry.
    folder : path, optional
        Where to put the files; without it, in the cache of this user.
    mirrors : iterable of str, optional
        Further addresses, tried in order: a folder's URL, or a URL with ``{file}``.
    progress : bool
        Show a bar on stderr.
    files : iterable of str, optional
        Only these files.

    Returns
    -------
    dict of str to pathlib.Path
        File name to where it is.

    Raises
    ------
    UnknownNameError
        For an unknown source or file.
    FetchError
        For a file that no address gave whole and unchanged, a full disk, or a file in
        ``folder`` or ``DEVNORMS_DATA`` that is not the pinned one. Nothing half-written
        has the final name.
    """
    pinned = dataset(source)
    names = list(pinned.files) if files is None else list(files)
    check_known("file", names, pinned.files)
    if not pinned.fetchable:
        raise FetchError(
            f"{source} is not fetched by itself; {pinned.card} says why, and how to "
            "get it."
        )
    if pinned.shipped:
        return shipped_files(pinned, names, None if folder is None else Path(folder))
    return fetch_files(
        pinned,
        names,
        None if folder is None else Path(folder),
        tuple(mirrors),
        progress,
    )


def fetch_files(
    pinned: Dataset,
    names: list[str],
    folder: Path | None,
    mirrors: tuple[str, ...],
    progress: bool,
) -> dict[str, Path]:
    """
    Fetch files of a data set that need not be in the registry.

    Parameters
    ----------
    pinned : Dataset
        Addresses and hashes.
    names : list of str
        Which files.
    folder : pathlib.Path or None
        Where to; None: ``DEVNORMS_DATA``, then the cache.
    mirrors : tuple of str
        Tried before the data set's own addresses.
    progress : bool
        Show a bar.

    Returns
    -------
    dict of str to pathlib.Path

    Raises
    ------
    FetchError
    """
    there: dict[str, Path] = {}
    with _progress_bar(progress) as bar:
        for name in names:
            place = folder or _cache(pinned)
            there[name] = _found(pinned, name, folder) or _download(
                pinned, name, place, mirrors, bar(name)
            )
    return there


def _found(pinned: Dataset, name: str, folder: Path | None) -> Path | None:
    """Look where a person put files; theirs are checked and never overwritten."""
    data = os.environ.get(ENVIRONMENT)
    if folder is not None:
        path, whose = folder / name, "the folder given"
    elif data:
        path, whose = Path(data) / pinned.id / name, ENVIRONMENT
    else:
        return None
    if not path.exists():
        return None
    found = sha256(path)
    if found != pinned.files[name]:
        raise FetchError(
            f"{pinned.id}: {path} (from {whose}) is not the pinned file of version "
            f"{pinned.version}: its SHA-256 begins with {found[:12]}, expected "
            f"{pinned.files[name][:12]}. Move it away and fetch again, or load it by "
            "'path' if you mean to use it."
        )
    return path


def _cache(pinned: Dataset) -> Path:
    """Give the folder of this user's cache for this version."""
    import pooch

    folder: Path = pooch.os_cache("devnorms")
    return folder / pinned.id / pinned.version


def sha256(path: Path) -> str:
    """
    Hash a file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(
    pinned: Dataset,
    name: str,
    folder: Path,
    mirrors: tuple[str, ...],
    report: Report,
) -> Path:
    """Try the addresses one after the other; the first whole file wins."""
    tried: list[str] = []
    part = folder / f"{name}.{pinned.files[name][:8]}.part"
    for address in (*mirrors, *pinned.urls):
        url = _url(address, name)
        try:
            return _retrieve(url, pinned.files[name], folder / name, part, report)
        except (Cut, Refused) as error:
            tried.append(f"{url}: {error}")
        except DiskFull as error:
            raise FetchError(
                f"{pinned.id}: {name} could not be written: {error}. Free some space, "
                f"or name another folder (folder=... or {ENVIRONMENT})."
            ) from error
        except OSError as error:
            raise FetchError(
                f"{pinned.id}: {name} could not be written to {folder} "
                f"({error.strerror or error}). Name another folder (folder=...)."
            ) from error
    raise FetchError(_give_up(pinned, name, folder, tried, part))


def _url(address: str, name: str) -> str:
    """Put the file's name into an address."""
    if "{file}" in address:
        return address.replace("{file}", name)
    return f"{address.rstrip('/')}/{name}"


def _retrieve(url: str, known: str, path: Path, part: Path, report: Report) -> Path:
    """
    Let pooch download, check the hash and rename.

    A part from an earlier run may hold wrong bytes; if a resumed file has the wrong
    hash, it is fetched once more from its first byte.
    """
    resumed = part.exists()
    try:
        _pooch_retrieve(url, known, path, ResumingDownloader(part, report))
    except ValueError as error:
        if resumed:
            return _retrieve(url, known, path, part, report)
        raise Refused(
            f"what came is not the pinned file (its SHA-256 is not {known[:12]}...); "
            "it was thrown away"
        ) from error
    return path


def _pooch_retrieve(
    url: str, known: str, path: Path, downloader: ResumingDownloader
) -> None:
    """Call pooch without its log lines; we have our own progress and messages."""
    import pooch

    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel("WARNING")
    try:
        pooch.retrieve(
            url,
            known_hash=f"sha256:{known}",
            fname=path.name,
            path=path.parent,
            downloader=downloader,
        )
    except OSError as error:
        if error.errno in DISK_FULL:
            raise DiskFull(f"no space left on the disk of {path.parent}") from error
        raise
    finally:
        logger.setLevel(level)


def _give_up(
    pinned: Dataset, name: str, folder: Path, tried: list[str], part: Path
) -> str:
    """Say what was tried and what can be done."""
    kept = (
        f" {part.stat().st_size} bytes are kept in {part} to go on from."
        if part.exists()
        else ""
    )
    return "\n".join(
        [
            f"{pinned.id}: {name} could not be fetched; nothing was written to "
            f"{folder / name}.{kept}",
            *(f"  - {line}" for line in tried),
            "What to do: try again; name a mirror (mirrors=...); or, without internet, "
            f"get {name} from {pinned.home} (commit {pinned.commit[:7]}), put it into "
            f"<folder>/{pinned.id}/ and set {ENVIRONMENT}=<folder>.",
        ]
    )


@contextmanager
def _progress_bar(show: bool) -> Iterator[Callable[[str], Report]]:
    """Show one bar per file on stderr, if wanted; gives a file's report function."""
    if not show:
        yield lambda _name: lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:

        def begin(name: str) -> Report:
            task = progress.add_task(f"fetching {name}", total=None)
            return lambda done, total: progress.update(
                task, completed=done, total=total
            )

        yield begin
