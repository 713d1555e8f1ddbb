"""
A norm set to look at: its card as Markdown, its ages in a notebook.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from devnorms._base.provenance import USES

if TYPE_CHECKING:
    import pandas as pd

    from devnorms.schema.norms import NormSet

_ROWS_SHOWN = 60


def card_text(norms: NormSet) -> str:
    """
    Write the card as Markdown: whom the norms speak for, and what they do not say.

    Parameters
    ----------
    norms : NormSet
        A norm set.

    Returns
    -------
    str
    """
    lines = [f"# {norms.card.get('title', 'Norm set')}", "", f"Id: `{norms.id}`", ""]
    entries = {
        heading: entry for heading, entry in norms.card.items() if heading != "title"
    }
    # A card that leaves these out is completed: no norm set without them.
    entries.setdefault(
        "speaks_for",
        [
            f"**{row.population}** ({row.country_name}; {row.sampling}): {row.who}"
            for row in norms.populations.itertuples()
        ],
    )
    entries.setdefault(
        "sources",
        [
            " ".join(f"{s.id} {s.version} ({s.terms}). {s.citation} {s.url}".split())
            for s in norms.record.sources
        ],
    )
    for heading, entry in entries.items():
        lines += [f"## {heading.replace('_', ' ').capitalize()}", ""]
        lines += [f"- {line}" for line in entry] if isinstance(entry, list) else [entry]
        lines += [""]
    return "\n".join(map(str, lines)).rstrip() + "\n"


def notebook_page(norms: NormSet) -> str:
    """
    Show the ages as a table of HTML: what people may quote, never a bare number.

    Parameters
    ----------
    norms : NormSet
        A norm set.

    Returns
    -------
    str
        HTML; everything that came from data is escaped.
    """
    wide = _wide(norms.table)
    kinds = norms.table[["interval", "level"]].drop_duplicates().itertuples(index=False)
    intervals = " or ".join(f"{100 * level:g} % {kind}" for kind, level in kinds)
    caption = (
        f"Age in months at which a share passes: posterior median ({escape(intervals)} "
        "credible interval). asked = responses beneath."
    )
    rest = len(wide) - _ROWS_SHOWN
    more = f"<p>and {rest} more rows: see <code>.table</code></p>" if rest > 0 else ""
    title = escape(str(norms.card.get("title", "Norm set")))
    forbidden = "; ".join(USES[use] for use in norms.record.forbidden())
    if forbidden:
        more += (
            f"<p><b>Not allowed by the terms of the data:</b> {escape(forbidden)}</p>"
        )
    return (
        f"<p><b>{title}</b> · <code>{norms.id}</code> · whom it speaks for: "
        f"<code>.card</code></p><p>{caption}</p>"
        f"{wide.head(_ROWS_SHOWN).to_html(index=False, escape=True, na_rep='')}{more}"
    )


def _wide(table: pd.DataFrame) -> pd.DataFrame:
    """One row per milestone and population, its statements side by side."""
    keys = ["milestone", "population", "asked", "items"]
    shares = sorted(table["share"].unique())
    wide = table.pivot_table(
        index=keys, columns="share", values="statement", aggfunc="first", sort=False
    )
    wide = wide[shares].set_axis([f"{100 * share:g} %" for share in shares], axis=1)
    return wide.reset_index().astype({"asked": int, "items": int})
