"""
Codings as plain tables, and the labelling interface of Label Studio.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from devnorms._base.errors import InvalidTableError, UnreadableFileError

if TYPE_CHECKING:
    import pandas as pd


def read_table(file: Path) -> pd.DataFrame:
    """
    Read codings that `export_codings` wrote as JSONL or CSV.

    Parameters
    ----------
    file : pathlib.Path
        ``.jsonl`` or ``.csv``.

    Returns
    -------
    pandas.DataFrame
        As `devnorms.schema.codings`.

    Raises
    ------
    UnreadableFileError, InvalidTableError
        If it is neither, or the codes break the rules.
    """
    import pandas as pd

    from devnorms.schema.codings import COLUMNS, check_codings

    try:
        text = file.read_text(encoding="utf-8-sig")
        if file.suffix == ".csv":
            kept = ["id", "concept", "evidence", "coder", "accepted_by"]
            found = pd.read_csv(
                file, dtype=dict.fromkeys(kept, str), keep_default_na=False,
                na_values={n: [""] for n in COLUMNS if n not in kept[:4]},
            )  # fmt: skip
        else:
            rows = [json.loads(line) for line in text.split("\n") if line.strip()]
            found = pd.DataFrame(rows)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise UnreadableFileError(f"{file} cannot be read ({error}).") from None
    missing = [name for name in COLUMNS if name not in found]
    if missing:
        raise InvalidTableError.missing_columns("Codings", missing, list(found.columns))
    return check_codings(found[list(COLUMNS)])


def label_config(concepts: Sequence[str]) -> str:
    """
    Give the labelling interface that Label Studio needs for these files.

    Parameters
    ----------
    concepts : sequence of str
        The milestones.

    Returns
    -------
    str
        XML, to be pasted into the project's settings.

    Examples
    --------
    >>> print(label_config(["crawls"]))
    <View>
      <Labels name="code" toName="text">
        <Label value="crawls:achieved"/>
        <Label value="crawls:not_yet"/>
        <Label value="crawls:unclear"/>
      </Labels>
      <Text name="text" value="$text"/>
    </View>
    """
    from devnorms.schema.codings import STATUSES

    labels = "\n".join(
        f'    <Label value="{concept}:{status}"/>'
        for concept in concepts
        for status in STATUSES
    )
    return (
        '<View>\n  <Labels name="code" toName="text">\n'
        f'{labels}\n  </Labels>\n  <Text name="text" value="$text"/>\n</View>'
    )


def table_text(table: pd.DataFrame, form: str) -> str:
    """
    Give codings as text.

    Parameters
    ----------
    table : pandas.DataFrame
        As `devnorms.schema.codings`.
    form : str
        ``"csv"`` or ``"jsonl"``.

    Returns
    -------
    str
    """
    if form == "csv":
        return str(table.to_csv(index=False, lineterminator="\n"))
    plain = table.astype(object).where(table.notna(), None)
    return "".join(f"{as_json(row)}\n" for row in plain.to_dict("records"))


def as_json(value: object) -> str:
    """
    Give a value as JSON on one line, in its own script.

    Parameters
    ----------
    value : object
        JSON-serialisable.

    Returns
    -------
    str
    """
    return json.dumps(value, ensure_ascii=False)


def write_whole(file: Path, text: str) -> None:
    """
    Write a file whole, or not at all.

    Parameters
    ----------
    file : pathlib.Path
        Where to.
    text : str
        What.
    """
    hidden = file.with_name(f".{file.name}.new")
    hidden.write_text(text, encoding="utf-8", newline="\n")
    hidden.replace(file)
