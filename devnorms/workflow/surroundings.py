"""
What a run finds around it: the machine, the code, the analyses that come with it.
"""

from __future__ import annotations

import hashlib
import os
import platform
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from devnorms._base.provenance import package_versions

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def environment() -> dict[str, Any]:
    """
    Say on what a result was made; nothing that names a person or a machine.

    Returns
    -------
    dict
        ``versions, system, machine, cores``.
    """
    return {
        "versions": package_versions(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "cores": os.cpu_count(),
    }


def bundled_analysis(name: str) -> Traversable:
    """
    Give an analysis file that comes with devnorms.

    Parameters
    ----------
    name : str
        For example ``"demo"``.

    Returns
    -------
    importlib.resources.abc.Traversable
        The file: in an installed devnorms, or in the checkout.
    """
    package = resources.files("devnorms")
    installed = package.joinpath("_bundled", f"{name}.toml")
    if installed.is_file():
        return installed
    return package.joinpath("..", "analyses", f"{name}.toml")


@cache
def code_hash() -> str:
    """
    Hash the code of devnorms, so that changed code never passes for the old one.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path in _modules(resources.files("devnorms")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _modules(folder: Traversable) -> list[Traversable]:
    """All Python files below a folder, in a fixed order."""
    found: list[Traversable] = []
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.is_dir():
            found += _modules(path)
        elif path.name.endswith(".py"):
            found.append(path)
    return found
