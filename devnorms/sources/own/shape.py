"""
From the sheets of a file to one frame whose rows are visits (or answers).
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd

from devnorms.sources.own.cells import Sheet, without
from devnorms.sources.own.faults import Faults
from devnorms.sources.own.files import read_sheet
from devnorms.sources.own.mapping.items import linked, named
from devnorms.sources.own.mapping.settings import VISIT, DataMap, File, Item, Repeat
from devnorms.sources.own.multiple import tick

OCCASION = "(occasion)"
"""A column of our own: what the export, or the name of a column, says of the visit."""

KEYS = {
    "kobo": [("_parent_index", "_index")],
    "odk": [("PARENT_KEY", "KEY"), ("parent_key", "key")],
}
_EVENTS = (
    ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"),
    ("Event Name", "Repeat Instrument", "Repeat Instance"),
)


def frame(path: Path, plan: DataMap, faults: Faults) -> tuple[Sheet, tuple[Item, ...]]:
    """
    Read the file and bring it into the shape that the mapping speaks of.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    plan : DataMap
        The mapping.
    faults : Faults
        To be added to: missing columns, rows without parent, boxes with odd values.

    Returns
    -------
    Sheet
        Only columns that are mapped, all of them; what is missing is empty and noted
        as a fault.
    tuple of Item
        The items, patterns such as ``gm_*`` spelled out.
    """
    sheet = joined(path, plan.file, plan.repeat, faults)
    cells = sheet.cells
    if plan.file.exported_by == "redcap":
        cells = cells.assign(**{OCCASION: _events(cells)})
    items = spelled_out(plan, list(cells.columns))
    cells = _present(cells, plan, items, faults)
    cells = _emptied(cells, sheet, plan)
    if plan.file.carry or plan.file.exported_by == "redcap":
        cells = _carried(cells, plan, faults)
    if plan.visits:
        cells = _stacked(cells, plan)
    cells, ticked = tick(cells, plan.multiples, faults)
    made = Sheet(cells, sheet.name, sheet.typed, sheet.labels, sheet.titles)
    return made, linked((*items, *ticked))


def spelled_out(plan: DataMap, columns: list[str]) -> tuple[Item, ...]:
    """
    Replace items named by a pattern by those that the file has.

    Parameters
    ----------
    plan : DataMap
        The mapping.
    columns : list of str
        Of the file.

    Returns
    -------
    tuple of Item
        A column that is named itself, or mapped to something else, matches no pattern.
    """
    taken = {name for name, _ in plan.columns()} | {item.name for item in plan.items}
    found: list[Item] = []
    for item in plan.items:
        pattern = not plan.long.item and any(sign in item.name for sign in "*?")
        if item.name in columns or not pattern:
            found.append(item)
            continue
        matches = [c for c in columns if fnmatchcase(c, item.name)]
        new = [c for c in matches if c not in taken]
        taken.update(new)
        # A pattern that matches nothing stays: it is told as a missing column.
        found += [named(item, name) for name in new] if matches else [item]
    return tuple(found)


def joined(path: Path, file: File, repeat: Repeat, faults: Faults) -> Sheet:
    """
    Read the main sheet, and put its repeat groups under it.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    file : File
        How it is written.
    repeat : Repeat
        Sheets, tables or files of repeat groups.
    faults : Faults
        To be added to: rows without parent, keys that come twice.

    Returns
    -------
    Sheet
        The rows of the innermost group, each with what its parents say.
    """
    sheet = read_sheet(path, file)
    for name in repeat.sheets:
        inner = read_sheet(path, file, name)
        pair = _keys(sheet, inner, file, repeat)
        if pair[0] in inner.cells and pair[1] in sheet.cells:
            sheet = _under(sheet, inner, pair, faults)
        else:
            faults.add_missing(pair[0], "[repeat] parent_key", inner.cells.columns)
            sheet = inner
    return sheet


def _keys(outer: Sheet, inner: Sheet, file: File, repeat: Repeat) -> tuple[str, str]:
    """Find the columns by which rows of a group know their parent."""
    if repeat.key or repeat.parent_key:
        return repeat.parent_key or repeat.key, repeat.key or repeat.parent_key
    pairs = KEYS.get(file.exported_by, [*KEYS["kobo"], *KEYS["odk"]])
    fitting = (p for p in pairs if p[0] in inner.cells and p[1] in outer.cells)
    return next(fitting, pairs[0])


def _under(outer: Sheet, inner: Sheet, pair: tuple[str, str], faults: Faults) -> Sheet:
    """Give each row of a repeat group what its parent says."""
    parent_key, key = pair
    parents = outer.cells.set_index(key, drop=False)
    twice = parents.index[parents.index.duplicated()].unique()
    faults.add_masked(
        key,
        f"expected one row per key in {outer.name}, found several",
        outer.cells[key][outer.cells[key].isin(twice)],
        "Rows of the repeat group would have two parents",
    )
    own = inner.cells[parent_key]
    faults.add_masked(
        parent_key,
        f"a row of {inner.name} whose parent is not in {outer.name}",
        own[~own.isin(parents.index)],
        "Export both at the same time, without a filter",
    )
    parents = parents[~parents.index.duplicated()]
    above = parents.reindex(own).set_index(own.index).fillna("")
    new = above[[c for c in above.columns if c not in inner.cells.columns]]
    return Sheet(
        pd.concat([inner.cells, new], axis=1),
        inner.name,
        inner.typed,
        {**outer.labels, **inner.labels},
        {**outer.titles, **inner.titles},
        {**outer.missing, **inner.missing},
    )


def _events(cells: pd.DataFrame) -> pd.Series:
    """Put REDCap's event, instrument and instance into one name of the occasion."""
    columns = next(
        (names for names in _EVENTS if any(n in cells for n in names)), _EVENTS[0]
    )
    parts = [cells[name] for name in columns if name in cells]
    if not parts:
        return pd.Series("", index=cells.index, dtype="str")
    joined = parts[0]
    for part in parts[1:]:
        gap = ((joined != "") & (part != "")).map({True: " ", False: ""})
        joined = joined + gap + part
    return joined


