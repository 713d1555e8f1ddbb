"""
Where the data of Wordbank are on this machine, and which state of them was read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from devnorms._base.errors import FetchError
from devnorms._base.provenance import Source, content_hash
from devnorms.sources.fetching import ENVIRONMENT, sha256
from devnorms.sources.registry import dataset
from devnorms.sources.wordbank.cards import Card
from devnorms.sources.wordbank.files import SetFiles

ID = "wordbank"


def folder_of(path: str | Path | None) -> Path:
    """
    Say where to look for data sets.

    Parameters
    ----------
    path : path or None
        A folder or file; None looks in the folder that ``DEVNORMS_DATA`` names.

    Raises
    ------
    FetchError
        If no place is named: Wordbank is not fetched, because its raw files hold
        personal details that this project does not copy.
    """
    if path is not None:
        return Path(path)
    data = os.environ.get(ENVIRONMENT)
    if data and (Path(data) / ID).is_dir():
        return Path(data) / ID
    pinned = dataset(ID)
    raise FetchError(
        "wordbank: not on this machine, and not fetched by itself: its raw files hold "
        f"personal details and are large. Get {pinned.home} at commit {pinned.commit} "
        "and name its folder raw_data (path=... or --path), or put the folders of the "
        f"languages into <folder>/{ID}/ and set {ENVIRONMENT}=<folder>."
    )


def describe_sources(read: Iterable[tuple[SetFiles, Card]]) -> tuple[Source, ...]:
    """
    Say which data entered: version, one hash over the files, terms, how to cite.

    Parameters
    ----------
    read : iterable of tuple
        Files and card of each set.

    Returns
    -------
    tuple of Source
        Wordbank; and each set whose terms are not those of the rest, so that a use
        that only it forbids stays forbidden.
    """
    pinned = dataset(ID)
    hashes: dict[str, str] = {}
    citations = [pinned.citation]
    own_terms = []
    for files, card in read:
        for file in (files.data, files.fields, files.values, *files.instruments):
            hashes.setdefault(f"{files.folder.name}/{file.name}", sha256(file))
        if card.citation:
            citations.append(card.citation)
        if card.licence != pinned.licence:
            own_terms.append(card)
    differ = [name for name, found in hashes.items() if pinned.files.get(name) != found]
    version = pinned.version
    if differ:
        version = (
            f"not the pinned files of {pinned.version}: {len(differ)} files differ"
        )
    url = f"{pinned.home}/tree/{pinned.commit}/raw_data"
    whole = Source(
        id=ID,
        version=version,
        sha256=content_hash(hashes),
        licence=pinned.licence,
        citation="\n".join(dict.fromkeys(citations)),
        url=url,
        uses_forbidden=pinned.uses_forbidden,
    )
    parts = [
        Source(f"{ID}/{c.study}", version, "", c.licence, c.citation, url)
        for c in own_terms
    ]
    return (whole, *parts)
