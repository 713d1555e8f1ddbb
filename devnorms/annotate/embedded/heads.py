"""
Linear classifiers over hashed features: 8-bit weights, read from one file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from devnorms._base.errors import UnreadableFileError
from devnorms.annotate.embedded.vectors import Vocabulary

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Head:
    """
    One classifier: a softmax over classes.

    Attributes
    ----------
    classes : tuple of str
        Its answers.
    vocabulary : Vocabulary
        Of its features.
    weights : numpy.ndarray
        int8, features x classes.
    scale, bias : numpy.ndarray
        float32, by class: what a weight of 1 means, and what is added.
    """

    classes: tuple[str, ...]
    vocabulary: Vocabulary
    weights: NDArray[np.float32]
    bias: Scores

    def probabilities(self, vectors: sparse.csr_array) -> Scores:
        """
        Give the probability of each class.

        Parameters
        ----------
        vectors : scipy.sparse.csr_array
            Texts x features.

        Returns
        -------
        numpy.ndarray
            float32, texts x classes.
        """
        score = np.asarray(vectors @ self.weights) + self.bias
        score -= score.max(axis=1, keepdims=True)
        odds = np.exp(score)
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True)
class Weights:
    """
    All that training left: classifiers, word lists, thresholds, who reviewed what.

    Attributes
    ----------
    concepts, statuses : Head
        Which milestone a unit speaks of; what it says of it.
    cues : dict
        By language and kind, folded words that rules look for.
    about : dict
        Version, languages, thresholds, reviewers.
    """

    concepts: Head
    statuses: Head
    cues: Mapping[str, Mapping[str, list[str]]]
    about: Mapping[str, Any]


def bundled_file() -> Traversable:
    """
    Find the weights in an installed package or in a checkout.

    Returns
    -------
    importlib.resources.abc.Traversable
    """
    package = resources.files("devnorms")
    installed = package.joinpath("_bundled", "annotator", "embedded.npz")
    if installed.is_file():
        return installed
    return Path(str(package)).parent / "datasets" / "annotator" / "embedded.npz"


@cache
def bundled_weights() -> Weights:
    """
    Read the weights that come with the package, once.

    Returns
    -------
    Weights
    """
    file = bundled_file()
    with resources.as_file(file) as path:
        return read_weights(path)


def read_weights(file: Path) -> Weights:
    """
    Read weights.

    Parameters
    ----------
    file : pathlib.Path
        Written by ``datasets/annotator/train.py``.

    Returns
    -------
    Weights

    Raises
    ------
    UnreadableFileError
        If it is missing or not such a file.
    """
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as raw:
            about = json.loads(bytes(raw["about"]).decode())
            return Weights(
                concepts=_head(raw, "concept", tuple(about["concepts"])),
                statuses=_head(raw, "status", tuple(about["statuses"])),
                cues=about["cues"],
                about=about,
            )
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise UnreadableFileError(
            f"{file}: these are no weights of the embedded coder ({error}). Install "
            "devnorms again, or make them with `make train-annotator`."
        ) from None


def _head(raw: Mapping[str, Any], name: str, classes: tuple[str, ...]) -> Head:
    rarity = raw[f"{name}_rarity"].astype(np.float32)
    vocabulary = Vocabulary(
        np.cumsum(raw[f"{name}_gaps"], dtype=np.uint32),
        rarity,
        float(raw[f"{name}_unseen"]),
    )
    weights = raw[f"{name}_weights"].astype(np.float32) * raw[f"{name}_scale"]
    return Head(classes, vocabulary, weights, raw[f"{name}_bias"])
