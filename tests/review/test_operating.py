"""What the operator does, on a site of its own: copies, kills, many writers."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.review.serving import Served, command, environment, free_port, inside

WRITE = """
from devnorms.review.models.audit import record
who, times = sys.argv[1], int(sys.argv[2])
for n in range(times):
    record("wrote", f"{who} {n}")
    print(f"{who} {n}", flush=True)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A site as `init` makes it; copied by each test that changes it."""
    folder = tmp_path_factory.mktemp("made") / "site"
    done = command("init", "--site", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def folder(made, tmp_path) -> Path:
    shutil.copytree(made, tmp_path / "site")
    return tmp_path / "site"


def kept(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / "review.sqlite3")) as database:
        rows = database.execute(
            "SELECT what FROM review_auditevent WHERE action = 'wrote'"
        )
        return {what for (what,) in rows}


def writer(folder: Path, who: str, times: int) -> subprocess.Popen[str]:
    head = (
        "import sys; from pathlib import Path; from devnorms.review import operating;"
        f"operating.start(Path({str(folder)!r}))\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", head + WRITE, who, str(times)],
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_eight_writers_at_once_lose_nothing_and_meet_no_lock(folder):
    writers = [writer(folder, f"writer{n}", 25) for n in range(8)]
    said = [one.communicate(timeout=120) for one in writers]
    assert [one.returncode for one in writers] == [0] * 8, [err for _, err in said]
    assert len(kept(folder)) == 200
    assert inside(folder, "from devnorms.review.models.audit import faults\n"
                  "print(faults())").strip() == "[]"  # fmt: skip


def test_a_process_cut_off_while_writing_loses_nothing_it_had_said(folder):
    one, said = writer(folder, "cut", 100_000), []
    assert one.stdout
    for line in one.stdout:
        said.append(line.strip())
        if len(said) == 60:
            break
    one.send_signal(signal.SIGKILL)
    said += [line.strip() for line in one.communicate()[0].splitlines() if line]
    assert one.returncode == -signal.SIGKILL
    whole = [line for line in said if line.count(" ") == 1]
    assert set(whole[:60]) <= kept(folder)
    assert len(kept(folder)) - len(whole) in (0, 1), "one kept, not yet said"
    assert command("check", "--site", folder).returncode == 0


def test_a_copy_made_while_somebody_writes_is_whole_and_can_be_restored(
    folder, tmp_path
):
    one = writer(folder, "busy", 100_000)
    assert one.stdout
    before = [one.stdout.readline().strip() for _ in range(30)]
    done = command("backup", tmp_path / "copy.zip", "--site", folder)
    assert one.poll() is None, "still writing"
    one.kill()
    one.communicate()
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "copy.zip").stat().st_mode & 0o077 == 0
    done = command("restore", tmp_path / "copy.zip", "--site", tmp_path / "again")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Sound" in done.stdout
    restored = kept(tmp_path / "again")
    assert set(before) <= restored <= kept(folder)
    assert restored == {f"busy {n}" for n in range(len(restored))}, "no gap"


def test_a_changed_copy_or_a_used_folder_is_refused(folder, tmp_path):
    copy, changed = tmp_path / "copy.zip", tmp_path / "changed.zip"
    assert command("backup", copy, "--site", folder).returncode == 0
    assert command("backup", copy, "--site", folder).returncode == 2
    with zipfile.ZipFile(copy) as held, zipfile.ZipFile(changed, "w") as out:
        for name in held.namelist():
            out.writestr(name, held.read(name) + b" " * (name == "secret.key"))
    for file, where in ((changed, tmp_path / "new"), (copy, folder)):
        done = command("restore", file, "--site", where)
        assert done.returncode in (1, 2)
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".restore-*"))


def test_a_tampered_line_of_the_audit_makes_the_check_fail(folder):
    inside(folder, WRITE, "a", 3)
    assert command("check", "--site", folder).returncode == 0
    with closing(sqlite3.connect(folder / "review.sqlite3")) as database, database:
        database.execute("DROP TRIGGER review_auditevent_no_UPDATE")
        database.execute("UPDATE review_auditevent SET what = 'b' WHERE what = 'a 1'")
    done = command("check", "--site", folder)
    assert done.returncode == 1
    assert "was changed" in done.stdout
    assert "review_auditevent_no_UPDATE is gone" in done.stdout


def test_files_that_others_can_read_make_the_check_fail(folder):
    (folder / "secret.key").chmod(0o644)
    done = command("check", "--site", folder)
    assert done.returncode == 1
    assert "chmod go-rwx" in done.stdout


LATER = """
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial")]
    operations = [migrations.AddField("community", "motto",
                                      models.CharField(default="", max_length=9))]
