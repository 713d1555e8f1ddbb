"""
The parts of a text that are looked at: pieces, clauses and sentences.

A milestone may be told in one piece ("and walks") or need the sentence ("At nursery,
they say, she walks, but I have not seen it"). All three levels are scored; the evidence
is the smallest part that carries the milestone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from devnorms.annotate.segments import Piece

PIECE, CLAUSE, SENTENCE = 0, 1, 2
"""Two neighbouring clauses count as a clause."""


@dataclass(frozen=True)
class Unit:
    """
    A part of a text.

    Attributes
    ----------
    start, end : int
        Where it stands.
    level : int
        0 piece, 1 clause, 2 sentence.
    sentence : int
        Which sentence it is in, or is.
    """

    start: int
    end: int
    level: int
    sentence: int


def units(pieces: Sequence[Piece]) -> list[Unit]:
    """
    Give pieces, clauses of several pieces, pairs of clauses, and sentences.

    Parameters
    ----------
    pieces : sequence of Piece
        Of one text, in order.

    Returns
    -------
    list of Unit
        By sentence; within one from small to large.
    """
    found: list[Unit] = []
    for sentence, within in groupby(pieces, key=lambda piece: piece.sentence):
        parts = list(within)
        found += [Unit(p.start, p.end, PIECE, sentence) for p in parts]
        clauses = [list(g) for _, g in groupby(parts, key=lambda piece: piece.clause)]
        found += [_joined(c, CLAUSE) for c in clauses if len(c) > 1]
        if len(clauses) > 2:
            found += [_joined([*a, *b], CLAUSE) for a, b in pairwise(clauses)]
        if len(clauses) > 1:
            found.append(_joined(parts, SENTENCE))
    return found


def _joined(parts: Sequence[Piece], level: int) -> Unit:
    return Unit(parts[0].start, parts[-1].end, level, parts[0].sentence)
