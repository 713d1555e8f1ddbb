"""
Responses drawn from a known truth: child by child, or counted.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit

from devnorms._base.ages import days_from_months, log_age_from_days
from devnorms._base.provenance import Record, Source
from devnorms.schema.counts import check_counts
from devnorms.schema.observations import check_observations
from devnorms.simulate.truth import Occasions, Population, Truth
