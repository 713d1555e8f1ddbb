"""Checks of parameters: what passes, and the words when it doesn't."""

from __future__ import annotations

import pytest

from devnorms._base.checks import (
    check_at_least,
    check_known,
    check_share,
    check_shares,
)
from devnorms._base.errors import BadValueError, UnknownNameError


@pytest.mark.parametrize("value", [0, 1, 90, -0.1, float("nan"), "0.9", None])
def test_what_is_no_share_is_refused_with_an_example(value):
    with pytest.raises(BadValueError, match=r"'level' must be .* \(0\.9, not 90\)"):
        check_share("level", value)


def test_shares_keep_their_order():
    assert check_shares("shares", [0.9, 0.25]) == (0.9, 0.25)


@pytest.mark.parametrize("values", [[], [0.5, 0.5]])
def test_no_share_or_one_twice_is_refused(values):
    with pytest.raises(BadValueError, match="one or more different shares"):
        check_shares("shares", values)


@pytest.mark.parametrize("value", [1, 0, 2.5, "3"])
def test_a_number_that_is_too_small_or_not_whole_is_refused(value):
    with pytest.raises(BadValueError, match=rf"2 or more\. Got {value!r}"):
        check_at_least("draws", value, 2)


def test_an_unknown_name_is_answered_with_the_nearest_known_ones():
    with pytest.raises(UnknownNameError, match="Did you mean 'walks_alone'"):
        check_known("milestone", ["walk_alone"], ["walks_alone", "runs"])


def test_known_names_come_back_in_the_order_given():
    assert check_known("milestone", ("b", "a"), {"a", "b", "c"}) == ["b", "a"]
