"""A small world for calibration: like the real data, but quick to fit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from devnorms.schema.nodes import Nodes

STUDIES = {"A1": "AAA", "A2": "AAA", "B": "BBB", "C": "CCC", "D": "DDD"}
AGES = np.log1p(np.array([3.0, 6.0, 9.0, 12.0, 16.0, 21.0, 28.0, 38.0]))
CHILDREN = 30.0


def small_world() -> Nodes:
    """Twelve milestones of two domains, five studies in four countries, 57 leaves."""
    rows = []
    for m in range(12):
        for s, (study, country) in enumerate(STUDIES.items()):
            if (m + s) % 6 == 5:
                continue
            instrument = ("one", "two", "two", "six", "one")[s]
            rows.append(
                {
                    "leaf": f"{study}:{instrument}{m}",
                    "population": study,
                    "study": study,
                    "country": country,
                    "item": f"{instrument}{m}",
                    "milestone": f"m{m:02d}",
                    "domain": "motor" if m < 6 else "language",
                    "instrument": instrument,
                    "asked": int(CHILDREN * len(AGES)),
                    "passed": 0,
                    "support_low_months": 3.0,
                    "support_high_months": 38.0,
                }
            )
    leaves = pd.DataFrame(rows)
    log_age = np.tile(AGES, (len(leaves), 1))
    asked = np.full_like(log_age, CHILDREN)
    return Nodes(leaves, log_age, asked, np.zeros_like(asked))
