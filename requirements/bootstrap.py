"""
Make `.venv` with pinned, hash-checked packages, starting from any python3 (>= 3.6).

Run by `make`. Only the standard library is used and nothing is put outside the
checkout, apart from uv's own cache. Steps: bring uv with some pip that works; find an
interpreter that really runs devnorms, or let uv fetch one; make `.venv`; install what
`lock.txt` pins, then devnorms itself. A second run sees the stamp and does nothing.
"""

import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
VENV = os.path.join(ROOT, ".venv")
BOOT = os.path.join(ROOT, ".cache", "boot")
STAMP = os.path.join(VENV, ".devnorms-stamp")
MINORS = (12, 13, 14)
"""Python 3.12 is tried first: it is the one tested most."""

OLDEST_PIP = 20
"""Older ones do not know today's wheel names; `old-pip.txt` replaces them."""


def say(text):
    """Print one line of progress on stderr."""
    sys.stderr.write("devnorms: " + text + "\n")
    sys.stderr.flush()


def stop(text):
    """End with a message a person can act on."""
    say(text)
    sys.exit(1)


def output(command, env=None):
    """Give what a command prints, or None where it cannot be run or fails."""
    try:
        done = subprocess.run(
            command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def runs(python, oldest=(3, 6)):
    """Whether an interpreter really starts: the shims of pyenv exist but may not."""
    code = "import sys; print(sys.version_info[:2] >= %r)" % (oldest,)
    return (output([python, "-c", code]) or "").strip() == "True"


def pyenv_pythons(pattern):
    """Interpreters that pyenv installed; they run without being selected."""
    root = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    return sorted(glob.glob(os.path.join(root, "versions", pattern, "bin", "python3")))


def find_python():
    """Give an interpreter of a fitting version that really runs, or None."""
    for minor in MINORS:
        name = "python3.%d" % minor
        named = [shutil.which(name), shutil.which("python3"), sys.executable]
        for python in [*named, *pyenv_pythons("3.%d.*" % minor)]:
            if python and is_minor(python, minor):
                return python
    return None


def is_minor(python, minor):
    """Whether an interpreter is CPython 3.<minor> and can be started."""
    code = "import sys; print(sys.implementation.name, *sys.version_info[:2])"
    return (output([python, "-c", code]) or "").split() == ["cpython", "3", str(minor)]


def pinned(name):
    """Give the version that a requirements file pins."""
    with open(os.path.join(HERE, name)) as lines:
        return re.search(r"==(\S+)", lines.read()).group(1)


def bring_uv():
    """Give a uv of the pinned version, installed inside the checkout."""
    given = os.environ.get("UV")
    if given:
        return given
    folder = os.path.join(BOOT, "uv-" + pinned("uv.txt"))
    uv = os.path.join(folder, "bin", "uv")
    if output([uv, "--version"]):
        return uv
    shutil.rmtree(folder, ignore_errors=True)
    say("bringing uv %s into %s" % (pinned("uv.txt"), os.path.relpath(folder, ROOT)))
    pip = working_pip()
    if pip is not None and install_uv(pip, folder) and output([uv, "--version"]):
        return uv
    other = shutil.which("uv")
    if other and output([other, "--version"]):
        say("using the uv that is already here: " + other)
        return other
    reason = (
        "none of the python3 here has pip or venv. Install one of them (Debian and "
        "Ubuntu: `apt install python3-venv`; Fedora: `dnf install python3-pip`), "
        if pip is None
        else "pip could not install it (its message is above). Check the connection "
        "and pip's own settings (`pip config list`), "
    )
    stop("uv is needed and could not be brought: " + reason + "or install uv yourself.")


def working_pip():
    """Give a pip that knows today's wheels, as (command, environment), or None."""
    newest_first = reversed([p for m in range(6, 15) for p in pyenv_pythons("3.%d.*" % m)])
    for python in [sys.executable, shutil.which("python3"), *newest_first]:
        if not python or not runs(python):
            continue
        pip = pip_of(python)
        if pip is not None:
            return pip
    return None


def pip_of(python):
    """Give a usable pip of one interpreter, or None."""
    command, env = [python, "-m", "pip"], dict(os.environ, PIP_ROOT_USER_ACTION="ignore")
    version = output([*command, "--version"])
    if version is None:
        folder = os.path.join(BOOT, "venv")
        if output([python, "-m", "venv", "--clear", folder]) is None:
            return None
        command = [os.path.join(folder, "bin", "python"), "-m", "pip"]
        version = output([*command, "--version"])
    if version is None:
        return None
    if int(version.split()[1].split(".")[0]) < OLDEST_PIP:
        folder = os.path.join(BOOT, "pip-" + pinned("old-pip.txt"))
        if not install((command, env), "old-pip.txt", folder):
            return None
        env["PYTHONPATH"] = folder
    return command, env


def install_uv(pip, folder):
    """Install uv; it is a program of its own and asks for no version of Python."""
    return install(pip, "uv.txt", folder, "--ignore-requires-python")


def install(pip, requirements, folder, *options):
    """Install a pinned, hash-checked requirements file into a folder of its own."""
    command, env = pip
    done = subprocess.run(
        [
            *command, "install", "--quiet", "--disable-pip-version-check",
            "--no-deps", "--only-binary", ":all:", "--require-hashes",
            "--target", folder, "-r", os.path.join(HERE, requirements), *options,
        ],
        env=env,
    )  # fmt: skip
    return done.returncode == 0


def with_index_settings(env):
    """Hand pip's own settings (mirror, extra folders) on to uv, unless uv has some."""
    for pip_name, uv_name in (
        ("index-url", "UV_DEFAULT_INDEX"),
        ("extra-index-url", "UV_INDEX"),
        ("find-links", "UV_FIND_LINKS"),
        ("cert", "SSL_CERT_FILE"),
    ):
        value = pip_setting(pip_name)
        if value and not env.get(uv_name):
            env[uv_name] = ",".join(value.split()) if "FIND" in uv_name else value
    return env


def pip_setting(name):
    """Give one setting of pip, from the environment or its files, or None."""
    given = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if given:
        return given
    for scope in ("global", "install"):
        command = [sys.executable, "-m", "pip", "config", "get", scope + "." + name]
        found = output(command)
        if found and found.strip():
            return found.strip()
    return None


def provide_python(uv):
    """Give an interpreter from this machine, or one that uv has or fetches."""
    python = find_python()
    if python:
        return python
    wanted = "3.%d" % MINORS[0]
    found = output([uv, "python", "find", ">=3.%d,<3.%d" % (MINORS[0], MINORS[-1] + 1)])
    if found and runs(found.strip(), (3, MINORS[0])):
        return found.strip()
    say("no Python >= %s runs here; uv fetches one" % wanted)
    if subprocess.run([uv, "python", "install", wanted]).returncode == 0:
        return output([uv, "python", "find", wanted]).strip()
    stop(
        "devnorms needs Python >= %s. None was found on PATH or in pyenv, and uv could "
        "not fetch one (its message is above). Install Python %s (your system's "
        "packages, or `pyenv install %s`) and run make again." % ((wanted,) * 3)
    )


def wanted_stamp():
    """Hash what the environment is made from."""
    digest = hashlib.sha256()
    for name in ("requirements/lock.txt", "requirements/bootstrap.py", "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as content:
            digest.update(content.read())
    return digest.hexdigest() + " " + ROOT + "\n"


def is_current():
    """Whether `.venv` was made from the present lock, in this place, and runs."""
    try:
        with open(STAMP) as text:
            same = text.read() == wanted_stamp()
    except OSError:
        return False
    return same and runs(os.path.join(VENV, "bin", "python"), (3, MINORS[0]))


def make_environment(uv):
    """Make or mend `.venv`: exactly what the lock says, then devnorms itself."""
    env = with_index_settings(dict(os.environ))
    python = os.path.join(VENV, "bin", "python")
    if not runs(python, (3, MINORS[0])):
        base = provide_python(uv)
        say("making .venv with %s" % base)
        run([uv, "venv", "--quiet", "--clear", "--python", base, VENV], env)
    if os.path.exists(STAMP):
        os.remove(STAMP)
    say("installing what requirements/lock.txt pins (hash-checked)")
    lock = os.path.join(HERE, "lock.txt")
    run([uv, "pip", "sync", "--python", python, "--require-hashes", lock], env)
    itself = ["--no-deps", "--no-build-isolation", "--editable", ROOT]
    run([uv, "pip", "install", "--quiet", "--python", python, *itself], env)
    with open(STAMP, "w") as stamp:
        stamp.write(wanted_stamp())


def run(command, env):
    """Run a step; end with its own message where it fails."""
    if subprocess.run(command, env=env).returncode != 0:
        stop("this step failed: %s. Run make again once mended." % " ".join(command))


def main():
    """Make the environment, lock again, or do nothing where nothing changed."""
    if sys.argv[1:] == ["lock"]:
        uv = bring_uv()
        run([uv, *LOCK], with_index_settings(dict(os.environ)))
    elif not is_current():
        make_environment(bring_uv())
        say("ready: .venv")


LOCK = [
    "pip", "compile", "--quiet", "--universal", "--python-version", "3.12",
    "--generate-hashes", "--no-emit-index-url", "--no-header",
    "--extra", "lab", "--group", "dev",
    "--output-file", os.path.join("requirements", "lock.txt"), "pyproject.toml",
]  # fmt: skip

if __name__ == "__main__":
    os.chdir(ROOT)
    main()
