"""
Norms of child development that say whose norms they are.

Every name below is loaded when it is first used: `import devnorms` alone loads no
sampler, no plotting and no table library.

>>> import devnorms as dn
>>> counts = dn.load_counts("milestones")
>>> sorted(counts["country"].unique())[:3]
['CHL', 'CHN', 'COL']
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devnorms import simulate
    from devnorms._base.errors import DevnormsError, DevnormsWarning
    from devnorms.annotate import annotate
    from devnorms.models import classical_dif, fit, preview
    from devnorms.models.attainment_fit import fit_attainment
    from devnorms.models.attainment_spec import AttainmentSpec
    from devnorms.models.attainment_turnbull import turnbull
    from devnorms.models.joint_covariance import Published
    from devnorms.models.joint_errors import published_errors
    from devnorms.models.joint_fit import joint
    from devnorms.models.vocabulary import fit_vocabulary, preview_vocabulary
    from devnorms.models.vocabulary_spec import VocabularySpec
    from devnorms.norms import (
        Aim,
        Child,
        Known,
        compare,
        control_claims,
        expected_widths,
        floor,
        gate,
        imported,
        imported_battery,
        language_floor,
        ledger,
        observed_centiles,
        pass_ages,
        place,
        plan,
        printed_norm,
        reference_choice,
        same_country_flags,
        shares_passing,
        transport,
        vocabulary_checks,
        vocabulary_norms,
    )
    from devnorms.norms.attainment import ages_attained, source_bias
    from devnorms.quality import check_quality
    from devnorms.report import plot, report
    from devnorms.schema.combine import combine
    from devnorms.schema.norms import NormSet, load_norms
    from devnorms.schema.reviews import load_review
    from devnorms.sources import fetch, load, load_table, populations
    from devnorms.sources.bundled import load_counts
    from devnorms.sources.codebook import links, milestones
    from devnorms.sources.context import join_context
    from devnorms.sources.own import read
    from devnorms.sources.wordbank import load_vocabulary
    from devnorms.tabulate import count
    from devnorms.tabulate.attainment import attainment
    from devnorms.tabulate.attainment_asking import asked_again
    from devnorms.tabulate.attainment_recalled import recalled_attainment
    from devnorms.workflow import run, verify
    from devnorms.workflow.dif import dif
    from devnorms.workflow.knowing import known
    from devnorms.workflow.matching import matched
    from devnorms.workflow.scoring import dscore

__version__ = "0.1.0"

_WHERE = {
    "Aim": "devnorms.norms:Aim",
    "AttainmentSpec": "devnorms.models.attainment_spec:AttainmentSpec",
    "Child": "devnorms.norms:Child",
    "DevnormsError": "devnorms._base.errors:DevnormsError",
    "DevnormsWarning": "devnorms._base.errors:DevnormsWarning",
    "Known": "devnorms.norms:Known",
    "NormSet": "devnorms.schema.norms:NormSet",
    "Published": "devnorms.models.joint_covariance:Published",
    "VocabularySpec": "devnorms.models.vocabulary_spec:VocabularySpec",
    "ages_attained": "devnorms.norms.attainment:ages_attained",
    "annotate": "devnorms.annotate:annotate",
    "asked_again": "devnorms.tabulate.attainment_asking:asked_again",
    "attainment": "devnorms.tabulate.attainment:attainment",
    "check_quality": "devnorms.quality:check_quality",
    "classical_dif": "devnorms.models.dif_classical:classical_dif",
    "combine": "devnorms.schema.combine:combine",
    "compare": "devnorms.norms:compare",
    "control_claims": "devnorms.norms:control_claims",
    "count": "devnorms.tabulate:count",
    "dif": "devnorms.workflow.dif:dif",
    "dscore": "devnorms.workflow.scoring:dscore",
    "expected_widths": "devnorms.norms:expected_widths",
    "fetch": "devnorms.sources:fetch",
    "fit": "devnorms.models:fit",
    "fit_attainment": "devnorms.models.attainment_fit:fit_attainment",
    "fit_vocabulary": "devnorms.models.vocabulary:fit_vocabulary",
    "floor": "devnorms.norms:floor",
    "gate": "devnorms.norms:gate",
    "imported": "devnorms.norms:imported",
    "imported_battery": "devnorms.norms:imported_battery",
    "join_context": "devnorms.sources.context:join_context",
    "joint": "devnorms.models.joint_fit:joint",
    "known": "devnorms.workflow.knowing:known",
    "language_floor": "devnorms.norms:language_floor",
    "ledger": "devnorms.norms:ledger",
    "links": "devnorms.sources.codebook:links",
    "load": "devnorms.sources:load",
    "load_counts": "devnorms.sources.bundled:load_counts",
    "load_norms": "devnorms.schema.norms:load_norms",
    "load_review": "devnorms.schema.reviews:load_review",
    "load_table": "devnorms.sources.tables:load_table",
    "load_vocabulary": "devnorms.sources.wordbank:load_vocabulary",
    "matched": "devnorms.workflow.matching:matched",
    "milestones": "devnorms.sources.codebook:milestones",
    "observed_centiles": "devnorms.norms:observed_centiles",
    "pass_ages": "devnorms.norms:pass_ages",
    "place": "devnorms.norms:place",
    "plan": "devnorms.norms:plan",
    "plot": "devnorms.report.plot",
    "populations": "devnorms.sources:populations",
    "preview": "devnorms.models:preview",
    "preview_vocabulary": "devnorms.models.vocabulary:preview_vocabulary",
    "printed_norm": "devnorms.norms:printed_norm",
    "published_errors": "devnorms.models.joint_errors:published_errors",
    "read": "devnorms.sources.own:read",
    "recalled_attainment": "devnorms.tabulate.attainment_recalled:recalled_attainment",
    "reference_choice": "devnorms.norms:reference_choice",
    "report": "devnorms.report:report",
    "run": "devnorms.workflow:run",
    "same_country_flags": "devnorms.norms:same_country_flags",
    "shares_passing": "devnorms.norms:shares_passing",
    "simulate": "devnorms.simulate",
    "source_bias": "devnorms.norms.attainment:source_bias",
    "transport": "devnorms.norms:transport",
    "turnbull": "devnorms.models.attainment_turnbull:turnbull",
    "verify": "devnorms.workflow:verify",
    "vocabulary_checks": "devnorms.norms:vocabulary_checks",
    "vocabulary_norms": "devnorms.norms:vocabulary_norms",
}
"""Where each public name is found: a module, or a name in one."""

__all__ = [
    "Aim",
    "AttainmentSpec",
    "Child",
    "DevnormsError",
    "DevnormsWarning",
    "Known",
    "NormSet",
    "Published",
    "VocabularySpec",
    "__version__",
    "ages_attained",
    "annotate",
    "asked_again",
    "attainment",
    "check_quality",
    "classical_dif",
    "combine",
    "compare",
    "control_claims",
    "count",
    "dif",
    "dscore",
    "expected_widths",
    "fetch",
    "fit",
    "fit_attainment",
    "fit_vocabulary",
    "floor",
    "gate",
    "imported",
    "imported_battery",
    "join_context",
    "joint",
    "known",
    "language_floor",
    "ledger",
    "links",
    "load",
    "load_counts",
    "load_norms",
    "load_review",
    "load_table",
    "load_vocabulary",
    "matched",
    "milestones",
    "observed_centiles",
    "pass_ages",
    "place",
    "plan",
    "plot",
    "populations",
    "preview",
    "preview_vocabulary",
    "printed_norm",
    "published_errors",
    "read",
    "recalled_attainment",
    "reference_choice",
    "report",
    "run",
    "same_country_flags",
    "shares_passing",
    "simulate",
    "source_bias",
    "transport",
    "turnbull",
    "verify",
    "vocabulary_checks",
    "vocabulary_norms",
]


class _Package(types.ModuleType):
    """Keeps `devnorms.report` the function when the room of that name is imported."""

    def __setattr__(self, name: str, value: object) -> None:
        is_room = isinstance(value, types.ModuleType)
        if not (is_room and ":" in _WHERE.get(name, "")):
            super().__setattr__(name, value)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'devnorms' has no attribute {name!r}")
    module, _, attribute = _WHERE[name].partition(":")
    found = importlib.import_module(module)
    return getattr(found, attribute) if attribute else found


def __dir__() -> list[str]:
    return __all__


sys.modules[__name__].__class__ = _Package
