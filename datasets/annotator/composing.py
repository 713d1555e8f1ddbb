"""
Put phrases together into reports whose codes are known.
"""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass, field

from phrasebanks import SHARE_OF, STATUS_OF, Bank

WEIGHTS = {
    "achieved": 40,
    "not_yet": 24,
    "unclear": 9,
    "weaker": 6,
    "other": 13,
    "lost": 3,
    "nominal": 5,
}
_STOPS = {"zh": "。", "ar": "."}
_COMMAS = {"zh": "，", "ar": "، "}


@dataclass
class Gold:
    """A phrase within a report: where, which concept, what is said of it."""

    start: int
    end: int
    concept: str
    status: str
    low: float | None = None
    high: float | None = None
    weight: float = 1.0


@dataclass
class Composed:
    """A made-up report; spans of all phrases, also of those that are no code."""

    lang: str
    text: str = ""
    gold: list[Gold] = field(default_factory=list)


def compose(bank: Bank, rng: random.Random) -> Composed:
    """One report of one to six parts."""
    report = Composed(bank.language)
    concepts = sorted({concept for concept, _ in bank.phrases})
    wanted = rng.sample(concepts, min(len(concepts), rng.choice([1, 1, 2, 2, 3, 4, 5])))
    parts: list[tuple[str, list[Gold]]] = []
    for concept in wanted:
        made = _part(bank, concept, rng)
        if made:
            parts.append(made)
    for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
        if bank.frames.get("nothing"):
            nothing = noisy(rng.choice(bank.frames["nothing"]), rng, bank.language)
            parts.insert(rng.randint(0, len(parts)), (nothing, []))
    parts = _connected(bank, parts, rng)
    _write(report, parts, rng)
    return report


def _part(
    bank: Bank, concept: str, rng: random.Random
) -> tuple[str, list[Gold]] | None:
    """A phrase in its frame."""
    kinds = [kind for kind in WEIGHTS if bank.phrases.get((concept, kind))]
    if not kinds:
        return None
    kind = rng.choices(kinds, [WEIGHTS[k] for k in kinds])[0]
    phrase = rng.choice(bank.phrases[concept, kind])
    status = STATUS_OF.get(kind, "")
    if kind == "nominal":
        phrase, status = _answered(bank, phrase, rng)
    phrase = noisy(phrase.strip(" .。"), rng, bank.language)
    share = SHARE_OF.get(kind, 1.0)
    gold = Gold(0, len(phrase), concept, status, weight=share)
    text = phrase
    ages = [a for a in bank.ages if not a.get("none")]
    frames = bank.frames.get("with_age", [])
    if kind == "achieved" and ages and frames and rng.random() < 0.3:
        age = rng.choice(ages)
        text = _filled(
            rng.choice(frames), {"clause": phrase, "age": str(age["text"])}, [gold]
        )
        gold.low, gold.high = float(age["low"]), float(age["high"])
    elif rng.random() < 0.15 and bank.frames.get("lead_in"):
        text = _filled(rng.choice(bank.frames["lead_in"]), {"clause": phrase}, [gold])
    return text, [gold]


def _answered(bank: Bank, phrase: str, rng: random.Random) -> tuple[str, str]:
    """A noun with an answer: "walking: no"."""
    no = [*bank.frames.get("not_yet_words", []), *_NO[bank.language]]
    yes = _YES[bank.language]
    status = rng.choice(["achieved", "not_yet", "not_yet"])
    answer = rng.choice(yes if status == "achieved" else no)
    mark = rng.choice([": ", " - ", "? ", ", ", ":", " ", " = "])
    if bank.language == "zh":
        mark = rng.choice(["：", "？", "，", ""])
    return f"{phrase}{mark}{answer}", status


