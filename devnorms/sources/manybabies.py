"""
ManyBabies 1, follow-up: how many words infants of 21 laboratories said later on.

Ten languages and varieties, eight forms. A form of 680 words and one of 416 give counts
that cannot be compared; shares of the form and percentiles can, where they are stated.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from devnorms._base.errors import InvalidTableError
from devnorms._base.provenance import Record
from devnorms.schema.followup import COMPARABLE, check_followup
from devnorms.sources.pinned import describe, find_files, typed

ID = "mb1_cdi"
FILE = "02b_processed.csv"
VARIETIES = {
    "American English": ("USA", "en-US"),
    "British English": ("GBR", "en-GB"),
    "Canadian English": ("CAN", "en-CA"),
    "Dutch": ("NLD", "nl"),
    "French": ("FRA", "fr"),
    "German": ("DEU", "de"),
    "Korean": ("KOR", "ko"),
    "New Zealand English": ("NZL", "en-NZ"),
    "Norwegian": ("NOR", "no"),
    "Swiss German": ("CHE", "gsw"),
}
"""Country (where the laboratories are) and language tag of each variety."""

_SEX = {"F": "female", "M": "male"}
_NEEDED = (
    "labid", "subid_unique", "CDI.form", "CDI.agerange", "CDI.agedays", "vocab_nwords",
    "standardized.score.CDI", "standardized.score.CDI.num", "CDI.error", "language",
    "gender", "CDI.nwords", "CDI.prop",
)  # fmt: skip


def vocabulary(path: str | Path | None = None) -> pd.DataFrame:
    """
    Read how many words each infant said, near 18 and 24 months.

    Parameters
    ----------
    path : path, optional
        The folder with ``02b_processed.csv``, or that file; without it, the pinned
        file is looked for in ``DEVNORMS_DATA`` and the cache, then fetched.

    Returns
    -------
    pandas.DataFrame
        One row per child and occasion, see
        `devnorms.schema.followup.check_followup`: ``study, population, country``
        (where the laboratory is), ``language, child, occasion`` (``18 months`` or ``24
        months``), ``age_days, sex, laboratory, instrument, words, ceiling, share,
        percentile, percentile_band, doubtful``. Between forms compare ``share`` or
        ``percentile``, never ``words``; both are missing for some languages, and stay
        so. Free text of the file is not read. In ``attrs``: ``noted`` (what is missing
        or doubtful, with numbers), ``compare`` (the columns that may be compared),
        ``record``.

    Raises
    ------
    UnreadableFileError, InvalidTableError, FetchError

    References
    ----------
    Soderstrom M, Rocha-Hidalgo J, Muñoz LE, et al. Testing the relationship between
    preferences for infant-directed speech and vocabulary development: a multi-lab
    study. J Child Lang (2024). doi:10.1017/S0305000924000254
    """
    files = find_files(ID, [FILE], path)
    raw = typed(files[FILE], _NEEDED)
    _check_varieties(raw["language"], files[FILE])
    table = check_followup(_rows(raw)).reset_index(drop=True)
    table.attrs["noted"] = _notes(table)
    table.attrs["compare"] = list(COMPARABLE)
    table.attrs["record"] = Record.now((describe(ID, files),)).to_json()
    return table


def _check_varieties(languages: pd.Series, file: Path) -> None:
    """Refuse a variety whose country nobody has said."""
    unknown = sorted(set(languages.dropna().astype(str)) - set(VARIETIES))
    if unknown or languages.isna().any():
        raise InvalidTableError(
            f"{file}: column 'language' holds {', '.join(unknown) or 'empty cells'}. "
            f"Known: {', '.join(VARIETIES)}."
        )


def _rows(raw: pd.DataFrame) -> pd.DataFrame:
    """Give each child and occasion in our words."""
    place = raw["language"].map(VARIETIES)
    score = raw["standardized.score.CDI"].astype("str")
    sex = raw["gender"].map(_SEX)
    error = {"TRUE": True, "FALSE": False, "True": True, "False": False}
    return pd.DataFrame(
        {
            "study": ID,
            "population": "MB1-" + place.str[1],
            "country": place.str[0],
            "language": place.str[1],
            "child": raw["subid_unique"].astype("str"),
            "occasion": raw["CDI.agerange"].astype("str") + " months",
            "age_days": raw["CDI.agedays"],
            "sex": sex.where(sex.notna(), "unknown"),
            "laboratory": raw["labid"].astype("str"),
            "instrument": raw["CDI.form"].astype("str"),
            "words": raw["vocab_nwords"],
            "ceiling": raw["CDI.nwords"].astype("Int64"),
            "share": raw["CDI.prop"],
            "percentile": raw["standardized.score.CDI.num"],
            "percentile_band": score.where(score.str.fullmatch(r"\d+-\d+")),
            "doubtful": raw["CDI.error"].astype("str").map(error),
        }
    )


def _notes(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Say what is missing or doubtful, language by language."""
    notes = []
    for column, what in (
        ("ceiling", "the number of words on the form is not stated: no share"),
        ("percentile", "no percentile"),
    ):
        missing = table.loc[table[column].isna(), "language"].value_counts()
        for language, n in sorted(missing.items(), key=str):
            notes.append(_note(f"{what} ({language})", int(n)))
    doubtful = int(table["doubtful"].fillna(value=False).sum())
    unsaid = int(table["doubtful"].isna().sum())
    notes.append(_note("marked as an error at the source, and kept", doubtful))
    notes.append(_note("not said whether marked as an error", unsaid))
    return [note for note in notes if note["n"]]


def _note(what: str, n: int) -> dict[str, Any]:
    """Put one note into the form of the other loaders."""
    return {"study": ID, "what": what, "n": n, "unit": "forms", "detail": ""}
