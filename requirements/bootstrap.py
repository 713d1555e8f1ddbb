"""
Make `.venv` with pinned, hash-checked packages, starting from any python3 (>= 3.6).

Run by `make`. Only the standard library is used, and nothing is put outside the
checkout apart from uv's own cache. The steps: bring uv with some pip that works; find
an interpreter that really runs, or let uv fetch one; make `.venv`; install what
`lock.txt` pins, then devnorms itself. A second run sees the stamp and does nothing.
"""

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
STAMP = VENV / ".devnorms-stamp"
BOOT = ROOT / ".cache" / "boot"
LOCK = HERE / "lock.txt"

MINORS = (12, 13, 14)
"""Python 3.12 is tried first: it is the one tested most."""

OLDEST_PIP = 20
"""Older ones do not know today's wheel names; `old-pip.txt` replaces them."""

COMPILE = [
    "pip", "compile", "--quiet", "--universal", "--python-version", "3.12",
    "--generate-hashes", "--no-emit-index-url", "--no-header",
    "--extra", "lab", "--extra", "cluster", "--extra", "review", "--group", "dev",
    "--output-file", "requirements/lock.txt", "pyproject.toml",
]  # fmt: skip


def say(text):
    """Print one line of progress on stderr."""
    sys.stderr.write(f"devnorms: {text}\n")
    sys.stderr.flush()


def stop(text):
    """Give the exception that ends with a message a person can act on."""
    return SystemExit(f"devnorms: {text}")


