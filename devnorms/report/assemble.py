"""
From finished tables to everything the page says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from devnorms.report import findings, methods
from devnorms.report.beside import published_tables
from devnorms.report.images import Studio
from devnorms.report.inputs import ReportInputs
from devnorms.report.norm_tables import in_order, milestone_table
from devnorms.report.page import DomainPart, MethodPart, MilestonePart, PageContext
from devnorms.report.pictures import Pictures
from devnorms.report.tables import FEWEST
from devnorms.report.theme import spoken
from devnorms.report.words import DOMAINS

_PARTS = {
    "shares": "curves",
    "counts": "counts (observed shares, who was asked when)",
    "predictive": "posterior predictive check",
    "published": "published ages",
    "priors": "priors",
}


def page_context(inputs: ReportInputs, *, vector: bool = False) -> PageContext:
    """
    Draw the figures, word the tables, and put them in the order of the page.

    Parameters
    ----------
    inputs : ReportInputs
        The finished tables.
    vector : bool
        Whether to keep the figures as SVG too.

    Returns
    -------
    PageContext
        The same for the same tables.
    """
    inputs = _without_few(inputs)
    norms, card, record = inputs.norms, inputs.norms.card, inputs.norms.record
    names, counts_as = _milestones(inputs)
    drawings = norms.table["milestone"].nunique()
    pictures = Pictures(inputs, names, Studio(vector, drawings))
    compared = inputs.published
    title = inputs.title or str(card.get("title", "Norm set"))
    return PageContext(
        title=title,
        question=inputs.question,
        norm_set=norms.id,
        language=inputs.language,
        direction=inputs.direction,
        remarks=(
            *_lines(card.get("not_converged")),
            *_lines(card.get("terms")),
            *inputs.remarks,
        ),
        findings=findings.findings(inputs, names),
        people=findings.people(norms),
        not_said=_lines(card.get("not_for")) or findings.NOT_SAID,
        not_separable=_lines(card.get("cannot_separate")) or findings.NOT_SEPARABLE,
        reading=findings.reading(norms),
        domains=_domains(inputs, pictures, counts_as),
        sampled=pictures.sampled(),
        method=_method(inputs, pictures),
        published=tuple(pictures.published()),
        published_tables=() if compared is None else published_tables(compared, names),
        left_out=methods.left_out_table(inputs),
        sources=methods.sources_table(inputs),
        versions=methods.pairs_table(
            "Versions", ("package", "version"), record.versions
        ),
        hashes=methods.pairs_table(
            "Hashes of the data (SHA-256)", ("data", "hash"), methods.hashes(inputs)
        ),
        command=inputs.command,
        settings=methods.settings_text(inputs),
        missing=tuple(
            words for name, words in _PARTS.items() if getattr(inputs, name) is None
        ),
    )


def _without_few(inputs: ReportInputs) -> ReportInputs:
    """Drop bins of the check with fewer than five responses, and empty tables."""
    check, published = inputs.predictive, inputs.published
    if check is not None:
        check = check[check["asked"] >= FEWEST]
    return replace(
        inputs,
        predictive=None if check is None or check.empty else check,
        published=None if published is None or published.empty else published,
    )


def _milestones(inputs: ReportInputs) -> tuple[dict[str, str], dict[str, str]]:
    """Say what to call each milestone, and what counts as passing it."""
    ids = inputs.norms.table["milestone"].unique()
    names = {str(milestone): spoken(str(milestone)) for milestone in ids}
    if inputs.milestones is None:
        return names, {}
    known = inputs.milestones.set_index("milestone")
    named = {str(key): str(name) for key, name in known["name"].items()}
    words = known["counts_as"].dropna().items()
    return names | named, {str(key): str(text) for key, text in words}


def _domains(
    inputs: ReportInputs, pictures: Pictures, counts_as: Mapping[str, str]
) -> tuple[DomainPart, ...]:
    """Figures and tables, domain by domain."""
    parts = []
    for domain, milestones in in_order(inputs.norms).items():
        inside = tuple(
            MilestonePart(
                id=milestone,
                name=pictures.names[milestone],
                counts_as=counts_as.get(milestone, ""),
                drawing=pictures.curves(milestone),
                table=milestone_table(inputs.norms, milestone, pictures.names),
            )
            for milestone in milestones
        )
        forests = tuple(pictures.forests(domain, milestones))
        name = DOMAINS.get(domain, spoken(domain))
        parts.append(DomainPart(domain, name, forests, inside))
    return tuple(parts)


def _method(inputs: ReportInputs, pictures: Pictures) -> MethodPart:
    """Word the model and its checks."""
    table = inputs.predictive
    return MethodPart(
        words=inputs.model or methods.WORDS,
        equations=inputs.equations or (methods.CURVE,),
        priors=methods.priors_table(inputs.priors),
        diagnostics=methods.diagnostics_table(inputs.diagnostics),
        within=None if table is None else methods.within_table(table),
        predictive=pictures.predictive(table),
    )


def _lines(entry: object) -> tuple[str, ...]:
    """Take an entry of a card, which is text, a list of texts, or not there."""
    if entry is None:
        return ()
    return tuple(map(str, entry)) if isinstance(entry, list | tuple) else (str(entry),)
