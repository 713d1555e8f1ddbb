"""
Write the classifiers as one small file: 8-bit weights, hashes as gaps.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np

from devnorms.annotate.embedded.heads import Head


def save(file: Path, concepts: Head, statuses: Head, about: dict) -> int:
    """Write the weights whole; the same weights give the same bytes."""
    arrays = {**_arrays("concept", concepts), **_arrays("status", statuses)}
    text = json.dumps(about, ensure_ascii=False, sort_keys=True)
    arrays["about"] = np.frombuffer(text.encode(), dtype=np.uint8)
    hidden = file.with_name(f".{file.name}.new")
    with zipfile.ZipFile(hidden, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(arrays):
            held = io.BytesIO()
            np.lib.format.write_array(held, arrays[name], allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, held.getvalue())
    hidden.replace(file)
    return file.stat().st_size


def _arrays(name: str, head: Head) -> dict[str, np.ndarray]:
    scale = np.maximum(np.abs(head.weights).max(axis=0), 1e-9) / 127
    small = np.rint(head.weights / scale).astype(np.int8)
    gaps = np.diff(head.vocabulary.hashes, prepend=np.uint32(0))
    return {
        f"{name}_weights": small,
        f"{name}_scale": scale.astype(np.float32),
        f"{name}_bias": head.bias.astype(np.float32),
        f"{name}_gaps": gaps.astype(np.uint32),
        f"{name}_rarity": head.vocabulary.rarity.astype(np.float16),
        f"{name}_unseen": np.float32(head.vocabulary.unseen),
    }
