"""
The figures of a report, drawn from its finished tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import pandas as pd

from devnorms.report import plot
from devnorms.report.images import Drawing, Studio
from devnorms.report.inputs import ReportInputs
from devnorms.report.norm_tables import age_cell
from devnorms.report.plot import (
    ages_asked,
    forest_rows,
    model_checks,
    published_ages,
    rows,
    share_curves,
)
from devnorms.report.tables import FEWEST, asked_by_age, observed_shares
from devnorms.report.theme import Frame, Mark, marks, named
from devnorms.report.words import interval_of, number, percent, plural
from devnorms.schema.norms import POOLED

_TALLEST_INCHES = 9.0


@dataclass(frozen=True)
class Pictures:
    """
    Draws the figures of one report, all with the same colours and names.

    Attributes
    ----------
    inputs : ReportInputs
        The finished tables.
    names : mapping of str to str
        What to call milestones.
    studio : Studio
        Makes the figures.
    """

    inputs: ReportInputs
    names: Mapping[str, str]
    studio: Studio

    @cached_property
    def palette(self) -> dict[str, Mark]:
        """A mark for every population of the norm set."""
        return marks(self.inputs.norms.table["population"].unique())

    def curves(self, milestone: str) -> Drawing | None:
        """
        Draw the curves of one milestone; none if it has no curves.

        Parameters
        ----------
        milestone : str
            Which one.
        """
        mine = self._shares_of.get(milestone)
        if mine is None:
            return None
        observed = self._observed_of.get(milestone)
        points = (
            f" Points: observed shares per bin of age, larger for more responses; "
            f"bins asked fewer than {FEWEST} times are not shown."
            if observed is not None
            else ""
        )
        return self.studio.draw(
            f"curves-{milestone}",
            share_curves.frame(mine, observed, self.names),
            partial(
                plot.curves, mine, observed, names=self.names, palette=self.palette
            ),
            caption=f"{named(self.names, milestone)}: share passing by age, posterior "
            f"median and {interval_of(mine)}.{points} Dashed: ages at which the "
            "population was not asked.",
            alt=self._curves_alt(milestone),
        )

    def forests(self, domain: str, milestones: Sequence[str]) -> Iterator[Drawing]:
        """
        Draw ages by population, in figures that fit a page.

        Parameters
        ----------
        domain : str
            Whose milestones.
        milestones : sequence of str
            From top to bottom.
        """
        table = self.inputs.norms.table
        shares = self._shares()
        for i, chunk in enumerate(self._chunks(milestones), 1):
            here = table[table["milestone"].isin(chunk)]
            asked = here.drop_duplicates(["population", "milestone"])
            n = number(asked.loc[asked["population"] != POOLED, "asked"].sum())
            words = ", ".join(named(self.names, milestone) for milestone in chunk)
            yield self.studio.draw(
                f"ages-{domain}-{i}",
                Frame(rows.height(forest_rows.forest_rows(here, chunk))),
                partial(
                    plot.forest,
                    table,
                    milestones=chunk,
                    shares=shares,
                    names=self.names,
                    palette=self.palette,
                ),
                caption=f"Ages at which {' and '.join(map(percent, shares))} pass, by "
                f"population: posterior median and {interval_of(here)}; n = {n} "
                "responses. Open markers with an arrow: beyond the ages asked.",
                alt=f"Ages by population for {words}. The same numbers stand in the "
                "tables below.",
            )

    def sampled(self) -> Drawing | None:
        """Draw who was asked at which ages; none without counts."""
        counts = self.inputs.counts
        if counts is None:
            return None
        asked = asked_by_age(counts)
        if asked.empty:
            return None
        people = self.inputs.norms.populations
        shown = int(people["population"].isin(asked["population"]).sum())
        return self.studio.draw(
            "sampled",
            Frame(ages_asked.height(shown)),
            partial(plot.sampled, people, asked, palette=self.palette),
            caption=f"Who was asked at which ages: n = {number(asked['asked'].sum())} "
            f"responses; bins in which no item was asked {FEWEST} times are not shown.",
            alt="; ".join(
                f"{name}: {rows['age_months_low'].min():g} to "
                f"{rows['age_months_high'].max():g} months, "
                f"{number(rows['asked'].sum())} responses"
                for name, rows in asked.groupby("population")
            ),
        )

    def predictive(self, table: pd.DataFrame | None) -> Drawing | None:
        """
        Draw observed against predicted shares; none without the table.

        Parameters
        ----------
        table : pandas.DataFrame or None
            The posterior predictive check.
        """
        if table is None:
            return None
        kind = interval_of(table).replace("credible", "predictive")
        return self.studio.draw(
            "checks",
            Frame(model_checks.height(table["population"].nunique())),
            partial(plot.checks, table, palette=self.palette),
            caption=f"Observed against predicted share passing, per population and bin "
            f"of age; lines: {kind}; n = {number(table['asked'].sum())} responses.",
            alt=f"{plural(len(table), 'point')} around the diagonal, on which observed "
            "and predicted shares are equal; counts stand in the table beside it.",
        )

    def published(self) -> Iterator[Drawing]:
        """Draw our ages beside published ones, a figure per share and page."""
        table = self.inputs.published
        if table is None:
            return
        for share in self._shares():
            at_share = table[(table["share"] - share).abs() < 1e-9]
            milestones = at_share["milestone"].unique().tolist()
            for i, chunk in enumerate(self._chunks(milestones), 1):
                yield self.studio.draw(
                    f"published-{round(share * 100)}-{i}",
                    Frame(published_ages.height_with_key(at_share, chunk)),
                    partial(
                        plot.published,
                        table,
                        share=share,
                        milestones=chunk,
                        names=self.names,
                        palette=self.palette,
                    ),
                    caption=f"Ages at which {percent(share)} pass: ours (colours, "
                    f"{interval_of(at_share)}) and published ones (crosses; arrows: a "
                    "bound). Ages of ours beyond the ages asked are not drawn; the "
                    "responses beneath ours stand with each milestone.",
                    alt=f"Our ages beside published ones at {percent(share)}; the same "
                    "numbers stand in the table of comparisons.",
                )

    @cached_property
    def _shares_of(self) -> dict[str, pd.DataFrame]:
        """Curves by milestone."""
        return _by_milestone(self.inputs.shares)

    @cached_property
    def _observed_of(self) -> dict[str, pd.DataFrame]:
        """Observed shares by milestone."""
        counts = self.inputs.counts
        return _by_milestone(None if counts is None else observed_shares(counts))

    def _shares(self) -> tuple[float, ...]:
        """Take the two shares drawn: the middle one and the highest."""
        known = sorted(self.inputs.norms.table["share"].unique())
        middle = min(known, key=lambda share: abs(share - 0.5))
        return (middle,) if middle == known[-1] else (middle, known[-1])

    def _chunks(self, milestones: Sequence[str]) -> Iterator[list[str]]:
        """As many milestones as fit a page."""
        table = self.inputs.norms.table
        chunk: list[str] = []
        for milestone in milestones:
            longer = [*chunk, milestone]
            tall = rows.height(forest_rows.forest_rows(table, longer))
            if chunk and tall > _TALLEST_INCHES:
                yield chunk
                longer = [milestone]
            chunk = longer
        if chunk:
            yield chunk

    def _curves_alt(self, milestone: str) -> str:
        """Put the message of the figure into words for those who do not see it."""
        table = self.inputs.norms.table
        share = self._shares()[0]
        here = table[(table["milestone"] == milestone) & (table["share"] == share)]
        cells = [
            (str(row["population"]), age_cell(row)) for row in here.to_dict("records")
        ]
        ages = "; ".join(f"{name} {cell.text} {cell.note}" for name, cell in cells)
        return (
            f"Curves of the share passing {named(self.names, milestone)} by age. Age "
            f"in months at which {percent(share)} pass: {ages}."
        )


def _by_milestone(table: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    """Cut a table once, because there may be hundreds of milestones."""
    if table is None:
        return {}
    return {str(name): rows for name, rows in table.groupby("milestone", sort=False)}
