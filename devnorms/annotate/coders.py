"""
The coders, by name.
"""

from __future__ import annotations

from collections.abc import Callable

from devnorms._base.checks import check_known
from devnorms.annotate.coding import Coder


def _embedded() -> Coder:
    from devnorms.annotate.embedded.coder import EmbeddedCoder

    return EmbeddedCoder()


CODERS: dict[str, Callable[[], Coder]] = {"embedded": _embedded}
"""What makes each coder; more are added where they are defined."""


def coder_named(name: str) -> Coder:
    """
    Give a coder.

    Parameters
    ----------
    name : str
        ``"embedded"``.

    Returns
    -------
    Coder

    Raises
    ------
    UnknownNameError
        If there is no such coder.
    """
    check_known("coder", [name], CODERS)
    return CODERS[name]()
