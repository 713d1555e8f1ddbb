"""What docs/howto/any-size.md shows is what a person gets who types it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from devnorms._base.errors import InvalidTableError
from devnorms.tabulate import count
from tests.tabulate.conftest import as_categories, write_parts

PAGE = Path("docs", "howto", "any-size.md")


def blocks(root: Path, language: str) -> list[str]:
    """What stands between fences of that language."""
    text = (root / PAGE).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_the_examples_run(root, observations, tmp_path, monkeypatch):
    table = observations.replace({"country": {"COL": "KEN"}})
    folder = write_parts(as_categories(table), tmp_path / "answers")
    for file in folder.iterdir():
        file.rename(folder / f"wave_{file.name}")
    monkeypatch.chdir(tmp_path)
    tables, lazy, on_a_cluster = blocks(root, "python")
    names: dict[str, Any] = {"observations": table, "__name__": "page"}
    # Each line on its own, so that each result can be looked at.
    for line in (tables + lazy).splitlines():
        names.pop("counts", None)
        exec(line, names)  # noqa: S102
        if "counts" in names:
            rows = table[table["country"] == "KEN"] if "WHERE" in line else table
            pd.testing.assert_frame_equal(names["counts"], count(rows))
    # The rest, on a cluster, is what test_cluster.py does.
    exec(on_a_cluster, names)  # noqa: S102


MILLION_WRONG = """
    WITH common AS (
        SELECT 's' study, 'KEN' population, 'KEN' country, 'own' instrument, 'male' sex
    )
    SELECT *, 'waves' item, 'yes' response, 400 age_days FROM common, range(1000000)
    UNION ALL BY NAME
    SELECT *, 'walks' item, 'passed' response, range - 3 age_days FROM common, range(3)
    UNION ALL BY NAME
    SELECT *, 'walks' item, 'passed' response, 9000 age_days FROM common, range(9)
"""


def test_a_million_wrong_rows_are_one_message(root):
    (shown,) = blocks(root, "text")
    with pytest.raises(InvalidTableError, match="2 faults found") as caught:
        count(duckdb.sql(MILLION_WRONG))
    assert f"{caught.value}\n" == shown
