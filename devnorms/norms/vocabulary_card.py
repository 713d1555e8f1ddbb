"""
The card of vocabulary norms: whom they speak for, what they are not, on which terms.
"""

from __future__ import annotations

import json
from typing import Any

import xarray as xr

from devnorms._base.provenance import USES, Record
from devnorms.norms.cards import UNCONVERGED, UNRECORDED

TITLE = "Centiles of vocabulary by age"
NOT_FOR = [
    "Diagnosis: a child below a low centile need not have anything wrong, and a form "
    "filled in by a caregiver is not a test.",
    "Comparing languages by numbers of words: forms ask different words, and different "
    "numbers of them.",
    "Children of other populations, dialects or forms, and children who hear much of "
    "other languages, unless such children were sampled.",
    "A nation: a population here is the sample of one study (or of all studies on one "
    "form, where that was asked for), and nobody knows how far it stands for others.",
]
PREVIEW = "A PREVIEW, not the fit: never publish these numbers."


def vocabulary_card(
    curves: xr.Dataset, record: Record, converged: bool
) -> dict[str, Any]:
    """
    Write the card from the curves beneath the norms.

    Parameters
    ----------
    curves : xarray.Dataset
        Valid vocabulary curves of the populations in the table.
    record : Record
        How they were made.
    converged : bool
        Whether the sampler's checks were met.

    Returns
    -------
    dict
        Text or lists of text by heading: ``title, speaks_for, not_for, floor_ceiling,
        repeated, interval, sources``; and ``not_converged``, ``left_out``, ``terms``
        (what a source forbids), if so.
    """
    preview = curves.attrs.get("method") == "preview"
    warning = (
        {} if converged else {"not_converged": PREVIEW if preview else UNCONVERGED}
    )
    left_out = json.loads(curves.attrs.get("left_out", "{}"))
    terms = [
        f"NOT ALLOWED: {USES[use]}. So say the terms of {', '.join(ids)}."
        for use, ids in record.forbidden().items()
    ]
    sources = [
        " ".join(f"{s.id} {s.version} (licence: {s.terms}). {s.citation}".split())
        for s in record.sources
    ]
    return {
        "title": TITLE,
        **warning,
        "speaks_for": _speaks_for(curves),
        "not_for": list(NOT_FOR),
        "floor_ceiling": "Children without a word, and with all words of the form, are "
        "in the model as below the first word and above the last; nobody was dropped "
        "for it.",
        "repeated": "A child with several forms counts once: each weighs one over "
        "their number.",
        "interval": "The interval covers what these children leave open, not how they "
        "were chosen.",
        **({"left_out": left_out} if left_out else {}),
        "sources": sources or [UNRECORDED],
        **({"terms": terms} if terms else {}),
    }


def _speaks_for(curves: xr.Dataset) -> list[str]:
    """Say for each population what its children were, as far as the forms tell."""
    lines = []
    for name in curves["population"].values.astype(str):
        mine = curves.sel(population=name)
        count = {
            key: int(mine[key]) for key in ("children", "forms", "ceiling")
        }  # fmt: skip
        low, high = (int(mine[f"support_{e}_months"]) for e in ("low", "high"))
        line = (
            f"{name} ({mine['population_instrument'].values}): {count['children']:,} "
            f"children, {count['forms']:,} forms of {count['ceiling']} words, "
            f"{low} to {high} months"
        )
        for key, words in (
            ("zero_words", "without a word"),
            ("all_words", "with all words"),
            ("less_exposed", "hear the language less than 90 % of the time"),
        ):
            if key in mine and int(mine[key]):
                line += f"; {int(mine[key]):,} {words}"
        if "population_samples" in mine.coords:
            line += f". Samples: {mine['population_samples'].values}"
        lines.append(line + ".")
    return lines
