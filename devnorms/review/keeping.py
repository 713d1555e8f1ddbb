"""
Copies of a site: made while it is in use, restored elsewhere, made before an upgrade.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from devnorms._base.errors import BadValueError, UnreadableFileError
from devnorms.review.instance import DATABASE, SECRET, SETTINGS, Site, load_site

FORMAT = 1
DUMP = "review.dump"
COPIES = "backups"
DAYS_KEPT = 30
"""Copies made by upgrades are kept so long: they name accounts deleted since."""


def backup(site: Site, target: Path) -> Path:
    """
    Copy a site into one file while it is in use: database, settings and secret.

    Parameters
    ----------
    site : Site
        To be copied.
    target : pathlib.Path
        A new file (zip); readable by its owner only, and as secret as the site itself.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    BadValueError
        If the file exists, or PostgreSQL's own tools are missing.
    """
    if target.exists():
        raise BadValueError(f"{target} exists. Name a new file.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as draft:
        files = [site.folder / SETTINGS, site.folder / SECRET]
        files.append(_copy_database(site, Path(draft)))
        packed = Path(draft) / "packed.zip"
        _pack(packed, files)
        packed.chmod(0o600)
        _flush(packed)
        packed.replace(target)
    return target


def restore(file: Path, folder: Path, *, database: str = "") -> Site:
    """
    Make a site from a copy: whole or not at all.

    Parameters
    ----------
    file : pathlib.Path
        Made by `backup`.
    folder : pathlib.Path
        New or empty.
    database : str
        Another PostgreSQL address than the one in the copy; it must hold no site.

    Returns
    -------
    Site

    Raises
    ------
    UnreadableFileError
        If the file is no copy of a site, or was changed.
    BadValueError
        If the folder, or the database, is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BadValueError(f"{folder} is not empty. Name a new folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".restore-"))
    try:
        _unpack(file, draft)
        if database:
            _use_database(draft / SETTINGS, database)
        if (draft / DUMP).exists():
            _fill_postgresql(load_site(draft).database, draft / DUMP)
            (draft / DUMP).unlink()
        if folder.exists():
            folder.rmdir()
        draft.replace(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return load_site(folder)


def keep_before_upgrade(site: Site) -> Path | None:
    """
    Copy a site if its tables are about to be changed; remove copies that are too old.

    Parameters
    ----------
    site : Site
        That is up.

    Returns
    -------
    pathlib.Path or None
        The copy, if one was needed.
    """
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    copies = site.folder / COPIES
    for old in copies.glob("before-*.zip"):
        if time.time() - old.stat().st_mtime > DAYS_KEPT * 86400:
            old.unlink()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan or not executor.loader.applied_migrations:
        return None
    copies.mkdir(mode=0o700, exist_ok=True)
    return backup(site, copies / f"before-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.zip")


def _copy_database(site: Site, draft: Path) -> Path:
    """Copy the database as it is at one moment."""
    if site.database:
        _postgresql("pg_dump", site.database, "--format=custom", "--no-owner",
                    f"--file={draft / DUMP}")  # fmt: skip
        return draft / DUMP
    with (
        closing(sqlite3.connect(site.folder / DATABASE, timeout=60)) as source,
        closing(sqlite3.connect(draft / DATABASE)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        (found,) = copy.execute("PRAGMA integrity_check").fetchone()
    if found != "ok":
        raise UnreadableFileError(f"{site.folder / DATABASE} is damaged: {found}.")
    return draft / DATABASE


def _pack(packed: Path, files: list[Path]) -> None:
    """Put files and their hashes into one."""
    told = {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(),
        "sha256": {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files
        },
    }
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
        archive.writestr("manifest.json", json.dumps(told, indent=2))


def _unpack(file: Path, draft: Path) -> None:
    """Take the known files out of a copy, if they are what the manifest says."""
    try:
        with zipfile.ZipFile(file) as archive:
            told = json.loads(archive.read("manifest.json"))
            for name, sha256 in told["sha256"].items():
                if name not in {SETTINGS, SECRET, DATABASE, DUMP}:
                    raise UnreadableFileError(
                        f"{file} holds {name!r}: no copy of ours."
                    )
                held = archive.read(name)
                if hashlib.sha256(held).hexdigest() != sha256:
                    raise UnreadableFileError(f"{file}: {name} was changed.")
                (draft / name).write_bytes(held)
                (draft / name).chmod(0o600)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise UnreadableFileError(
            f"{file} is no copy of a site that can be read: {error}."
        ) from None


def _use_database(settings: Path, address: str) -> None:
    told = json.loads(settings.read_text(encoding="utf-8"))
    settings.write_text(json.dumps({**told, "database": address}), encoding="utf-8")


def _fill_postgresql(address: str, dump: Path) -> None:
    """Fill an empty database; one that holds a site is left alone."""
    held = _postgresql("psql", address, "-Atc",
                       "SELECT to_regclass('review_user') IS NOT NULL")  # fmt: skip
    if held.strip() != "f":
        raise BadValueError("The database holds a site already. Name an empty one.")
    _postgresql("pg_restore", address, "--no-owner", "--single-transaction",
                "--exit-on-error", str(dump))  # fmt: skip


def _postgresql(tool: str, address: str, *words: str) -> str:
    """Run one of PostgreSQL's own tools; the password is not on its command line."""
    program = shutil.which(tool)
    if program is None:
        raise BadValueError(
            f"{tool} is not on this machine. Install PostgreSQL's client programs."
        )
    told = urlsplit(address)
    names = {
        "PGHOST": told.hostname,
        "PGPORT": str(told.port or ""),
        "PGUSER": unquote(told.username or ""),
        "PGPASSWORD": unquote(told.password or ""),
        "PGDATABASE": told.path.lstrip("/"),
    }
    known = {name: value for name, value in names.items() if value}
    words = ("-d", known["PGDATABASE"], *words)
    done = subprocess.run(  # noqa: S603
        [program, *words],
        env={**os.environ, **known},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BadValueError(f"{tool} failed: {done.stderr.strip()[:400]}")
    return done.stdout


def _flush(file: Path) -> None:
    """Wait until a file is on the disk."""
    with file.open("rb") as held:
        os.fsync(held.fileno())
