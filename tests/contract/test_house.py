"""The project keeps its own rules: places, words, sizes, sources, secrets."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

import devnorms
from devnorms.cli.app import app
from devnorms.sources.registry import datasets

LONGEST_MODULE = 500
CHILD_LEVEL = re.compile(
    r"(?:^|[,\t\"])(?:subjid|child_id|study_id)(?:[,\t\"]|$)", re.IGNORECASE
)
HOSTS = ("pypi" + r"\.org", "python" + r"hosted\.org", "registry" + r"\.npmjs")


@pytest.fixture(scope="session")
def tracked(root: Path) -> list[Path]:
    """All files that git tracks, or would."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607
        cwd=root, capture_output=True, text=True, check=False,
    ).stdout.split("\0")  # fmt: skip
    files = [root / name for name in listed if name and (root / name).is_file()]
    # A source archive is no checkout: then every file counts.
    return files or [
        p for p in root.rglob("*") if p.is_file() and ".venv" not in p.parts
    ]


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="ignore")


def _section(text: str, heading: str) -> str:
    """One section of a Markdown file."""
    return text.split(f"## {heading}\n")[1].split("\n## ", maxsplit=1)[0]


def _rows(section: str) -> list[list[str]]:
    """Cells of the table in a section, without its head."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_no_module_is_too_long_or_named_after_nothing(root: Path) -> None:
    modules = list((root / "devnorms").rglob("*.py"))
    assert len(modules) > 50
    long = {
        p.name: n
        for p in modules
        if "migrations" not in p.parts  # written by Django
        and (n := len(_text(p).splitlines())) > LONGEST_MODULE
    }
    assert long == {}
    shapeless = {"utils", "util", "helpers", "misc", "common"}
    assert [p for p in modules if shapeless & {*p.parts, p.stem.strip("_")}] == []


def test_the_layers_on_the_page_are_those_that_are_enforced(root: Path) -> None:
    settings = tomllib.loads(_text(root / "pyproject.toml"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    enforced = next(c for c in contracts if c["type"] == "layers")
    rows = _rows(_section(_text(root / "ARCHITECTURE.md"), "Layers, from the top"))
    written = [re.findall(r"`(\w+)`", rooms) for _, rooms in rows]
    assert written == [layer.split(" | ") for layer in enforced["layers"]]
    assert enforced["exhaustive"] is True


def test_every_room_on_the_page_exists_and_every_room_is_on_the_page(
    root: Path,
) -> None:
    rows = _rows(_section(_text(root / "ARCHITECTURE.md"), "Rooms"))
    written = {row[0].strip("`") for row in rows}
    package = root / "devnorms"
    there = {p.stem for p in package.iterdir() if p.is_dir() or p.suffix == ".py"} - {
        "__init__",
        "__pycache__",
        "_bundled",
    }
    assert written == there


def test_every_verb_on_the_page_is_a_function_of_its_room(root: Path) -> None:
    from importlib import import_module

    rows = _rows(_section(_text(root / "ARCHITECTURE.md"), "Rooms"))
    for room, _, verbs in rows:
        for verb in re.findall(r"`([a-z_]+)`", verbs):
            assert callable(getattr(import_module(f"devnorms.{room.strip('`')}"), verb))


def test_every_folder_on_the_page_exists(root: Path) -> None:
    rows = _rows(_section(_text(root / "ARCHITECTURE.md"), "Other folders"))
    assert len(rows) > 4
    assert [row[0] for row in rows if not (root / row[0].strip("`/")).is_dir()] == []


def test_every_command_is_in_the_readme(root: Path) -> None:
    written = set(
        re.findall(r"`devnorms (\w+)", _section(_text(root / "README.md"), "Commands"))
    )
    assert written == set(get_command(app).commands)


def test_every_make_target_named_in_a_page_exists(root: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", _text(root / "Makefile"), re.MULTILINE))
    pages = [
        root / name for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")
    ]
    named = {
        t for page in pages for t in re.findall(r"(?:    |`)make ([a-z]+)", _text(page))
    }
    assert {"demo", "test"} <= named
    assert named <= targets


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_link_between_pages_leads_somewhere(root: Path, page: str) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", _text(root / page))
    assert targets
    assert [t for t in targets if not (root / t).exists()] == []


def test_every_word_of_the_glossary_is_explained_once(root: Path) -> None:
    rows = _rows(_text(root / "docs" / "glossary.md").replace("# Words", "## Words"))
    words = [word for row in rows for word in re.findall(r"\*\*([^*]+)\*\*", row[0])]
    assert {"population", "milestone", "item", "link", "leaf", "norm set"} <= set(words)
    assert len(words) == len(set(words))
    assert all(len(row[1]) > 10 for row in rows)


@pytest.mark.parametrize("name", sorted(datasets()))
def test_every_source_has_card_citation_licence_and_hashes(
    root: Path, name: str
) -> None:
    source = datasets()[name]
    assert source.licence
    assert source.licence_url.startswith("https://")
    assert source.citation
    assert source.version
    assert source.files
    assert all(re.fullmatch(r"[0-9a-f]{64}", h) for h in source.files.values())
    card = _text(root / source.card)
    for part in (source.licence_url, source.doi, source.version):
        assert part in card


def test_no_tracked_file_names_a_package_registry(tracked: list[Path]) -> None:
    pattern = re.compile("|".join(HOSTS), re.IGNORECASE)
    assert [str(p) for p in tracked if pattern.search(_text(p))] == []


def test_no_tracked_file_names_a_folder_of_a_person(
    root: Path, tracked: list[Path]
) -> None:
    somebodys = re.compile(r"/(?:home|Users)/[a-z]\w+/|/root/\.\w+")
    places = [re.escape(str(root)), re.escape(str(root.parent) + "/shared")]
    pattern = re.compile("|".join([somebodys.pattern, *places]))
    assert [str(p) for p in tracked if pattern.search(_text(p))] == []


def test_no_tracked_table_looks_like_rows_of_children(
    root: Path, tracked: list[Path]
) -> None:
    tables = [p for p in tracked if p.suffix in {".csv", ".tsv", ".txt"}]
    assert len(tables) > 10
    heads = {p: _text(p).partition("\n")[0] for p in tables}
    assert [p for p, head in heads.items() if CHILD_LEVEL.search(head)] == []


def test_no_tracked_file_is_large(tracked: list[Path]) -> None:
    most = {"embedded.npz": 8_000_000}  # weights of the annotation helper
    large = [p for p in tracked if p.stat().st_size > most.get(p.name, 2_000_000)]
    assert large == []
    bundle = sum(p.stat().st_size for p in tracked if "milestones" in p.parts)
    assert 0 < bundle <= 2_000_000


def test_no_notebook_is_tracked_with_outputs(tracked: list[Path]) -> None:
    assert [
        p for p in tracked if p.suffix == ".ipynb" and '"output_type"' in _text(p)
    ] == []


def test_the_citation_file_says_what_it_must(root: Path) -> None:
    cited = yaml.safe_load(_text(root / "CITATION.cff"))
    assert cited["cff-version"] == "1.2.0"
    assert cited["type"] == "software"
    assert cited["version"] == devnorms.__version__
    assert cited["license"] == "Apache-2.0"
    assert cited["message"]
    assert cited["title"].startswith("devnorms")
    assert cited["authors"] == [{"name": "The devnorms developers"}]
    known = {
        "cff-version", "message", "type", "title", "abstract", "authors", "version",
        "license", "keywords", "references", "date-released", "doi", "url",
        "repository-code", "identifiers", "contact", "commit", "preferred-citation",
        "license-url", "repository", "repository-artifact",
    }  # fmt: skip
    assert set(cited) <= known
    for reference in cited["references"]:
        assert {"type", "title", "authors"} <= set(reference)


def test_the_changelog_speaks_of_this_version_and_of_numbers(root: Path) -> None:
    text = _text(root / "CHANGELOG.md")
    assert f"## {devnorms.__version__}" in text
    assert "### Numbers that change" in text


def test_the_licence_is_the_plain_apache_text(root: Path) -> None:
    text = _text(root / "LICENSE")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "Copyright [yyyy] [name of copyright owner]" in text


def test_the_lock_pins_and_hashes_all_that_the_project_asks_for(root: Path) -> None:
    lock = _text(root / "requirements" / "lock.txt")
    pinned = {name.lower() for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    entries = re.split(r"\n(?=[\w.-]+==)", lock)
    assert [e.partition(" ")[0] for e in entries if "--hash=sha256:" not in e] == []
    settings = tomllib.loads(_text(root / "pyproject.toml"))
    asked = list(settings["project"]["dependencies"])
    asked += settings["project"]["optional-dependencies"]["lab"]
    for group in settings["dependency-groups"].values():
        asked += [entry for entry in group if isinstance(entry, str)]
    names = {re.match(r"[\w.-]+", entry)[0].lower() for entry in asked}  # type: ignore[index]
    assert names <= pinned


def test_ci_runs_make_test_and_nothing_else(root: Path) -> None:
    lines = [
        line for line in _text(root / ".ci" / "run").splitlines()
        if line and not line.startswith("#")
    ]  # fmt: skip
    assert lines == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "exec make test"]
    assert (root / ".ci" / "run").stat().st_mode & 0o111
