"""
Fit the classifiers of the embedded coder to composed reports and single phrases.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from composing import Composed, compose, noisy
from phrasebanks import KINDS, SHARE_OF, STATUS_OF, Bank
from scipy import sparse

from devnorms.annotate.coding import Document
from devnorms.annotate.embedded.blanking import without_ages
from devnorms.annotate.embedded.candidates import context_of
from devnorms.annotate.embedded.features import (
    Context,
    CueFinder,
    all_flags,
    concept_features,
    status_features,
)
from devnorms.annotate.embedded.heads import Head
from devnorms.annotate.embedded.units import PIECE, Unit, units
from devnorms.annotate.embedded.vectors import Vocabulary
from devnorms.annotate.segments import segment

REPORTS_PER_LANGUAGE = 500
MOST_CONCEPT, MOST_STATUS = 110_000, 160_000
EPOCHS, BATCH, RATE, DECAY = 7, 512, 1.0, 4e-3
STATUSES = ("achieved", "not_yet", "unclear", "none")
FLAG_RARITY = 4.5
FRAGMENT = 0.3


def document(report: Composed) -> Document:
    """A composed report as the coder sees it."""
    pieces = segment(report.text, report.lang)
    return Document("", report.lang, report.text, None, pieces)


class Examples:
    """Units with the milestone they speak of, and pairs with what is said."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.labels: list[int] = []
        self.weights: list[float] = []
        self.langs: list[str] = []
        self.contexts: list[Context] = []
        self.concepts: list[int] = []
        self.statuses: list[int] = []
        self.shares: list[float] = []

    def unit(self, text: str, label: int, weight: float, lang: str) -> None:
        self.texts.append(text)
        self.labels.append(label)
        self.weights.append(weight)
        self.langs.append(lang)

    def pair(self, context: Context, concept: int, status: str, weight: float) -> None:
        self.shares.append(weight)
        self.contexts.append(context)
        self.concepts.append(concept)
        self.statuses.append(STATUSES.index(status))


def examples(banks: Sequence[Bank], concepts: Sequence[str], seed: int) -> Examples:
    """Every phrase alone, and composed reports, the same number for each language."""
    found = Examples()
    number = {concept: i for i, concept in enumerate(concepts)}
    for bank in banks:
        rng = random.Random(f"{seed} {bank.language}")
        for (concept, kind), phrases in bank.phrases.items():
            for phrase in phrases:
                for text in {phrase, noisy(phrase, rng, bank.language)}:
                    found.unit(text, number[concept], 1.0, bank.language)
                    if kind in KINDS:
                        context = Context(text, text, "", "", bank.language)
                        found.pair(
                            context,
                            number[concept],
                            STATUS_OF[kind],
                            SHARE_OF.get(kind, 1.0),
                        )
        for sentence in bank.frames.get("nothing", []):
            for text in {sentence, noisy(sentence, rng, bank.language)}:
                found.unit(text, len(concepts), 2.0, bank.language)
        for _ in range(REPORTS_PER_LANGUAGE):
            _add_report(found, compose(bank, rng), number)
    return found


def _add_report(found: Examples, report: Composed, number: dict[str, int]) -> None:
    """Units with the phrases they hold: none, one, or several."""
    doc = document(report)
    doc = replace(doc, text=without_ages(doc.text, doc.lang))
    within = units(doc.pieces)
    seen: Counter[int] = Counter()
    for unit in within:
        text = doc.text[unit.start : unit.end]
        held = _held(unit, report)
        if not held:
            found.unit(text, len(number), 1.0, report.lang)
        elif len(held) == 1 and max(held.values()) < FRAGMENT:
            found.unit(text, len(number), 0.5, report.lang)
        least = 0.45 if len(held) == 1 else 0.9
        for i, share in held.items():
            if share < least:
                continue
            gold = report.gold[i]
            concept = number[gold.concept]
            found.unit(text, concept, min(1.0, share) / len(held), report.lang)
            if len(held) <= 2 and seen[i] < 2:
                seen[i] += 1
                pieces = [u for u in within if u.level == PIECE]
                near = [u for u in pieces if u.sentence == unit.sentence]
                free = [not _held(u, report).keys() - {i} for u in near]
                before = [u for u in pieces if u.sentence == unit.sentence - 1]
                context = context_of(doc, unit, near, free, before)
                found.pair(context, concept, gold.status, gold.weight)


