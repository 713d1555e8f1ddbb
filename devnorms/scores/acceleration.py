"""
Longer steps for an EM algorithm.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from devnorms.scores.scale import Scale

Floats = NDArray[np.float64]

_LONGEST = 50.0


def leap(scale: Scale, once: Scale, twice: Scale) -> Scale:
    """
    Leap ahead along the path of two EM steps.

    Parameters
    ----------
    scale, once, twice : Scale
        Before, after one step, after two.

    Returns
    -------
    Scale
        Not always better: take one more EM step from it and compare.

    References
    ----------
    Varadhan R, Roland C. Simple and globally convergent methods for accelerating the
    convergence of any EM algorithm. Scandinavian Journal of Statistics
    2008;35:335-353. doi:10.1111/j.1467-9469.2007.00585.x
    """
    x0, x1, x2 = _to_vector(scale), _to_vector(once), _to_vector(twice)
    first, bend = x1 - x0, x2 - 2 * x1 + x0
    ratio = float(first @ first) / max(float(bend @ bend), 1e-300)
    length = min(max(ratio**0.5, 1.0), _LONGEST)
    return _from_vector(x0 + 2 * length * first + length**2 * bend, scale)


def _to_vector(scale: Scale) -> Floats:
    """Write all parameters one after the other."""
    parts = [scale.difficulty, np.log(scale.slope)]
    parts += [scale.growth[group].coefficients for group in scale.growth]
    parts.append(np.log(list(scale.sd.values())))
    return np.concatenate(parts)


def _from_vector(vector: Floats, scale: Scale) -> Scale:
    """Read parameters that `_to_vector` wrote."""
    number = len(scale.items)
    difficulty, slope, rest = np.split(vector, [number, 2 * number])
    growth = {}
    for group, curve in scale.growth.items():
        coefficients, rest = np.split(rest, [len(curve.coefficients)])
        growth[group] = replace(curve, coefficients=coefficients)
    sd = dict(zip(scale.sd, np.exp(rest).tolist(), strict=True))
    return replace(
        scale, difficulty=difficulty, slope=np.exp(slope), growth=growth, sd=sd
    )
