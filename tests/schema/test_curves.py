"""Curves: each rule broken once, and the message read."""

from __future__ import annotations

import numpy as np
import pytest

from devnorms._base.errors import InvalidTableError
from devnorms.schema.curves import ATTRS, COORDS, VARIABLES, check_curves


def test_good_curves_come_back_as_the_same_object(curves):
    assert check_curves(curves) is curves


def test_further_variables_are_kept(curves):
    more = curves.assign(scale_item=("draw", [0.1, 0.2, 0.3]))
    assert "scale_item" in check_curves(more)


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda v: v.name)
def test_a_missing_variable_is_named_with_its_meaning(curves, variable):
    with pytest.raises(
        InvalidTableError, match=rf"'{variable.name}' \(.*\) is missing"
    ):
        check_curves(curves.drop_vars(variable.name))


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda v: v.name)
def test_wrong_dims_are_named_beside_the_right_ones(curves, variable):
    renamed = curves[variable.name].rename({variable.dims[-1]: "other"})
    spoilt = curves.drop_vars(variable.name).assign({variable.name: renamed.variable})
    with pytest.raises(InvalidTableError, match=rf"'{variable.name}' has dims .*other"):
        check_curves(spoilt)


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda v: v.name)
def test_nan_is_allowed_only_where_it_means_not_asked(curves, variable):
    spoilt = curves.copy(deep=True)
    spoilt[variable.name] = spoilt[variable.name].astype(float)
    spoilt[variable.name][(0,) * len(variable.dims)] = np.nan
    if variable.may_be_nan:
        assert check_curves(spoilt) is spoilt
    else:
        with pytest.raises(InvalidTableError, match=rf"'{variable.name}' has values"):
            check_curves(spoilt)


@pytest.mark.parametrize("coordinate", [c for c in COORDS if "_" in c])
def test_a_missing_coordinate_is_named(curves, coordinate):
    with pytest.raises(
        InvalidTableError, match=f"coordinate '{coordinate}' is missing"
    ):
        check_curves(curves.drop_vars(coordinate))


@pytest.mark.parametrize("attribute", ATTRS)
def test_a_missing_attribute_is_named(curves, attribute):
    del curves.attrs[attribute]
    with pytest.raises(InvalidTableError, match=f"attribute '{attribute}' is missing"):
        check_curves(curves)


def test_all_faults_come_at_once(curves):
    curves.attrs.clear()
    with pytest.raises(InvalidTableError, match=r"4 fault\(s\) found"):
        check_curves(curves.drop_vars("location"))


def test_something_that_is_no_dataset_is_refused(counts):
    with pytest.raises(InvalidTableError, match="Dataset, got DataFrame"):
        check_curves(counts)
