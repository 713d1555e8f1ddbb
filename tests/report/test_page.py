"""The page: one file, readable by people and machines, and true to its norm set."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest

from devnorms._base.errors import BadValueError, InvalidTableError
from devnorms.report import ReportInputs
from devnorms.report.assemble import page_context
from devnorms.report.images import Studio
from devnorms.report.page import PageContext, report_page
from devnorms.report.plot import share_curves
from devnorms.schema.norms import POOLED, NormSet

VOID = {"meta", "img", "br", "link", "input", "hr"}
WHOLE_PAGE_BYTES = 6_000_000
MANY_FIGURES = 210


@dataclass
class Seen(HTMLParser):
    """What a browser would see: tags in order, attributes, text by section."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    crossed: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    rows: dict[str, list[list[str]]] = field(default_factory=dict)
    section: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag == "section":
            self.section = given.get("id", "")
        if tag == "tr":
            self.rows.setdefault(self.section, []).append([])
        if tag in {"td", "th"}:
            self.rows[self.section][-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.text.append(data)
        if {"td", "th"} & set(self.open):
            self.rows[self.section][-1][-1] += data


def read(html: str) -> Seen:
    """Parse a page."""
    seen = Seen()
    seen.feed(html)
    seen.close()
    return seen


@pytest.fixture(scope="module")
def context(inputs: ReportInputs) -> PageContext:
    return page_context(inputs)


@pytest.fixture(scope="module")
def html(context: PageContext) -> str:
    return report_page(context)


@pytest.fixture(scope="module")
def seen(html: str) -> Seen:
    return read(html)


def test_every_tag_is_closed_in_its_place(seen):
    assert seen.crossed == []
    assert seen.open == []


def test_the_page_needs_no_other_file_no_network_and_no_script(html, seen):
    for tag, attributes in seen.tags:
        assert tag not in {"script", "link", "iframe", "object", "base"}
        assert attributes.get("src", "data:image/").startswith("data:image/")
        assert attributes.get("href", "#").startswith("#")
        assert not [name for name in attributes if name.startswith("on")]
        assert "style" not in attributes
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_links_within_the_page_lead_somewhere(seen):
    anchors = {attributes["id"] for _, attributes in seen.tags if "id" in attributes}
    goals = {
        attributes["href"][1:] for _, attributes in seen.tags if "href" in attributes
    }
    assert goals <= anchors
    ids = [attributes["id"] for _, attributes in seen.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_language_direction_title_and_headings_are_said_to_machines(seen):
    (root,) = [attributes for tag, attributes in seen.tags if tag == "html"]
    assert root == {"lang": "en", "dir": "ltr"}
    levels = [int(tag[1]) for tag, _ in seen.tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_every_figure_has_words_for_those_who_do_not_see_it(seen, context):
    images = [attributes for tag, attributes in seen.tags if tag == "img"]
    assert len(images) == len(context.drawings)
    for image in images:
        assert len(image["alt"]) > 40
        assert int(image["width"]) <= 360
    walks = next(d for d in context.drawings if d.name == "curves-walks_alone")
    assert "NLD 12.5 12.1 to 13.0" in walks.alt


def test_numbers_in_the_tables_are_those_of_the_norm_set(seen, norms: NormSet):
    shares = sorted(norms.table["share"].unique())
    compared = 0
    for milestone in norms.table["milestone"].unique():
        head, *rows = seen.rows[f"m-{milestone}"]
        assert head[2:] == ["25 % pass", "50 % pass", "75 % pass", "90 % pass"]
        for name, responses, *cells in rows:
            population = name.split()[0]
            mine = norms.table[
                (norms.table["milestone"] == milestone)
                & (norms.table["population"] == population)
            ].set_index("share")
            if population != POOLED:
                assert responses.split()[0] == f"{mine['asked'].iloc[0]:,}"
            for share, cell in zip(shares, cells, strict=True):
                row = mine.loc[share]
                if row["support"] in {"before", "after"}:
                    assert cell == row["statement"]
                    continue
                compared += 1
                number, low, high = re.fullmatch(
                    r"(\S+) \((?:before )?(\S+) to (?:after )?(\S+)\)", cell
                ).groups()
                assert float(number) == round(row["age_months"], 1)
                youngest, oldest = row["support_low_months"], row["support_high_months"]
                expected_low = max(row["age_months_low"], youngest)
                expected_high = min(row["age_months_high"], oldest)
                if population == POOLED:
                    expected_low = row["age_months_low"]
                    expected_high = row["age_months_high"]
                assert float(low) == round(expected_low, 1)
                assert float(high) == round(expected_high, 1)
    assert compared > 90


def test_an_age_nobody_saw_is_in_words_and_its_number_nowhere(seen, norms):
    flagged = norms.table[norms.table["support"] == "after"]
    assert len(flagged) > 5
    for row in flagged.to_dict("records"):
        cells = [
            cell
            for line in seen.rows[f"m-{row['milestone']}"]
            if line[0] == row["population"]
            for cell in line
        ]
        assert row["statement"] in cells
        assert not [cell for cell in cells if f"{row['age_months']:.1f}" in cell]


def test_each_population_says_who_was_sampled_when_how_many_and_whom_to_cite(
    seen, norms
):
    words = " ".join(" ".join(seen.text).split())
    for row in norms.populations.itertuples():
        assert row.who in words
        assert row.citation in words
        assert row.country_name in words
        assert str(row.children) in words


def test_captions_carry_n_interval_and_level(seen, context):
    captions = [
        milestone.table.caption
        for domain in context.domains
        for milestone in domain.milestones
    ]
    captions += [d.caption for d in context.drawings if d.name.startswith("ages-")]
    for caption in captions:
        assert "90 % equal-tailed credible interval" in caption
        assert re.search(r"n = [\d,]+ responses", caption)


def test_what_the_report_must_say_is_said(seen):
    words = " ".join(" ".join(seen.text).split())
    for sentence in (
        "What this does not say",
        "Diagnosis of a child.",
        "Country, study and instrument.",
        "sd of country by milestone",
        "a tenth in log age is about a month at one year",
        "largest R-hat of any parameter",
        "Of 30,127 responses, 28,810 were used and 1,317 left out.",
        "devnorms run analyses/motor.toml",
        "WHO MGRS 2006",
        "theirs: healthy; ours: see card",
        "CC BY 4.0",
        "ab" * 32,
    ):
        assert sentence in words


def test_hostile_names_stay_text(norms, shares):
    hostile = '<img src=x onerror="alert(1)">&$x_1^'
    milestone = "../../x y'"
    rename = {"population": {"NLD": hostile}, "milestone": {"jumps": milestone}}
    evil = NormSet(
        norms.table.replace(rename),
        norms.populations.replace(rename),
        {**norms.card, "title": "</title><script>alert(2)</script>"},
        norms.record,
    )
    context = page_context(
        ReportInputs(evil, shares=shares.replace(rename), question=hostile)
    )
    seen = read(report_page(context))
    assert "script" not in {tag for tag, _ in seen.tags}
    assert not [a for _, a in seen.tags if "onerror" in a]
    assert hostile in "".join(seen.text)
    assert seen.crossed == []
    assert all(re.fullmatch(r"[\w-]+", drawing.name) for drawing in context.drawings)


def test_what_was_not_handed_over_is_named(small):
    seen = read(report_page(page_context(ReportInputs(small))))
    words = " ".join(" ".join(seen.text).split())
    for part in ("curves", "posterior predictive check", "published ages", "priors"):
        assert part in words[words.index("Not handed to this report") :]
    assert "What was left out was not handed to this report." in words


def test_a_warning_of_the_card_stands_above_everything_else(small):
    warned = small.with_card(not_converged="DO NOT PUBLISH")
    html = report_page(page_context(ReportInputs(warned, remarks=("A preview.",))))
    assert html.index("DO NOT PUBLISH") < html.index("A preview.")
    assert html.index("A preview.") < html.index("What was found")


def test_a_page_can_be_right_to_left(small):
    inputs = ReportInputs(small, language="ar", direction="rtl")
    html = report_page(page_context(inputs))
    assert '<html lang="ar" dir="rtl">' in html
    with pytest.raises(BadValueError, match="'direction' must be 'ltr' or 'rtl'"):
        ReportInputs(small, direction="up")


def test_tables_without_their_columns_are_refused_with_a_hint(norms, shares):
    wrong = shares.rename(columns={"share_passing": "share_pasing"})
    with pytest.raises(
        InvalidTableError,
        match=r"'shares': missing column.*'share_passing' may be 'share_pasing'",
    ):
        ReportInputs(norms, shares=wrong)


def test_bins_of_the_check_with_fewer_than_five_are_not_shown(small, predictive):
    lonely = predictive.iloc[[0]].assign(population="LONELY", asked=4)
    table = pd.concat([predictive, lonely], ignore_index=True)
    html = report_page(page_context(ReportInputs(small, predictive=table)))
    assert "LONELY" not in html
    assert "JAM-LBW" in html


def test_hundreds_of_figures_fit_in_a_page_that_can_be_mailed(shares, html):
    mine = shares[shares["milestone"] == "walks_alone"]
    studio = Studio(drawings=MANY_FIGURES)
    drawing = studio.draw(
        "x",
        share_curves.frame(mine),
        lambda ax: share_curves.curves(mine, ax=ax),
        caption="",
        alt="",
    )
    part = html[html.index('id="m-walks_alone"') :]
    part = re.sub('src="[^"]+"', "", part[: part.index("</section>")])
    one_milestone = len(drawing.source) + len(part)
    assert MANY_FIGURES * one_milestone < WHOLE_PAGE_BYTES


def test_a_population_of_two_children_makes_a_page_without_observed_shares(
    small, counts
):
    few = counts[counts["age_days_mean"] < 700].assign(asked=2, passed=1)
    context = page_context(ReportInputs(small, counts=few))
    assert context.sampled is None
    assert read(report_page(context)).crossed == []


def test_a_single_age_that_nobody_saw_makes_a_page(norms, published):
    table = norms.table
    lonely = (table["milestone"] == "jumps") & (table["population"] == "CHL")
    one = NormSet(
        table[lonely].reset_index(drop=True),
        norms.populations,
        norms.card,
        norms.record,
    )
    theirs = published[
        (published["milestone"] == "jumps") & (published["population"] == "CHL")
    ]
    assert theirs["support"].tolist() == ["after"]
    html = report_page(page_context(ReportInputs(one, published=theirs)))
    assert "after 20.0" in html
