"""
What a dataframe engine is asked: how many rows agree in a few columns.

Two questions: which kinds of rows there are (small: no ages), and how many were asked
and passed at each age. Everything after them works on these tables in pandas, so that
every engine gives the same counts to the last bit.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from devnorms._base.errors import InvalidTableError
from devnorms.schema.observations import OLDEST_DAYS
from devnorms.schema.responses import RESPONSES, SEXES
from devnorms.tabulate.engines import collect

LEAF = ("study", "population", "country", "item", "instrument")
OPTIONAL = ("milestone", "domain")
UNKNOWN, EMPTY = "(unknown)", "(empty)"
_AGES = ("known", EMPTY, "impossible")
_WEIGHTS = ("1", "other")

Frame = nw.LazyFrame[Any]


def prepare(frame: Frame, *, by_sex: bool, corrected_age: bool) -> Frame:
    """
    Keep the columns that are counted, ages as numbers.

    Parameters
    ----------
    frame : narwhals.LazyFrame
        Observations, or as many of their columns as are needed.
    by_sex, corrected_age : bool
        Whether ``sex`` and ``gestation_days`` are needed.

    Returns
    -------
    narwhals.LazyFrame
        Text columns as they are; ``age_days``, and where needed ``gestation_days``
        and ``weight``, as float.

    Raises
    ------
    InvalidTableError
        If a column is missing, or is text in place of a number.
    """
    schema = frame.collect_schema()
    text = [*LEAF, "response", *(["sex"] if by_sex else [])]
    numbers = ["age_days", *(["gestation_days"] if corrected_age else [])]
    missing = [name for name in [*text, *numbers] if name not in schema]
    if missing:
        raise InvalidTableError.missing_columns("Observations", missing, list(schema))
    text += [name for name in OPTIONAL if name in schema]
    numbers += ["weight"] if "weight" in schema else []
    _check_numbers(schema, numbers)
    try:
        return frame.select(*text, *(nw.col(n).cast(nw.Float64) for n in numbers))
    except (TypeError, ValueError) as error:
        mixed = [name for name in numbers if schema[name] == nw.Object]
        if not mixed:
            raise
        raise InvalidTableError(
            f"Observations: column(s) {', '.join(map(repr, mixed))} hold more than "
            f"numbers ({error}). Convert them, and see which values do not convert."
        ) from None


def read_kinds(frame: Frame) -> pd.DataFrame:
    """
    Count the kinds of rows: per leaf, how they were answered and what is odd in them.

    Parameters
    ----------
    frame : narwhals.LazyFrame
        As `prepare` gives it.

    Returns
    -------
    pandas.DataFrame
        ``rows`` per combination of the leaf's columns (text, None where empty),
        ``response`` and ``sex`` (a known word, ``"(unknown)"`` or ``"(empty)"``),
        ``age`` (known, impossible, ``"(empty)"``) and ``weight`` (1, other); columns
        that were not given are not there. Sorted. Its length does not grow with rows.
    """
    names = list(frame.collect_schema())
    leaf = [name for name in (*LEAF, *OPTIONAL) if name in names]
    words: dict[str, tuple[str, ...]] = {"response": (UNKNOWN, *RESPONSES, EMPTY)}
    codes = {"response": _word("response", RESPONSES)}
    if "sex" in names:
        words["sex"] = (UNKNOWN, *SEXES, EMPTY)
        codes["sex"] = _word("sex", SEXES)
    words["age"], codes["age"] = _AGES, _flags(_is_empty("age_days"), _is_impossible())
    if "weight" in names:
        words["weight"] = _WEIGHTS
        codes["weight"] = _flags(_is_other_weight())
    # One number for all of them: engines group by fewer columns faster.
    kind, factor = nw.lit(0), 1
    for name, values in words.items():
        kind = kind + codes[name] * factor
        factor *= len(values)
    kinds = collect(
        frame.select(*leaf, kind=kind).group_by(*leaf, "kind").agg(rows=nw.len())
    )
    number = kinds.pop("kind").to_numpy(dtype=np.int64)
    for name in leaf:
        kinds[name] = [None if pd.isna(v) else str(v) for v in kinds[name]]
    for name, values in words.items():
        kinds[name] = np.array(values, dtype=object)[number % len(values)]
        number = number // len(values)
    kinds["rows"] = kinds["rows"].astype("int64")
    return kinds.sort_values([*leaf, *words], ignore_index=True)


def read_cells(frame: Frame) -> pd.DataFrame:
    """
    Count who was asked and who passed at each age.

    Parameters
    ----------
    frame : narwhals.LazyFrame
        As `prepare` gives it, without faults.

    Returns
    -------
    pandas.DataFrame
        ``asked, passed`` per ``population, item, sex`` (category, categories sorted;
        ``sex`` only where given), ``age_days`` and ``gestation_days`` (where given,
        NaN where missing). Rows with an answer and an age only; in no particular
        order.
    """
    names = list(frame.collect_schema())
    text = [name for name in ("population", "item", "sex") if name in names]
    numbers = ["age_days", *(["gestation_days"] if "gestation_days" in names else [])]
    answered = nw.col("response").is_in(["passed", "not_yet"])
    passed = (nw.col("response") == "passed").cast(nw.Int64)
    cells = collect(
        frame.filter(answered, ~_is_empty("age_days"))
        .select(*text, *numbers, passed=passed)
        .group_by(*text, *numbers)
        .agg(asked=nw.len(), passed=nw.col("passed").sum())
    )
    tidy: dict[str, Any] = {name: as_category(cells[name]) for name in text}
    for name in numbers:
        # Adding zero turns -0.0 into 0.0, which engines may group apart.
        tidy[name] = cells[name].to_numpy(dtype=float, na_value=np.nan) + 0.0
    tidy["asked"] = cells["asked"].to_numpy(dtype=np.int64)
    tidy["passed"] = cells["passed"].to_numpy(dtype=np.int64)
    return pd.DataFrame(tidy)


def example_of(frame: Frame, column: str) -> object:
    """
    Find one value that is not allowed in a column, the same one in every engine.

    Parameters
    ----------
    frame : narwhals.LazyFrame
        As `prepare` gives it.
    column : str
        ``response``, ``sex``, ``age_days`` or ``weight``.

    Returns
    -------
    str or float
        The smallest.
    """
    value = nw.col(column)
    if column == "age_days":
        broken = frame.filter(_is_impossible())
    elif column == "weight":
        broken = frame.filter(_is_other_weight())
    else:
        allowed = RESPONSES if column == "response" else SEXES
        broken = frame.filter(~value.is_null(), ~value.is_in(allowed))
        value = value.cast(nw.String)
    found = collect(broken.select(value.min()))[column]
    return found.tolist()[0]


def children_per_population(frame: Frame) -> pd.Series | None:
    """
    Count the children of each population.

    Parameters
    ----------
    frame : narwhals.LazyFrame
        Observations.

    Returns
    -------
    pandas.Series or None
        Children, indexed by population; None if there is no column ``child``.
    """
    keys = ["population", "child"]
    if not set(keys) <= set(frame.collect_schema()):
        return None
    pairs = frame.select(*keys).group_by(*keys).agg(rows=nw.len())
    found = collect(pairs.group_by("population").agg(children=nw.len()))
    names = found["population"].astype(str)
    return pd.Series(found["children"].to_numpy(dtype=np.int64), names).sort_index()


def as_category(values: pd.Series) -> pd.Categorical:
    """
    Text as category with sorted categories; missing stays missing.

    Parameters
    ----------
    values : pandas.Series
        Text, or what can be written as text.

    Returns
    -------
    pandas.Categorical
    """
    codes, uniques = pd.factorize(values, use_na_sentinel=True)
    names = np.array([str(name) for name in uniques], dtype=object)
    order = np.argsort(names, kind="stable")
    rank = np.empty(len(names) + 1, dtype=np.int64)
    rank[order] = np.arange(len(names))
    rank[-1] = -1
    return pd.Categorical.from_codes(rank[codes], categories=pd.Index(names[order]))


def _check_numbers(schema: nw.Schema, numbers: list[str]) -> None:
    """Refuse text in place of numbers; a column without any value has no type."""
    faults = [
        f"  - column {name!r}: expected a number, found {schema[name]}. Convert it "
        "first, and see which values do not convert."
        for name in numbers
        if not (schema[name].is_numeric() or schema[name] in (nw.Unknown, nw.Object))
    ]
    if faults:
        listed = "\n".join(faults)
        raise InvalidTableError(
            f"Observations: {len(faults)} fault(s) found.\n{listed}"
        )


def _word(name: str, words: tuple[str, ...]) -> nw.Expr:
    """Give the number of a word, from 1; 0 for an unknown one, the last for none."""
    code: nw.Expr = nw.lit(0)
    for number, word in reversed(list(enumerate(words, 1))):
        code = nw.when(nw.col(name) == word).then(nw.lit(number)).otherwise(code)
    return nw.when(nw.col(name).is_null()).then(nw.lit(len(words) + 1)).otherwise(code)


def _flags(*conditions: nw.Expr) -> nw.Expr:
    """Give the number of the first condition that holds, from 1; 0 if none does."""
    code: nw.Expr = nw.lit(0)
    for number, condition in reversed(list(enumerate(conditions, 1))):
        code = nw.when(condition).then(nw.lit(number)).otherwise(code)
    return code


def _is_empty(name: str) -> nw.Expr:
    """Whether a number is missing, in any engine's way."""
    return nw.col(name).is_null() | nw.col(name).is_nan()


def _is_impossible() -> nw.Expr:
    """Whether there is an age that no child has."""
    age = nw.col("age_days")
    return ~_is_empty("age_days") & ((age < 0) | (age > OLDEST_DAYS))


def _is_other_weight() -> nw.Expr:
    """Whether there is a weight other than 1."""
    return ~_is_empty("weight") & (nw.col("weight") != 1)
