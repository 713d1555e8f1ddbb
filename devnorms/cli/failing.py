"""
How a command ends when something goes wrong: one message, an exit code, no traceback.
"""

from __future__ import annotations

import sys
import tempfile
import traceback
import warnings
from typing import Any, TextIO

import typer
from typer.core import TyperGroup

BAD_INPUT = 2
FAILED = 1
UNEXPECTED = 70
INTERRUPTED = 130


class PlainGroup(TyperGroup):
    """Commands whose failures are told in words."""

    def invoke(self, ctx: Any) -> Any:
        """
        Run a command; turn whatever it raises into a message and an exit code.

        Parameters
        ----------
        ctx : typer.Context
            Of the command line.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.showwarning = tell_warning
            try:
                return super().invoke(ctx)
            except KeyboardInterrupt:
                complain("stopped by you; nothing half-written is left.")
                raise typer.Exit(INTERRUPTED) from None
            except Exception as error:
                code = exit_code(error)
                if code is None:
                    raise
                complain(in_words(error))
                raise typer.Exit(code) from None


def exit_code(error: Exception) -> int | None:
    """
    Give the exit code of a failure.

    Parameters
    ----------
    error : Exception
        What was raised.

    Returns
    -------
    int or None
        2 for input that must be mended, 1 for what else devnorms raises on purpose,
        70 for what it did not foresee; None for what the command line itself handles.
    """
    from devnorms._base.errors import DevnormsError

    told_by_typer = isinstance(error, typer.Exit | typer.Abort | BrokenPipeError)
    if told_by_typer or hasattr(error, "exit_code"):
        return None
    if isinstance(error, DevnormsError):
        return BAD_INPUT if isinstance(error, ValueError) else FAILED
    return FAILED if isinstance(error, OSError) else UNEXPECTED


def in_words(error: Exception) -> str:
    """
    Give the message of a failure; a traceback goes into a file.

    Parameters
    ----------
    error : Exception
        What was raised.

    Returns
    -------
    str
        The message.
    """
    from devnorms._base.errors import DevnormsError

    if isinstance(error, DevnormsError):
        return str(error)
    with tempfile.NamedTemporaryFile(
        "w", prefix="devnorms-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        log.write(f"{sys.argv[1:]}\n{''.join(traceback.format_exception(error))}")
    if isinstance(error, OSError):
        return f"{error}. Details: {log.name}"
    return (
        f"this should not have happened ({type(error).__name__}: {error}). Please "
        f"report it with the file {log.name}"
    )


def complain(message: str) -> None:
    """
    Print one message on stderr.

    Parameters
    ----------
    message : str
        What went wrong and what to do.
    """
    sys.stderr.write(f"devnorms: {message}\n")


def tell_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,  # noqa: ARG001  (as the warnings module calls it)
    lineno: int,  # noqa: ARG001
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    """
    Print a warning as one line.

    Parameters
    ----------
    message : Warning or str
        What it says.
    category : type
        Its class; warnings of other packages are said to be theirs.
    filename, lineno, file, line
        Where it came from; not shown.
    """
    from devnorms._base.errors import DevnormsWarning

    own = issubclass(category, DevnormsWarning)
    origin = "" if own else f" ({category.__module__}.{category.__name__})"
    complain(f"warning{origin}: {' '.join(str(message).split())}")
