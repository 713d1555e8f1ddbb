"""
What fixes the location of a calibrated scale.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from devnorms._base.errors import EmptySelectionError
from devnorms.scores.answers import Answers
from devnorms.scores.keys import Key
from devnorms.scores.scale import Scale

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Anchors:
    """
    What fixes the location of the scale, for each set of linked groups.

    Attributes
    ----------
    parts : list of (items, anchors, groups)
        Positions of the items of a set, of those whose mean difference to the key is
        held at zero, and the groups in it.
    published : numpy.ndarray
        The key's difficulty per item, NaN where it has none.
    """

    parts: list[tuple[NDArray[np.int64], NDArray[np.int64], list[str]]]
    published: Floats

    @classmethod
    def of(cls, answers: Answers, key: Key, by: str) -> Anchors:
        """
        Find the sets of groups that share items.

        Parameters
        ----------
        answers : Answers
            Used answers.
        key : Key
            The key.
        by : str
            Column that names the groups.
        """
        codes, names = pd.factorize(answers.visits[by].astype(str), sort=True)
        member = csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))))
        group_items = (member @ answers.asked) > 0
        links = (group_items @ group_items.T).astype(float)
        number, of_group = connected_components(links, directed=False)
        asked = answers.asked.sum(axis=0)
        passed = answers.passed.sum(axis=0)
        published = key.difficulties_of(answers.items)
        good = np.isfinite(published) & (passed > 0) & (passed < asked)
        parts = []
        for part in range(number):
            groups = np.flatnonzero(of_group == part)
            items = np.flatnonzero(group_items[groups].sum(axis=0) > 0)
            anchors = items[good[items]]
            labels = [str(name) for name in names[groups]]
            if not len(anchors):
                raise EmptySelectionError(
                    f"calibrate: {', '.join(labels)}: no item of key {key.name!r} that "
                    "some passed and some did not, so that nothing fixes the scale. "
                    "Choose a key with these items."
                )
            parts.append((items, anchors, labels))
        return cls(parts, published)

    def settle(self, scale: Scale) -> Scale:
        """
        Shift each set so that its anchors differ from the key by zero on average.

        Parameters
        ----------
        scale : Scale
            Its difficulties and growth move together; no probability changes.
        """
        difficulty = scale.difficulty.copy()
        growth = dict(scale.growth)
        for items, anchors, groups in self.parts:
            shift = float((difficulty[anchors] - self.published[anchors]).mean())
            difficulty[items] -= shift
            for group in groups:
                coefficients = growth[group].coefficients.copy()
                coefficients[0] -= shift
                growth[group] = replace(growth[group], coefficients=coefficients)
        return replace(scale, difficulty=difficulty, growth=growth)
