"""
Confusion matrices of few reports, drawn towards those of their language and of all.

A row of the matrix of a milestone in a language is drawn from a Dirichlet distribution
around the row of the language, and this from one around the row of all languages; how
closely is learned. Sampled by Gibbs steps on table counts (Teh et al. 2006) and
random-walk steps on the two concentrations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from devnorms._base.checks import check_at_least, check_share
from devnorms._base.errors import InvalidTableError
from devnorms.annotate.agreement_confusion import KEYS
from devnorms.annotate.agreement_counts import Floats
from devnorms.annotate.agreement_ratings import CATEGORIES

if TYPE_CHECKING:
    import pandas as pd

ALL = "(all)"
"""In the place of a milestone: one that was not seen in the gold of a language."""

_SHAPE, _RATE = 2.0, 0.1
"""Gamma prior of the concentrations: mean 20, wide."""

_STEP = 0.5
_TINY = 1e-9


@dataclass(frozen=True)
class Sampling:
    """
    How long to sample.

    Attributes
    ----------
    draws, tune : int
        Kept sweeps, and those before them.
    seed : int
        Of the sampler.
    """

    draws: int = 400
    tune: int = 200
    seed: int = 1

    def __post_init__(self) -> None:
        """Check what was given."""
        check_at_least("draws", self.draws, 10)
        check_at_least("tune", self.tune, 0)


@dataclass
class State:
    """
    Where the sampler stands, for one row of the matrix (one true code).

    Attributes
    ----------
    cells : numpy.ndarray, languages by milestones by categories
    language : numpy.ndarray, languages by categories
    everywhere : numpy.ndarray, categories
    within, between : float
        Concentration of milestones around their language, of languages around all.
    """

    cells: Floats
    language: Floats
    everywhere: Floats
    within: float = 20.0
    between: float = 20.0
    unseen: Floats = field(default_factory=lambda: np.empty(0))


def shrunken(
    counted: pd.DataFrame, *, level: float = 0.9, sampling: Sampling = Sampling()
) -> pd.DataFrame:
    """
    Estimate confusion matrices per coder, language and milestone.

    Parameters
    ----------
    counted : pandas.DataFrame
        From `devnorms.annotate.agreement_confusion.confusions`; ``effective`` is used.
    level : float
        Of the intervals.
    sampling : Sampling
        How long to sample.

    Returns
    -------
    pandas.DataFrame
        ``coder, lang, concept, truth, coded, n, raw, share, low, high``: ``n`` gold
        reports in the row of the matrix, the share of them as they are (``raw``, null
        where there are none) and as estimated. ``concept`` ``"(all)"`` is a milestone
        that the gold of the language has not seen.

    Raises
    ------
    InvalidTableError
        If a column is missing.

    References
    ----------
    Teh, Jordan, Beal & Blei (2006). doi:10.1198/016214506000000302
    """
    import pandas as pd

    check_share("level", level)
    missing = [c for c in (*KEYS, "n", "effective") if c not in counted]
    if missing:
        raise InvalidTableError.missing_columns(
            "Confusions", missing, list(counted.columns)
        )
    rng = np.random.default_rng(sampling.seed)
    parts = []
    for (coder, truth), part in counted.groupby(["coder", "truth"], sort=True):
        langs = sorted(part["lang"].unique())
        concepts = sorted(part["concept"].unique())
        cube = _cube(part, langs, concepts, "effective")
        draws = sample_rows(cube, sampling, rng)
        table = _told(draws, langs, concepts, level)
        table = table.assign(coder=str(coder), truth=str(truth))
        parts.append(_with_raw(table, part))
    found = pd.concat(parts, ignore_index=True)
    return found[[*KEYS, "n", "raw", "share", "low", "high"]]


def sample_rows(counts: Floats, sampling: Sampling, rng: np.random.Generator) -> Floats:
    """
    Sample one row of the confusion matrices of all languages and milestones.

    Parameters
    ----------
    counts : numpy.ndarray, languages by milestones by categories
        May be fractions: each sweep rounds them at random, up as often as the fraction
        says.
    sampling : Sampling
        How long.
    rng : numpy.random.Generator
        Random numbers.

    Returns
    -------
    numpy.ndarray, draws by languages by milestones + 1 by categories
        Shares; the last milestone is one that was not seen.
    """
    langs, _, k = counts.shape
    everywhere = np.full(k, 1 / k)
    state = State(
        cells=np.empty_like(counts),
        language=np.tile(everywhere, (langs, 1)),
        everywhere=everywhere,
    )
    kept = []
    for sweep in range(sampling.tune + sampling.draws):
        whole = np.floor(counts + rng.random(counts.shape)).astype(np.int64)
        _sweep(state, whole, rng)
        if sweep >= sampling.tune:
            kept.append(np.concatenate([state.cells, state.unseen[:, None]], axis=1))
    return np.stack(kept)


def _sweep(state: State, counts: np.ndarray, rng: np.random.Generator) -> None:
    """Draw everything once, given everything else."""
    prior = state.within * state.language[:, None, :]
    tables = _tables(counts, np.broadcast_to(prior, counts.shape), rng).sum(axis=1)
    above = _tables(
        tables, np.broadcast_to(state.between * state.everywhere, tables.shape), rng
    )
    state.everywhere = _positive(_dirichlet(1.0 + above.sum(axis=0), rng))
    state.between = _concentration(state.between, tables, state.everywhere, rng)
    around = state.between * state.everywhere + tables
    state.language = _positive(_dirichlet(around, rng))
    base = np.broadcast_to(state.language[:, None, :], counts.shape)
    state.within = _concentration(state.within, counts, base, rng)
    prior = state.within * state.language
    state.cells = _dirichlet(prior[:, None, :] + counts, rng)
    state.unseen = _dirichlet(prior, rng)


def _tables(
    counts: np.ndarray, concentration: Floats, rng: np.random.Generator
) -> np.ndarray:
    """Draw how many times something new was drawn, in a Chinese restaurant."""
    n, c = counts.ravel(), concentration.ravel()
    cell = np.repeat(np.arange(n.size), n)
    first = np.repeat(np.cumsum(n) - n, n)
    seated = np.arange(cell.size) - first
    new = rng.random(cell.size) * (c[cell] + seated) < c[cell]
    return np.bincount(cell[new], minlength=n.size).reshape(counts.shape)


def _dirichlet(parameters: Floats, rng: np.random.Generator) -> Floats:
    drawn = np.maximum(rng.standard_gamma(np.maximum(parameters, _TINY)), 1e-300)
    shares: Floats = drawn / drawn.sum(axis=-1, keepdims=True)
    return shares


def _positive(shares: Floats) -> Floats:
    """Keep shares that are divided by, or whose logarithm is taken, above 0."""
    kept: Floats = np.maximum(shares, _TINY)
    return kept


def _concentration(
    now: float, counts: np.ndarray, base: Floats, rng: np.random.Generator
) -> float:
    """Make a random-walk step on the logarithm of a concentration."""
    new = now * float(np.exp(_STEP * rng.standard_normal()))
    gain = _log_density(new, counts, base) - _log_density(now, counts, base)
    return new if np.log(rng.random()) < gain else now


def _log_density(concentration: float, counts: np.ndarray, base: Floats) -> float:
    """Dirichlet-multinomial likelihood and gamma prior, on the log scale."""
    from scipy.special import gammaln

    a = concentration * base
    n = counts.sum(axis=-1)
    total = a.sum(axis=-1)
    rows = gammaln(total) - gammaln(total + n)
    cells = gammaln(a + counts) - gammaln(a)
    prior = _SHAPE * np.log(concentration) - _RATE * concentration
    return float(np.broadcast_to(rows, n.shape).sum() + cells.sum() + prior)


def _cube(
    part: pd.DataFrame, langs: list[str], concepts: list[str], column: str
) -> Floats:
    """Lay counts out by language, milestone and category."""
    cube = np.zeros((len(langs), len(concepts), len(CATEGORIES)))
    place = (
        part["lang"].map({v: i for i, v in enumerate(langs)}),
        part["concept"].map({v: i for i, v in enumerate(concepts)}),
        part["coded"].map({v: i for i, v in enumerate(CATEGORIES)}),
    )
    cube[place] = part[column].to_numpy(dtype=float)
    return cube


def _told(
    draws: Floats, langs: list[str], concepts: list[str], level: float
) -> pd.DataFrame:
    """Means and intervals as a table."""
    import pandas as pd

    names = [langs, [*concepts, ALL], CATEGORIES]
    index = pd.MultiIndex.from_product(names, names=["lang", "concept", "coded"])
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    columns = {"share": draws.mean(axis=0), "low": low, "high": high}
    flat = {name: values.ravel() for name, values in columns.items()}
    return pd.DataFrame(flat, index=index).reset_index()


def _with_raw(table: pd.DataFrame, part: pd.DataFrame) -> pd.DataFrame:
    """Add how many gold reports a row has, and the shares as they are."""
    sizes = part.groupby(["lang", "concept"])[["n", "effective"]].sum()
    merged = table.merge(
        sizes.rename(columns={"effective": "size"}).reset_index(), how="left"
    ).merge(part[["lang", "concept", "coded", "effective"]], how="left")
    merged["n"] = merged["n"].fillna(0).astype("int64")
    merged["raw"] = merged["effective"] / merged["size"].where(merged["size"] > 0)
    return merged
