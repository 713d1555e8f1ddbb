"""Populations: each rule broken once, and the message read."""

from __future__ import annotations

import pytest

from devnorms._base.errors import InvalidTableError
from devnorms.schema.populations import SAMPLINGS, check_populations


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_every_way_of_sampling_is_accepted(populations, sampling):
    assert len(check_populations(populations.assign(sampling=sampling))) == 2


def test_columns_nobody_filled_are_accepted_and_stay_empty(populations):
    valid = check_populations(populations)
    assert valid["place"].isna().all()
    assert str(valid["children"].dtype) == "Int64"


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("population", "NLD-A", r"'population': the same key comes more than once"),
        ("country", "NL", r"'country'.*str_matches.*\[1\].*'NL'"),
        ("sampling", "convenience", r"'sampling'.*representative.*'convenience'"),
        ("who", "", r"'who'.*str_length"),
        ("children", "some", r"'children': expected a whole number"),
    ],
)
def test_each_rule_names_the_column(populations, column, value, words):
    spoilt = populations.astype({column: object})
    spoilt.loc[1, column] = value
    with pytest.raises(InvalidTableError, match=words):
        check_populations(spoilt)


@pytest.mark.parametrize("column", ["licence", "citation", "who", "study"])
def test_terms_and_people_may_not_be_left_empty(populations, column):
    populations.loc[0, column] = None
    with pytest.raises(InvalidTableError, match=f"'{column}': empty cells"):
        check_populations(populations)
