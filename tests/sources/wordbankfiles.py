"""Small data sets laid out as Wordbank's raw data are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

FIELDS = """field,column,group,type
study_id,id,child,study_id
data_age,age,admin,data_age
sex,sex,child,sex
item_1,dog,item,word
item_2,hen,item,word
item_3,hen_food,item,word
"""
VALUES = """type,value,data_value
sex,M,m
sex,F,f
word,produces,2
word,understands,1
word,,0
"""
INSTRUMENT = """itemID,item,type,category,definition,gloss,uni_lemma
item_1,dog,word,animals,pes,dog,dog
item_2,hen,word,animals,kura,chicken,chicken (animal)
item_3,hen_food,word,food_drink,kuracie,chicken,chicken (food)
"""
DATA = """id,age,sex,dog,hen,hen_food
a,12,m,2,1,0
b,18,f,2,2,1
c,9,f,0,0,0
"""


def write_set(
    root: Path,
    folder: str = "Slovak_WG",
    stem: str = "SlovakWG_Test",
    **parts: str | bytes,
) -> Path:
    """
    Write one data set; parts are ``data, fields, values, instrument``.

    Gives the folder of all languages.
    """
    place = root / folder
    place.mkdir(parents=True, exist_ok=True)
    whole: Mapping[str, str | bytes] = {
        f"{stem}_data.csv": parts.get("data", DATA),
        f"{stem}_fields.csv": parts.get("fields", FIELDS),
        f"{stem}_values.csv": parts.get("values", VALUES),
        f"[{folder}].csv": parts.get("instrument", INSTRUMENT),
    }
    for name, content in whole.items():
        raw = content.encode() if isinstance(content, str) else content
        (place / name).write_bytes(raw)
    return root


def many_forms(rows: Sequence[Sequence[object]], words: int) -> tuple[str, str]:
    """Give data and field mapping of a form with many words; rows: id, age, answers."""
    names = [f"w{k}" for k in range(words)]
    data = "\n".join(
        [",".join(["id", "age", *names])]
        + [",".join(str(cell) for cell in row) for row in rows]
    )
    fields = "\n".join(
        ["field,column,group,type", "study_id,id,child,study_id"]
        + ["data_age,age,admin,data_age"]
        + [f"item_{k},{name},item,word" for k, name in enumerate(names)]
    )
    return data, fields
