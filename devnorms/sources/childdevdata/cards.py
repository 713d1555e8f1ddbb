"""
Study cards: whom each of the ten studies sampled, where, when and how.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import pandas as pd

from devnorms.schema.populations import check_populations

_HERE = "devnorms.sources.childdevdata"


def populations() -> pd.DataFrame:
    """
    Whom the ten studies of childdevdata speak for.

    What no cited paper states is left empty. ``languages`` is inferred from the
    country, not recorded in the data.

    Returns
    -------
    pandas.DataFrame
        One row per population, as `devnorms.schema.populations.check_populations`
        describes.

    Examples
    --------
    >>> cards = populations().set_index("population")
    >>> cards.loc["NLD-SMOCC", "sampling"]
    'representative'
    """
    return _cards().copy()


@cache
def _cards() -> pd.DataFrame:
    """Read and check the cards once."""
    with resources.files(_HERE).joinpath("populations.csv").open("rb") as file:
        table = pd.read_csv(file, dtype={"children": "Int64", "visits": "Int64"})
    for column in table.columns.difference(["children", "visits"]):
        table[column] = table[column].astype("str")
    return check_populations(table)


@cache
def instruments() -> dict[str, str]:
    """
    Name the instruments by the first three letters of their item codes.

    Returns
    -------
    dict of str to str
        Code to name.
    """
    with resources.files(_HERE).joinpath("instruments.csv").open("rb") as file:
        table = pd.read_csv(file, dtype=str)
    return dict(zip(table["instrument"], table["name"], strict=True))
