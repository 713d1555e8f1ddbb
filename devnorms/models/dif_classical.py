"""
The classical answers on DIF: Mantel-Haenszel, logistic regression, GEE (statsmodels).
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.checks import check_known, check_share
from devnorms._base.errors import EmptySelectionError
from devnorms.models.dif_tests import ESTIMATES, Estimate
from devnorms.schema.dif import TESTS, check_classical_dif, check_matched

Floats = NDArray[np.float64]
Test = Literal["mantel-haenszel", "logistic", "gee"]

_FEWEST = 2


def classical_dif(
    matched_answers: pd.DataFrame,
    *,
    test: Test = "logistic",
    on: Literal["match", "score"] = "match",
    reference: str | None = None,
    level: float = 0.9,
) -> pd.DataFrame:
    """
    Test each item for DIF on its own, as it is usually done.

    Beside `devnorms.dif`, not in place of it: what children are matched on is taken as
    exact and as free of DIF, and each item is judged as if it were the only one.

    Parameters
    ----------
    matched_answers : pandas.DataFrame
        From `devnorms.matched`.
    test : {"mantel-haenszel", "logistic", "gee"}
        Mantel-Haenszel in bands of the match times bands of age; logistic regression
        with likelihood-ratio tests of a group effect and of its interaction; the same
        by generalised estimating equations with children as clusters and Wald tests.
    on : {"match", "score"}
        Ability by the other answers, or with the item's own answer in it (the total).
    reference : str, optional
        Group that each other group is tested against, pair by pair. Without it, two
        groups are laid beside each other (the first in the alphabet against the
        second), and more groups each against all others together.
    level : float
        Level of the Wald intervals.

    Returns
    -------
    pandas.DataFrame
        One row per item and group: ``logits`` (positive: easier than in the
        reference; for regressions the coefficient over the slope, a shift in
        difficulty) with its interval; ``statistic, p_value`` (uniform DIF),
        ``p_value_slope`` (non-uniform); ``q_value, q_value_slope`` (after Benjamini and
        Hochberg, over the items of a group); ``ets_delta, ets_class`` (A negligible, B
        moderate, C large); ``delta_r2`` (Nagelkerke, of both effects); ``answers``;
        ``reason`` why there is no answer, or "".

    Raises
    ------
    InvalidTableError
        If the matched answers are not valid.
    UnknownNameError
        For an unknown test or reference.
    EmptySelectionError
        If there is one group only.

    References
    ----------
    Holland PW, Thayer DT. Differential item performance and the Mantel-Haenszel
    procedure. In: Wainer H, Braun HI (eds). Test validity. Erlbaum 1988.
    Swaminathan H, Rogers HJ. Detecting differential item functioning using logistic
    regression procedures. Journal of Educational Measurement 1990;27:361-370.
    doi:10.1111/j.1745-3984.1990.tb00754.x
    Benjamini Y, Hochberg Y. Controlling the false discovery rate. Journal of the Royal
    Statistical Society B 1995;57:289-300. doi:10.1111/j.2517-6161.1995.tb02031.x
    """
    check_known("test", [test], TESTS)
    check_known("thing to match on", [on], ["match", "score"])
    check_share("level", level)
    valid = check_matched(matched_answers)
    groups = sorted(valid["group"].unique())
    if len(groups) < 2:
        raise EmptySelectionError(f"DIF compares groups, and there is only {groups}.")
    if reference is not None:
        check_known("group", [reference], groups)
    elif len(groups) == 2:
        reference = groups[1]
    estimate = ESTIMATES[test]
    rows = []
    for item, answers in valid.groupby("item", sort=True):
        there = [g for g in groups if (answers["group"] == g).any()]
        if reference is None or reference in there:
            for group in there:
                if group != reference and len(there) > 1:
                    pair = _pair(answers, group, reference)
                    base = {
                        "item": str(item),
                        "group": group,
                        "reference": reference or "(all others)",
                        "test": test,
                        "answers": len(pair),
                    }
                    rows.append({**base, **_judged(pair, on, level, estimate)})
    return check_classical_dif(_adjusted(pd.DataFrame(rows), level))


def _pair(answers: pd.DataFrame, group: str, reference: str | None) -> pd.DataFrame:
    """Keep the answers of a group and of what it is laid beside."""
    own = answers["group"] == group
    beside = ~own if reference is None else answers["group"] == reference
    return answers[own | beside].assign(focal=own[own | beside].astype(float))


def _judged(
    pair: pd.DataFrame, on: str, level: float, estimate: Estimate
) -> dict[str, Any]:
    """Test one item in one group, or say why that cannot be done."""
    fewest = (
        pair.groupby(["focal", "passed"]).size().reindex(_CELLS, fill_value=0).min()
    )
    if fewest < _FEWEST:
        words = f"fewer than {_FEWEST} answers of one kind in a group"
        return {**_NOTHING, "reason": words}
    x = pair[on].to_numpy(dtype=float)
    return {**_NOTHING, **estimate(pair, x, level)}


_CELLS = pd.MultiIndex.from_product([[0.0, 1.0], [0, 1]], names=["focal", "passed"])
_NOTHING: dict[str, Any] = {
    "logits": np.nan, "logits_low": np.nan, "logits_high": np.nan,
    "statistic": np.nan, "p_value": np.nan, "p_value_slope": np.nan,
    "ets_delta": np.nan, "ets_class": None, "delta_r2": np.nan, "reason": "",
}  # fmt: skip


def _adjusted(rows: pd.DataFrame, level: float) -> pd.DataFrame:
    """Add what is left of p values when items are many."""
    from statsmodels.stats.multitest import multipletests

    table = rows.assign(interval="Wald (delta method)", level=level)
    for name in ("", "_slope"):
        table[f"q_value{name}"] = np.nan
        for at in table.groupby("group").groups.values():
            p = table.loc[at, f"p_value{name}"].dropna()
            if len(p):
                q = multipletests(p.to_numpy(), method="fdr_bh")[1]
                table.loc[p.index, f"q_value{name}"] = q
    return table
