"""
Hashes to sparse vectors, over a fixed list of kept hashes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from devnorms.annotate.embedded.hashing import Hashes


@dataclass(frozen=True)
class Vocabulary:
    """
    The hashes that carry weights, in order, with their inverse document frequency.

    Attributes
    ----------
    hashes : numpy.ndarray
        uint32, ascending.
    rarity : numpy.ndarray
        float32, log of texts over texts with the hash.
    unseen : float
        The rarity of hashes that are not kept; they count in the length of a vector,
        so that a text of unknown words is not taken for a known one.
    """

    hashes: Hashes
    rarity: NDArray[np.float32]
    unseen: float

    def vectors(
        self, rows: NDArray[np.int64], hashes: Hashes, count: int
    ) -> sparse.csr_array:
        """
        Give vectors of length one, or less where hashes are not kept.

        Parameters
        ----------
        rows : numpy.ndarray
            Which text each hash is of.
        hashes : numpy.ndarray
            uint32; repeats count once.
        count : int
            Texts.

        Returns
        -------
        scipy.sparse.csr_array
            count x kept, float32.
        """
        key = (rows.astype(np.uint64) << np.uint64(32)) | hashes
        key.sort()
        key = key[np.concatenate([[True], key[1:] != key[:-1]])] if len(key) else key
        row = (key >> np.uint64(32)).astype(np.int64)
        wanted = (key & np.uint64(0xFFFFFFFF)).astype(np.uint32)
        place = np.searchsorted(self.hashes, wanted)
        place[place == len(self.hashes)] = 0
        kept = self.hashes[place] == wanted if len(self.hashes) else place < 0
        value = np.where(kept, self.rarity[place], self.unseen).astype(np.float32)
        length = np.sqrt(np.bincount(row, weights=value**2, minlength=count))
        value /= np.maximum(length, 1e-9)[row].astype(np.float32)
        shape = (count, len(self.hashes))
        ends = np.cumsum(np.bincount(row[kept], minlength=count))
        starts = np.concatenate([[0], ends]).astype(np.int32)
        return sparse.csr_array(
            (value[kept], place[kept].astype(np.int32), starts), shape=shape
        )
