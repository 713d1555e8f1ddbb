"""
The record of how a result was made, and on which terms.
"""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Self

from devnorms._base.checks import check_known
from devnorms._base.hashes import content_hash, table_hash

__all__ = [
    "USES",
    "Record",
    "Source",
    "content_hash",
    "package_versions",
    "table_hash",
]

_PACKAGES = (
    "devnorms", "numpy", "scipy", "pandas", "xarray", "pymc", "pytensor", "nutpie",
    "numba", "arviz-stats", "narwhals", "pandera", "matplotlib", "seaborn",
)  # fmt: skip


USES = {
    "commercial": "commercial use",
    "adaptations": "passing on changed or derived versions",
    "norms": "making norms (it may only be compared with)",
    "sharing": "passing the data on",
    "instruments": "making new instruments without the owners' approval",
}
"""Uses that terms can forbid, in words."""

_FORBIDDEN_BY = {
    "commercial": r"\bNC\b|non-?commercial",
    "adaptations": r"\bND\b|no ?-?derivatives?",
    "norms": r"compare[- ]only|comparison only",
}


@dataclass(frozen=True)
class Source:
    """
    One data source that entered a result.

    Attributes
    ----------
    id, version, sha256, licence, citation, url : str
        What it is, which version, its hash, its terms and how to cite it.
    uses_forbidden : tuple of str
        Keys of `USES` that its terms forbid. What the licence's name itself forbids
        (NC, ND, compare only) is added, so that nobody has to remember it.

    Examples
    --------
    >>> Source("a", licence="CC BY-NC 4.0").uses_forbidden
    ('commercial',)
    """

    id: str
    version: str = ""
    sha256: str = ""
    licence: str = ""
    citation: str = ""
    url: str = ""
    uses_forbidden: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        named = {
            use
            for use, words in _FORBIDDEN_BY.items()
            if re.search(words, self.licence, re.IGNORECASE)
        }
        given = set(check_known("use", self.uses_forbidden, USES))
        kept = tuple(use for use in USES if use in named | given)
        object.__setattr__(self, "uses_forbidden", kept)

    @property
    def terms(self) -> str:
        """The licence, and in words what it forbids."""
        licence = self.licence or "not stated"
        words = "; ".join(USES[use] for use in self.uses_forbidden)
        return f"{licence}; NOT ALLOWED: {words}" if words else licence

    def to_dict(self) -> dict[str, Any]:
        """
        Give plain values; a source that forbids nothing has no entry for it.

        So a result that was made before terms were carried keeps its hash.
        """
        plain: dict[str, Any] = dict(vars(self))
        forbidden = list(plain.pop("uses_forbidden"))
        return {**plain, "uses_forbidden": forbidden} if forbidden else plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """
        Read what `to_dict` gave.

        Parameters
        ----------
        plain : mapping
            Plain values.
        """
        uses = tuple(plain.get("uses_forbidden", ()))
        return cls(**{**plain, "uses_forbidden": uses})


@dataclass(frozen=True)
class Record:
    """
    How a result was made: enough to make it again, and to cite what it rests on.

    Attributes
    ----------
    sources : tuple of Source
        Everything that entered.
    settings : dict
        The choices: what was counted, the model's specification, shares, levels.
    seed : int or None
        Seed of the sampler.
    versions : dict
        Python and package versions.
    """

    sources: tuple[Source, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    versions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def now(
        cls,
        sources: tuple[Source, ...] = (),
        settings: Mapping[str, Any] | None = None,
        seed: int | None = None,
    ) -> Self:
        """
        Make a record that also names the present versions.

        Parameters
        ----------
        sources : tuple of Source
            Everything that entered.
        settings : mapping, optional
            The choices.
        seed : int, optional
            Seed of the sampler.
        """
        return cls(sources, dict(settings or {}), seed, package_versions())

    def with_settings(self, **settings: Any) -> Record:
        """
        Give a copy with further settings; one room adds to what another recorded.

        Parameters
        ----------
        **settings : Any
            Named choices, JSON-serialisable.
        """
        merged = {**self.settings, **settings}
        return Record(self.sources, merged, self.seed, self.versions)

    @classmethod
    def joined(cls, records: Iterable[Record]) -> Record:
        """
        Make one record of several: every source once, every room's choices kept.

        Parameters
        ----------
        records : iterable of Record
            Of the tables that were put together; at least one.

        Returns
        -------
        Record
            The first one's seed and versions; where the settings differ, those of each
            stand side by side under ``"joined"``.
        """
        all_of = list(records)
        sources = tuple(dict.fromkeys(s for r in all_of for s in r.sources))
        first = all_of[0]
        alike = all(record.settings == first.settings for record in all_of)
        settings = first.settings if alike else {"joined": [r.settings for r in all_of]}
        return Record(sources, settings, first.seed, first.versions)

    def forbidden(self) -> dict[str, list[str]]:
        """Say which uses are forbidden, and by which sources (ids)."""
        found = {
            use: [s.id for s in self.sources if use in s.uses_forbidden] for use in USES
        }
        return {use: ids for use, ids in found.items() if ids}

    def to_dict(self) -> dict[str, Any]:
        """Give plain values."""
        plain: dict[str, Any] = dict(vars(self))
        return {**plain, "sources": [source.to_dict() for source in self.sources]}

    def to_json(self) -> str:
        """Give the record as JSON with sorted keys."""
        return json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """
        Read a record that `to_json` wrote.

        Parameters
        ----------
        text : str
            JSON.
        """
        raw = json.loads(text)
        sources = tuple(Source.from_dict(source) for source in raw["sources"])
        return cls(sources, raw["settings"], raw["seed"], raw["versions"])


def package_versions() -> dict[str, str]:
    """
    Versions of Python and of the packages that numbers may depend on.

    Returns
    -------
    dict of str to str
    """
    found = {"python": platform.python_version()}
    found |= {p: v for p in _PACKAGES if (v := _version(p)) is not None}
    return found


@cache
def _version(package: str) -> str | None:
    """Look a version up once: it reads a file, and records are made often."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
