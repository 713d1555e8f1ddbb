"""
Turn tables of plain values into frozen dataclasses, and note every fault on the way.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from devnorms._base.errors import BadValueError

_WORDS = {
    str: "text in quotes",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
}


class Reader:
    """
    Reads dataclasses from tables; what is wrong is collected in ``faults``.

    Attributes
    ----------
    faults : list of str
        One sentence each, in the order of the file.
    """

    def __init__(self) -> None:
        self.faults: list[str] = []

    def read(
        self, kind: type, table: object, where: str, base: object = None
    ) -> object:
        """
        Read one dataclass.

        Parameters
        ----------
        kind : type
            A dataclass.
        table : object
            What was given; should be a table.
        where : str
            Name of the section, for messages; empty at the top.
        base : object
            An instance whose values stand where none is given; the class's own
            defaults if None.

        Returns
        -------
        object
            The dataclass, or None if it has a fault.
        """
        if not isinstance(table, Mapping):
            self.faults.append(f"{_title(where)} must be a table of settings")
            return None
        before = len(self.faults)
        known = {f.name: f for f in fields(kind)}
        self._check_names(table, known, where)
        hints = get_type_hints(kind)
        values: dict[str, Any] = {}
        for name, slot in known.items():
            default = _default(slot) if base is None else getattr(base, name)
            if name in table:
                path = f"{where}.{name}" if where else name
                values[name] = self._value(hints[name], table[name], path, default)
            elif default is not MISSING:
                values[name] = default
            else:
                self.faults.append(f"{_title(where)} needs {_expected(name, slot)}")
        if len(self.faults) > before:
            return None
        return self._make(kind, values, where)

    def _make(self, kind: type, values: dict[str, Any], where: str) -> object:
        """Make the dataclass; its own checks may find a fault."""
        try:
            return kind(**values)
        except BadValueError as error:
            self.faults.append(f"{_title(where)} {error}" if where else str(error))
            return None

    def _check_names(
        self, table: Mapping[str, Any], known: Mapping[str, Any], where: str
    ) -> None:
        """Note every unknown name, with the nearest known one."""
        for name in table:
            if name in known:
                continue
            near = difflib.get_close_matches(str(name), list(known), n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            thing = "setting" if where else "section"
            self.faults.append(
                f"{_title(where)} has no {thing} {name!r}{hint} "
                f"Known: {', '.join(known)}."
            )

    def _value(self, hint: Any, given: object, path: str, default: object) -> object:
        """Read one value of the type that its dataclass asks for."""
        if is_dataclass(hint) and isinstance(hint, type):
            base = None if default is MISSING else default
            return self.read(hint, given, path, base)
        if get_origin(hint) is tuple:
            return self._sequence(get_args(hint)[0], given, path)
        options = get_args(hint) if get_origin(hint) is types.UnionType else (hint,)
        if given is None and type(None) in options:
            return None
        wanted = next(option for option in options if option is not type(None))
        if _fits(wanted, given):
            return wanted(given)
        self._wrong(path, _WORDS[wanted], given)
        return None

    def _sequence(self, wanted: type, given: object, path: str) -> object:
        """Read a list of values of one type."""
        if isinstance(given, list | tuple) and all(_fits(wanted, v) for v in given):
            return tuple(wanted(value) for value in given)
        example = "['a', 'b']" if wanted is str else "[0.5, 0.9]"
        self._wrong(path, f"a list such as {example}", given)
        return None

    def _wrong(self, path: str, expected: str, given: object) -> None:
        section, _, name = path.rpartition(".")
        error = BadValueError.parameter(name, expected, given)
        self.faults.append(f"{_title(section)} {error}")


def _fits(wanted: type, given: object) -> bool:
    """Whether a value has the wanted type; true is no number, 3 is one."""
    if isinstance(given, bool) or wanted is bool:
        return isinstance(given, bool) and wanted is bool
    return isinstance(given, int | float if wanted is float else wanted)


def _default(slot: Field[Any]) -> object:
    """Give the default of a field, or MISSING."""
    if slot.default_factory is not MISSING:
        return slot.default_factory()
    return slot.default


def _title(where: str) -> str:
    return f"[{where}]" if where else "The file"


def _expected(name: str, slot: Field[Any]) -> str:
    """Say what is missing."""
    return f"{name!r}" if slot.type in {"str", str} else f"a section [{name}]"
