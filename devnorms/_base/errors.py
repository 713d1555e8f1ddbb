"""
Errors and warnings of devnorms.

Every error says what was given, what was expected, which rows, and what to do.
Messages are built here, by named constructors, so that a test can read them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 10


class _Fault(NamedTuple):
    """One row of `InvalidTableError.faults`."""

    column: str
    rule: str
    rows: int
    first_rows: list[int]
    example: object
    hint: str


class DevnormsError(Exception):
    """Any error that devnorms raises on purpose; the CLI prints it as one message."""


class DevnormsWarning(UserWarning):
    """Any warning that devnorms gives on purpose."""


class UnknownNameError(DevnormsError, ValueError):
    """A name that is not among the known ones."""

    @classmethod
    def among(cls, kind: str, given: str, known: Iterable[str]) -> Self:
        """
        Say which names there are, and the nearest ones.

        Parameters
        ----------
        kind : str
            What was named, for example ``"source"``.
        given : str
            The name that was given.
        known : iterable of str
            The names that exist.
        """
        names = sorted(known)
        near = difflib.get_close_matches(given, names, n=3, cutoff=0.5)
        hint = f" Did you mean {' or '.join(repr(n) for n in near)}?" if near else ""
        return cls(f"Unknown {kind} {given!r}.{hint} Known: {_some(names)}.")


class BadValueError(DevnormsError, ValueError):
    """A parameter or setting outside what it may be."""

    @classmethod
    def parameter(cls, name: str, expected: str, given: object) -> Self:
        """
        One sentence form for every parameter.

        Parameters
        ----------
        name : str
            The parameter.
        expected : str
            What it must be, for example ``"a share between 0 and 1"``.
        given : object
            What was given.
        """
        return cls(f"{name!r} must be {expected}. Got {given!r} instead.")


class InvalidTableError(DevnormsError, ValueError):
    """
    A table that breaks its schema; holds all faults at once.

    Attributes
    ----------
    faults : pandas.DataFrame or None
        One row per fault: ``column, rule, rows, first_rows, example, hint``.
    """

    faults: pd.DataFrame | None = None

    @classmethod
    def from_faults(cls, table: str, faults: pd.DataFrame) -> Self:
        """
        Put all faults of a table into one readable message.

        Parameters
        ----------
        table : str
            Which table, for example ``"Observations"``.
        faults : pandas.DataFrame
            ``column, rule, rows, first_rows, example, hint``; one row per fault.
        """
        lines = [
            f"{table}: {len(faults)} fault{'s' if len(faults) != 1 else ''} found."
        ]
        for fault in map(
            _Fault._make, faults[list(_Fault._fields)].to_numpy().tolist()
        ):
            line = f"  - column {fault.column!r}: {fault.rule}"
            if fault.rows:
                line += f"; {fault.rows} row(s), first at {fault.first_rows}"
                line += f", for example {fault.example!r}"
            lines.append(line + (f". {fault.hint}" if fault.hint else ""))
        error = cls("\n".join(lines))
        error.faults = faults
        return error

    @classmethod
    def missing_columns(
        cls, table: str, missing: Sequence[str], found: Sequence[str]
    ) -> Self:
        """
        Say which columns are missing and which were found instead.

        Parameters
        ----------
        table : str
            Which table.
        missing, found : sequence of str
            Column names.
        """
        near = {
            name: difflib.get_close_matches(name, list(found), n=1, cutoff=0.6)
            for name in missing
        }
        hints = [f"{name!r} may be {near[name][0]!r}" for name in missing if near[name]]
        hint = f" Hint: {'; '.join(hints)}." if hints else ""
        return cls(
            f"{table}: missing column(s) {_some(missing)}. Found: {_some(found)}.{hint}"
        )


class UnreadableFileError(DevnormsError, ValueError):
    """A file that is not what its name says: cut short, HTML, wrong encoding."""


class EmptySelectionError(DevnormsError, ValueError):
    """A choice that leaves nothing to work on."""


class FetchError(DevnormsError, OSError):
    """A download that did not end well; nothing half-written is left."""


class NotConverged(DevnormsError, RuntimeError):  # noqa: N818  (its public name)
    """
    Draws that are not to be trusted.

    Attributes
    ----------
    diagnostics : pandas.DataFrame or None
        ``parameter, rhat, ess_bulk, ess_tail``, the worst first.
    """

    diagnostics: pd.DataFrame | None = None


class PoorFitError(DevnormsError, RuntimeError):
    """A model that does not reproduce the data it was fitted to."""


class ResultMismatchError(DevnormsError, RuntimeError):
    """A result that could not be reproduced, or that was changed after it was made."""


class ForbiddenUseError(DevnormsError, ValueError):
    """A use that the terms of a source do not allow."""

    @classmethod
    def by_terms(cls, use: str, ids: Iterable[str], advice: str) -> Self:
        """
        Say which sources forbid what, and what to do.

        Parameters
        ----------
        use : str
            In words, for example ``"making norms"``.
        ids : iterable of str
            The sources whose terms forbid it.
        advice : str
            What to do instead.
        """
        return cls(f"The terms of {_some(ids)} do not allow {use}. {advice}")


class LeftOutWarning(DevnormsWarning):
    """Rows or responses that were left out; they are counted in the message."""


class SparseDataWarning(DevnormsWarning):
    """Too few children, or an item that (nearly) all or none pass."""


class UnknownItemWarning(DevnormsWarning):
    """Items of an instrument that is not known; kept, without a milestone."""


class DoubtfulDataWarning(DevnormsWarning):
    """Values that are possible but not likely, such as ages that look like months."""


class OutsideSupportWarning(DevnormsWarning):
    """An answer where the data do not reach."""


class NoOverlapWarning(DevnormsWarning):
    """Ages at which an item was asked do not overlap between populations."""


def _some(names: Iterable[str]) -> str:
    """List names, but not hundreds of them."""
    listed = [repr(name) for name in names]
    rest = len(listed) - _SHOWN
    shown = ", ".join(listed[:_SHOWN]) if listed else "none"
    return f"{shown} and {rest} more" if rest > 0 else shown
