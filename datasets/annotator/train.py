"""
Train the embedded coder on the phrase banks: `make train-annotator`.

First without a fifth of the phrasings, which are used to measure, to calibrate and to
choose when to abstain; then on all. The same banks give the same file.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from composing import compose
from fitting import (
    MOST_CONCEPT,
    MOST_STATUS,
    STATUSES,
    concept_head,
    document,
    examples,
    status_head,
)
from phrasebanks import FOLDER, Bank, part, read_banks
from saving import save
from sklearn.linear_model import LogisticRegression

from devnorms.annotate.embedded.coder import EmbeddedCoder
from devnorms.annotate.embedded.features import CUES, CueFinder
from devnorms.annotate.embedded.heads import Weights
from devnorms.annotate.evaluate import Code, pooled, score
from devnorms.schema.codings import STATUSES as CODED

OUT = Path(__file__).parent / "embedded.npz"
NAME = "embedded-2"
HELD_OUT_REPORTS = 300
SEED = 20261124


def main() -> None:
    """Read the words of the command and train."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--banks", type=Path, default=FOLDER)
    words.add_argument("--out", type=Path, default=OUT)
    given = words.parse_args()
    train(given.banks, given.out)


def train(folder: Path, out: Path) -> dict:
    """Train on all banks of a folder; give what the file says of itself."""
    began = time.time()
    banks = read_banks(folder)
    concepts = sorted(
        {concept for bank in banks.values() for concept, _ in bank.phrases}
    )
    about = {
        "name": NAME,
        "languages": sorted(banks),
        "unreviewed": sorted(b.language for b in banks.values() if not b.reviewed_by),
        "concepts": [*concepts, "none"],
        "statuses": list(STATUSES),
        "cues": {lang: _cues(bank) for lang, bank in sorted(banks.items())},
        "banks_sha256": _hash(folder),
        "threshold": 0.5,
        "calibration": [1.0, 0.0],
    }
    print(f"{len(banks)} languages, {len(concepts)} milestones; without a fifth:")
    half = [part(bank, held_out=False) for bank in banks.values()]
    rest = [part(bank, held_out=True) for bank in banks.values()]
    about |= _measured(_fit(half, concepts, about), rest)
    print("all phrasings:")
    whole = _fit(list(banks.values()), concepts, about)
    size = save(out, whole.concepts, whole.statuses, about)
    print(f"{out}: {size / 1e6:.1f} MB, {time.time() - began:.0f} s")
    return about


def _cues(bank: Bank) -> dict[str, list[str]]:
    return {kind: list(bank.frames.get(f"{kind}_words", [])) for kind in CUES}


def _hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*.toml")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _fit(banks: Sequence[Bank], concepts: Sequence[str], about: dict) -> Weights:
    found = examples(banks, concepts, SEED)
    classes = (*concepts, "none")
    first = concept_head(found, classes, MOST_CONCEPT)
    second = status_head(found, CueFinder(about["cues"]), MOST_STATUS)
    return Weights(first, second, about["cues"], about)


def _measured(weights: Weights, banks: Sequence[Bank]) -> dict:
    """Calibration, threshold and scores on composed reports of unseen phrasings."""
    coder = EmbeddedCoder(weights)
    gold, raw = {}, {}
    for bank in banks:
        rng = random.Random(f"{SEED} held out {bank.language}")
        reports = [compose(bank, rng) for _ in range(HELD_OUT_REPORTS)]
        proposals = coder.code_all([document(report) for report in reports])
        # Whether the weaker form alone is a "not yet" depends on what else is said.
        open_to_doubt = [
            {g.concept for g in report.gold if g.weight < 1} for report in reports
        ]
        raw[bank.language] = [
            [p for p in given if p.concept not in doubt]
            for given, doubt in zip(proposals, open_to_doubt, strict=True)
        ]
        gold[bank.language] = [
            [
                Code(g.concept, g.status)
                for g in report.gold
                if g.status in CODED and g.weight == 1
            ]
            for report in reports
        ]
    sure, right = [], []
    for lang, proposals in raw.items():
        for codes, given in zip(gold[lang], proposals, strict=True):
            there = {(c.concept, c.status) for c in codes}
            sure += [p.probability for p in given]
            right += [(p.concept, p.status) in there for p in given]
    odds = np.clip(np.array(sure), 1e-6, 1 - 1e-6)
    odds = np.log(odds / (1 - odds)).reshape(-1, 1)
    line = LogisticRegression(C=1e6).fit(odds, right)
    slope, intercept = float(line.coef_[0, 0]), float(line.intercept_[0])
    chance = 1 / (1 + np.exp(-(slope * odds[:, 0] + intercept)))
    best = max(np.arange(0.2, 0.75, 0.025), key=lambda t: _f1(gold, raw, t, chance))
    scores = _scores(gold, raw, best, chance)
    for lang, s in scores.items():
        print(f"  {lang} F1 {s.codes.f1:.3f} mentions {s.mentions.f1:.3f}")
    total = pooled(scores.values())
    print(
        f"  all F1 {total.f1:.3f} P {total.precision:.3f} R {total.recall:.3f} "
        f"threshold {best:.3f}",
        flush=True,
    )
    return {
        "calibration": [slope, intercept],
        "threshold": round(float(best), 3),
        "held_out_f1": {lang: round(s.codes.f1, 3) for lang, s in scores.items()},
    }


def _scores(gold: dict, raw: dict, least: float, chance: np.ndarray) -> dict:
    """Scores by language, of proposals that are at least so sure."""
    place = iter(chance)
    found = {}
    for lang, proposals in raw.items():
        kept = [
            [Code(p.concept, p.status) for p in given if next(place) >= least]
            for given in proposals
        ]
        found[lang] = score(gold[lang], kept)
    return found


def _f1(gold: dict, raw: dict, least: float, chance: np.ndarray) -> float:
    return pooled(_scores(gold, raw, least, chance).values()).f1


if __name__ == "__main__":
    main()
