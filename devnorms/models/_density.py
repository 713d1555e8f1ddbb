"""
Compiled kernels as PyTensor operations that know their gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numba
import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import register_funcify_default_op_cache_key

from devnorms.models import _kernels


class Density(Op):
    """
    A log density whose kernel also gives the gradients in its first two inputs.

    All kernels of `devnorms.models._kernels` have this form: two vectors that matter,
    then constants; out come the value and the two gradients.
    """

    __props__ = ()
    kernel: ClassVar[Callable[..., Any]]

    def make_node(self, *inputs: Any) -> Apply:
        """
        Declare inputs and outputs.

        Parameters
        ----------
        *inputs : tensors
            As the kernel takes them.
        """
        tensors = [pt.as_tensor_variable(value) for value in inputs]
        return Apply(self, tensors, [pt.dscalar(), pt.dvector(), pt.dvector()])

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
        results = type(self).kernel(*inputs)
        for store, result in zip(output_storage, results, strict=True):
            store[0] = np.asarray(result, dtype=np.float64)

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
        rest = [DisconnectedType()() for _ in inputs[2:]]
        return [cotangents[0] * outputs[1], cotangents[0] * outputs[2], *rest]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """
        Say that only the value depends on the first two inputs, as far as is used.

        Parameters
        ----------
        node : Apply
            The node.
        """
        constants = len(node.inputs) - 2
        return [[True, False, False]] * 2 + [[False] * 3] * constants


class _LocationDensity(Density):
    kernel = staticmethod(_kernels.location_density)


class _SlopeDensity(Density):
    kernel = staticmethod(_kernels.slope_density)


class _ResponseDensity(Density):
    kernel = staticmethod(_kernels.response_density)


@register_funcify_default_op_cache_key(_LocationDensity)
@register_funcify_default_op_cache_key(_ResponseDensity)
def _compiled_with_five(op: Density, node: Apply, **_: Any) -> Any:  # noqa: ARG001
    """Give a kernel of five inputs to PyTensor's numba mode."""
    kernel = type(op).kernel

    @numba.njit(error_model="numpy")
    def density(a: Any, b: Any, c: Any, d: Any, e: Any) -> Any:
        value, in_a, in_b = kernel(a, b, c, d, e)
        return np.asarray(value), in_a, in_b

    return density


@register_funcify_default_op_cache_key(_SlopeDensity)
def _compiled_with_three(op: Density, node: Apply, **_: Any) -> Any:  # noqa: ARG001
    """Give a kernel of three inputs to PyTensor's numba mode."""
    kernel = type(op).kernel

    @numba.njit(error_model="numpy")
    def density(a: Any, b: Any, c: Any) -> Any:
        value, in_a, in_b = kernel(a, b, c)
        return np.asarray(value), in_a, in_b

    return density


location_density = _LocationDensity()
slope_density = _SlopeDensity()
response_density = _ResponseDensity()


class _BlockProduct(Op):
    """`block_product`, or its transpose, as an operation; linear in its first input."""

    __props__ = ("transposed",)

    def __init__(self, *, transposed: bool) -> None:
        self.transposed = transposed

    def kernel(self) -> Callable[..., Any]:
        if self.transposed:
            return _kernels.block_product_transposed
        return _kernels.block_product

    def make_node(self, *inputs: Any) -> Apply:
        tensors = [pt.as_tensor_variable(value) for value in inputs]
        return Apply(self, tensors, [tensors[0].type()])

    def perform(
        self,
        node: Apply,  # noqa: ARG002  (PyTensor calls it by this signature)
        inputs: Sequence[Any],
        output_storage: list[list[Any]],
    ) -> None:
        output_storage[0][0] = self.kernel()(*inputs)

    def pullback(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],  # noqa: ARG002
        cotangents: Sequence[Variable],
    ) -> list[Variable]:
        other = _BlockProduct(transposed=not self.transposed)
        back = other(cotangents[0], *inputs[1:])
        return [back, *(DisconnectedType()() for _ in inputs[1:])]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[True], *([False] for _ in node.inputs[1:])]


@register_funcify_default_op_cache_key(_BlockProduct)
def _compiled_product(op: _BlockProduct, node: Apply, **_: Any) -> Any:  # noqa: ARG001
    """Give the product's kernel to PyTensor's numba mode."""
    kernel = op.kernel()

    @numba.njit(error_model="numpy")
    def product(z: Any, blocks: Any, starts: Any) -> Any:
        return kernel(z, blocks, starts)

    return product


block_product = _BlockProduct(transposed=False)