def _present(
    cells: pd.DataFrame, plan: DataMap, items: tuple[Item, ...], faults: Faults
) -> pd.DataFrame:
    """Keep mapped columns; each that the file has not is a fault, and empty."""
    named = list(plan.columns())
    if not plan.long.item:
        named += [(item.name, "[items]") for item in items]
    kept: dict[str, None] = {OCCASION: None} if OCCASION in cells else {}
    for multiple in plan.multiples:
        kept |= dict.fromkeys(multiple_columns(cells, multiple.column))
        if not any(c in kept for c in multiple_columns(cells, multiple.column)):
            faults.add_missing(
                multiple.column, f"[multiple.{multiple.name}] column", cells.columns
            )
    absent: list[str] = []
    for column, where in dict(named).items():
        spread = [column.replace(VISIT, v) for v in plan.visits if VISIT in column]
        there = [c for c in spread or [column] if c in cells]
        kept |= dict.fromkeys(there)
        if not there:
            faults.add_missing(spread[0] if spread else column, where, cells.columns)
            absent += spread or [column]
    found = cells[list(kept)]
    return found.assign(**dict.fromkeys(absent, "")).astype("str")


def multiple_columns(cells: pd.DataFrame, column: str) -> list[str]:
    """
    Find the columns of a question with several choices.

    Parameters
    ----------
    cells : pandas.DataFrame
        The file.
    column : str
        The question's name.

    Returns
    -------
    list of str
        Its own column, and those of its choices (``q___1``, ``q/1``,
        ``Label (choice=...)``).
    """
    starts = (f"{column}___", f"{column}/", f"{column} (choice=")
    return [str(c) for c in cells if c == column or str(c).startswith(starts)]


def _emptied(cells: pd.DataFrame, sheet: Sheet, plan: DataMap) -> pd.DataFrame:
    """Empty what the mapping or the file itself calls missing; answers keep theirs."""
    own = {name for name, _ in plan.columns()}
    return cells.apply(
        lambda column: without(
            column,
            {
                *plan.file.missing,
                *(
                    sheet.missing.get(str(column.name), ())
                    if column.name in own
                    else ()
                ),
            },
        )
    )


def _carried(cells: pd.DataFrame, plan: DataMap, faults: Faults) -> pd.DataFrame:
    """Give every row of a child what one of its rows says of it or of the visit."""
    child = cells[list(plan.child.columns)].agg("-".join, axis=1)
    event = next((n for names in _EVENTS for n in names[:1] if n in cells), None)
    occasion = cells[event] if event else cells.get(plan.occasion, child)
    filled = cells.copy()
    for column, _ in plan.child_columns():
        filled[column] = _fill(cells[column], [child])
        kinds = cells[column].where(cells[column] != "").groupby(child).nunique()
        both = child.isin(kinds.index[kinds > 1]) & (cells[column] != "")
        faults.add_masked(
            column,
            "a child has more than one value on its rows",
            cells[column][both],
            "Correct one of them: it belongs to the child, not to the visit",
        )
    for column, _ in plan.visit_columns():
        filled[column] = _fill(cells[column], [child, occasion])
    return filled


def _fill(column: pd.Series, keys: list[pd.Series]) -> pd.Series:
    """Fill empty cells of a group that has one value only."""
    known = column.where(column != "")
    groups = known.groupby(keys)
    only = groups.transform("first").where(groups.transform("nunique") == 1)
    return known.fillna(only).fillna("").astype("str")


def _stacked(cells: pd.DataFrame, plan: DataMap) -> pd.DataFrame:
    """One row per visit instead of one column per visit."""
    named = {name for name, _ in plan.columns()} | {item.name for item in plan.items}
    templates = sorted(name for name in named if VISIT in name)
    spread = {t.replace(VISIT, v) for t in templates for v in plan.visits}
    same = cells[[c for c in cells if c not in spread]]
    parts = []
    for visit in plan.visits:
        own = {
            t: cells.get(t.replace(VISIT, visit), pd.Series("", index=cells.index))
            for t in templates
        }
        parts.append(same.assign(**own, **{OCCASION: visit}))
    return pd.concat(parts).astype("str")
