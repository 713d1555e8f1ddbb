"""
Files that come with the package.
"""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

from devnorms._base.errors import FetchError
from devnorms.sources.registry import Dataset


def shipped_files(
    pinned: Dataset, names: list[str], folder: Path | None
) -> dict[str, Path]:
    """
    Give files that come with the package, copied where a folder is named.

    Parameters
    ----------
    pinned : Dataset
        A data set that comes with the package.
    names : list of str
        Which files.
    folder : pathlib.Path or None
        Where to copy them; another file of that name is never replaced.

    Returns
    -------
    dict of str to pathlib.Path
        File name to where it is.

    Raises
    ------
    FetchError
        If they cannot be written, or other files stand there.
    """
    here = Path(str(resources.files("devnorms.sources"))) / "_shipped" / pinned.id
    if folder is None:
        return {name: here / name for name in names}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            _copy(here / name, folder / name)
    except FetchError:
        raise
    except OSError as error:
        raise FetchError(
            f"{pinned.id}: its files could not be written to {folder} "
            f"({error.strerror or error}). Name another folder (folder=...)."
        ) from error
    return {name: folder / name for name in names}


def _copy(file: Path, target: Path) -> None:
    """Copy a file, unless another one of that name is there."""
    if target.exists() and target.read_bytes() != file.read_bytes():
        raise FetchError(
            f"{target} is not the file that comes with devnorms. Move it away, or name "
            "another folder."
        )
    shutil.copyfile(file, target)
