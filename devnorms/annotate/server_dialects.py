"""
The ways of asking a server for an answer that holds to a schema.

``json_schema`` is OpenAI's form (llama-server, vLLM, SGLang); ``json_object`` the form
of llama-cpp-python, with the schema beside it; ``decisions`` asks typed questions of
``/v1/systemone`` (`transformers serve`), where nothing is generated at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from devnorms.annotate.coding import Proposal
from devnorms.annotate.server_http import ServerError
from devnorms.annotate.server_prompt import Window, harmless
from devnorms.schema.codings import STATUSES

DIALECTS = ("json_schema", "json_object", "decisions")
ABSENT = "not_mentioned"
_MEANING = {
    "achieved": "the text says that this child does or did it",
    "not_yet": "the text says that this child does not do it",
    "unclear": "mentioned for this child, but hedged, contradictory or doubted",
    ABSENT: "the text does not speak of it, or only for somebody else",
}


def chat_body(
    dialect: str,
    model: str,
    messages: list[dict[str, str]],
    schema: Mapping[str, Any],
    seed: int,
) -> dict[str, Any]:
    """
    Give the body of a chat request.

    Parameters
    ----------
    dialect : str
        ``"json_schema"`` or ``"json_object"``.
    model : str
        As the server calls it.
    messages : list of dict
        System and user.
    schema : mapping
        Of the answer.
    seed : int
        Of the server's sampler.

    Returns
    -------
    dict
    """
    named = {"name": "codes", "strict": True, "schema": schema}
    form: dict[str, Any] = {"type": "json_object", "schema": schema}
    if dialect == "json_schema":
        form = {"type": "json_schema", "json_schema": named}
    return {
        "model": model,
        "messages": messages,
        "temperature": 0,
        "seed": seed,
        "max_tokens": 4000,
        "response_format": form,
    }


def chat_answer(raw: object) -> object:
    """
    Take the JSON out of a chat answer.

    Parameters
    ----------
    raw : object
        As it came.

    Returns
    -------
    object

    Raises
    ------
    ServerError
        If the answer was cut short or holds no JSON.
    """
    try:
        choice = raw["choices"][0]  # type: ignore[index]
        content, why = choice["message"]["content"], choice.get("finish_reason")
    except (KeyError, TypeError, IndexError, AttributeError):
        raise ServerError("the answer has not the form of a chat answer") from None
    if why == "length":
        raise ServerError("the answer was cut short")
    try:
        return json.loads(content)
    except (ValueError, TypeError, RecursionError):
        raise ServerError("the answer holds no JSON") from None


def questions(concepts: Mapping[str, str]) -> dict[str, Any]:
    """
    Ask of each milestone what the text says.

    Parameters
    ----------
    concepts : mapping
        Milestones with what counts and what does not.

    Returns
    -------
    dict
        Questions by name.
    """
    return {
        name: {
            "type": "choice",
            "instructions": f"What does the text say of this milestone? {what}",
            "criteria": _MEANING,
        }
        for name, what in concepts.items()
    }


def where_questions(found: list[Proposal], window: Window) -> dict[str, Any]:
    """
    Ask which piece says it.

    Parameters
    ----------
    found : list of Proposal
        Milestones that were found.
    window : Window
        What is shown.

    Returns
    -------
    dict
        Questions by name of the milestone.
    """
    text = window.document.text
    pieces = {n: harmless(text[p.start : p.end]) for n, p in window.pieces.items()}
    return {
        p.concept: {
            "type": "choice",
            "instructions": f"Which piece says that {p.concept} is {p.status}?",
            "criteria": pieces,
        }
        for p in found
    }


def decided(raw: object, name: str, options: set[str]) -> tuple[str, float]:
    """
    Read the answer to one typed question.

    Parameters
    ----------
    raw : object
        As it came.
    name : str
        Of the question.
    options : set of str
        All that could be answered.

    Returns
    -------
    tuple of (str, float)
        The likeliest option and its probability.

    Raises
    ------
    ServerError
        If options are missing, others there, or probabilities do not add up to 1.
    """
    try:
        given = raw["answers"][name]["probabilities"]  # type: ignore[index]
        shares = {str(k): float(v) for k, v in given.items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ServerError("no probabilities for a question that was asked") from None
    whole = sum(shares.values())
    if set(shares) != options or not 0.98 < whole < 1.02 or min(shares.values()) < 0:
        raise ServerError("probabilities of other options, or that do not add up to 1")
    best = max(shares, key=lambda option: shares[option])
    return best, min(1.0, shares[best])


def first_proposals(
    raw: object, window: Window, concepts: Mapping[str, str]
) -> list[Proposal]:
    """
    Read what is said of each milestone; where is asked next.

    Parameters
    ----------
    raw : object
        As it came.
    window : Window
        What was shown.
    concepts : mapping
        Milestones that were asked.

    Returns
    -------
    list of Proposal
        With all pieces as evidence.
    """
    pieces = list(window.pieces.values())
    found = []
    for name in concepts:
        status, probability = decided(raw, name, {*STATUSES, ABSENT})
        if status != ABSENT:
            found.append(
                Proposal(name, status, pieces[0].start, pieces[-1].end, probability)
            )
    return found


def with_places(raw: object, found: list[Proposal], window: Window) -> list[Proposal]:
    """
    Give each proposal the piece that says it.

    Parameters
    ----------
    raw : object
        Answers to `where_questions`.
    found : list of Proposal
        What they were asked for.
    window : Window
        What was shown.

    Returns
    -------
    list of Proposal
    """
    placed = []
    for proposal in found:
        name, _ = decided(raw, proposal.concept, set(window.pieces))
        piece = window.pieces[name]
        placed.append(replace(proposal, start=piece.start, end=piece.end))
    return placed
