"""Records and hashes: the same for the same content, another for any other."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devnorms._base.provenance import (
    Record,
    Source,
    content_hash,
    package_versions,
    table_hash,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=8,
)
TEXTS = st.lists(st.none() | st.text(max_size=3), min_size=1, max_size=6)


def _reversed_keys(value):
    if isinstance(value, dict):
        return {key: _reversed_keys(value[key]) for key in reversed(value)}
    return [_reversed_keys(v) for v in value] if isinstance(value, list) else value


def test_a_content_hash_is_the_sha256_of_compact_sorted_json():
    expected = hashlib.sha256(b'{"a":1,"b":["\xc3\xa9"]}').hexdigest()
    assert content_hash({"b": ["é"], "a": 1}) == expected


@given(JSON)
def test_the_order_of_keys_does_not_change_a_content_hash(value):
    assert content_hash(value) == content_hash(_reversed_keys(value))


@given(TEXTS)
def test_how_text_is_held_does_not_change_a_table_hash(values):
    as_text = pd.DataFrame({"item": pd.Series(values, dtype="str")})
    others = [as_text.astype("category"), as_text.astype(object)]
    others.append(as_text.set_axis(range(5, 5 + len(as_text))))
    assert {table_hash(other) for other in others} == {table_hash(as_text)}


@given(TEXTS, TEXTS)
def test_tables_of_text_share_a_hash_only_if_they_say_the_same(one, other):
    first = table_hash(pd.DataFrame({"item": pd.Series(one, dtype="str")}))
    second = table_hash(pd.DataFrame({"item": pd.Series(other, dtype="str")}))
    assert (first == second) == (one == other)


@given(st.lists(st.integers(-(2**60), 2**60), min_size=1, max_size=5))
def test_how_whole_numbers_are_held_does_not_change_a_table_hash(values):
    plain = pd.DataFrame({"asked": values})
    assert table_hash(plain) == table_hash(plain.astype("Int64"))


def test_every_kind_of_nan_is_the_same_missing_value():
    odd = np.array([0x7FF8000000000001], dtype=np.uint64).view(float)
    plain = pd.DataFrame({"age": [1.5, np.nan]})
    other = pd.DataFrame({"age": [1.5, odd[0]]})
    assert table_hash(plain) == table_hash(other) == table_hash(plain.astype("Float64"))


@pytest.mark.parametrize(
    "other",
    [
        pd.DataFrame({"a": [2, 1], "b": ["x", None]}),  # rows swapped in one column
        pd.DataFrame({"b": ["x", None], "a": [1, 2]}),  # columns swapped
        pd.DataFrame({"a": [1, 2], "c": ["x", None]}),  # another name
        pd.DataFrame({"a": [1.0, 2.0], "b": ["x", None]}),  # another kind of number
        pd.DataFrame({"a": ["1", "2"], "b": ["x", None]}),  # text for numbers
        pd.DataFrame({"a": [1, 2], "b": ["x", ""]}),  # empty text for missing
        pd.DataFrame({"a": [1, 2], "b": ["x", "None"]}),  # the word for missing
        pd.DataFrame({"a": [1], "b": ["x"]}),  # a row less
    ],
)
def test_any_difference_in_content_changes_a_table_hash(other):
    assert table_hash(other) != table_hash(
        pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    )


def test_the_smallest_change_of_a_float_changes_a_table_hash():
    age = pd.DataFrame({"age": [12.1]})
    assert table_hash(age) != table_hash(np.nextafter(age, 13))


def test_hashes_are_the_same_in_another_process_with_another_hash_seed():
    table = "pd.DataFrame({'a': ['x', 'y', None], 'b': [1.5, None, 2], 'c': [1, 2, 3]})"
    code = (
        "import pandas as pd; from devnorms._base.provenance import table_hash; "
        f"print(table_hash({table}))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": "4711", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    here = pd.DataFrame({"a": ["x", "y", None], "b": [1.5, None, 2], "c": [1, 2, 3]})
    assert printed == table_hash(here)


def test_a_record_survives_json():
    record = Record.now((Source("a", "1", licence="CC0"),), {"shares": [0.5]}, seed=7)
    assert Record.from_json(record.to_json()) == record


def test_a_room_adds_to_a_record_and_leaves_the_old_one_alone():
    before = Record(settings={"bins": 30})
    after = before.with_settings(level=0.9)
    assert after.settings == {"bins": 30, "level": 0.9}
    assert before.settings == {"bins": 30}


def test_versions_name_python_and_the_packages_numbers_depend_on():
    versions = package_versions()
    assert versions["python"] == ".".join(map(str, sys.version_info[:3]))
    assert versions["numpy"] == np.__version__