def _held(unit: Unit, report: Composed) -> dict[int, float]:
    """Which phrases a unit holds, and what share of each."""
    shares = {}
    for i, gold in enumerate(report.gold):
        common = min(unit.end, gold.end) - max(unit.start, gold.start)
        if common > 0:
            shares[i] = common / (gold.end - gold.start)
    return shares


def vocabulary(
    rows: np.ndarray, hashes: np.ndarray, count: int, most: int, least: int = 2
) -> Vocabulary:
    """The hashes of at least two texts; the most frequent if there are too many."""
    pairs = np.unique(
        (hashes.astype(np.uint64) << np.uint64(32)) | rows.astype(np.uint64)
    )
    kept, texts = np.unique(
        (pairs >> np.uint64(32)).astype(np.uint32), return_counts=True
    )
    enough = texts >= least
    if enough.sum() > most:
        cut = np.sort(texts)[-most]
        enough &= texts >= cut
    rarity = np.sqrt(np.log(count / texts[enough]).astype(np.float32) + 1)
    unseen = float(np.sqrt(np.log(count / least) + 1))
    return Vocabulary(kept[enough], rarity, unseen)


def concept_head(found: Examples, classes: tuple[str, ...], most: int) -> Head:
    """Which milestone a unit speaks of."""
    began = time.process_time()
    rows, hashes = concept_features(found.texts)
    known = vocabulary(rows, hashes, len(found.texts), most)
    vectors = known.vectors(rows, hashes, len(found.texts))
    head = _fitted(vectors, found.labels, found.weights, classes, known)
    print(
        f"  concepts: {vectors.shape}, {time.process_time() - began:.0f} s", flush=True
    )
    return head


def status_head(found: Examples, cues: CueFinder, most: int) -> Head:
    """What a unit says of a milestone."""
    began = time.process_time()
    rows, hashes = status_features(found.contexts, found.concepts, cues)
    known = vocabulary(rows, hashes, len(found.contexts), most)
    known.rarity[np.isin(known.hashes, all_flags())] = FLAG_RARITY
    vectors = known.vectors(rows, hashes, len(found.contexts))
    head = _fitted(vectors, found.statuses, found.shares, STATUSES, known)
    print(
        f"  statuses: {vectors.shape}, {time.process_time() - began:.0f} s", flush=True
    )
    return head


def _fitted(
    vectors: sparse.csr_array,
    labels: Sequence[int],
    weights: Sequence[float] | None,
    classes: tuple[str, ...],
    known: Vocabulary,
) -> Head:
    """Fit a softmax by AdaGrad over small batches, in an order drawn once per epoch."""
    rng = np.random.default_rng(1)
    count, features = vectors.shape
    wanted = np.zeros((count, len(classes)), dtype=np.float32)
    wanted[np.arange(count), labels] = 1.0
    share = np.ones(count, np.float32) if weights is None else np.float32(weights)
    beta = np.zeros((features, len(classes)), dtype=np.float32)
    bias = np.zeros(len(classes), dtype=np.float32)
    seen = np.full_like(beta, 1e-6)
    seen_bias = np.full_like(bias, 1e-6)
    for epoch in range(EPOCHS):
        order = rng.permutation(count)
        rate = RATE * (1 - epoch / EPOCHS)
        for rows in np.array_split(order, max(1, count // BATCH)):
            batch = vectors[rows]
            columns, place = np.unique(batch.indices, return_inverse=True)
            small = sparse.csr_array(
                (batch.data, place, batch.indptr), shape=(len(rows), len(columns))
            )
            now = beta[columns]
            score = small @ now + bias
            score -= score.max(axis=1, keepdims=True)
            chance = np.exp(score)
            chance /= chance.sum(axis=1, keepdims=True)
            slope = (chance - wanted[rows]) * share[rows, None]
            step = small.T @ slope + DECAY * now
            seen[columns] += step**2
            beta[columns] = now - rate * step / np.sqrt(seen[columns])
            down = slope.sum(axis=0)
            seen_bias += down**2
            bias -= rate * down / np.sqrt(seen_bias)
    return Head(classes, known, beta, bias)
