"""
The labels of Wordbank: languages, countries, and what the tables beside the data say.
"""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from devnorms.sources.wordbank.files import root_file
from devnorms.sources.wordbank.instrument import slug
from devnorms.sources.wordbank.rawfile import read_text

_HERE = "devnorms.sources.wordbank"
_CARDS = "datasets.csv"
_RENAMED = {"country_iso3": "country", "dataset_origin": "origin", "rows": "forms"}


@cache
def languages() -> dict[str, dict[str, str]]:
    """
    Give tag and usual country of each language label of Wordbank.

    Returns
    -------
    dict of str to dict of str to str
        ``bcp47`` and ``country`` by label.
    """
    text = resources.files(_HERE).joinpath("languages.csv").read_text("utf-8")
    return {row["language"]: row for row in csv.DictReader(io.StringIO(text))}


@cache
def countries() -> dict[str, str]:
    """
    Name the countries in which Wordbank's languages are collected.

    Returns
    -------
    dict of str to str
        ISO 3166-1 alpha-3 to name.
    """
    text = resources.files(_HERE).joinpath("countries.csv").read_text("utf-8")
    return {row["country"]: row["name"] for row in csv.DictReader(io.StringIO(text))}


@cache
def bundled() -> dict[str, dict[str, str]]:
    """
    Read the cards that come with the package.

    Returns
    -------
    dict of str to dict of str to str
        By data set.
    """
    text = resources.files(_HERE).joinpath("sets.csv").read_text("utf-8")
    return {row["stem"]: row for row in csv.DictReader(io.StringIO(text))}


def beside(root: Path) -> dict[str, dict[str, str]]:
    """
    Read ``datasets.csv`` beside the data, if it is there.

    Parameters
    ----------
    root : pathlib.Path
        Where data sets were looked for.

    Returns
    -------
    dict of str to dict of str to str
        By data set.
    """
    file = root_file(root, _CARDS)
    if file is None:
        return {}
    rows = csv.DictReader(io.StringIO(read_text(file)))
    return {
        row["stem"]: {
            _RENAMED.get(k, k): (v or "").strip() for k, v in row.items() if k
        }
        for row in rows
        if row.get("stem")
    }


def _forms(root: Path) -> dict[str, dict[str, Any]]:
    """Read ``instruments.json`` beside the data: folder to language, form and ages."""
    file = root_file(root, "instruments.json")
    if file is None:
        return {}
    try:
        listed = json.loads(read_text(file))
    except ValueError:
        return {}
    return {
        Path(entry["file"]).parent.name: entry
        for entry in listed
        if isinstance(entry, dict) and {"file", "language", "form"} <= set(entry)
    }


def form_of(folder: str, root: Path) -> dict[str, Any]:
    """
    Say language, form and ages of a folder, from a table or from its name.

    Parameters
    ----------
    folder : str
        Its name, for example ``"Spanish_Mexican_WS"``.
    root : pathlib.Path
        Where data sets were looked for.

    Returns
    -------
    dict
        ``language, form, ages`` (youngest and oldest month, or None).
    """
    entry = _forms(root).get(folder)
    if entry is not None:
        low, high = entry.get("age_min"), entry.get("age_max")
        ages = None if low is None or high is None else (int(low), int(high))
        return {"language": entry["language"], "form": entry["form"], "ages": ages}
    language, form = _named(folder)
    return {"language": language, "form": form, "ages": None}


def _named(folder: str) -> tuple[str, str]:
    """Take a folder's name apart: ``Spanish_Mexican_WS``."""
    name = slug(folder)
    known = sorted(languages(), key=len, reverse=True)
    for language in known:
        start = slug(language)
        if name.startswith(f"{start}_"):
            return language, folder[len(start) + 1 :].replace("_", " ")
    head, _, form = folder.rpartition("_")
    if not head:
        return folder, folder
    first, _, dialect = head.partition("_")
    label = f"{first} ({dialect.replace('_', ' ')})" if dialect else first
    return label, form
