"""
What the gate says of each pair of norm and children.

The gate compares ages at a share, and refuses where the children's own age at that
share lies where nobody was asked. A norm that judges children at one age does not need
that age of theirs (whether it reaches is seen apart, in ``reach``). So the gate is
asked at several shares, and the best verdict counts: what joins the two, and how
sure that is, does not depend on the share.
"""

from __future__ import annotations

import pandas as pd

from devnorms._base.errors import InvalidTableError
from devnorms.norms.effects import effects_of
from devnorms.norms.gate import gate
from devnorms.norms.judged import judged_share
from devnorms.norms.pairing import World
from devnorms.schema.differences import VERDICTS
from devnorms.schema.imported import FLAGS, NOT_JUDGED

_KEYS = ["reference", "population", "milestone"]
_FURTHER = (0.5,)
_PRINTED = "A printed norm: nothing shows how its items and children compare."
_NO_EFFECTS = "These curves do not say what differs between studies and instruments."


def with_verdicts(world: World, table: pd.DataFrame) -> pd.DataFrame:
    """
    Add whether the populations of each row may be compared, and why (not).

    Parameters
    ----------
    world : World
        From `devnorms.norms.pairing.look`.
    table : pandas.DataFrame
        With ``reference, population, milestone, flag, share, level``.

    Returns
    -------
    pandas.DataFrame
        With ``verdict, reason`` of `devnorms.norms.gate`; ``not judged`` for printed
        norms, and where the curves do not carry the effects that the gate needs.
    """
    people = set(world.curves["population"].values.astype(str))
    references = [name for name in table["reference"].unique() if name in people]
    try:
        effects_of(world.curves)
    except InvalidTableError:
        return table.assign(verdict=NOT_JUDGED, reason=_NO_EFFECTS)
    if not references:
        return table.assign(verdict=NOT_JUDGED, reason=_PRINTED)
    share, level = float(table["share"].iloc[0]), float(table["level"].iloc[0])
    said = _said(world, references, share, level)
    merged = table.merge(said, on=_KEYS, how="left")
    return merged.fillna({"verdict": NOT_JUDGED, "reason": _PRINTED})


def _said(
    world: World, references: list[str], share: float, level: float
) -> pd.DataFrame:
    """Give the gate's best verdict; it holds for a pair either way round."""
    asked_at = (*(judged_share(share, flag) for flag in FLAGS), *_FURTHER)
    every = len(references) > 1
    rows = pd.concat(
        gate(
            world.curves,
            None if every else name,
            shares=tuple(dict.fromkeys(asked_at)),
            level=level,
            known=world.known,
            # Whether these draws may be used was asked before.
            allow_unconverged=True,
        )
        for name in ([None] if every else references)
    )
    turned = rows.rename(columns={"reference": "population", "population": "reference"})
    both = pd.concat([rows, turned], ignore_index=True)
    rank = both["verdict"].map({verdict: at for at, verdict in enumerate(VERDICTS)})
    best = both.assign(rank=rank).sort_values("rank", kind="stable")
    return best.drop_duplicates(_KEYS)[[*_KEYS, "verdict", "reason"]]
