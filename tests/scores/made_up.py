"""A small key whose every number is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from devnorms.scores import Answers, Key, Reference


def small_key(slope: float = 4.0) -> Key:
    """Forty items of two instruments, from 10 to 70 D."""
    names = [f"{'aaa' if i % 2 else 'bbb'}gmd{i:03d}" for i in range(40)]
    ages = np.array([0.0, 1.0, 2.0, 3.0, 5.0])
    table = np.column_stack(
        [[12.0, 48.0, 63.0, 72.0, 80.0], np.full(5, 0.09), np.ones(5), np.full(5, 10.0)]
    )
    return Key(
        name="small",
        base_population="phase1",
        slope=slope,
        grid=np.arange(-10.0, 101.0),
        difficulty=pd.Series(np.linspace(10, 70, 40), index=names, name="tau"),
        reference=Reference("made_up", "LMS", ages, table),
    )


def design(key: Key, children: int, per_visit: int, seed: int) -> Answers:
    """Visits at 1 to 30 months; each is asked the items nearest to what is expected."""
    rng = np.random.default_rng(seed)
    age_days = np.round(rng.uniform(30, 913, children))
    expected = key.prior_mean(age_days / 365.25) + rng.normal(0, 3, children)
    away = np.abs(key.difficulty.to_numpy()[None, :] - expected[:, None])
    nearest = np.argsort(away, axis=1)[:, :per_visit]
    asked = np.zeros(away.shape)
    np.put_along_axis(asked, nearest, 1.0, axis=1)
    visits = pd.DataFrame(
        {
            "study": "made_up",
            "child": [f"c{i}" for i in range(children)],
            "age_days": age_days,
        }
    )
    items = pd.Index(key.difficulty.index, name="item")
    return Answers(visits, items, csr_array(asked), csr_array(np.zeros(asked.shape)))
