"""
Vocabulary curves: draws of how vocabulary is spread at every age, free of any sampler.

On the logit of the share of the form's words, children of one age follow a sinh-arcsinh
distribution with a median, a scale (half of what lies between the 16th and the 84th
centile), a skewness and a tail; all four may change with age. A child with ``w`` of
``n`` words lies somewhere between the logits of ``w / (n + 1)`` and ``(w + 1) /
(n + 1)``: no word is the open end below, all words the open end above, so floor and
ceiling are part of the model and nobody is dropped.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from devnorms._base.errors import InvalidTableError

Floats = NDArray[np.float64]

PARAMETERS = ("median", "log_scale", "skew", "log_tail")
"""What is a function of age; scale and tail as logarithms."""

ARCSINH_1 = float(np.arcsinh(1.0))

EVERYBODY = "all"
"""In coordinate ``sex``: girls and boys together."""

_DIMS = {
    "coefficients": ("chain", "draw", "population", "coefficient"),
    "basis": ("sex", "age_months", "coefficient"),
    "children_at": ("population", "sex", "age_months"),
    "children": ("population",),
    "forms": ("population",),
    "ceiling": ("population",),
    "support_low_months": ("population",),
    "support_high_months": ("population",),
}
_COORDS = (
    "chain", "draw", "population", "coefficient", "sex", "age_months",
    "coefficient_of", "population_country", "population_language",
    "population_instrument",
)  # fmt: skip
_ATTRS = ("record", "diagnostics", "converged", "measure", "by")


def check_vocabulary_curves(curves: xr.Dataset) -> xr.Dataset:
    """
    Validate vocabulary curves; all faults at once.

    Parameters
    ----------
    curves : xarray.Dataset
        ``coefficients`` (chain, draw, population, coefficient); ``basis`` (sex,
        age_months, coefficient), whose products with the coefficients, summed over
        those that belong to a parameter (coordinate ``coefficient_of``, one of
        `PARAMETERS`), give that parameter at that age; per population ``children,
        forms, ceiling`` (words on the form), ``support_low_months,
        support_high_months``; ``children_at`` (population, sex, age_months). ``attrs``:
        ``measure`` (produces, understands), ``by``, ``record``, ``diagnostics``,
        ``converged``.

    Returns
    -------
    xarray.Dataset
        The same object.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    if not isinstance(curves, xr.Dataset):
        raise InvalidTableError(
            f"Vocabulary curves: expected an xarray.Dataset, got "
            f"{type(curves).__name__}. devnorms.fit_vocabulary gives one."
        )
    faults = [f"coordinate {c!r} is missing" for c in _COORDS if c not in curves.coords]
    faults += [f"attribute {a!r} is missing" for a in _ATTRS if a not in curves.attrs]
    for name, dims in _DIMS.items():
        if name not in curves:
            faults.append(f"variable {name!r} is missing")
        elif curves[name].dims != dims:
            faults.append(f"{name!r} has dims {curves[name].dims}, expected {dims}")
        elif not bool(np.isfinite(curves[name]).all()):
            faults.append(f"{name!r} has values that are not finite")
    if faults:
        listed = "\n".join(f"  - {fault}" for fault in faults)
        raise InvalidTableError(
            f"Vocabulary curves: {len(faults)} fault(s) found.\n{listed}"
        )
    return curves


def parameters_at(curves: xr.Dataset, population: str, sex: str) -> Floats:
    """
    Give the four parameters of a population at every age, draw by draw.

    Parameters
    ----------
    curves : xarray.Dataset
        Valid vocabulary curves.
    population, sex : str
        Of whom.

    Returns
    -------
    numpy.ndarray of shape (4, ages, draws)
        In the order of `PARAMETERS`.
    """
    drawn = curves["coefficients"].sel(population=population)
    values = drawn.transpose("coefficient", "chain", "draw").values
    flat = values.reshape(len(values), -1)
    basis = curves["basis"].sel(sex=sex).values
    of = curves["coefficient_of"].values.astype(str)
    return np.stack([basis[:, of == p] @ flat[of == p] for p in PARAMETERS])


def logit_at(score: Floats | float, parameters: Floats) -> Floats:
    """
    Logit of the share of words below which a part of the children lies.

    Parameters
    ----------
    score : float or array
        The standard normal score of that part: 0 for half, -1.2816 for a tenth.
    parameters : array of shape (4, ...)
        In the order of `PARAMETERS`; broadcast against ``score``.

    Returns
    -------
    numpy.ndarray

    References
    ----------
    Jones MC, Pewsey A. Sinh-arcsinh distributions. Biometrika 2009;96:761-780.
    doi:10.1093/biomet/asp053

    Examples
    --------
    >>> even = np.array([-1.0, 0.0, 0.0, 0.0])  # median -1, scale 1, a plain normal
    >>> logit_at(np.array([-1.0, 0.0, 1.0]), even[:, None]).round(6).tolist()
    [-2.0, -1.0, 0.0]
    """
    median, log_scale, skew, log_tail = parameters
    tail = np.exp(log_tail)
    middle, half = _standard(skew, tail)
    at = np.sinh((np.arcsinh(score) + skew) / tail)
    return np.asarray(median + np.exp(log_scale) * (at - middle) / half)


def score_at(logit: Floats | float, parameters: Floats) -> Floats:
    """
    Give the standard normal score of a logit: the inverse of `logit_at`.

    Parameters
    ----------
    logit : float or array
        Of a share of words; may be infinite.
    parameters : array of shape (4, ...)
        In the order of `PARAMETERS`.

    Returns
    -------
    numpy.ndarray

    Examples
    --------
    >>> skewed = np.array([-1.0, 0.3, 0.2, -0.1])
    >>> float(score_at(logit_at(0.7, skewed), skewed).round(6))
    0.7
    """
    median, log_scale, skew, log_tail = parameters
    tail = np.exp(log_tail)
    middle, half = _standard(skew, tail)
    at = (logit - median) / np.exp(log_scale) * half + middle
    return np.asarray(np.sinh(tail * np.arcsinh(at) - skew))


def _standard(skew: Floats, tail: Floats) -> tuple[Floats, Floats]:
    """Centre, and half of what lies between scores -1 and 1, before scaling."""
    middle = np.sinh(skew / tail)
    half = np.cosh(skew / tail) * np.sinh(ARCSINH_1 / tail)
    return middle, half
