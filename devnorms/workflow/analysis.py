"""
An analysis file: one TOML file that says everything that a result depends on.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from devnorms._base.checks import check_share, check_shares
from devnorms._base.errors import BadValueError, UnreadableFileError
from devnorms.models.spec import Sampling, Spec
from devnorms.workflow._sections import Reader

BUNDLED = "milestones"
SOURCES = (BUNDLED, "childdevdata")


@dataclass(frozen=True)
class About:
    """
    What an analysis is.

    Attributes
    ----------
    id : str
        Names the folder of its results: small letters, digits, ``-`` and ``_``.
    title, question : str
        For the report: what it is called, and what it asks.
    """

    id: str
    title: str = ""
    question: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", self.id):
            raise BadValueError.parameter(
                "id", "1 to 64 small letters, digits, '-' or '_'", self.id
            )


@dataclass(frozen=True)
class Data:
    """
    Which data enter.

    Attributes
    ----------
    source : str
        ``"milestones"`` (counts that come with devnorms) or ``"childdevdata"``.
    path : str
        Folder of the source's files; if empty, ``DEVNORMS_DATA`` or what was fetched.
    populations, domains, milestones : tuple of str
        What to keep; empty keeps all.
    """

    source: str = BUNDLED
    path: str = ""
    populations: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    milestones: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise BadValueError.parameter(
                "source", " or ".join(map(repr, SOURCES)), self.source
            )
        if self.path and self.source == BUNDLED:
            raise BadValueError.parameter(
                "path", f"left out with source {BUNDLED!r}, which is bundled", self.path
            )


@dataclass(frozen=True)
class Count:
    """
    How responses are counted.

    Attributes
    ----------
    corrected_age : bool
        Whether ages of children born preterm are corrected; only with responses.
    """

    corrected_age: bool = False


@dataclass(frozen=True)
class Norms:
    """
    Which norms are made.

    Attributes
    ----------
    shares : tuple of float
        Shares passing whose ages are wanted.
    level : float
        Level of the equal-tailed intervals.
    """

    shares: tuple[float, ...] = (0.25, 0.5, 0.75, 0.9)
    level: float = 0.9

    def __post_init__(self) -> None:
        check_shares("shares", self.shares)
        check_share("level", self.level)


@dataclass(frozen=True)
class Analysis:
    """
    All choices of one analysis.

    Attributes
    ----------
    analysis : About
        What it is.
    data : Data
        Which data enter.
    count : Count
        How responses are counted.
    model : devnorms.models.spec.Spec
        Which model, with which priors.
    sampling : devnorms.models.spec.Sampling
        How the posterior is sampled.
    norms : Norms
        Which norms are made.
    """

    analysis: About
    data: Data = field(default_factory=Data)
    count: Count = field(default_factory=Count)
    model: Spec = field(default_factory=Spec)
    sampling: Sampling = field(default_factory=Sampling)
    norms: Norms = field(default_factory=Norms)

    def __post_init__(self) -> None:
        if self.count.corrected_age and self.data.source == BUNDLED:
            raise BadValueError.parameter(
                "corrected_age",
                "false with the bundled counts, which are by chronological age; "
                "use source = 'childdevdata'",
                True,
            )

    @property
    def id(self) -> str:
        """Name of the analysis."""
        return self.analysis.id

    @property
    def title(self) -> str:
        """Title of the analysis; its id if it has none."""
        return self.analysis.title or self.analysis.id

    def to_dict(self) -> dict[str, Any]:
        """Give all choices as plain values."""
        return asdict(self)


def read_analysis(path: str | os.PathLike[str]) -> Analysis:
    """
    Read an analysis file.

    Parameters
    ----------
    path : path
        A TOML file with the tables ``[analysis]`` (id, title, question), ``[data]``
        (source, path, populations, domains, milestones), ``[count]`` (corrected_age),
        ``[model]`` (min_populations, nodes, priors), ``[sampling]`` (chains, draws,
        tune, seed ...) and ``[norms]`` (shares, level). Only ``id`` must be there.

    Returns
    -------
    Analysis

    Raises
    ------
    UnreadableFileError
        If there is no such file, or it is not TOML.
    BadValueError
        With all faults: unknown names (and the nearest known one), wrong types, values
        outside what they may be.
    """
    file = Path(path)
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UnreadableFileError(
            f"There is no analysis file {file}. Give the path of a TOML file, for "
            "example analyses/motor.toml."
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableFileError(
            f"{file} cannot be read as an analysis: {error}. Expected a TOML file in "
            "UTF-8."
        ) from None
    return analysis_from(table, str(file))


def analysis_from(table: dict[str, Any], name: str) -> Analysis:
    """
    Turn plain values, as `Analysis.to_dict` gives them, into an analysis.

    Parameters
    ----------
    table : dict
        One table per section.
    name : str
        Where they come from, for the message.

    Returns
    -------
    Analysis

    Raises
    ------
    BadValueError
        With all faults.

    Examples
    --------
    >>> analysis_from({"analysis": {"id": "demo"}, "data": {"sorce": "x"}}, "a.toml")
    Traceback (most recent call last):
    devnorms._base.errors.BadValueError: a.toml: 1 fault found.
      - [data] has no setting 'sorce'; did you mean 'source'? ...
    """
    reader = Reader()
    analysis = reader.read(Analysis, table, "")
    if reader.faults:
        listed = "\n".join(f"  - {fault}" for fault in reader.faults)
        many = "s" if len(reader.faults) != 1 else ""
        raise BadValueError(
            f"{name}: {len(reader.faults)} fault{many} found.\n{listed}"
        )
    assert isinstance(analysis, Analysis)  # noqa: S101  (no fault: it was made)
    return analysis
