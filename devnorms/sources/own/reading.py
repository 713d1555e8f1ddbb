"""
Read a person's own data: a file and its mapping in, observations out.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from devnorms._base.ages import corrected_age_days
from devnorms._base.errors import BadValueError, EmptySelectionError
from devnorms.schema.observations import check_observations
from devnorms.sources.own.answers import Ledger, read_answers, settle
from devnorms.sources.own.assembling import assemble
from devnorms.sources.own.cells import Sheet
from devnorms.sources.own.faults import Faults
from devnorms.sources.own.mapping.reading import read_map
from devnorms.sources.own.mapping.settings import DataMap
from devnorms.sources.own.shape import frame
from devnorms.sources.own.telling import notice, warn_of, what_travels
from devnorms.sources.own.visits import visits

_SHORTEST_SALT = 8


def read(
    path: str | Path,
    map: str | Path | Mapping[str, Any],  # noqa: A002  (the word of the documents)
    *,
    corrected_age: bool = False,
    salt: str | None = None,
) -> pd.DataFrame:
    """
    Read your own data as observations, by a mapping file.

    Parameters
    ----------
    path : path
        CSV, TSV, Excel (.xlsx), Stata, SPSS or Parquet, wide or long; as you have it,
        or as REDCap, KoboToolbox or ODK exported it.
    map : path or mapping
        A TOML file that says which column is what, in which units and codes, and who
        was sampled. `devnorms.sources.own.suggest` drafts one.
    corrected_age : bool
        Add a column ``age_days_corrected``: age from the expected date of birth, see
        `devnorms._base.ages.corrected_age_days`. ``age_days`` stays chronological; to
        count at corrected ages say ``dn.count(observations, corrected_age=True)``.
    salt : str, optional
        A secret of at least 8 characters for hashed ids (``pseudonymise = true`` in
        ``[child]``); the same salt gives a child the same id in the next file. Without
        it a salt is drawn and forgotten.

    Returns
    -------
    pandas.DataFrame
        Observations (`devnorms.schema.observations`): one row is one child, one item,
        one occasion; ages in whole days. A column ``domain`` holds that of the
        milestone. Birth dates and all columns that are not mapped are not kept. In
        ``attrs``:

        - ``left_out``: ``responses_in``, ``used``, ``left_out`` (reason to responses),
          ``empty_cells``; in = used + left out, exactly;
        - ``noted``: what is odd and was kept (``study, what, n, unit, detail``);
        - ``populations``: cards, see `devnorms.sources.own.populations`;
        - ``links``: items said to ask a milestone, by whom and how sure;
        - ``record``: JSON of a `Record` with the hash of the file, its licence and
          citation, and the mapping.

    Raises
    ------
    UnreadableFileError
        If a file is missing, empty, cut short, HTML, or in another encoding.
    BadValueError
        With all faults of the mapping.
    InvalidTableError
        With all faults of the data, grouped, and the rows they are in.
    EmptySelectionError
        If no answer is left.

    Warns
    -----
    LeftOutWarning
        If answers were left out.
    DoubtfulDataWarning
        If something is odd and was kept.

    Examples
    --------
    >>> read("visits.csv", {"study": {"id": "A"}})
    Traceback (most recent call last):
    devnorms._base.errors.BadValueError: map: ... faults found.
      ...
    """
    plan, plain = read_map(map)
    file = Path(path)
    secret = _secret(plan, salt)
    faults = Faults()
    sheet, items = frame(file, plan, faults)
    table, told = visits(sheet, plan, secret, faults)
    answers = read_answers(sheet.cells, plan, items, faults)
    used, ledger = settle(answers, table, sheet.cells, plan, faults)
    faults.raise_if_any(_titled(sheet))
    _check_any_left(ledger, sheet)
    observations = check_observations(assemble(answers, used, table, items, plan))
    if corrected_age:
        observations["age_days_corrected"] = corrected_age_days(
            observations["age_days"], observations["gestation_days"]
        )
    told += notice(plan, table, salt)
    observations.attrs = what_travels(
        file, plan, plain, items, observations, ledger, told
    )
    warn_of(sheet.name, ledger, told)
    return observations


def _secret(plan: DataMap, salt: str | None) -> bytes | None:
    """Give the salt where ids are to be hashed."""
    if not plan.child.pseudonymise:
        if salt is not None:
            raise BadValueError(
                "A salt is given, but the mapping does not ask for hashed ids: say "
                "pseudonymise = true in [child]."
            )
        return None
    if salt is None:
        return secrets.token_bytes(32)
    if len(salt) < _SHORTEST_SALT:
        raise BadValueError(
            f"'salt' must be a secret of at least {_SHORTEST_SALT} characters: a short "
            "one can be found by trying."
        )
    return salt.encode()


def _titled(sheet: Sheet) -> str:
    """Name the file, and say how rows are counted."""
    case = sheet.cells.index.name == "case"
    counted = (
        "cases are counted from 1" if case else "rows as a spreadsheet counts them"
    )
    return f"{sheet.name} ({counted})"


def _check_any_left(ledger: Ledger, sheet: Sheet) -> None:
    if ledger.used:
        return
    reasons = ", ".join(f"{n} {reason}" for reason, n in ledger.left_out.items())
    raise EmptySelectionError(
        f"{sheet.name}: no answer is left. Of {ledger.answers_in} answers were left "
        f"out: {reasons or 'none'}; {ledger.empty} cells are empty. Check [items], "
        "[age] and [[leave_out]] in the mapping."
    )
