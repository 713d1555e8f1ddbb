"""
Read the tables of a mapping file; every fault is noted, none stops the reading.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from devnorms.sources.own.cells import canonical
from devnorms.sources.own.mapping.settings import When

GAP = "?"
"""What a draft writes where a person must say something."""


class Section:
    """
    One table of the file; remembers what was asked of it.

    Attributes
    ----------
    where : str
        For messages, for example ``"[age]"``.
    faults : list of str
        Shared by all sections of a file.
    table : dict
        The values; empty if what was given is no table.
    """

    def __init__(self, given: object, where: str, faults: list[str]) -> None:
        self.where = where
        self.faults = faults
        self._asked: list[str] = []
        self.table: dict[str, Any] = {}
        if isinstance(given, Mapping):
            self.table = dict(given)
        elif given is not None:
            self.fault(f"must be a table of settings, got {given!r}")

    def fault(self, words: str) -> None:
        """
        Note a fault.

        Parameters
        ----------
        words : str
            What is wrong; the section's name is put before it.
        """
        self.faults.append(f"{self.where} {words}")

    def text(
        self,
        name: str,
        default: str = "",
        *,
        needed: str = "",
        one_of: Iterable[str] = (),
    ) -> str:
        """
        Read text.

        Parameters
        ----------
        name : str
            The setting.
        default : str
            What stands where nothing is given.
        needed : str
            If it must be given: what it is for.
        one_of : iterable of str
            The only texts allowed.
        """
        given = self._take(name)
        options = tuple(one_of)
        if given is None or given == "":
            if needed:
                self.fault(f"needs {name}: {needed}")
            return default
        if not isinstance(given, str | int | float) or isinstance(given, bool):
            self.fault(f"{name} must be text in quotes, got {given!r}")
            return default
        text = canonical(given)
        if text == GAP:
            self.fault(f"{name} is still '?': {needed or 'fill it in, or delete it'}")
            return default
        if options and text not in options:
            self.fault(f"{name} must be one of {', '.join(options)}, got {text!r}")
            return default
        return text

    def flag(self, name: str, default: bool = False) -> bool:
        """
        Read true or false.

        Parameters
        ----------
        name : str
            The setting.
        default : bool
            What stands where nothing is given.
        """
        given = self._take(name)
        if given is None:
            return default
        if not isinstance(given, bool):
            self.fault(f"{name} must be true or false, got {given!r}")
            return default
        return given

    def whole(self, name: str, default: int) -> int:
        """
        Read a whole number, 1 or more.

        Parameters
        ----------
        name : str
            The setting.
        default : int
            What stands where nothing is given.
        """
        given = self._take(name)
        if given is None:
            return default
        if isinstance(given, bool) or not isinstance(given, int) or given < 1:
            self.fault(f"{name} must be a whole number, 1 or more, got {given!r}")
            return default
        return given

    def share(self, name: str) -> float | None:
        """
        Read a number from 0 to 1, or nothing.

        Parameters
        ----------
        name : str
            The setting.
        """
        given = self._take(name)
        if given is None:
            return None
        number = isinstance(given, int | float) and not isinstance(given, bool)
        if not number or not 0 <= given <= 1:
            self.fault(f"{name} must be a number from 0 to 1, got {given!r}")
            return None
        return float(given)

    def codes(self, name: str) -> tuple[str, ...]:
        """
        Read one code or a list of codes.

        Parameters
        ----------
        name : str
            The setting.
        """
        given = self._take(name)
        listed = given if isinstance(given, list) else [] if given is None else [given]
        if any(isinstance(value, list | Mapping) for value in listed):
            self.fault(f'{name} must be a list of codes such as ["1", "yes"]')
            return ()
        if GAP in listed:
            self.fault(f"{name} is still '?': list its codes, or delete the line")
            return ()
        return tuple(canonical(value) for value in listed)

    def inner(self, name: str) -> Section:
        """
        Give a table within this one.

        Parameters
        ----------
        name : str
            The setting.
        """
        return Section(self._take(name), f"{self.where} {name}:", self.faults)

    def when(self, name: str) -> When | None:
        """
        Read a condition such as ``{ site = ["1", "2"] }``.

        Parameters
        ----------
        name : str
            The setting.
        """
        given = self._take(name)
        if given is None:
            return None
        if not isinstance(given, Mapping) or len(given) != 1:
            self.fault(
                f'{name} must name one column and its codes, such as {{ site = ["1"] }}'
            )
            return None
        (column,) = given
        codes = Section(given, f"{self.where} {name}:", self.faults).codes(column)
        return When(str(column), codes)

    def words(self, allowed: Iterable[str]) -> dict[str, str]:
        """
        Read what codes mean: one list of codes per word; a code has one meaning.

        Parameters
        ----------
        allowed : iterable of str
            The words.

        Returns
        -------
        dict of str to str
            Code to word.
        """
        from devnorms.sources.own.cells import fold

        meaning: dict[str, str] = {}
        for word in allowed:
            for code in map(fold, self.codes(word)):
                if meaning.setdefault(code, word) != word:
                    self.fault(
                        f"the code {code!r} means both {meaning[code]} and {word}"
                    )
        return meaning

    def end(self) -> None:
        """Note every setting that nobody asked for, with the nearest known one."""
        for name in self.table:
            if name not in self._asked:
                near = difflib.get_close_matches(
                    str(name), self._asked, n=1, cutoff=0.5
                )
                hint = f"; did you mean {near[0]!r}?" if near else "."
                known = ", ".join(dict.fromkeys(self._asked))
                self.fault(f"has no setting {name!r}{hint} Known: {known}.")

    def _take(self, name: str) -> Any:
        self._asked.append(name)
        return self.table.get(name)
