"""
CREDI: norms of its scores by month of age, parameters of its items, their other names.

The tables of the R package credi, version 1.1.0, which come with devnorms. They hold no
child. Whom the norms speak for: the card, ``datasets/credi/README.md``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from devnorms._base.provenance import Record
from devnorms.schema.norm_tables import check_item_parameters, check_score_norms
from devnorms.sources.pinned import describe, find_files, typed

ID = "credi"
SCORES = {
    "OVERALL": "overall",
    "MOT": "motor",
    "COG": "cognitive",
    "LANG": "language",
    "SEM": "social_emotional",
    "SF": "short_form",
}
_ITEM_COLUMNS = {
    "Item": "item",
    "CREDI_code": "long_form",
    "CREDI_code_Apr17": "long_form_2017",
    "RevCoded": "reversed",
    "ShortForm": "short_form",
    "tau": "tau",
    "MOT": "motor",
    "COG": "cognitive",
    "LANG": "language",
    "SEM": "social_emotional",
    "alpha": "alpha",
    "delta": "delta",
}
_NAMES = {
    "gsed": "gsed_item",
    "credi_v4": "item",
    "credi_lf": "long_form",
    **{f"credi_sf_{form}": f"short_form_{form.lower()}" for form in "ABCDEF"},
}


def norms(path: str | Path | None = None) -> pd.DataFrame:
    """
    Read mean and standard deviation of the CREDI scores by completed month of age.

    Parameters
    ----------
    path : path, optional
        The folder with ``credi_norm_z.csv``, or that file; without it, the table that
        comes with the package.

    Returns
    -------
    pandas.DataFrame
        One row per score and month: ``score`` (overall, motor, cognitive, language,
        social_emotional, short_form), ``age_months`` (completed, 0 to 36), ``mean,
        sd`` (units of the score). Reference: children of advantageous home
        environments, not a population of a country.

    Raises
    ------
    UnreadableFileError, InvalidTableError

    References
    ----------
    Waldman M, McCoy DC, Seiden J, Cuartas J, Fink G (2021).
    doi:10.1177/01650254211005560

    Examples
    --------
    >>> table = norms()
    >>> len(table), table["score"].nunique()
    (222, 6)
    """
    files = find_files(ID, ["credi_norm_z.csv"], path)
    columns = [f"{name}_{part}" for name in SCORES for part in ("mu", "sigma")]
    wide = typed(files["credi_norm_z.csv"], ["AGE", *columns])
    parts = [
        pd.DataFrame(
            {
                "score": score,
                "age_months": wide["AGE"],
                "mean": wide[f"{name}_mu"],
                "sd": wide[f"{name}_sigma"],
            }
        )
        for name, score in SCORES.items()
    ]
    return _recorded(check_score_norms(pd.concat(parts, ignore_index=True)), files)


def items(path: str | Path | None = None) -> pd.DataFrame:
    """
    Read the parameters of the CREDI items.

    Parameters
    ----------
    path : path, optional
        As in `norms`, for ``credi_item_parameters.csv``.

    Returns
    -------
    pandas.DataFrame
        One row per item: ``item, long_form, long_form_2017`` (names), ``reversed`` (a
        "yes" counts against), ``short_form``; ``tau, motor, cognitive, language,
        social_emotional``: the share passing is logistic in the sum of loading x
        domain score minus ``tau``; ``alpha, delta``: for the single score t it is
        logistic in ``alpha`` x (t - ``delta``), null for items outside it. Scores on
        this scale have 50 added when they are reported.

    Raises
    ------
    UnreadableFileError, InvalidTableError

    Examples
    --------
    >>> table = items()
    >>> len(table), int(table["short_form"].sum())
    (117, 62)
    """
    files = find_files(ID, ["credi_item_parameters.csv"], path)
    table = typed(files["credi_item_parameters.csv"], _ITEM_COLUMNS)
    table = table.rename(columns=_ITEM_COLUMNS)[list(_ITEM_COLUMNS.values())]
    return _recorded(check_item_parameters(_with_flags(table)), files)


def gsed_names(path: str | Path | None = None) -> pd.DataFrame:
    """
    Read which CREDI item is which item of GSED.

    Parameters
    ----------
    path : path, optional
        As in `norms`, for ``credi_gsed_names.csv``.

    Returns
    -------
    pandas.DataFrame
        One row per item: ``gsed_item, item, long_form, short_form_a`` ...
        ``short_form_f``; null where a form does not have it.

    Raises
    ------
    UnreadableFileError, InvalidTableError

    Examples
    --------
    >>> gsed_names().loc[0, ["gsed_item", "item", "long_form"]].tolist()
    ['croclc004', 'QC04', 'LF10']
    """
    files = find_files(ID, ["credi_gsed_names.csv"], path)
    table = typed(files["credi_gsed_names.csv"], _NAMES)
    return _recorded(table.rename(columns=_NAMES)[list(_NAMES.values())], files)


def _with_flags(table: pd.DataFrame) -> pd.DataFrame:
    """Give TRUE and FALSE as such; anything else stays and is told."""
    flags = {"TRUE": True, "FALSE": False, "True": True, "False": False}
    return table.assign(
        **{
            name: [flags.get(str(value), value) for value in table[name]]
            for name in ("reversed", "short_form")
        }
    )


def _recorded(table: pd.DataFrame, files: dict[str, Path]) -> pd.DataFrame:
    """Name the files that a table was read from; rows count from 0."""
    table = table.reset_index(drop=True)
    table.attrs["record"] = Record.now((describe(ID, files),)).to_json()
    return table
