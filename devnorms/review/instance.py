"""
A site on disk: one folder with its database, its secret and its settings.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from devnorms._base.errors import BadValueError, UnreadableFileError

SETTINGS = "site.json"
SECRET = "secret.key"  # noqa: S105  (a file name)
DATABASE = "review.sqlite3"
ENVIRONMENT = "DEVNORMS_REVIEW_SITE"


@dataclass(frozen=True)
class Site:
    """
    Where a site lives and how it is reached.

    Attributes
    ----------
    folder : pathlib.Path
        Holds everything; readable by its owner only.
    address : str
        What people type: links in mails and on paper start with it, never with what a
        request claims to be.
    hosts : tuple of str
        Names under which it answers.
    smallest_cell : int
        Counts below it are shown to nobody.
    mail : dict
        ``host, port, user, password, tls, sender``; empty: mails go to the console.
    database : str
        A PostgreSQL address, or empty for SQLite in the folder.
    """

    folder: Path
    address: str = "http://127.0.0.1:8765"
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    smallest_cell: int = 10
    mail: dict[str, str] = field(default_factory=dict)
    database: str = ""

    @property
    def secret(self) -> str:
        """Give the key that signs sessions and links: the first line of its file."""
        return self._secrets[0]

    @property
    def former_secrets(self) -> tuple[str, ...]:
        """Give keys of before, which still open what they signed: the other lines."""
        return self._secrets[1:]

    @property
    def _secrets(self) -> tuple[str, ...]:
        return tuple((self.folder / SECRET).read_text(encoding="utf-8").split())

    @property
    def is_https(self) -> bool:
        """Tell whether people reach it by TLS."""
        return self.address.startswith("https://")


def create_site(folder: Path, **choices: object) -> Site:
    """
    Make a site's folder; what is there already is left as it is.

    Parameters
    ----------
    folder : pathlib.Path
        New or empty.
    **choices
        See `Site`.

    Returns
    -------
    Site

    Raises
    ------
    BadValueError
        If a site, or anything else, is there already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BadValueError(
            f"{folder} is not empty. Name a new folder, or use the site that is there "
            f"(`devnorms review serve --site {folder}`)."
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    site = Site(folder.resolve(), **choices)  # type: ignore[arg-type]
    _write_private(folder / SECRET, secrets.token_urlsafe(50))
    if not site.database:
        _write_private(folder / DATABASE, "")  # SQLite's other files get its mode
    told = {key: value for key, value in asdict(site).items() if key != "folder"}
    _write_private(folder / SETTINGS, json.dumps(told, indent=2))
    return site


def load_site(folder: Path) -> Site:
    """
    Read a site's settings.

    Parameters
    ----------
    folder : pathlib.Path
        Made by `create_site`.

    Raises
    ------
    UnreadableFileError
        If there is no site, or its settings cannot be read.
    """
    file = folder / SETTINGS
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return Site(folder.resolve(), **{**told, "hosts": tuple(told["hosts"])})
    except FileNotFoundError:
        raise UnreadableFileError(
            f"{folder} holds no review site. Make one: "
            f"`devnorms review init --site {folder}`."
        ) from None
    except (ValueError, TypeError, KeyError) as error:
        raise UnreadableFileError(f"{file} cannot be read: {error}.") from None


def _write_private(file: Path, text: str) -> None:
    """Write a file that nobody else on this machine can read."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