def output(command):
    """Give what a command prints, or None where it cannot be run or fails."""
    try:
        done = subprocess.run(
            command, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def works(command, env):
    """Whether a step succeeds; it prints its own messages."""
    return subprocess.run(command, check=False, env=env).returncode == 0


def run(command, env):
    """Run a step that must succeed."""
    if not works(command, env):
        raise stop(f"this step failed: {' '.join(command)}\nMend it and make again.")


def version_of(python):
    """Give (major, minor) of a CPython that really starts, or None: shims may not."""
    code = "import sys; print(sys.implementation.name, *sys.version_info[:2])"
    words = (output([python, "-c", code]) or "").split()
    return tuple(map(int, words[1:])) if words[:1] == ["cpython"] else None


def pyenv_pythons(minor):
    """Interpreters that pyenv installed; they run without being selected."""
    root = Path(os.environ.get("PYENV_ROOT") or Path("~/.pyenv").expanduser())
    return [str(p) for p in sorted(root.glob(f"versions/3.{minor}.*/bin/python3"))]


def find_python():
    """Give an interpreter of a fitting version that really runs, or None."""
    for minor in MINORS:
        named = [shutil.which(f"python3.{minor}"), shutil.which("python3")]
        for python in [*named, sys.executable, *pyenv_pythons(minor)]:
            if python and version_of(python) == (3, minor):
                return python
    return None


def provide_python(uv):
    """Give an interpreter from this machine, or one that uv has or fetches."""
    wanted = f"3.{MINORS[0]}"
    found = find_python() or output([uv, "python", "find", f">={wanted},<3.15"])
    if found and version_of(found.strip()):
        return found.strip()
    say(f"no Python >= {wanted} runs here; uv fetches one")
    if works([uv, "python", "install", wanted], None):
        return output([uv, "python", "find", wanted]).strip()
    raise stop(
        f"devnorms needs Python >= {wanted}. None runs on this machine (looked on PATH "
        "and in pyenv), and uv could not fetch one (its message is above). Install "
        f"Python {wanted} (your system's packages, or `pyenv install {wanted}`) and "
        "run make again."
    )


def pinned(name):
    """Give the version that a requirements file pins."""
    return re.search(r"==(\S+)", (HERE / name).read_text()).group(1)


def bring_uv():
    """Give a uv of the pinned version, installed inside the checkout."""
    if os.environ.get("UV"):
        return os.environ["UV"]
    folder = BOOT / f"uv-{pinned('uv.txt')}"
    uv = str(folder / "bin" / "uv")
    if output([uv, "--version"]):
        return uv
    shutil.rmtree(str(folder), ignore_errors=True)
    say(f"bringing uv {pinned('uv.txt')} into {folder.relative_to(ROOT)}")
    pip = working_pip()
    # uv is a program of its own: whichever Python its package asks for is no matter.
    if pip and install(pip, "uv.txt", folder, "--ignore-requires-python"):
        return uv
    other = shutil.which("uv")
    if other and output([other, "--version"]):
        say(f"using the uv that is already here: {other}")
        return other
    reason = (
        "pip could not install it (its message is above). Check the connection and "
        "pip's own settings (`pip config list`)"
        if pip
        else "no python3 here has pip or venv. Install one of them (Debian and Ubuntu: "
        "`apt install python3-venv`; Fedora: `dnf install python3-pip`)"
    )
    raise stop(f"uv is needed and could not be brought: {reason}, or install uv.")


def working_pip():
    """Give the command and environment of a pip that knows today's wheels, or None."""
    named = [sys.executable, shutil.which("python3")]
    installed = [
        python for minor in range(14, 5, -1) for python in pyenv_pythons(minor)
    ]
    for python in [*named, *installed]:
        pip = pip_of(python) if python and version_of(python) else None
        if pip:
            return pip
    return None


def pip_of(python):
    """Give a usable pip of one interpreter, or None."""
    command = [python, "-m", "pip"]
    version = output([*command, "--version"])
    if version is None and output(
        [python, "-m", "venv", "--clear", str(BOOT / "venv")]
    ):
        command = [str(BOOT / "venv" / "bin" / "python"), "-m", "pip"]
        version = output([*command, "--version"])
    if version is None:
        return None
    env = dict(os.environ, PIP_ROOT_USER_ACTION="ignore")
    if int(version.split()[1].split(".")[0]) < OLDEST_PIP:
        folder = BOOT / f"pip-{pinned('old-pip.txt')}"
        if not install((command, env), "old-pip.txt", folder):
            return None
        env["PYTHONPATH"] = str(folder)
    return command, env


def install(pip, requirements, folder, *options):
    """Install a pinned, hash-checked requirements file into a folder of its own."""
    command, env = pip
    fixed = [
        "install", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--only-binary", ":all:", "--require-hashes",
        "--target", str(folder), "-r", str(HERE / requirements),
    ]  # fmt: skip
    return works([*command, *fixed, *options], env)


def uv_environment(only=("index-url", "extra-index-url", "find-links", "cert")):
    """Give the environment for uv: pip's own settings are handed on to it."""
    env = dict(os.environ)
    pip = pip_settings()
    for pip_name, uv_name in (
        ("index-url", "UV_DEFAULT_INDEX"),
        ("extra-index-url", "UV_INDEX"),
        ("find-links", "UV_FIND_LINKS"),
        ("cert", "SSL_CERT_FILE"),
    ):
        if pip_name in only and pip.get(pip_name):
            between = "," if pip_name == "find-links" else " "
            env.setdefault(uv_name, between.join(pip[pip_name].split()))
    if env.get("UV_INDEX"):
        # As pip does: the pinned version may stand in any of the places. Hashes are
        # checked, so a package of the same name from elsewhere cannot slip in.
        env.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    env.setdefault("UV_SYSTEM_CERTS", "true")
    return env


def pip_settings():
    """Give pip's settings by name, from its files and the environment."""
    listed = output([sys.executable, "-m", "pip", "config", "list"]) or ""
    found = re.findall(r"^[^.]+\.([a-z-]+)=(.+)$", listed, flags=re.MULTILINE)
    return {name: str(ast.literal_eval(value)) for name, value in found}


def wanted_stamp():
    """Hash what the environment is made from."""
    digest = hashlib.sha256()
    for file in (LOCK, Path(__file__), ROOT / "pyproject.toml"):
        digest.update(file.read_bytes())
    return f"{digest.hexdigest()} {ROOT}\n"


def is_current():
    """Whether `.venv` was made from the present lock, in this place, and runs."""
    made = STAMP.read_text() if STAMP.exists() else ""
    return made == wanted_stamp() and version_of(PYTHON) is not None


def make_environment(uv):
    """Make or mend `.venv`: exactly what the lock says, then devnorms itself."""
    env = uv_environment()
    if (version_of(PYTHON) or (0, 0)) < (3, MINORS[0]):
        base = provide_python(uv)
        say(f"making .venv with {base}")
        run([uv, "venv", "--quiet", "--clear", "--python", base, str(VENV)], env)
    if STAMP.exists():
        STAMP.unlink()
    say("installing what requirements/lock.txt pins, hash-checked")
    here = ["--python", PYTHON]
    run([uv, "pip", "sync", *here, "--require-hashes", str(LOCK)], env)
    itself = ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    run([uv, "pip", "install", "--quiet", *here, *itself], env)
    STAMP.write_text(wanted_stamp())
    say("ready: .venv")


def main():
    """Make the environment, or pin anew; do nothing where nothing changed."""
    os.chdir(str(ROOT))
    if sys.argv[1:] == ["lock"]:
        # Hashes of all files of a version, not only of those that a mirror here has.
        run([bring_uv(), *COMPILE], uv_environment(only=("index-url", "cert")))
    elif not is_current():
        make_environment(bring_uv())


if __name__ == "__main__":
    main()
