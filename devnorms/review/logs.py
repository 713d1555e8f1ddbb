"""
Logs for the operator: where something failed, and nothing that anybody wrote.
"""

from __future__ import annotations

import logging
import re
import traceback
from types import TracebackType

_SECRET = re.compile(r"(/(?:join|in|reset/key|confirm-email)/)[^\s/]+")

Raised = (
    tuple[type[BaseException], BaseException, TracebackType | None]
    | tuple[None, None, None]
)


class Discreet(logging.Formatter):
    """
    Write one line a record, and for an error the places it came through.

    The words of an exception are left out, because a database tells the values it
    refused; addresses that let somebody in are cut.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """
        Write a record.

        Parameters
        ----------
        record : logging.LogRecord
            What is to be told.
        """
        return _SECRET.sub(r"\1...", super().format(record))

    def formatException(self, ei: Raised) -> str:  # noqa: N802  (logging's name)
        """
        Write where an error came through, without its words.

        Parameters
        ----------
        ei : tuple
            Type, value and traceback.
        """
        kind, _value, trace = ei
        places = [
            f"  {frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(trace)
        ]
        return "\n".join([kind.__name__ if kind else "error", *places])
