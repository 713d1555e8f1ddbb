"""A norm names every source that entered it, and what their terms forbid."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import devnorms as dn
from devnorms._base.errors import (
    BadValueError,
    DevnormsWarning,
    ForbiddenUseError,
    InvalidTableError,
)
from devnorms._base.provenance import Record, Source
from devnorms.models import preview
from devnorms.report import ReportInputs, write_report
from devnorms.simulate import Design, draw_truth, simulate_observations
from devnorms.workflow.citing import cited

SIMULATED = Design()
FREE = Source("free", "1", "a" * 64, "CC BY 4.0", "A B. Free study. 2020.")
PAID = Source("study-nc", "2", "b" * 64, "CC BY-NC 4.0", "C D. Other study. 2021.")
LOOK = Source("look", "3", "c" * 64, "compare only", "E F. Third study. 2022.")


DOMAINS = {name: domain for name, (domain, _) in SIMULATED.milestones.items()}


def from_source(seen: pd.DataFrame, source: Source, left_out: int) -> pd.DataFrame:
    """Say that observations came from a source."""
    own = seen.copy()
    own.attrs = {
        "record": Record.now((source,), {"load": source.id}).to_json(),
        "left_out": {
            "responses_in": len(seen) + left_out,
            "used": len(seen),
            "left_out": {"no age": left_out},
        },
        "noted": [{"what": source.id}],
    }
    return own


@pytest.fixture(scope="module")
def halves() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Observations of the same milestones from two studies' worth of populations."""
    rng = np.random.default_rng(7)
    seen = simulate_observations(draw_truth(rng=rng), rng=rng)
    populations = seen["population"].unique().tolist()
    first = seen["population"].isin(populations[: len(populations) // 2])
    return seen[first], seen[~first]


def norms_of(observations: pd.DataFrame) -> dn.NormSet:
    """Walk the whole way, with the quick approximation in place of the sampler."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DevnormsWarning)
        counts = dn.count(observations, bin_days=30, domains=DOMAINS)
        curves = preview(counts, draws=100)
        return dn.pass_ages(curves, shares=[0.5], allow_unconverged=True)


@pytest.fixture(scope="module")
def norms(halves: tuple[pd.DataFrame, pd.DataFrame]) -> dn.NormSet:
    """Norms of two sources, one of which forbids commercial use."""
    one, other = halves
    return norms_of(
        dn.combine([from_source(one, FREE, 3), from_source(other, PAID, 4)])
    )


def test_both_sources_stand_in_the_record_and_on_the_card(norms: dn.NormSet) -> None:
    assert [source.id for source in norms.record.sources] == ["free", "study-nc"]
    for source in (FREE, PAID):
        assert any(source.citation in line for line in norms.card["sources"])


def test_what_one_source_forbids_is_forbidden_of_the_norms(norms: dn.NormSet) -> None:
    assert norms.record.forbidden() == {"commercial": ["study-nc"]}
    (line,) = norms.card["terms"]
    assert line.startswith("NOT ALLOWED: commercial use")
    assert "study-nc" in line
    assert "Not allowed by the terms of the data" in norms._repr_html_()


def test_sources_and_terms_come_back_from_a_saved_norm_set(
    norms: dn.NormSet, tmp_path: Path
) -> None:
    folder = norms.save(tmp_path / "norms")
    assert dn.load_norms(folder).record == norms.record
    assert "NOT ALLOWED: commercial use" in (folder / "README.md").read_text("utf-8")
    assert [source.id for source in cited(folder).sources] == ["free", "study-nc"]


def test_the_report_says_what_is_not_allowed(norms: dn.NormSet, tmp_path: Path) -> None:
    write_report(ReportInputs(norms), tmp_path)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert page.count("NOT ALLOWED: commercial use") >= 2  # on top, and by the source
    for source in (FREE, PAID):
        assert source.citation in page


def test_what_both_left_out_adds_up(halves: tuple[pd.DataFrame, ...]) -> None:
    one, other = halves
    both = dn.combine([from_source(one, FREE, 3), from_source(other, PAID, 4)])
    left = both.attrs["left_out"]
    assert left["left_out"] == {"no age": 7}
    assert left["responses_in"] == left["used"] + 7
    assert left["used"] == len(both) == len(one) + len(other)
    assert [note["what"] for note in both.attrs["noted"]] == ["free", "study-nc"]


def test_counts_are_combined_like_observations(
    halves: tuple[pd.DataFrame, ...],
) -> None:
    one, other = from_source(halves[0], FREE, 1), from_source(halves[1], PAID, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DevnormsWarning)
        apart = dn.combine([dn.count(one), dn.count(other)])
        together = dn.count(dn.combine([one, other]))
    order = ["population", "item", "sex", "age_days_low"]
    pd.testing.assert_frame_equal(apart.sort_values(order, ignore_index=True), together)
    ids = [s.id for s in Record.from_json(apart.attrs["record"]).sources]
    assert ids == ["free", "study-nc"]


def test_a_table_without_record_is_not_joined_to_one_with(
    halves: tuple[pd.DataFrame, ...],
) -> None:
    bare = halves[1].copy()
    bare.attrs = {}
    with pytest.raises(InvalidTableError, match=r"table\(s\) 2 of 2 carry no record"):
        dn.combine([from_source(halves[0], FREE, 0), bare])
    card = norms_of(pd.concat([halves[0].assign(), bare])).card
    assert "carried no record" in card["sources"][0]


def test_tables_of_different_kinds_are_not_combined(
    halves: tuple[pd.DataFrame, ...],
) -> None:
    with pytest.raises(BadValueError, match="observations', 'populations"):
        dn.combine([halves[0], dn.populations()])
    with pytest.raises(BadValueError, match="a list of observations"):
        dn.combine([])
    with pytest.raises(InvalidTableError, match="more than once"):
        dn.combine([halves[0].head(50), halves[0].head(50)])


def test_norms_are_not_made_of_what_may_only_be_compared(
    halves: tuple[pd.DataFrame, ...],
) -> None:
    one, other = from_source(halves[0], FREE, 0), from_source(halves[1], LOOK, 0)
    seen = dn.combine([one, other])
    with pytest.raises(ForbiddenUseError, match=r"'look' do not allow making norms"):
        norms_of(seen)


@pytest.mark.parametrize(
    ("licence", "forbids"),
    [
        ("CC BY 4.0", ()),
        ("MIT", ()),
        ("CC-BY-NC", ("commercial",)),
        ("CC BY-NC-ND 4.0", ("commercial", "adaptations")),
        ("Creative Commons Attribution-NonCommercial", ("commercial",)),
        ("compare only", ("norms",)),
        ("Open Government Licence", ()),
        ("Incomplete", ()),
    ],
)
def test_the_name_of_a_licence_says_what_it_forbids(
    licence: str, forbids: tuple[str, ...]
) -> None:
    assert Source("x", licence=licence).uses_forbidden == forbids


def test_terms_beyond_the_licence_are_named_and_unknown_ones_refused() -> None:
    source = Source("x", licence="CC BY 4.0", uses_forbidden=("instruments",))
    assert source.terms.startswith("CC BY 4.0; NOT ALLOWED: making new instruments")
    assert Source.from_dict(json.loads(json.dumps(source.to_dict()))) == source
    with pytest.raises(dn.DevnormsError, match="Unknown use 'sale'"):
        Source("x", uses_forbidden=("sale",))


def test_a_source_that_forbids_nothing_is_written_as_before() -> None:
    # so that norm sets made before terms were carried keep their id
    assert set(FREE.to_dict()) == {
        "id", "version", "sha256", "licence", "citation", "url",
    }  # fmt: skip
    assert Record.from_json(Record((FREE, PAID)).to_json()).sources == (FREE, PAID)
