"""
R-hat and effective sample size of thousands of parameters at once.

The definitions are those of Vehtari et al. (2021), doi:10.1214/20-BA1221, and agree
with ArviZ to rounding (tested); computed for all parameters together they take seconds
where one call per parameter takes minutes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import ndtri
from scipy.stats import rankdata

Floats = NDArray[np.float64]
_CHUNK = 256


def convergence(draws: Floats) -> dict[str, Floats]:
    """
    Rank-normalised split R-hat, bulk and tail effective sample size.

    Parameters
    ----------
    draws : array of shape (parameters, chains, draws)
        Draws after warm-up.

    Returns
    -------
    dict of str to array of shape (parameters,)
        ``rhat, ess_bulk, ess_tail``; NaN for a parameter with draws that are NaN.
    """
    parts = [
        _convergence(draws[first : first + _CHUNK])
        for first in range(0, len(draws), _CHUNK)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _convergence(draws: Floats) -> dict[str, Floats]:
    """All three for a few parameters."""
    split = _split(draws)
    z = _rank_normal(split)
    centre = np.median(split, axis=(1, 2), keepdims=True)
    folded = _rank_normal(np.abs(split - centre))
    low, high = (
        np.quantile(draws, q, axis=(1, 2), keepdims=True) for q in (0.05, 0.95)
    )
    tails = [_ess((split <= bound).astype(float)) for bound in (low, high)]
    found = {
        "rhat": np.maximum(_rhat(z), _rhat(folded)),
        "ess_bulk": _ess(z),
        "ess_tail": np.minimum(*tails),
    }
    unknown = np.isnan(draws).any(axis=(1, 2))
    return {name: np.where(unknown, np.nan, value) for name, value in found.items()}


def _split(draws: Floats) -> Floats:
    """Cut every chain in two halves; an odd draw in the middle is left out."""
    half = draws.shape[2] // 2
    return np.concatenate([draws[:, :, :half], draws[:, :, -half:]], axis=1)


def _rank_normal(draws: Floats) -> Floats:
    """Replace draws by normal scores of their ranks among all chains."""
    flat = draws.reshape(len(draws), -1)
    ranks = rankdata(flat, axis=1)
    return np.asarray(
        ndtri((ranks - 0.375) / (flat.shape[1] + 0.25)).reshape(draws.shape)
    )


def _rhat(draws: Floats) -> Floats:
    """Potential scale reduction of chains."""
    length = draws.shape[2]
    between = length * draws.mean(axis=2).var(axis=1, ddof=1)
    within = draws.var(axis=2, ddof=1).mean(axis=1)
    return np.asarray(np.sqrt((between / within + length - 1) / length))


def _ess(draws: Floats) -> Floats:
    """Effective sample size with Geyer's initial monotone sequence."""
    parameters, chains, length = draws.shape
    covariance = _autocovariance(draws).mean(axis=1)
    within = covariance[:, 0] * length / (length - 1)
    pooled = within * (length - 1) / length
    if chains > 1:
        pooled = pooled + draws.mean(axis=2).var(axis=1, ddof=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        rho = 1 - (within[:, None] - covariance) / pooled[:, None]
    rho[:, 0] = 1.0
    pairs = rho[:, : length // 2 * 2].reshape(parameters, -1, 2)[:, : (length - 1) // 2]
    sums = pairs.sum(axis=2)
    # pairs count until the first sum that is not positive; then they may only fall
    alive = np.logical_and.accumulate(sums > 0, axis=1)
    alive[:, 0] = True
    alive[:, -1] = False
    monotone = np.minimum.accumulate(np.where(alive, sums, np.inf), axis=1)
    total = np.where(alive, monotone, 0.0).sum(axis=1)
    last = np.minimum(alive.sum(axis=1), sums.shape[1] - 1)
    next_even = pairs[np.arange(parameters), last, 0]
    tau = -1 + 2 * total + np.maximum(next_even, 0.0)
    size = chains * length
    tau = np.maximum(tau, 1 / np.log10(size))
    constant = np.isclose(draws.min(axis=(1, 2)), draws.max(axis=(1, 2)))
    return np.where(constant, float(size), size / tau)


def _autocovariance(draws: Floats) -> Floats:
    """Autocovariance of every chain at all lags, by Fourier transform."""
    length = draws.shape[2]
    size = next_fast_len(2 * length)
    centred = draws - draws.mean(axis=2, keepdims=True)
    spectrum = rfft(centred, n=size, axis=2)
    power = np.abs(spectrum) ** 2
    return np.asarray(irfft(power, n=size, axis=2)[:, :, :length] / length)
