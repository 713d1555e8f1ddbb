"""
Write TOML with comments: values, guesses with their reasons, and gaps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

_BARE = re.compile(r"[A-Za-z0-9_-]+")


class Lines:
    """
    The lines of a draft.

    Attributes
    ----------
    lines : list of str
        What was written so far.
    gaps : int
        How many settings are still ``"?"``.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.gaps = 0

    def section(self, name: str, *comments: str) -> None:
        """
        Begin a section.

        Parameters
        ----------
        name : str
            With its brackets.
        *comments : str
            Lines below it.
        """
        self.lines += ["", name, *(f"# {comment}" for comment in comments)]

    def comment(self, text: str) -> None:
        """
        Write a comment.

        Parameters
        ----------
        text : str
            One line.
        """
        self.lines.append(f"# {clean(text)}")

    def said(self, name: str, value: object) -> None:
        """
        Write what needs no guess.

        Parameters
        ----------
        name : str
            The setting.
        value : object
            Text, truth value, or a list of texts.
        """
        self.lines.append(f"{key(name)} = {written(value)}")

    def guess(self, name: str, value: object, why: str) -> None:
        """
        Write a guess with its reason.

        Parameters
        ----------
        name : str
            The setting.
        value : object
            The guess.
        why : str
            The reason.
        """
        line = f"{key(name)} = {written(value)}"
        self.lines.append(f"{line}  # GUESS: {clean(why)}")

    def gap(self, name: str, what: str) -> None:
        """
        Write a gap that a person must fill.

        Parameters
        ----------
        name : str
            The setting.
        what : str
            What must be said.
        """
        self.gaps += 1
        self.lines.append(f'{key(name)} = "?"  # FILL: {clean(what)}')


def key(name: str) -> str:
    """
    Write a key, in quotes where it must be.

    Parameters
    ----------
    name : str
        For example a column's name.

    Examples
    --------
    >>> key("walk"), key("gm/walk")
    ('walk', '"gm/walk"')
    """
    return name if _BARE.fullmatch(name) else written(name)


def written(value: object) -> str:
    """
    Write a value.

    Parameters
    ----------
    value : object
        Text, truth value, whole number, or a list or tuple of texts.

    Examples
    --------
    >>> written(["1", "oui"]), written(True)
    ('["1", "oui"]', 'true')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False)
        # JSON leaves this one control character bare, TOML does not allow it
        return text.replace("\x7f", "\\u007F")
    if isinstance(value, Iterable):
        return f"[{', '.join(map(written, value))}]"
    raise TypeError(type(value).__name__)


def clean(text: str) -> str:
    """
    Write text so that it stays one line of a comment.

    Parameters
    ----------
    text : str
        Any text.
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
