"""Whatever a file or a mapping holds, it is read or refused in words."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import devnorms as dn
from devnorms._base.errors import DevnormsError, DevnormsWarning
from devnorms.schema.observations import check_observations
from devnorms.sources.own import suggest
from tests.sources.ownexports import EXAMPLES
from tests.sources.test_own_faults import DATES, changed

ODD = (
    "1 0 1.0 -1 1e400 9e9 1.2E+15 nan inf 2020-02-30 0000-00-00 9999-12-31 44000 1,5 "
    "2020-01-01T25:00 31/12/1899 1.5 1_0 999999999999999999999 + - =1+1 #N/A NULL TRUE"
)
CELLS = st.one_of(st.text(max_size=12), st.sampled_from(["", *ODD.split(" ")]))
GOOD = {
    "child": "a1", "age": "12.5", "sex": "f", "walks": "1", "runs": "0",
    "dob": "2020-01-01", "seen": "2021-01-01", "ga": "39", "skills": "1",
}  # fmt: skip
ONE_ROW = st.fixed_dictionaries(
    {
        name: st.one_of(st.just(good), st.just(good), CELLS)
        for name, good in GOOD.items()
    }
)
AGES: list[dict[str, Any]] = [
    {"column": "age", "unit": "months"},
    {"years": "age", "days": "ga", "completed": True},
    DATES,
    {**DATES, "date_format": "excel"},
    {**DATES, "date_format": "%d/%m/%y %z"},
]
QUIET = settings(suppress_health_check=[HealthCheck.too_slow], max_examples=12)


def read_or_refused(work: Callable[[], pd.DataFrame | str]) -> None:
    """Run; only devnorms' own errors may come, and what comes out must be valid."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DevnormsWarning)
        try:
            made = work()
        except DevnormsError:
            return
    if isinstance(made, pd.DataFrame):
        check_observations(made)
        ledger = made.attrs["left_out"]
        lost = sum(ledger["left_out"].values())
        assert ledger["responses_in"] == len(made) + lost


@QUIET
@given(
    rows=st.lists(ONE_ROW, min_size=1, max_size=5),
    age=st.sampled_from(AGES),
    decimal=st.sampled_from([".", ","]),
    hashed=st.booleans(),
)  # fmt: skip
def test_any_cells_are_read_or_refused(
    rows: list[dict[str, str]], age: dict[str, Any], decimal: str, hashed: bool
) -> None:
    mapping = changed(
        file={"decimal": decimal, "duplicates": "last", "carry": hashed},
        child={"column": "child", "pseudonymise": hashed},
        age=age,
        gestation={"column": "ga", "unit": "weeks"},
        multiple={"skills": {"none_ticked": "not_asked", "items": {"1": {}}}},
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        text = pd.DataFrame(rows).to_csv(index=False, lineterminator="\n")
        path.write_bytes(text.encode("utf-8", errors="replace"))
        read_or_refused(lambda: dn.read(path, mapping))
        read_or_refused(lambda: suggest(path))


@cache
def _whole(name: str) -> tuple[bytes, str]:
    with TemporaryDirectory() as folder:
        path = EXAMPLES[name].write(Path(folder))
        return path.read_bytes(), path.suffix


KINDS = ["csv, French", "tsv, utf-16", "excel", "parquet", "odk, archive"]


@pytest.mark.parametrize("name", KINDS)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=4)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(name: str, data: st.DataObject) -> None:
    whole, ending = _whole(name)
    at = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.integers(0, 60))
    raw = whole[:at] + data.draw(st.binary(max_size=8)) + whole[at + cut :]
    raw = raw[:at] if data.draw(st.booleans()) else raw
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"data{ending}"
        path.write_bytes(raw)
        read_or_refused(lambda: dn.read(path, EXAMPLES[name].mapping()))
        read_or_refused(lambda: suggest(path))


@pytest.mark.parametrize("name", ["stata", "spss"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_file_of_a_statistics_program_cut_short_is_refused(
    name: str, share: float, tmp_path: Path
) -> None:
    whole, ending = _whole(name)
    path = tmp_path / f"data{ending}"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DevnormsError, match="not a whole S"):
        dn.read(path, EXAMPLES[name].mapping())


VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6),
        st.sampled_from(["?", "1", "walks", "child", "{visit}", "*"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(
                st.sampled_from(["column", "unit", "when", "items", "names", "codes"]),
                st.text(max_size=5),
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)  # fmt: skip
SECTIONS = [
    "file", "study", "population", "child", "occasion", "age", "gestation", "sex",
    "mode", "language", "coder", "weight", "interviewer", "site", "instrument",
    "answers", "links", "items", "long", "visits", "repeat", "multiple", "leave_out",
    "milestones",
]  # fmt: skip


@QUIET
@given(st.dictionaries(st.sampled_from(SECTIONS), VALUES, max_size=3))
def test_any_mapping_is_read_or_refused(sections: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        path.write_text("child,age,sex,walks,runs\na1,12.5,f,1,0\n", encoding="utf-8")
        read_or_refused(lambda: dn.read(path, {**changed(), **sections}))
