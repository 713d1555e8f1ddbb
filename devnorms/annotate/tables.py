"""
Reports as a table in, codings as a table out.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from devnorms._base.errors import (
    DoubtfulDataWarning,
    EmptySelectionError,
    LeftOutWarning,
)
from devnorms.annotate.coders import coder_named

if TYPE_CHECKING:
    import pandas as pd

    from devnorms.annotate.coding import Coder


def annotate(
    reports: pd.DataFrame,
    coder: str | Coder = "embedded",
    *,
    names: Iterable[str] = (),
) -> pd.DataFrame:
    """
    Propose which milestones caregivers' reports speak of, and what they say of them.

    Nothing leaves this machine with the embedded coder. What comes back are proposals:
    a person decides, and how often a coder is wrong belongs into the model.

    Parameters
    ----------
    reports : pandas.DataFrame
        ``id, lang, text`` and, if known, ``age_months``: the child's age when it was
        written.
    coder : str or Coder
        ``"embedded"``, or any object that codes documents.
    names : iterable of str
        Names known to the study, redacted wherever they stand.

    Returns
    -------
    pandas.DataFrame
        Codings (`devnorms.schema.codings`): one row per report and milestone found,
        with status, age of attainment in months as an interval where it is told,
        verbatim evidence, and the probability that a careful reader would give this
        code. ``attrs["left_out"]`` counts the reports that were refused, by reason;
        ``attrs["mended"]`` what the checks mended.

    Raises
    ------
    UnknownNameError
        If there is no such coder.
    EmptySelectionError
        If no report can be coded.

    Examples
    --------
    >>> import pandas as pd
    >>> text = "Anda solo desde los once meses. Su hermano tardó más."
    >>> reports = pd.DataFrame({"id": ["a"], "lang": ["es"], "text": [text]})
    """
    import pandas as pd

    from devnorms.annotate.pipeline import propose
    from devnorms.annotate.reading import read_rows
    from devnorms.schema.codings import COLUMNS, check_codings

    reader = coder_named(coder) if isinstance(coder, str) else coder
    plain = reports.astype(object).where(reports.notna(), None)
    lines = read_rows(enumerate(plain.to_dict("records")), reader.languages)
    good = [line.report for line in lines if line.report is not None]
    left_out = Counter(line.refused for line in lines if line.report is None)
    if not good:
        reasons = "; ".join(f"{n}: {why}" for why, n in left_out.items()) or "no rows"
        raise EmptySelectionError(f"None of the reports can be coded ({reasons}).")
    _warn(left_out, sorted({r.lang for r in good} & set(reader.unreviewed)))
    mended = Counter[str]()
    found = propose(good, reader, names=names, outcomes=mended)
    rows = [
        {**row, "lang": report.lang, "setting": "proposed", "accepted_by": None}
        for report, within in zip(good, found, strict=True)
        for row in within
    ]
    codings = check_codings(pd.DataFrame(rows, columns=list(COLUMNS)))
    codings.attrs = {
        "left_out": dict(left_out),
        "mended": dict(mended),
        "coder": reader.name,
    }
    return codings


def _warn(left_out: Counter[str], unreviewed: list[str]) -> None:
    """Say what was refused, and in which languages nobody has reviewed the coder."""
    if left_out:
        reasons = "; ".join(f"{n}: {why}" for why, n in left_out.most_common())
        warnings.warn(LeftOutWarning(f"reports not coded: {reasons}"), stacklevel=3)
    if unreviewed:
        listed = ", ".join(unreviewed)
        warnings.warn(
            DoubtfulDataWarning(
                f"no speaker has reviewed this coder's phrases in: {listed}. Check a "
                "blind sample in each of these languages before its codes are used."
            ),
            stacklevel=3,
        )
