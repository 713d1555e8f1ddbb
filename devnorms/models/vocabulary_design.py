"""
From a table of vocabularies to what the model is fitted to.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import BSpline
from scipy.special import logit

from devnorms._base.ages import DAYS_PER_MONTH
from devnorms._base.checks import check_known
from devnorms._base.errors import EmptySelectionError
from devnorms.models.vocabulary_spec import VocabularySpec
from devnorms.schema.vocabulary import MEASURES, check_vocabulary
from devnorms.schema.vocabulary_curves import EVERYBODY, PARAMETERS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GROUPS = ("population", "instrument")
OTHER_MEASURE = "the other measure"
FEW_ANSWERS = "too few words answered"
NO_AGE = "age not known"
SEX_UNKNOWN = "sex not known"
FEW_CHILDREN = "population with too few children"
OFF_AGE = "age far from those of all populations"

_SEX = {"female": 0.5, "male": -0.5, EVERYBODY: 0.0}
_COVERED = (0.01, 0.99)
_KNOTS = 12
_CELL = 0.25


@dataclass(frozen=True)
class VocabularyDesign:
    """
    Rows (population, age, sex), the cells in them, and the functions of age.

    Attributes
    ----------
    populations : pandas.DataFrame
        Per population: ``population, country, language, instrument, ceiling, forms,
        children, support_low_months, support_high_months``.
    rows : pandas.DataFrame
        ``population`` (code), ``age_months, sex``.
    starts : array of shape (rows + 1,)
        Where each row's cells begin.
    low, high, weight : arrays of shape (cells,)
        Limits in logits, and children.
    ages : array
        All months from the youngest to the oldest.
    basis : array of shape (sexes, ages, coefficients)
        Functions of age.
    sexes, coefficients : tuple of str
        Names along the basis.
    parameter : array of shape (coefficients,)
        Position in `PARAMETERS`.
    left_out : dict of str to int
        Rows of the table that are not fitted, by reason.
    """

    populations: pd.DataFrame
    rows: pd.DataFrame
    starts: Ints
    low: Floats
    high: Floats
    weight: Floats
    ages: Ints
    basis: Floats
    sexes: tuple[str, ...]
    coefficients: tuple[str, ...]
    parameter: Ints
    left_out: dict[str, int]

    def row_basis(self) -> Floats:
        """Give the functions of age of every row, (rows, coefficients)."""
        sex = self.rows["sex"].map({s: n for n, s in enumerate(self.sexes)})
        at = self.rows["age_months"].to_numpy() - self.ages[0]
        return np.asarray(self.basis[sex.to_numpy(), at])

    def of_population(self, code: int) -> tuple[Floats, Ints, Floats, Floats, Floats]:
        """
        Give the rows and cells of one population.

        Parameters
        ----------
        code : int
            Its position.

        Returns
        -------
        tuple of arrays
            Basis of the rows, starts, low, high, weight.
        """
        mine = np.flatnonzero(self.rows["population"].to_numpy() == code)
        first, last = self.starts[mine[0]], self.starts[mine[-1] + 1]
        cells = slice(first, last)
        starts = self.starts[mine[0] : mine[-1] + 2] - first
        basis = self.row_basis()[mine]
        return basis, starts, self.low[cells], self.high[cells], self.weight[cells]


def vocabulary_design(table: pd.DataFrame, spec: VocabularySpec) -> VocabularyDesign:
    """
    Select the children, and lay out rows, cells and functions of age.

    A child with several forms in a population counts once: each of its forms has the
    weight of one over their number.

    Parameters
    ----------
    table : pandas.DataFrame
        See `devnorms.schema.vocabulary.check_vocabulary`.
    spec : VocabularySpec
        What is fitted.

    Raises
    ------
    UnknownNameError
        For a measure or a grouping that does not exist.
    InvalidTableError
        If the table is not valid.
    EmptySelectionError
        If nobody is left.
    """
    kept, left_out = select_children(table, spec)
    populations = _populations(kept)
    codes = dict(zip(populations["population"], range(len(populations)), strict=True))
    kept = kept.assign(population=kept["population"].map(codes).astype("int64"))
    rows, starts, cells = _cells(kept)
    ages = np.arange(kept["age_months"].min(), kept["age_months"].max() + 1)
    sexes = ("female", "male") if spec.sex else (EVERYBODY,)
    terms = spec.coefficients()
    return VocabularyDesign(
        populations=populations,
        rows=rows,
        starts=starts,
        low=cells["low"].to_numpy(float),
        high=cells["high"].to_numpy(float),
        weight=cells["weight"].to_numpy(float),
        ages=ages,
        basis=np.stack([basis_at(ages, spec, _SEX[sex]) for sex in sexes]),
        sexes=sexes,
        coefficients=tuple(name for name, _, _ in terms),
        parameter=np.array([PARAMETERS.index(of) for _, of, _ in terms]),
        left_out=left_out,
    )


def select_children(
    table: pd.DataFrame, spec: VocabularySpec
) -> tuple[pd.DataFrame, dict[str, int]]:
    """
    Keep the forms that are fitted, and count the others by reason.

    Parameters
    ----------
    table : pandas.DataFrame
        Vocabulary.
    spec : VocabularySpec
        What is fitted.

    Returns
    -------
    pandas.DataFrame
        Its ``population`` is the grouping, ``age_months`` whole numbers, ``weight``
        one over the forms of the child; sorted.
    dict of str to int
        Forms left out, by reason.
    """
    check_known("measure", [spec.measure], MEASURES)
    check_known("grouping (by)", [spec.by], GROUPS)
    plain = table.copy(deep=False)
    plain.attrs = {}  # pandas copies them with every column taken
    rows = check_vocabulary(plain)
    age = rows["age_months"].astype("Float64")
    from_days = np.floor(rows["age_days"] / DAYS_PER_MONTH)
    age = age.fillna(from_days.astype("Float64"))
    rows = rows.assign(
        population=rows[spec.by].astype(str),
        sex=rows["sex"] if spec.sex else EVERYBODY,
    )
    left_out: Counter[str] = Counter()
    keep = pd.Series(True, index=rows.index)

    def leave_out(reason: str, mark: pd.Series) -> None:
        out = keep & mark
        left_out[reason] += int(out.sum())
        keep[out] = False

    leave_out(OTHER_MEASURE, rows["measure"] != spec.measure)
    leave_out(FEW_ANSWERS, rows["answered"] < spec.min_answered * rows["ceiling"])
    leave_out(NO_AGE, age.isna())
    if spec.sex:
        leave_out(SEX_UNKNOWN, ~rows["sex"].isin(["female", "male"]))
    children = rows[keep].groupby("population")["child"].nunique()
    few = children.index[children < spec.min_children]
    leave_out(FEW_CHILDREN, rows["population"].isin(few))
    months = age[keep].astype("int64")
    if months.empty:
        raise EmptySelectionError(
            f"No form is left that says what children {spec.measure[:-1]}: "
            f"{dict(+left_out)}. Check measure, min_answered and min_children."
        )
    covered = months.groupby(rows.loc[keep, "population"]).quantile(np.array(_COVERED))
    low, high = np.floor(covered.min()), np.ceil(covered.max())
    leave_out(OFF_AGE, keep & ~age.between(low, high))
    kept = rows[keep].assign(age_months=age[keep].astype("int64"))
    forms = kept.groupby(["population", "child"])["words"].transform("size")
    kept = kept.assign(weight=1.0 / forms)
    return kept.sort_values(["population", "age_months", "sex"]), dict(+left_out)


def _populations(kept: pd.DataFrame) -> pd.DataFrame:
    """Describe each population by what its forms say."""
    found = []
    for name, mine in kept.groupby("population", sort=True):
        low, high = mine["age_months"].quantile(list(_COVERED))
        found.append(
            {
                "population": name,
                "country": "+".join(sorted(mine["country"].unique())),
                "language": "+".join(sorted(mine["language"].dropna().unique())),
                "instrument": "+".join(sorted(mine["instrument"].unique())),
                "samples": "; ".join(sorted(mine["study"].unique())),
                "ceiling": int(mine["ceiling"].max()),
                "forms": len(mine),
                "children": mine["child"].nunique(),
                "zero_words": int((mine["words"] == 0).sum()),
                "all_words": int((mine["words"] == mine["answered"]).sum()),
                "less_exposed": int((mine["exposure_percent"] < 90).sum()),
                "support_low_months": float(np.floor(low)),
                "support_high_months": float(np.ceil(high)),
            }
        )
    return pd.DataFrame(found)


def _cells(kept: pd.DataFrame) -> tuple[pd.DataFrame, Ints, pd.DataFrame]:
    """Give rows, where their cells begin, and cells: neighbouring numbers as one."""
    row = ["population", "age_months", "sex"]
    limits = pd.concat(
        [
            pd.DataFrame({"answered": n, "words": range(n + 1)}).assign(
                **_limits(int(n))
            )
            for n in kept["answered"].unique()
        ]
    )
    placed = kept[[*row, "answered", "words", "weight"]].merge(
        limits, on=["answered", "words"], how="left", validate="m:1"
    )
    cells = (
        placed.groupby([*row, "low", "high"], sort=True)["weight"].sum().reset_index()
    )
    sizes = cells.groupby(row, sort=True).size()
    starts = np.concatenate([[0], np.cumsum(sizes.to_numpy())]).astype(np.int64)
    return sizes.index.to_frame(index=False), starts, cells


def _limits(answered: int) -> dict[str, Floats]:
    """
    Limits in logits that each number of words lies between.

    Neighbouring numbers share limits until these are `_CELL` apart; no word and all
    words stay alone. Against scales above 1 that costs half a per cent of what the
    children tell, and halves the time.
    """
    at = logit(np.arange(answered + 2) / (answered + 1))
    first = np.empty(answered + 1, dtype=int)
    last = np.empty(answered + 1, dtype=int)
    start = 0
    for words in range(answered + 1):
        alone = words in (0, answered - 1, answered)
        if alone or at[words + 1] - at[start] >= _CELL:
            first[start : words + 1], last[start : words + 1] = start, words + 1
            start = words + 1
    return {"low": at[first], "high": at[last]}


def log_age(months: Ints | Floats) -> Floats:
    """
    Give age as the model has it: 0 at 18 months, 1 more for each doubling.

    Parameters
    ----------
    months : array
        Completed months.
    """
    return np.asarray(np.log2((np.asarray(months, dtype=float) + 1) / 19))


def basis_at(ages: Ints, spec: VocabularySpec, sex: float = 0.0) -> Floats:
    """
    Give the functions of age.

    Parameters
    ----------
    ages : array of int
        All completed months from the youngest to the oldest.
    spec : VocabularySpec
        What is fitted.
    sex : float
        1/2 for girls, -1/2 for boys, 0 for both.

    Returns
    -------
    numpy.ndarray of shape (ages, coefficients)
    """
    x = log_age(ages)
    wiggles = _wiggles(x, max(spec.wiggles, spec.scale_wiggles))
    columns = {"level": np.ones_like(x), "slope": x, "sex": np.full_like(x, sex)}
    for n in range(wiggles.shape[1]):
        columns[f"wiggle {n + 1}"] = wiggles[:, n]
    names = [name for name, _, _ in spec.coefficients()]
    return np.column_stack([columns[_function(name)] for name in names])


def _function(name: str) -> str:
    """Say which function of age a coefficient multiplies."""
    for end in ("slope", "sex"):
        if name.endswith(end):
            return end
    return name[name.index("wiggle") :] if "wiggle" in name else "level"


def _wiggles(x: Floats, count: int) -> Floats:
    """
    Smooth functions without a line in them, smoothest first.

    Cubic splines whose coefficients' second differences are penalised, turned so that
    independent normal coefficients of equal spread have just that penalty as prior.

    References
    ----------
    Eilers PHC, Marx BD. Flexible smoothing with B-splines and penalties. Statistical
    Science 1996;11:89-121. doi:10.1214/ss/1038425655
    """
    low, high = float(x[0]), float(x[-1]) + 1e-9
    inner = np.linspace(low, high, _KNOTS - 2)
    knots = np.concatenate([[low] * 3, inner, [high] * 3])
    splines = BSpline.design_matrix(np.clip(x, low, high - 1e-9), knots, 3).toarray()
    differences = np.diff(np.eye(_KNOTS), n=2, axis=0)
    values, vectors = np.linalg.eigh(differences.T @ differences)
    rough = splines @ (vectors[:, 2 : 2 + count] / np.sqrt(values[2 : 2 + count]))
    line = np.column_stack([np.ones_like(x), x])
    rough = rough - line @ np.linalg.lstsq(line, rough, rcond=None)[0]
    return np.asarray(rough / np.sqrt((rough[:, 0] ** 2).mean()))
