"""
Download one file so that a cut connection costs only what was not yet received.

Bytes go to a ``.part`` file beside the final one; its name carries the hash that the
whole file must have, so that a part is never continued with another version. Only a
whole file with the right hash gets the final name.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from devnorms.sources.textfile import looks_like_html

CHUNK_BYTES = 8 * 1024
"""At most this much is lost when a connection is cut."""
ATTEMPTS = 3
TIMEOUT_SECONDS = (10.0, 30.0)
_HTML = (
    "a web page (HTML) came instead of the file; a proxy or a login page may stand "
    "in between"
)
DISK_FULL = {errno.ENOSPC, errno.EDQUOT}

Report = Callable[[int, int | None], None]
"""Called with bytes there so far and bytes in all (None where not said)."""


class DiskFull(Exception):  # noqa: N818  (never leaves this package)
    """No room for the file; trying another address would not help."""


class Refused(Exception):  # noqa: N818  (never leaves this package)
    """The address did not give the file; the message says why."""


class Cut(Exception):  # noqa: N818  (never leaves this package)
    """The connection ended too early; what came is kept for resuming."""


class _Answer(NamedTuple):
    """What the server is about to send: from which byte, and how many in all."""

    start: int
    total: int | None


class ResumingDownloader:
    """
    A downloader for pooch that resumes.

    Parameters
    ----------
    part : pathlib.Path
        Where the bytes go until the file is whole.
    report : callable
        Told about progress.
    timeout_seconds : tuple of float
        To connect, and between two packets.
    """

    def __init__(
        self,
        part: Path,
        report: Report,
        timeout_seconds: tuple[float, float] = TIMEOUT_SECONDS,
    ) -> None:
        self.part = part
        self.report = report
        self.timeout_seconds = timeout_seconds

    def __call__(
        self,
        url: str,
        output_file: str,
        pooch: object,  # noqa: ARG002  (part of pooch's call)
        check_only: bool = False,  # noqa: ARG002  (part of pooch's call)
    ) -> None:
        """
        Bring the whole file to ``output_file``; pooch checks its hash and renames it.

        Parameters
        ----------
        url : str
            Where from.
        output_file : str
            A temporary file of pooch's.
        pooch : object
            Not used; part of pooch's call.
        check_only : bool
            Not used; part of pooch's call.

        Raises
        ------
        DiskFull, Refused, Cut
        """
        for attempt in range(ATTEMPTS):
            before = self._size()
            try:
                self._receive(url)
                break
            except Cut:
                # going on is worth it only while each attempt brings something
                if attempt == ATTEMPTS - 1 or self._size() <= before:
                    raise
        self.part.replace(output_file)

    def _size(self) -> int:
        """Bytes received so far, also in an earlier run."""
        return self.part.stat().st_size if self.part.exists() else 0

    def _receive(self, url: str) -> None:
        """Ask for what is missing and append it to the part."""
        import requests

        have = self._size()
        # 'identity': a range of a compressed answer would be a range of other bytes
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        try:
            with requests.get(
                url, headers=headers, stream=True, timeout=self.timeout_seconds
            ) as response:
                answer = _understand(response, have)
                if answer is not None:
                    self._write(response, answer)
        except requests.exceptions.RequestException as error:
            began = isinstance(error, requests.exceptions.ChunkedEncodingError)
            if began or self._size() > have:
                raise Cut(self._cut_message()) from error
            raise Refused(_why(error)) from error
        if answer is None:  # the part does not fit: once more, from zero
            self.part.unlink()
            self._receive(url)

    def _write(self, response: Any, answer: _Answer) -> None:
        """Append the body to the part, or begin it anew."""
        if answer.start and answer.start == answer.total:
            return
        done = answer.start
        try:
            with self.part.open("ab" if answer.start else "wb") as file:
                for chunk in self._chunks(response, answer):
                    file.write(chunk)
                    done += len(chunk)
                    self.report(done, answer.total)
        except OSError as error:
            if error.errno in DISK_FULL:
                self.part.unlink(missing_ok=True)
                raise DiskFull(
                    f"no space left on the disk of {self.part.parent}"
                ) from (error)
            raise
        if answer.total is not None and done < answer.total:
            raise Cut(self._cut_message())

    def _chunks(self, response: Any, answer: _Answer) -> Iterator[bytes]:
        """Pass the body on, unless it begins like a web page."""
        chunks: Iterator[bytes] = response.iter_content(CHUNK_BYTES)
        for number, chunk in enumerate(chunks):
            if number == 0 and answer.start == 0 and looks_like_html(chunk):
                raise Refused(_HTML)
            yield chunk

    def _cut_message(self) -> str:
        """Say how far it came."""
        return f"the connection was cut after {self._size()} bytes"


def _understand(response: Any, have: int) -> _Answer | None:
    """Read status and headers; None if what is here cannot be continued."""
    status, headers = response.status_code, response.headers
    begin, total = _content_range(headers.get("Content-Range", ""))
    if status == 416 and have:
        return _Answer(have, have) if total == have else None
    if status >= 400:
        raise Refused(f"the server answers {status} {response.reason}".rstrip())
    if headers.get("Content-Type", "").startswith("text/html"):
        raise Refused(_HTML)
    if status == 206:
        return _Answer(have, total) if begin == have else None
    length = headers.get("Content-Length")
    return _Answer(0, int(length) if length else None)


def _content_range(header: str) -> tuple[int | None, int | None]:
    """Parse ``bytes 5-9/10`` or ``bytes */10`` into first byte and total."""
    found = re.fullmatch(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", header)
    if not found:
        return None, None
    begin, total = found.groups()
    return (
        int(begin) if begin else None,
        int(total) if total and total != "*" else None,
    )


def _why(error: Exception) -> str:
    """Give the reason at the bottom of a chain of wrapped errors, in few words."""
    text = str(error)
    if "timed out" in text.lower():
        return "no answer in time"
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    return f"no connection ({type(cause).__name__}: {str(cause)[:120]})"
