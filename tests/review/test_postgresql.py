"""The same site on a real PostgreSQL server of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.review.serving import command, free_port, inside

FOUND = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
WALK = """
from devnorms.review.models import *
from devnorms.review.models.audit import record, faults
from tests.review import making
here = making.community("here")
ana = making.person("ana", "reviewer", at=here)
one = making.result(here)
client = making.browser(ana)
host = {"headers": {"host": "127.0.0.1"}}
told = {"verdict": "fits", "version": one.content_sha256}
print(client.post(f"/r/{one.public_id}/answer/", told, **host).status_code)
print(client.get(f"/r/{one.public_id}/", **host).status_code)
print(Opinion.objects.count(), faults())
from django.db import DatabaseError, transaction
for change in (Opinion.objects.update, AuditEvent.objects.all().delete):
    try:
        with transaction.atomic():
            change(**({"text": "x"} if change == Opinion.objects.update else {}))
    except DatabaseError as error:
        print("refused", "append-only" in str(error))
"""
MANY = """
from concurrent.futures import ThreadPoolExecutor
from django.db import connection
from devnorms.review.models.audit import record, faults
def write(n):
    for m in range(20):
        record("wrote", f"{n} {m}")
    connection.close()
with ThreadPoolExecutor(8) as pool:
    list(pool.map(write, range(8)))
from devnorms.review.models import AuditEvent
print(AuditEvent.objects.filter(action="wrote").count(), faults())
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server in a folder; PostgreSQL refuses to run as root."""
    if not FOUND:
        pytest.skip("needs a PostgreSQL server (package postgresql)")
    as_root = os.getuid() == 0
    if as_root and "postgres" not in {one.pw_name for one in pwd.getpwall()}:
        pytest.skip("needs an account 'postgres', as root cannot run PostgreSQL")
    who = {"user": "postgres", "group": "postgres"} if as_root else {}
    home = Path(tempfile.mkdtemp(prefix="devnorms-pg-"))  # pytest's own are closed
    if as_root:
        shutil.chown(home, "postgres")
    tools, port = FOUND[-1].parent, free_port()

    def run(*words: object) -> None:
        subprocess.run(
            list(map(str, words)),
            check=True,
            cwd=home,
            timeout=60,
            stdout=subprocess.DEVNULL,
            **who,
        )  # type: ignore[call-overload]

    run(
        tools / "initdb",
        "-D",
        home / "data",
        "-A",
        "trust",
        "-U",
        "review",
        "-E",
        "UTF8",
    )
    run(
        tools / "pg_ctl",
        "-D",
        home / "data",
        "-w",
        "-l",
        home / "log",
        "-o",
        f"-p {port} -k {home} -c listen_addresses=127.0.0.1",
        "start",
    )
    try:
        for name in ("site", "again"):
            run(tools / "createdb", "-h", "127.0.0.1", "-p", port, "-U", "review", name)
        yield f"postgresql://review:x@127.0.0.1:{port}"
    finally:
        run(tools / "pg_ctl", "-D", home / "data", "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)


def test_a_site_on_postgresql_keeps_answers_guards_chain_and_copies(server, tmp_path):
    folder = tmp_path / "site"
    done = command("init", "--site", folder, "--database", f"{server}/site")
    assert done.returncode == 0, done.stderr
    assert inside(folder, WALK).split("\n")[:5] == [
        "302", "200", "1 []", "refused True", "refused True",
    ]  # fmt: skip
    assert inside(folder, MANY).strip() == "160 []"
    assert "Sound" in command("check", "--site", folder).stdout
    assert command("backup", tmp_path / "c.zip", "--site", folder).returncode == 0
    words = ("restore", tmp_path / "c.zip", "--site", tmp_path / "again", "--database")
    assert command(*words, f"{server}/site").returncode == 2, "holds a site already"
    done = command(*words, f"{server}/again")
    assert done.returncode == 0, done.stdout + done.stderr
    count = "from devnorms.review.models import *\nprint(Opinion.objects.count())"
    assert inside(tmp_path / "again", count).strip() == "1"
