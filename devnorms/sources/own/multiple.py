"""
Questions of which any choice may be ticked, as REDCap, KoboToolbox and ODK export them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from devnorms.sources.own.cells import fold, folded
from devnorms.sources.own.faults import Faults, kinds_of
from devnorms.sources.own.mapping.settings import Item, Multiple

TICKED = ("1", "true", "yes", "checked")
NOT_TICKED = ("0", "false", "no", "unchecked", "")


def tick(
    cells: pd.DataFrame, multiples: Sequence[Multiple], faults: Faults
) -> tuple[pd.DataFrame, tuple[Item, ...]]:
    """
    Make a column of 1, 0 and empty (not asked) for each choice.

    Parameters
    ----------
    cells : pandas.DataFrame
        Text, with either one column per choice or one column that lists those ticked.
    multiples : sequence of Multiple
        The questions.
    faults : Faults
        To be added to: boxes that hold something else, choices that are not there.

    Returns
    -------
    pandas.DataFrame
        With the new columns, named ``question/choice``.
    tuple of Item
        The choices as items, named like their columns.
    """
    items: list[Item] = []
    for one in multiples:
        boxes = _boxes(cells, one, faults)
        asked = boxes.any(axis=1) if one.none_ticked == "not_asked" else True
        if one.asked_when:
            codes = {fold(code) for code in one.asked_when.codes}
            asked &= folded(cells[one.asked_when.column]).isin(codes)
        values = boxes.map({True: "1", False: "0"}.get).where(
            pd.Series(asked, index=boxes.index), ""
        )
        names = {choice: f"{one.column}/{choice}" for choice in one.choices}
        cells = cells.drop(columns=[n for n in names.values() if n in cells])
        cells = pd.concat([cells, values.rename(columns=names).astype("str")], axis=1)
        items += [replace(item, name=names[c]) for c, item in one.choices.items()]
    return cells, tuple(items)


def _boxes(cells: pd.DataFrame, one: Multiple, faults: Faults) -> pd.DataFrame:
    """Whether each choice is ticked, in each row."""
    ticked: dict[str, pd.Series] = {}
    listed = _listed(cells, one, faults)
    for choice in one.choices:
        column = next((c for c in _names(one.column, choice) if c in cells), None)
        if column is not None:
            ticked[choice] = _box(cells[column], faults)
        elif listed is not None:
            ticked[choice] = _among(listed, fold(choice))
        else:
            faults.add_missing(
                _names(one.column, choice)[0],
                f"[multiple.{one.name}] items",
                map(str, cells),
            )
            ticked[choice] = pd.Series(False, index=cells.index)
    return pd.DataFrame(ticked, index=cells.index).astype(bool)


def _among(listed: pd.Series, choice: str) -> pd.Series:
    return listed.map(lambda chosen: choice in chosen)


def _names(column: str, choice: str) -> list[str]:
    """How a choice's own column may be called."""
    code = choice.lower().replace("-", "_")
    return [
        f"{column}___{code}",
        f"{column}/{choice}",
        f"{column} (choice={choice})",
        f"{column}___{choice}",
    ]


def _box(column: pd.Series, faults: Faults) -> pd.Series:
    """Whether a box is ticked."""
    codes = folded(column)
    odd = column[~codes.isin([*TICKED, *NOT_TICKED])]
    faults.add_codes(
        str(column.name),
        "a box holds 1 or 0 (Checked, Unchecked); found",
        odd,
        "If this is no box of a choice, name it under [items]",
    )
    return codes.isin(TICKED)


def _listed(cells: pd.DataFrame, one: Multiple, faults: Faults) -> pd.Series | None:
    """Split cells that list choices; None where each choice has its own column."""
    own = [c for k in one.choices for c in _names(one.column, k)]
    if one.column not in cells or all(
        any(c in cells for c in _names(one.column, k)) for k in one.choices
    ):
        return None
    text = cells[one.column]
    chosen = text.map(
        lambda cell: frozenset(fold(p) for p in cell.split(one.separator) if p.strip())
    )
    known = {fold(choice) for choice in one.choices}
    if not any(c in cells for c in own):
        nothing = (text != "") & chosen.map(lambda ticked: not ticked & known)
        if nothing.all():
            faults.add(
                one.column,
                f"no cell lists any of the choices {', '.join(map(repr, known))}; "
                f"found {kinds_of(text[nothing])}",
                text[nothing],
                f"Choices are separated by {one.separator!r}; say separator",
            )
    return chosen