_NO = {
    "en": ["no", "not yet", "nope", "no, not yet", "nah", "never", "not at all"],
    "es": ["no", "todavía no", "aún no", "nada", "para nada", "qué va", "nunca"],
    "ca": ["no", "encara no", "res", "gens", "mai", "de moment no"],
    "eu": ["ez", "oraindik ez", "ezta ere", "inoiz ez"],
    "gl": ["non", "aínda non", "nada", "nunca", "polo de agora non"],
    "pt": ["não", "ainda não", "nada", "nunca", "por enquanto não"],
    "fr": ["non", "pas encore", "jamais", "pas du tout", "toujours pas", "nan"],
    "nl": ["nee", "nog niet", "nooit", "helemaal niet", "neen", "niks"],
    "zh": ["不会", "还不会", "还没有", "没有", "还没呢", "不行", "从来没有"],
    "sw": ["hapana", "bado", "hata kidogo", "hawezi", "bado kabisa"],
    "ar": ["لا", "لسه", "ليس بعد", "لأ", "أبدا", "مش لسه", "باقي"],
    "tr": ["hayır", "henüz yok", "yok", "daha değil", "hiç", "asla", "yok daha"],
}
_YES = {
    "en": ["yes", "yep", "ok", "done"],
    "es": ["sí", "si", "ya"],
    "ca": ["sí", "ja"],
    "eu": ["bai"],
    "gl": ["si", "xa"],
    "pt": ["sim", "já"],
    "fr": ["oui", "acquis"],
    "nl": ["ja"],
    "zh": ["会", "会了", "可以"],
    "sw": ["ndiyo", "tayari"],
    "ar": ["نعم", "ايوه"],
    "tr": ["evet", "var"],
}


def _filled(frame: str, words: dict[str, str], golds: list[Gold]) -> str:
    """Fill a frame; spans of the clause move with it."""
    text = ""
    for bit in re.split(r"(\{\w+\})", frame):
        key = bit[1:-1]
        if bit.startswith("{") and key in words:
            if key == "clause":
                for gold in golds:
                    gold.start += len(text)
                    gold.end += len(text)
            text += words[key]
        else:
            text += bit
    return text


def _connected(
    bank: Bank, parts: list[tuple[str, list[Gold]]], rng: random.Random
) -> list[tuple[str, list[Gold]]]:
    """Some neighbours become one sentence."""
    joined: list[tuple[str, list[Gold]]] = []
    frames = bank.frames.get("connect", [])
    for text, golds in parts:
        both = joined and golds and joined[-1][1] and len(joined[-1][1]) < 3
        if both and frames and rng.random() < 0.35:
            before, others = joined[-1]
            frame = rng.choice(frames)
            if frame.count("{a}") == frame.count("{b}") == 1 and frame.index(
                "{a}"
            ) < frame.index("{b}"):
                head, middle, tail = re.split(r"\{[ab]\}", frame)
                _shift(others, len(head))
                _shift(golds, len(head) + len(before) + len(middle))
                joined[-1] = (head + before + middle + text + tail, [*others, *golds])
                continue
        joined.append((text, golds))
    return joined


def _shift(golds: list[Gold], by: int) -> None:
    for gold in golds:
        gold.start += by
        gold.end += by


def _write(
    report: Composed, parts: list[tuple[str, list[Gold]]], rng: random.Random
) -> None:
    """Sentence after sentence, as carefully or carelessly as people write."""
    style = rng.choice(["careful", "careful", "careful", "lines", "commas"])
    stop = _STOPS.get(report.lang, ".")
    for text, golds in parts:
        if report.text:
            gap = {"lines": "\n", "commas": _COMMAS.get(report.lang, ", ")}.get(style)
            ended = report.text[-1] in ".!?。！？؟"
            space = "" if report.lang == "zh" else " "
            report.text += gap or (space if ended else stop + space)
        first = text[:1].upper() if style == "careful" else text[:1]
        _shift(golds, len(report.text))
        report.gold += golds
        report.text += (first if len(first) == 1 else text[:1]) + text[1:]
    if style == "careful" and report.text[-1:] not in ".!?。！？؟":
        report.text += stop


def noisy(text: str, rng: random.Random, lang: str) -> str:
    """Dropped accents, a slip of the finger, another case."""
    if rng.random() < 0.12 and lang not in {"zh", "ar"}:
        marks = unicodedata.normalize("NFD", text)
        text = "".join(s for s in marks if not unicodedata.combining(s))
    if rng.random() < 0.12 and len(text) > 8:
        at = rng.randrange(1, len(text) - 2)
        change = rng.choice(["drop", "swap", "double"])
        pair = text[at : at + 2]
        new = {"drop": pair[1], "swap": pair[::-1], "double": pair[0] * 2 + pair[1]}
        if lang != "zh" and pair.isalpha():
            text = text[:at] + new[change] + text[at + 2 :]
    if rng.random() < 0.03:
        text = text.upper() if len(text.upper()) == len(text) else text
    return text
