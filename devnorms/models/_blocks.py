"""
The prior of the locations, with item, country and leaf effects integrated out.

Within a milestone the residual locations are jointly normal with covariance

    S = sd_milestone^2 J + sd_item^2 [same item] + sd_country_milestone^2 [same country]
        + sd_leaf^2 I

Integrating these effects out removes the funnels that stop a sampler. The kernel gives
the log density and its gradient at once; blocks are small (mostly below 12 leaves), so
a plain Cholesky factor written out beats calls to LAPACK.
"""

from __future__ import annotations

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

_LOG_2PI = float(np.log(2 * np.pi))


@numba.njit(error_model="numpy")
def _factorise(cov: Floats) -> float:
    """Replace a covariance by its lower Cholesky factor; give log det / 2."""
    size = cov.shape[0]
    half_log_det = 0.0
    for j in range(size):
        pivot = cov[j, j]
        for k in range(j):
            pivot -= cov[j, k] * cov[j, k]
        root = np.sqrt(pivot)
        cov[j, j] = root
        half_log_det += np.log(root)
        for i in range(j + 1, size):
            entry = cov[i, j]
            for k in range(j):
                entry -= cov[i, k] * cov[j, k]
            cov[i, j] = entry / root
    return half_log_det


@numba.njit(error_model="numpy")
def _inverse_from_factor(chol: Floats, inverse: Floats) -> None:
    """Fill the inverse of the covariance whose lower Cholesky factor is given."""
    size = chol.shape[0]
    for col in range(size):
        for i in range(size):
            entry = 1.0 if i == col else 0.0
            for k in range(i):
                entry -= chol[i, k] * inverse[k, col]
            inverse[i, col] = entry / chol[i, i]
        for i in range(size - 1, -1, -1):
            entry = inverse[i, col]
            for k in range(i + 1, size):
                entry -= chol[k, i] * inverse[k, col]
            inverse[i, col] = entry / chol[i, i]


@numba.njit(error_model="numpy")
def _covariance(scales: Floats, item: Ints, country: Ints) -> Floats:
    """Covariance of the residual locations of one milestone."""
    milestone, same_item, same_country, leaf = scales**2
    size = item.shape[0]
    cov = np.empty((size, size))
    for i in range(size):
        for j in range(i + 1):
            entry = milestone
            entry += same_item * (item[i] == item[j])
            entry += same_country * (country[i] == country[j])
            cov[i, j] = entry
        cov[i, i] += leaf
    return cov


@numba.njit(error_model="numpy")
def _add_variance_gradient(
    total: Floats, weighted: Floats, inverse: Floats, item: Ints, country: Ints
) -> None:
    """Add one milestone's gradient in the four variances."""
    size = item.shape[0]
    for i in range(size):
        for j in range(size):
            part = 0.5 * (weighted[i] * weighted[j] - inverse[i, j])
            total[0] += part
            total[1] += part * (item[i] == item[j])
            total[2] += part * (country[i] == country[j])
        total[3] += 0.5 * (weighted[i] * weighted[i] - inverse[i, i])


@numba.njit(error_model="numpy")
def block_log_density(
    residual: Floats, scales: Floats, starts: Ints, item: Ints, country: Ints
) -> tuple[float, Floats, Floats]:
    """
    Log density of all residual locations, and its gradients.

    Parameters
    ----------
    residual : array of shape (leaves,)
        Locations minus their mean, leaves of a milestone side by side.
    scales : array of shape (4,)
        ``sd_milestone, sd_item, sd_country_milestone, sd_leaf``.
    starts : array of shape (milestones + 1,)
        Where each milestone's leaves begin.
    item, country : arrays of shape (leaves,)
        Codes; equal codes share an effect.

    Returns
    -------
    float, array of shape (leaves,), array of shape (4,)
        The log density, its gradient in the residuals, and in the scales.
    """
    value = 0.0
    in_residual = np.zeros_like(residual)
    in_variance = np.zeros(4)
    for block in range(starts.shape[0] - 1):
        first, last = starts[block], starts[block + 1]
        size = last - first
        factor = _covariance(scales, item[first:last], country[first:last])
        inverse = np.empty((size, size))
        value -= _factorise(factor) + 0.5 * size * _LOG_2PI
        _inverse_from_factor(factor, inverse)
        for i in range(size):
            weighted = 0.0
            for j in range(size):
                weighted += inverse[i, j] * residual[first + j]
            in_residual[first + i] = -weighted
            value -= 0.5 * weighted * residual[first + i]
        _add_variance_gradient(
            in_variance,
            in_residual[first:last],
            inverse,
            item[first:last],
            country[first:last],
        )
    return value, in_residual, 2.0 * scales * in_variance


class BlockLogDensity(Op):
    """`block_log_density` as a PyTensor operation, gradients included."""

    __props__ = ()

    def make_node(self, *inputs: Any) -> Apply:
        """
        Declare inputs and outputs.

        Parameters
        ----------
        *inputs : tensors
            As in `block_log_density`.
        """
        tensors = [pt.as_tensor_variable(value) for value in inputs]
        outputs = [pt.dscalar(), pt.dvector(), pt.dvector()]
        return Apply(self, tensors, outputs)

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
            As in `block_log_density`.
        output_storage : list
            Filled.
        """
        results = block_log_density(*inputs)
        for store, result in zip(output_storage, results, strict=True):
            store[0] = np.asarray(result, dtype=np.float64)

    def pullback(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        cotangents: Sequence[Variable],
    ) -> list[Variable]:
        """
        Pass the gradient of the log density on; the other outputs have none.

        Parameters
        ----------
        inputs, outputs, cotangents : sequences of tensors
            As PyTensor gives them.
        """
        _, in_residual, in_scales = outputs
        seed = cotangents[0]
        rest = [DisconnectedType()() for _ in inputs[2:]]
        return [seed * in_residual, seed * in_scales, *rest]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """
        Only the log density depends on the residuals and scales, as far as is used.

        Parameters
        ----------
        node : Apply
            The node.
        """
        connected = [True, False, False]
        return [connected, connected, *([[False] * 3] * (len(node.inputs) - 2))]


@register_funcify_default_op_cache_key(BlockLogDensity)
def _compiled(op: BlockLogDensity, node: Apply, **_: Any) -> Any:  # noqa: ARG001
    """Give the kernel itself to PyTensor's numba mode."""
    kernel = block_log_density

    @numba.njit(error_model="numpy")
    def block_density(
        residual: Floats, scales: Floats, starts: Ints, item: Ints, country: Ints
    ) -> Any:
        value, in_residual, in_scales = kernel(residual, scales, starts, item, country)
        return np.asarray(value), in_residual, in_scales

    return block_density


block_density = BlockLogDensity()
