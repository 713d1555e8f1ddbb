"""
The covariance of leaves' estimates, inverted cheaply: blocks, and a matrix of low rank.

References
----------
Rasmussen CE, Williams CKI. Gaussian Processes for Machine Learning. MIT Press 2006,
5.10 to 5.13 (gradients) and A.3 (Woodbury's formula).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from devnorms.norms.transport_parts import STUDIES, UNEVEN

if TYPE_CHECKING:
    from devnorms.norms.transport_fit import Field

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class Blocks:
    """
    Leaves to learn from, laid out in blocks of one milestone each.

    Parameters
    ----------
    field : Field
        All leaves.
    rows : numpy.ndarray
        Those to learn from.
    """

    def __init__(self, field: Field, rows: Ints) -> None:
        self.field, self.rows = field, rows
        code = field.milestone[rows]
        self.milestones, block = np.unique(code, return_inverse=True)
        order = np.argsort(block, kind="stable")
        sizes = np.bincount(block)
        place = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        self.at = (block[order], place, order)
        filled = np.full((len(sizes), sizes.max()), rows[0], dtype=np.intp)
        self.full = np.zeros(filled.shape, dtype=bool)
        filled[block[order], place] = rows[order]
        self.full[block[order], place] = True
        both = self.full[:, :, None] & self.full[:, None, :]
        self.within = {
            k: part.kernel(filled[:, :, None], filled[:, None, :]) * both
            for k, part in enumerate(field.parts)
            if part.within
        }
        self.across = {
            k: part.columns(filled.ravel()).reshape(*filled.shape, -1)
            * self.full[..., None]
            for k, part in enumerate(field.parts)
            if not part.within
        }
        study = next(p for p in field.parts if p.name in STUDIES)
        self.studies = np.zeros(int(study.code.max()) + 1)
        self.seen = np.isin(np.arange(len(self.studies)), study.code[rows])
        self.study_of = study.code[filled]
        # An empty slot is a leaf of variance 1 that touches nothing.
        self.noise = np.where(self.full, field.variance[filled], 1.0)
        self.off = np.where(self.full, field.estimate[filled] - field.mean, 0.0)

    def height(self, at: Floats) -> tuple[float, Floats]:
        """
        Give minus the log posterior of the scales, and its gradient.

        Parameters
        ----------
        at : numpy.ndarray
            Logarithms of the scales, then the unevenness of milestones.
        """
        field = self.field
        parts = len(field.parts)
        log, uneven = at[:parts], at[parts:]
        solved = _Solved(self, log, uneven)
        value, slope = solved.height, np.zeros(parts)
        for k, part in enumerate(field.parts):
            if not part.scale.log_sd:
                continue
            prior = (log[k] - np.log(part.scale.median)) / part.scale.log_sd
            value += 0.5 * prior**2
            slope[k] = solved.slope(k) + prior / part.scale.log_sd
        if not field.unevenness:
            return value, slope
        value += 0.5 * float(np.sum(uneven**2)) / field.unevenness**2
        steep = uneven / field.unevenness**2
        steep[self.milestones] += (solved.pull * solved.bumpy).sum(axis=(1, 2))
        return value, np.r_[slope, steep]

    def weigh_studies(self, at: Floats) -> None:
        """
        Let populations that lie far off reach farther: a step of EM for Student's t.

        Parameters
        ----------
        at : numpy.ndarray
            As in `height`.

        References
        ----------
        Lange KL, Little RJA, Taylor JMG. Robust statistical modeling using the t
        distribution. J Am Stat Assoc 1989;84:881-896. doi:10.2307/2290063
        """
        tails, parts = self.field.tails, self.field.parts
        if not tails:
            return
        k = next(k for k, part in enumerate(parts) if part.name in STUDIES)
        solved = _Solved(self, at[: len(parts)], at[len(parts) :])
        where = solved.where[k]
        left = np.diagonal(solved.left)[where]
        # Columns stand for the populations seen, in their order.
        squared = np.exp(2 * self.studies[self.seen])
        squared = squared * (solved.reach[where] ** 2 + left)
        self.studies[self.seen] = -0.5 * np.log((tails + 1) / (tails + squared))

    def inverse(self, log: Floats, uneven: Floats) -> Floats:
        """
        Give the inverse covariance of the estimates, leaves x leaves.

        Parameters
        ----------
        log, uneven : numpy.ndarray
            One draw of the scales.
        """
        solved = _Solved(self, log, uneven)
        block, place, order = self.at
        low = np.empty((len(order), solved.low.shape[-1]))
        low[order] = solved.low[block, place]
        found = -low @ low.T
        for b, inner in enumerate(solved.inner):
            mine = order[block == b]
            n = len(mine)
            found[np.ix_(mine, mine)] += inner[:n, :n]
        return found

    def uneven_information(self, log: Floats, uneven: Floats) -> Floats:
        """
        Give the expected information on each milestone's unevenness.

        Parameters
        ----------
        log, uneven : numpy.ndarray
            One draw of the scales.
        """
        solved = _Solved(self, log, uneven)
        acting = 2 * solved.own @ solved.bumpy
        found = np.zeros(len(uneven))
        found[self.milestones] = 0.5 * np.einsum("mij,mji->m", acting, acting)
        return found


class _Solved:
    """The covariance at some scales, inverted: ``inner``, minus ``low low'``."""

    def __init__(self, blocks: Blocks, log: Floats, uneven: Floats) -> None:
        self.blocks, self.scale2 = blocks, np.exp(2 * log)
        parts = blocks.field.parts
        stretch = np.ones((len(blocks.milestones), 1, 1))
        if blocks.field.unevenness:
            stretch = np.exp(2 * uneven[blocks.milestones])[:, None, None]
        self.pieces = {
            k: self.scale2[k] * kernel * (stretch if parts[k].name in UNEVEN else 1.0)
            for k, kernel in blocks.within.items()
        }
        empty = np.zeros((*blocks.full.shape, blocks.full.shape[1]))
        self.bumpy = sum(
            (p for k, p in self.pieces.items() if parts[k].name in UNEVEN), empty
        )
        inner = sum(self.pieces.values(), empty)
        diagonal = np.arange(inner.shape[1])
        inner[:, diagonal, diagonal] += blocks.noise
        self.inner = np.linalg.inv(inner)
        far = np.exp(blocks.studies)[blocks.study_of][..., None]
        columns = [
            np.exp(log[k]) * (c * far if parts[k].name in STUDIES else c)
            for k, c in blocks.across.items()
        ]
        ends = np.cumsum([c.shape[-1] for c in columns])
        self.where = {
            k: slice(int(end) - c.shape[-1], int(end))
            for k, c, end in zip(blocks.across, columns, ends, strict=True)
        }
        wide = np.concatenate(columns, axis=-1)
        met = self.inner @ wide
        core = np.eye(wide.shape[-1]) + np.tensordot(wide, met, ((0, 1), (0, 1)))
        root = np.linalg.cholesky((core + core.T) / 2)
        back = np.linalg.inv(root)
        self.low = met @ back.T
        self.left = back.T @ back
        seen = np.einsum("mij,mj->mi", self.inner, blocks.off)
        self.weighted = seen - self.low @ np.tensordot(
            self.low, blocks.off, 2 * ((0, 1),)
        )
        self.reach = np.tensordot(wide, self.weighted, ((0, 1), (0, 1)))
        self.own = self.inner - self.low @ self.low.transpose(0, 2, 1)
        self.pull = self.own - self.weighted[:, :, None] * self.weighted[:, None, :]
        size = float(np.linalg.slogdet(inner)[1].sum())
        self.height = (
            0.5 * float(np.sum(blocks.off * self.weighted))
            + 0.5 * size
            + float(np.log(np.diagonal(root)).sum())
        )

    def slope(self, k: int) -> float:
        """Give the slope of the height in the logarithm of one scale."""
        if k in self.pieces:
            return float(np.sum(self.pull * self.pieces[k]))
        at = self.where[k]
        trace = float(np.sum(1.0 - np.diagonal(self.left)[at]))
        return trace - float(np.sum(self.reach[at] ** 2))
