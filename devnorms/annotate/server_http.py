"""
One POST to a server on this machine: no proxy, no redirect, a limit on what comes back.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from devnorms._base.errors import BadValueError, DevnormsError

CONSENT = "third_party_processing"
"""What a family must have agreed to before a text leaves this machine."""

_LONGEST_ANSWER = 4_000_000


class ServerError(DevnormsError, RuntimeError):
    """A server that gave no answer that can be used; no text of a report is in it."""


class RemoteHostError(DevnormsError, ValueError):
    """A server that is not on this machine, and was not named as allowed."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Follow nothing: the text would go to a host that nobody named."""
        return


def _opener() -> urllib.request.OpenerDirector:
    """Give what opens addresses: straight, whatever the surroundings name as proxy."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())


def checked_host(url: str, allowed: str | None) -> tuple[str, bool]:
    """
    Give the host of an address, and whether it is this machine.

    Parameters
    ----------
    url : str
        Of the server.
    allowed : str or None
        A host that is not this machine and may be used.

    Returns
    -------
    tuple of (str, bool)
        Host with port, and whether every address of it is loopback.

    Raises
    ------
    BadValueError
        If it is no http(s) address.
    RemoteHostError
        If it is not this machine and was not named.

    Examples
    --------
    >>> checked_host("http://127.0.0.1:8080/v1", None)
    ('127.0.0.1:8080', True)
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise BadValueError.parameter(
            "url",
            "an address such as http://127.0.0.1:8080/v1, without a password",
            url,
        )
    if _is_loopback(parts.hostname):
        return parts.netloc, True
    if allowed != parts.hostname:
        raise RemoteHostError(
            f"{parts.hostname} is not this machine. Reports are sent nowhere else, "
            f"unless you name the host (allow_host={parts.hostname!r}) and the family "
            f"of each report has agreed (consent {CONSENT!r})."
        )
    return parts.netloc, False


def _is_loopback(host: str) -> bool:
    """Whether every address that a name stands for is this machine's own."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    return bool(addresses) and all(
        ipaddress.ip_address(a).is_loopback for a in addresses
    )


def post(url: str, body: Mapping[str, Any], *, timeout: float) -> Any:
    """
    Send JSON and give the JSON that comes back.

    Parameters
    ----------
    url : str
        Where to; checked before with `checked_host`.
    body : mapping
        JSON-serialisable.
    timeout : float
        Seconds without a sign of life.

    Returns
    -------
    object

    Raises
    ------
    ServerError
        If there is no answer, an error, too much, or no JSON.
    """
    request = urllib.request.Request(  # noqa: S310  (the scheme was checked)
        url,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    try:
        with _opener().open(request, timeout=timeout) as answer:
            raw = answer.read(_LONGEST_ANSWER + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise ServerError(f"the server answered {error.code}") from None
    except (OSError, http.client.HTTPException) as error:
        raise ServerError(f"no answer ({type(error).__name__})") from None
    if len(raw) > _LONGEST_ANSWER:
        raise ServerError("the answer is too long")
    try:
        return json.loads(raw.decode())
    except (ValueError, RecursionError):
        raise ServerError("the answer is no JSON") from None
