"""
The items of Wordbank as a table: which question of which form asks which milestone.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from devnorms.sources.wordbank.read import find
from devnorms.sources.wordbank.selection import Names, Selection


def items(
    *,
    path: str | Path | None = None,
    studies: Names = None,
    countries: Names = None,
    languages: Names = None,
    instruments: Names = None,
) -> pd.DataFrame:
    """
    List what the forms ask, and what links it across languages.

    Parameters
    ----------
    path : path, optional
        As for `devnorms.load_vocabulary`.
    studies, countries, languages, instruments : str or iterable of str, optional
        As for `devnorms.load_vocabulary`.

    Returns
    -------
    pandas.DataFrame
        One row per item of the table of observations: ``item, milestone`` (null where
        nothing links it), ``measure`` (produces, understands, or the type of the
        item), ``type, instrument, language`` (BCP 47), and of the instrument file
        ``category, definition`` (in the form's language), ``gloss, uni_lemma`` (in
        English).

    Raises
    ------
    UnknownNameError, UnreadableFileError, FetchError
    """
    selection = Selection.of(
        studies=studies,
        countries=countries,
        languages=languages,
        instruments=instruments,
    )
    rows = {
        question.item: {
            "item": question.item,
            "milestone": question.milestone,
            "measure": question.measure,
            "type": question.type,
            "instrument": words.card.instrument,
            "language": words.card.bcp47,
            "category": question.about.category,
            "definition": question.about.definition,
            "gloss": question.about.gloss,
            "uni_lemma": question.about.uni_lemma,
        }
        for words, _ in find(path, selection).read()
        for question in words.questions
    }
    table = pd.DataFrame(list(rows.values()))
    return table.sort_values("item", ignore_index=True)