"""
UPGRADE = """
from django.conf import settings
settings.MIGRATION_MODULES = {"review": "later"}
print(operating.upgrade())
from devnorms.review.guards import missing
print(missing())
"""


def test_an_upgrade_copies_the_site_first_and_keeps_all_rows(folder, tmp_path, root):
    inside(folder, WRITE, "a", 3)
    later = tmp_path / "lib" / "later"
    later.mkdir(parents=True)
    (later / "__init__.py").touch()
    first = root / "devnorms/review/migrations/0001_initial.py"
    shutil.copy(first, later / "0001_initial.py")
    (later / "0002_motto.py").write_text(LATER)
    code = f"sys.path.insert(0, {str(tmp_path / 'lib')!r})\n" + UPGRADE
    copy, missing = inside(folder, code).splitlines()
    assert missing == "[]"
    assert kept(folder) == {"a 0", "a 1", "a 2"}
    with closing(sqlite3.connect(folder / "review.sqlite3")) as database:
        names = [
            row[1] for row in database.execute("PRAGMA table_info(review_community)")
        ]
    assert "motto" in names
    done = command("restore", copy, "--site", tmp_path / "before")
    assert done.returncode == 0, done.stdout + done.stderr
    assert kept(tmp_path / "before") == {"a 0", "a 1", "a 2"}


def test_nothing_is_copied_when_nothing_is_to_be_upgraded(folder):
    assert inside(folder, "print(operating.upgrade())").strip() == "None"


def test_names_of_deleted_accounts_are_in_no_later_copy(folder, tmp_path):
    code = """
from devnorms.review.models import User
from devnorms.review.views.mine import anonymise
made = User.objects.create_user("xxnamexx", None, "x", display_name="xxnamexx")
made.emailaddress_set.create(email="xxnamexx@example.org")
"""
    inside(folder, code)
    inside(folder, "from devnorms.review.models import User\n"
           "from devnorms.review.views.mine import anonymise\n"
           "anonymise(User.objects.get(username='xxnamexx'))")  # fmt: skip
    assert command("backup", tmp_path / "copy.zip", "--site", folder).returncode == 0
    with zipfile.ZipFile(tmp_path / "copy.zip") as held:
        assert b"xxnamexx" not in held.read("review.sqlite3")


def test_a_site_with_tls_passes_the_check_for_deployment(tmp_path):
    folder = tmp_path / "tls"
    done = command("init", "--site", folder, "--address", "https://review.example.org")
    assert done.returncode == 0, done.stderr
    assert "Sound" in command("check", "--site", folder).stdout
    told = inside(folder, """
from django.conf import settings as s
from django.core.checks import run_checks
print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0,
      s.SECURE_SSL_REDIRECT, s.DEBUG, s.SESSION_COOKIE_NAME)
print([one.id for one in run_checks(include_deployment_checks=True)
       if not one.is_silenced()])
""")  # fmt: skip
    assert told.splitlines() == ["True True True True False __Host-session", "[]"]


@pytest.mark.parametrize(
    "words",
    [
        ("--address", "review.example.org"),
        ("--address", "ftp://review.example.org"),
        ("--database", "mysql://u:secret-word@h/d"),
        ("--smallest-cell", "3"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_in_words(tmp_path, words):
    done = command("init", "--site", tmp_path / "x", *words)
    assert done.returncode == 2
    assert "must be" in done.stderr
    assert "secret-word" not in done.stderr
    assert not (tmp_path / "x").exists()


def test_smtp_settings_are_used_and_the_password_is_shown_nowhere(folder):
    file = folder / "site.json"
    told = json.loads(file.read_text())
    told["mail"] = {"host": "mail.example.org", "user": "u", "password": "secret-word"}
    file.write_text(json.dumps(told))
    said = inside(folder, "from django.conf import settings as s\n"
                  "m = s.MAILERS['default']; print(m['BACKEND'], m['OPTIONS']['host'],"
                  "m['OPTIONS']['use_tls'])")  # fmt: skip
    assert said.split() == [
        "django.core.mail.backends.smtp.EmailBackend", "mail.example.org", "True",
    ]  # fmt: skip
    assert "secret-word" not in command("check", "--site", folder).stdout


def test_a_served_site_survives_being_cut_off(folder):
    port = free_port()
    served = Served(folder, port)
    served.end(signal.SIGKILL)
    again = Served(folder, port)
    again.end()
    assert command("check", "--site", folder).returncode == 0


def test_the_factor_of_a_lost_phone_is_taken_off_and_stewards_see_it(folder):
    code = """
from tests.review import making
at = making.community("here")
making.person("sol", "steward", at=at)
"""
    inside(folder, code)
    assert command("forget-factor", "sol", "--site", folder).returncode == 0
    look = """
from devnorms.review.models import *
print(User.objects.get().authenticator_set.count())
print(AuditEvent.objects.filter(community="here").last().action)
"""
    said = inside(folder, look)
    assert said.strip() == "0\ntook off second factor"
    assert command("forget-factor", "nobody", "--site", folder).returncode == 2
