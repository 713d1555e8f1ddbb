"""
Every answer in the files, for scoring as others score them.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from devnorms._base.provenance import Record
from devnorms.schema.observations import check_observations
from devnorms.sources.childdevdata.doubts import settle_visits
from devnorms.sources.childdevdata.files import (
    describe_source,
    find_files,
    read_studies,
)
from devnorms.sources.childdevdata.long import observe_every_answer
from devnorms.sources.childdevdata.read import stack
from devnorms.sources.childdevdata.selection import Selection, links


def load_every_answer(path: str | Path | None = None) -> pd.DataFrame:
    """
    Load all answers of all visits: copies, and visits without an age, too.

    `load` leaves both out, because norms must not count one observation twice and
    need an age. A score is compared with what other software makes of the same file,
    so nothing is left out here.

    Parameters
    ----------
    path : path, optional
        Folder or file; None takes the pinned files.

    Returns
    -------
    pandas.DataFrame
        Observations, visits in the order of the files. ``attrs["record"]`` is the
        JSON of a `Record`.

    Raises
    ------
    UnreadableFileError, InvalidTableError, FetchError
        As `load`.
    """
    files = find_files(path, None, Selection(None, None, None, None, None))
    tables, citations = [], []
    for study in read_studies(files):
        visits, _ = settle_visits(study.visits, str(study.card["study"]))
        tables.append(observe_every_answer(study, visits, links().milestone_of))
        citations.append(str(study.card["citation"]))
    observations = check_observations(stack(tables))
    source = describe_source(files, citations)
    answers = {"load": {"every_answer": len(observations)}}
    observations.attrs = {"record": Record.now((source,), answers).to_json()}
    return observations
