"""
Which data sets can be loaded, in which version, from where and under which terms.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from devnorms._base.checks import check_known


@dataclass(frozen=True)
class Dataset:
    """
    One data set, pinned.

    Attributes
    ----------
    id, title, version, commit : str
        What it is; ``version`` and ``commit`` name exactly one state of it.
    urls : tuple of str
        Where its files are, ``{file}`` standing for the file's name; tried in order.
    home, doi, licence, licence_url, citation : str
        Whose it is and on what terms.
    card : str
        Path of its data card in the repository.
    files : mapping of str to str
        File name to SHA-256.
    kind : str
        ``"observations"`` (answers of children) or ``"tables"`` (anything else).
    uses_forbidden : tuple of str
        Keys of `devnorms._base.provenance.USES` that the terms forbid, beyond what the
        licence's name says.
    fetchable : bool
        Whether `fetch` can bring its files; if not, the card says how to get them.
    """

    id: str
    title: str
    version: str
    commit: str
    urls: tuple[str, ...]
    home: str
    doi: str
    licence: str
    licence_url: str
    citation: str
    card: str
    files: Mapping[str, str]
    kind: str = "observations"
    uses_forbidden: tuple[str, ...] = ()
    fetchable: bool = True

    @property
    def shipped(self) -> bool:
        """Whether its files come with the package; nothing is fetched then."""
        return not self.urls


@cache
def datasets() -> Mapping[str, Dataset]:
    """
    All data sets of the registry.

    Returns
    -------
    mapping of str to Dataset
        Keyed by id.

    Examples
    --------
    >>> datasets()["childdevdata"].licence
    'CC BY 4.0'
    """
    text = resources.files("devnorms.sources").joinpath("registry.toml").read_text()
    return MappingProxyType(
        {
            name: Dataset(
                id=name,
                urls=tuple(raw.pop("urls")),
                uses_forbidden=tuple(raw.pop("uses_forbidden", ())),
                files=MappingProxyType(raw.pop("files")),
                **raw,
            )
            for name, raw in tomllib.loads(text).items()
        }
    )


def dataset(source: str) -> Dataset:
    """
    One data set of the registry.

    Parameters
    ----------
    source : str
        Its id, for example ``"childdevdata"``.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    """
    check_known("source", [source], datasets())
    return datasets()[source]
