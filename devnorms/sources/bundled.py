"""
Counts that come with the package: real, small, and without any child in them.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import pandas as pd

from devnorms._base.checks import check_known
from devnorms._base.errors import ResultMismatchError, UnreadableFileError
from devnorms._base.provenance import Record, Source
from devnorms.schema.counts import COLUMNS, check_counts
from devnorms.schema.populations import check_populations

NAMES = ("milestones",)
_SEX = {"f": "female", "m": "male", "u": "unknown"}
_COUNT_TYPES = {
    "item": "str",
    "sex": "str",
    "age_days_low": "float64",
    "age_days_high": "float64",
    "age_days_mean": "float64",
    "asked": "int64",
    "passed": "int64",
}


def load_counts(name: str = "milestones") -> pd.DataFrame:
    """
    Load counts that come with the package.

    Parameters
    ----------
    name : str
        Which: ``"milestones"``, made from the ten studies of childdevdata (CC BY 4.0)
        by ``datasets/milestones/prepare.py``; its card says who was sampled.

    Returns
    -------
    pandas.DataFrame
        Counts (`devnorms.schema.counts`), sorted by population, item, sex and age.
        ``attrs["left_out"]`` says which responses of the source are not in them, by
        reason; ``attrs["small_cells"]`` how many cells hold fewer children than the
        card promises elsewhere; ``attrs["record"]`` names the sources.

    Raises
    ------
    UnknownNameError
        If there is no such data set.
    UnreadableFileError
        If a file is missing from the installation.
    ResultMismatchError
        If a file was changed after it was made.

    Examples
    --------
    >>> counts = load_counts()
    >>> (
    ...     counts["population"].nunique(),
    ...     bool((counts["passed"] <= counts["asked"]).all()),
    ... )
    (10, True)
    """
    folder = _folder(name)
    about_text = _bytes(folder, "dataset.json")
    about = json.loads(about_text)
    files = {file: _checked(folder, file, sha) for file, sha in about["files"].items()}
    counts = _join(files)
    record = _record(about, hashlib.sha256(about_text).hexdigest())
    counts.attrs = {
        "record": record.to_json(),
        "left_out": about["left_out"],
        "small_cells": about["small_cells"],
    }
    return counts


def populations(name: str = "milestones") -> pd.DataFrame:
    """
    Give the study cards of bundled counts: whom each population samples.

    Parameters
    ----------
    name : str
        Which.

    Returns
    -------
    pandas.DataFrame
        Populations (`devnorms.schema.populations`), one row each.

    Raises
    ------
    UnknownNameError
        If there is no such data set.
    UnreadableFileError
        If a file is missing from the installation.
    ResultMismatchError
        If a file was changed after it was made.

    Examples
    --------
    >>> cards = populations().set_index("population")
    >>> cards.loc["NLD-SMOCC", "country_name"]
    'Netherlands'
    """
    folder = _folder(name)
    about = json.loads(_bytes(folder, "dataset.json"))
    file = "populations.csv"
    return _read_populations(_checked(folder, file, about["files"][file]))


def _folder(name: str) -> Traversable:
    """Find a bundled data set, in an installed package or in a checkout."""
    check_known("bundled data set", [name], NAMES)
    package = resources.files("devnorms")
    installed = package.joinpath("_bundled", name)
    if installed.is_dir():
        return installed
    return Path(str(package)).parent / "datasets" / name


def _bytes(folder: Traversable, file: str) -> bytes:
    """Read a file of the bundle."""
    try:
        return folder.joinpath(*file.split("/")).read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            f"{folder}: the bundled file {file} cannot be read ({error}). Install "
            "devnorms again, or rebuild it with datasets/milestones/prepare.py."
        ) from None


def _checked(folder: Traversable, file: str, sha256: str) -> bytes:
    """Read a file, and refuse one that is not what was shipped."""
    content = _bytes(folder, file)
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ResultMismatchError(
            f"{folder}: {file} has the SHA-256 {found[:12]}..., dataset.json says "
            f"{sha256[:12]}.... It was changed after it was made (or its line ends "
            "were): check it out again, or rebuild all with prepare.py."
        )
    return content


def _read_populations(content: bytes) -> pd.DataFrame:
    """Read the study cards."""
    whole = {"children": "Int64", "visits": "Int64"}
    table = pd.read_csv(io.BytesIO(content), dtype=whole, encoding="utf-8")
    text = [column for column in table.columns if column not in whole]
    return check_populations(table.astype(dict.fromkeys(text, "str")))


def _join(files: Mapping[str, bytes]) -> pd.DataFrame:
    """Put cells, items and populations together."""
    parts = []
    for file in sorted(files):
        if file.startswith("counts/"):
            part = pd.read_csv(io.BytesIO(files[file]), dtype=_COUNT_TYPES)
            parts.append(part.assign(population=Path(file).stem))
    items = pd.read_csv(io.BytesIO(files["items.csv"]), dtype=str)
    cards = _read_populations(files["populations.csv"])
    table = (
        pd.concat(parts, ignore_index=True)
        .merge(items, on="item", how="left", validate="many_to_one")
        .merge(cards[["population", "study", "country"]], on="population", how="left")
    )
    table["sex"] = table["sex"].map(_SEX)
    return check_counts(table[list(COLUMNS)])


def _record(about: Mapping[str, Any], sha256: str) -> Record:
    """Name what the counts rest on."""
    origins = tuple(Source.from_dict(source) for source in about["sources"])
    bundle = Source(
        id=about["id"],
        version=about["version"],
        sha256=sha256,
        licence=about["licence"],
        citation=f"{about['title']}. Made with devnorms from "
        + ", ".join(f"{s.id} {s.version}" for s in origins)
        + "; cite it and its studies.",
    )
    settings = {"bundled": {**about["settings"], "left_out": about["left_out"]}}
    return Record.now((bundle, *origins), settings)
