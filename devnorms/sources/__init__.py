"""
Where data come from: load, fetch, and say who was sampled.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from devnorms._base.errors import BadValueError
from devnorms.sources.fetching import fetch
from devnorms.sources.registry import Dataset, dataset, datasets
from devnorms.sources.tables import TABLES, load_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

__all__ = [
    "TABLES",
    "Dataset",
    "dataset",
    "datasets",
    "fetch",
    "load",
    "load_table",
    "populations",
    "published",
]

_MODULES = {
    "childdevdata": "devnorms.sources.childdevdata",
    "wordbank": "devnorms.sources.wordbank",
}
"""Sources of observations; each module says in ``SELECTIONS`` what it can be asked."""


def load(  # noqa: PLR0913  (each is one way to ask for less)
    source: str,
    *,
    path: str | Path | None = None,
    studies: str | Iterable[str] | None = None,
    countries: str | Iterable[str] | None = None,
    languages: str | Iterable[str] | None = None,
    instruments: str | Iterable[str] | None = None,
    domains: str | Iterable[str] | None = None,
    milestones: str | Iterable[str] | None = None,
    file_format: Literal["txt", "rda"] | None = None,
    accept_spoilt: bool = False,
) -> pd.DataFrame:
    """
    Load a data source as observations, whole or in part.

    Parameters
    ----------
    source : str
        Its id in the registry, for example ``"childdevdata"`` or ``"wordbank"``.
    path : path, optional
        A folder with its files, or one of them. Without it the pinned files are looked
        for in the folder that the environment variable ``DEVNORMS_DATA`` names, then
        in the cache, then fetched.
    studies : str or iterable of str, optional
        Study or population ids (``"gcdg_ecu"`` or ``"ECU"``); files of other studies
        are not read.
    countries : str or iterable of str, optional
        ISO 3166-1 alpha-3; files of other countries are not read.
    languages : str or iterable of str, optional
        Wordbank: ``"English (British)"``, its tag ``"en-GB"``, or ``"English"`` for
        all kinds of it; files of other languages are not read.
    instruments : str or iterable of str, optional
        childdevdata: three-letter codes, for example ``"by1"``. Wordbank: forms,
        ``"English (American) WS"``, or ``"WS"`` for those of all languages.
    domains : str or iterable of str, optional
        Domains of milestones; items without a milestone are then not selected.
    milestones : str or iterable of str, optional
        Milestone ids.
    file_format : {"txt", "rda"}, optional
        Which files of a folder to read; text if not said.
    accept_spoilt : bool
        Wordbank: load data sets that are refused because their answers cannot be true.

    Returns
    -------
    pandas.DataFrame
        Observations (`devnorms.schema.observations`): one row is one child, one item,
        one occasion. Ages in days. In ``attrs``:

        - ``left_out``: ``responses_in``, ``used``, ``left_out`` (reason to responses)
          and the same ``by_study``; in = used + left out, exactly;
        - ``noted``: what is odd and was kept or set to unknown, with numbers
          (``study, what, n, unit, detail``);
        - ``copies``: pairs of items that hold one observation (childdevdata);
        - ``populations``: cards of the populations loaded (Wordbank);
        - ``record``: JSON of a `Record` with version, hash, licence, citations.

    Raises
    ------
    UnknownNameError
        For an unknown source, study, country, language, instrument, domain or
        milestone.
    BadValueError
        For a filter that the source does not know, or a source without observations.
    UnreadableFileError
        For a file that is missing, empty, HTML, cut short, compressed or not UTF-8.
    InvalidTableError
        For wrong columns, ages, answers or duplicate visits, all faults at once; or if
        all data sets asked for are refused, because their answers cannot be true.
    EmptySelectionError
        If nothing is left.
    FetchError
        If the files are not here and cannot be fetched.

    Warns
    -----
    UnknownItemWarning
        For items of an unknown instrument; they are kept without a milestone.
    SparseDataWarning
        For a population of one child.
    DoubtfulDataWarning
        For ages that look like months, and for data sets that are refused.
    LeftOutWarning
        If something is left out of files that are not the pinned ones.

    Examples
    --------
    >>> load("childdefdata")
    Traceback (most recent call last):
    devnorms._base.errors.UnknownNameError: Unknown source 'childdefdata'. Did you mean
    'childdevdata'? Known: 'childdevdata', ...
    """
    asked = {
        "path": path,
        "studies": studies,
        "countries": countries,
        "languages": languages,
        "instruments": instruments,
        "domains": domains,
        "milestones": milestones,
        "file_format": file_format,
        "accept_spoilt": accept_spoilt or None,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    module = _module(source)
    _check_selections(source, given, module.SELECTIONS)
    observations: pd.DataFrame = module.load(**given)
    return observations


def _module(source: str) -> Any:
    """Find the module of a source of observations."""
    known = dataset(source).id
    if known not in _MODULES:
        raise BadValueError.parameter(
            "source",
            f"a source of observations ({', '.join(_MODULES)}); for the tables of "
            f"{source} use devnorms.load_table",
            source,
        )
    return import_module(_MODULES[known])


def _check_selections(
    source: str, given: Iterable[str], possible: Iterable[str]
) -> None:
    """Refuse a filter that a source does not know, instead of leaving it aside."""
    unknown = [name for name in given if name not in possible]
    if unknown:
        raise BadValueError(
            f"{source} cannot be selected by {', '.join(unknown)}. It knows: "
            f"{', '.join(possible)}."
        )


def published(
    path: str | Path | None = None, *, keep_refused: bool = False
) -> pd.DataFrame:
    """
    Read published ages of attainment; see `devnorms.sources.published_figures`.

    Parameters
    ----------
    path : path, optional
        A folder with ``windows.csv`` and ``sources.csv``; without it, the figures that
        come with the package.
    keep_refused : bool
        Whether to give figures that contradict their own source too, with the reason
        in a column ``refused``.

    Returns
    -------
    pandas.DataFrame
        One row per figure, with its source and the milestone it is linked to.
        ``attrs["refused"]`` names the refused figures and says why.

    Raises
    ------
    UnreadableFileError, InvalidTableError

    Examples
    --------
    >>> published()["source_id"].nunique()
    20
    """
    from devnorms.sources.published_figures import published as read

    return read(path, keep_refused=keep_refused)


def populations(source: str = "childdevdata") -> pd.DataFrame:
    """
    Study cards: whom each population of a source samples, with the paper to cite.

    Parameters
    ----------
    source : str
        Its id in the registry.

    Returns
    -------
    pandas.DataFrame
        Populations (`devnorms.schema.populations`), one row each.

    Raises
    ------
    UnknownNameError
        For an unknown source.

    Examples
    --------
    >>> populations()["sampling"].value_counts()["poor"]
    np.int64(3)
    """
    cards: pd.DataFrame = _module(source).populations()
    return cards
