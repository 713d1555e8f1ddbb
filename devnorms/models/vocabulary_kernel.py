"""
Log density of numbers of words under sinh-arcsinh distributions, with its gradient.

Written out because children of one population, age and sex share everything but their
number of words: what they share is worked out once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numba
import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import register_funcify_default_op_cache_key

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ARCSINH_1 = math.asinh(1.0)
_LOG_ROOT_2PI = 0.5 * math.log(2 * math.pi)
_FAR = 35.0
"""Where erfc underflows, the first terms of its asymptotic series are exact enough."""


@numba.njit(error_model="numpy")
def _log_below(x: float) -> float:
    """Log of the standard normal distribution function, for x <= 0."""
    if x < -_FAR:
        return -0.5 * x * x - _LOG_ROOT_2PI - math.log(-x) - 1 / (x * x)
    return math.log(0.5 * math.erfc(-x / math.sqrt(2.0)))


@numba.njit(error_model="numpy")
def _log_between(low: float, high: float) -> float:
    """Log of the standard normal probability between two scores."""
    if low > 0:
        low, high = -high, -low
    if high <= 0:
        top = _log_below(high)
        return top if low == -np.inf else top + _log1mexp(top - _log_below(low))
    below = 0.0 if low == -np.inf else 0.5 * math.erfc(-low / math.sqrt(2.0))
    above = 0.0 if high == np.inf else 0.5 * math.erfc(high / math.sqrt(2.0))
    return math.log1p(-below - above)


@numba.njit(error_model="numpy")
def _log1mexp(gap: float) -> float:
    """Log of 1 - exp(-gap), for gap > 0."""
    return math.log(-math.expm1(-gap)) if gap < 0.69 else math.log1p(-math.exp(-gap))


@numba.njit(error_model="numpy")
def _score(limit: float, row: Floats, out: Floats) -> None:
    """Fill in a limit's score and its gradient in the four parameters."""
    median, scale, skew, tail, middle, half = row[:6]
    if math.isinf(limit):
        out[:] = 0.0
        out[0] = limit
        return
    away = (limit - median) / scale
    z = away * half + middle
    arc = math.asinh(z)
    inner = tail * arc - skew
    steep = math.cosh(inner)
    in_z = steep * tail / math.sqrt(1.0 + z * z)
    out[0] = math.sinh(inner)
    out[1] = -in_z * half / scale
    out[2] = -in_z * away * half
    out[3] = in_z * (away * row[6] + row[7]) - steep
    out[4] = tail * (in_z * (away * row[8] + row[9]) + steep * arc)


@numba.njit(error_model="numpy")
def _shared(parameters: Floats, row: Floats) -> None:
    """Fill in what children of one row share."""
    skew, tail = parameters[2], math.exp(parameters[3])
    ratio, arc = skew / tail, _ARCSINH_1 / tail
    row[0], row[1], row[2], row[3] = parameters[0], math.exp(parameters[1]), skew, tail
    row[4], row[5] = math.sinh(ratio), math.cosh(ratio) * math.sinh(arc)
    row[6] = math.sinh(ratio) / tail * math.sinh(arc)  # half, in skew
    row[7] = math.cosh(ratio) / tail  # middle, in skew
    row[8] = (
        -(
            math.sinh(ratio) * ratio * math.sinh(arc)
            + math.cosh(ratio) * arc * math.cosh(arc)
        )
        / tail
    )  # half, in tail
    row[9] = -math.cosh(ratio) * ratio / tail  # middle, in tail


@numba.njit(error_model="numpy")
def vocabulary_density(
    parameters: Floats, starts: Ints, low: Floats, high: Floats, weight: Floats
) -> tuple[float, Floats]:
    """
    Log density of numbers of words, and its gradient.

    Parameters
    ----------
    parameters : array of shape (4, rows)
        Median, log scale, skewness and log tail, by row: a population, age and sex.
    starts : array of shape (rows + 1,)
        Where each row's cells begin.
    low, high : arrays of shape (cells,)
        Limits in logits of the share of words that a number of words stands for.
    weight : array of shape (cells,)
        Children.

    Returns
    -------
    float, array of shape (4, rows)
    """
    rows = parameters.shape[1]
    gradient = np.zeros((4, rows))
    shared, below, above = np.empty(10), np.empty(5), np.empty(5)
    total = 0.0
    for i in range(rows):
        _shared(parameters[:, i], shared)
        for j in range(starts[i], starts[i + 1]):
            _score(low[j], shared, below)
            _score(high[j], shared, above)
            log_p = _log_between(below[0], above[0])
            total += weight[j] * log_p
            at_low = at_high = 0.0
            if not math.isinf(low[j]):
                at_low = math.exp(-0.5 * below[0] ** 2 - _LOG_ROOT_2PI - log_p)
            if not math.isinf(high[j]):
                at_high = math.exp(-0.5 * above[0] ** 2 - _LOG_ROOT_2PI - log_p)
            for k in range(4):
                slope = at_high * above[k + 1] - at_low * below[k + 1]
                gradient[k, i] += weight[j] * slope
    return total, gradient


class VocabularyDensity(Op):  # type: ignore[misc]
    """`vocabulary_density` as an operation that knows its gradient."""

    __props__ = ()

    def make_node(self, *inputs: Any) -> Apply:
        """
        Declare inputs and outputs.

        Parameters
        ----------
        *inputs : tensors
            As the kernel takes them.
        """
        tensors = [pt.as_tensor_variable(value) for value in inputs]
        return Apply(self, tensors, [pt.dscalar(), pt.dmatrix()])

    def perform(
        self,
        node: Apply,  # noqa: ARG002  (PyTensor calls it by this signature)
        inputs: Sequence[Any],
        output_storage: list[list[Any]],
    ) -> None:
        """
        Compute.

        Parameters
        ----------
        node : Apply
            The node.
        inputs : sequence of arrays
            As the kernel takes them.
        output_storage : list
            Filled.
        """
        value, gradient = vocabulary_density(*inputs)
        output_storage[0][0] = np.asarray(value)
        output_storage[1][0] = gradient

    def pullback(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        cotangents: Sequence[Variable],
    ) -> list[Variable]:
        """
        Pass the gradient of the log density on.

        Parameters
        ----------
        inputs, outputs, cotangents : sequences of tensors
            As PyTensor gives them.
        """
        rest = [DisconnectedType()() for _ in inputs[1:]]
        return [cotangents[0] * outputs[1], *rest]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """
        Say that only the value depends on the parameters, as far as is used.

        Parameters
        ----------
        node : Apply
            The node.
        """
        return [[True, False], *([[False, False]] * (len(node.inputs) - 1))]


@register_funcify_default_op_cache_key(VocabularyDensity)  # type: ignore[untyped-decorator]
def _compiled(op: VocabularyDensity, node: Apply, **_: Any) -> Any:  # noqa: ARG001
    """Give the kernel to PyTensor's numba mode."""

    @numba.njit(error_model="numpy")
    def density(a: Any, b: Any, c: Any, d: Any, e: Any) -> Any:
        value, gradient = vocabulary_density(a, b, c, d, e)
        return np.asarray(value), gradient

    return density
