"""
What is installed and within reach.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_PARTS = {
    "fitting": ("pymc", "nutpie", "numba"),
    "figures and report": ("matplotlib", "seaborn", "jinja2"),
    "loading and counting": ("pandas", "pandera", "narwhals", "pooch", "rdata"),
}
_EXTRAS = {"[lab]": ("jupyterlab", "jupytext", "ipywidgets")}


@dataclass(frozen=True)
class Finding:
    """
    One thing looked at.

    Attributes
    ----------
    subject, words : str
        What it is, and how it stands.
    good : bool
        Whether all is there.
    needed : bool
        Whether devnorms does without it.
    """

    subject: str
    words: str
    good: bool = True
    needed: bool = True


def findings() -> list[Finding]:
    """
    Look at the installation and the data.

    Returns
    -------
    list of Finding
    """
    from devnorms import __version__

    found = [
        Finding("devnorms", f"{__version__}, Python {platform.python_version()}"),
        Finding("machine", f"{platform.system()}, {os.cpu_count()} cores"),
    ]
    found += [_packages(name, parts, True) for name, parts in _PARTS.items()]
    found += [_packages(name, parts, False) for name, parts in _EXTRAS.items()]
    return [*found, _bundled(), _data()]


def _packages(name: str, packages: tuple[str, ...], needed: bool) -> Finding:
    """Look for packages without loading them."""
    from importlib.metadata import version

    lacking = [package for package in packages if find_spec(package) is None]
    if lacking:
        extra = name if name.startswith("[") else ""
        words = f"{', '.join(lacking)} missing; pip install 'devnorms{extra}'"
        return Finding(name, words, False, needed)
    return Finding(name, ", ".join(f"{p} {version(p)}" for p in packages))


def _bundled() -> Finding:
    """Read the bundled counts."""
    from devnorms._base.errors import DevnormsError
    from devnorms.sources.bundled import load_counts

    try:
        counts = load_counts("milestones")
    except DevnormsError as error:
        return Finding("bundled counts", str(error), False)
    words = (
        f"{int(counts['asked'].sum()):,} responses, "
        f"{counts['population'].nunique()} populations, "
        f"{counts['milestone'].nunique()} milestones"
    )
    return Finding("bundled counts", words)


def _data() -> Finding:
    """Look where responses may lie."""
    folder = os.environ.get("DEVNORMS_DATA", "")
    if not folder:
        words = (
            "not set; `devnorms fetch` downloads, or name a folder that has the data"
        )
        return Finding("DEVNORMS_DATA", words, True, False)
    if not Path(folder).is_dir():
        return Finding("DEVNORMS_DATA", f"{folder} is not a folder", False, False)
    return Finding("DEVNORMS_DATA", folder)
