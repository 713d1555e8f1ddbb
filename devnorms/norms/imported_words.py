"""
What an imported norm does, in words that claim no more than the data carry.
"""

from __future__ import annotations

import pandas as pd

from devnorms.schema.differences import REFUSE

_NEEDED = (
    "reference", "population", "flag", "share", "age_months", "flagged", "flagged_low",
    "flagged_high", "more_per_1000", "level", "reach", "joined_by", "against_floor",
    "floor_low", "floor_high", "verdict", "reason",
)  # fmt: skip
_NOBODY = {
    "norm": "{reference} has no children who carry that age",
    "children": "nobody of {population} was asked at that age",
    "both": "neither was asked at that age",
}
_FLOOR = {
    "beyond": "More than studies of one country differ ({low} to {high}).",
    "within": "Studies of one country differ as much ({low} to {high}).",
    "unclear": "Studies of one country show {low} to {high}: this may be no more.",
    "no floor": "Nothing shows how much studies of one country differ.",
}


def statements(table: pd.DataFrame) -> list[str]:
    """
    Put each row into words.

    Parameters
    ----------
    table : pandas.DataFrame
        See `devnorms.schema.imported.check_imported`, ``statement`` not needed.

    Returns
    -------
    list of str
        Where the data do not reach, the words say so and give no share.
    """
    rows = table[list(_NEEDED)].to_dict("records")
    return [_statement({str(k): v for k, v in row.items()}) for row in rows]


def _statement(row: dict[str, object]) -> str:
    """One row in words."""
    age = f"{float(str(row['age_months'])):.1f} months"
    reach = str(row["reach"])
    if reach != "within":
        why = _NOBODY[reach].format(**row)
        return f"Cannot say: the norm would judge at {age}, and {why}."
    if row["verdict"] == REFUSE:
        return f"{REFUSE.capitalize()}: {row['reason']}"
    home = 1 - float(str(row["share"]))
    more = float(str(row["more_per_1000"]))
    change = f"{abs(more):.0f} per 1,000 {'more' if more >= 0 else 'fewer'}"
    floor = _FLOOR[str(row["against_floor"])].format(
        low=percent(row["floor_low"]), high=percent(row["floor_high"])
    )
    linked = {
        "linked items": " Different items, linked by judgement.",
        "a printed age": " The printed age is taken as exact.",
    }.get(str(row["joined_by"]), "")
    return (
        f"{percent(row['flagged'])} ({percent(row['flagged_low'])} to "
        f"{percent(row['flagged_high'])}) flagged {row['flag']} at {age}; their own "
        f"norm flags {percent(home)}: {change}. {floor}{linked}"
    )


def percent(share: object) -> str:
    """
    Write a share as a whole percentage.

    Parameters
    ----------
    share : float
        Between 0 and 1.

    Examples
    --------
    >>> percent(0.314), percent(0.004)
    ('31 %', '<1 %')
    """
    value = 100 * float(str(share))
    return "<1 %" if 0 < value < 0.5 else f"{value:.0f} %"
