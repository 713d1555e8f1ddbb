"""
One report with its codes, as other programs write it.

A code is a labelled span; the label is ``milestone:status``. What a program has no
place for (ages, probability, coder) goes along in a field that it keeps and does not
show, and is taken back where span and label are still the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from devnorms.annotate.exchange_offsets import Offsets, span_back
from devnorms.annotate.exchange_task import Task
from devnorms.schema.codings import STATUSES

NOT_FITTING = "span that fits no place in its text"
NO_CODE = "label that is no milestone and status"
KEPT = (
    "age_months_low",
    "age_months_high",
    "subject",
    "probability",
    "coder",
    "accepted_by",
)
_OURS = "devnorms"


def to_label_studio(task: Task, units: str) -> dict[str, Any]:
    """
    Give a Label Studio task; codes are its predictions.

    Parameters
    ----------
    task : Task
        A report with its codes.
    units : str
        What offsets count.

    Returns
    -------
    dict
    """
    offsets = Offsets(task.text)
    by_coder: dict[str, list[dict[str, Any]]] = {}
    for number, code in enumerate(task.codes):
        region = {
            "id": f"c{number}",
            "from_name": "code",
            "to_name": "text",
            "type": "labels",
            "value": {
                "start": offsets.to(code["start"], units),
                "end": offsets.to(code["end"], units),
                "text": task.text[code["start"] : code["end"]],
                "labels": [_label(code)],
            },
            "meta": {_OURS: _kept(code)},
        }
        if code.get("probability") is not None:
            region["score"] = code["probability"]
        by_coder.setdefault(code["coder"], []).append(region)
    return {
        "data": {"id": task.id, "lang": task.lang, "text": task.text, "units": units},
        "predictions": [
            {"model_version": coder, "result": result}
            for coder, result in by_coder.items()
        ],
    }


def from_label_studio(item: Mapping[str, Any], units: str) -> Task:
    """
    Read a Label Studio task; annotations if there are any, else predictions.

    Parameters
    ----------
    item : mapping
        As exported in the form "JSON".
    units : str
        What offsets count, where the words of a span do not show it.

    Returns
    -------
    Task
    """
    data = item["data"]
    text = data["text"]
    task = Task(str(data["id"]), str(data["lang"]), text)
    done = [a for a in item.get("annotations") or [] if not a.get("was_cancelled")]
    for source in done or item.get("predictions") or []:
        for region in source.get("result") or []:
            if region.get("type") != "labels":
                continue
            value = region["value"]
            span = span_back(
                text, value["start"], value["end"], units, value.get("text")
            )
            kept = dict((region.get("meta") or {}).get(_OURS) or {})
            if done:  # a person's code, no longer the program's
                kept = {
                    k: v for k, v in kept.items() if k not in {"coder", "probability"}
                }
                kept |= _person(source)
            _take(task, value["labels"], span, kept)
    return task


def to_doccano(task: Task, units: str) -> dict[str, Any]:
    """
    Give a line of a doccano file for sequence labelling.

    Parameters
    ----------
    task : Task
        A report with its codes.
    units : str
        What offsets count.

    Returns
    -------
    dict
    """
    offsets = Offsets(task.text)
    spans = [
        [offsets.to(c["start"], units), offsets.to(c["end"], units), _label(c)]
        for c in task.codes
    ]
    ours = [[*span, _kept(code)] for span, code in zip(spans, task.codes, strict=True)]
    return {
        "text": task.text,
        "label": spans,
        "report": task.id,
        "lang": task.lang,
        "units": units,
        _OURS: ours,
    }


def from_doccano(item: Mapping[str, Any], units: str) -> Task:
    """
    Read a line of a doccano file.

    Parameters
    ----------
    item : mapping
        As exported, with ``label`` (or ``entities``).
    units : str
        What offsets count.

    Returns
    -------
    Task
    """
    text = item["text"]
    task = Task(str(item["report"]), str(item["lang"]), text)
    ours = {
        (start, end, label): kept for start, end, label, kept in item.get(_OURS) or []
    }
    spans = item.get("label")
    if spans is None:
        spans = [
            [e["start_offset"], e["end_offset"], e["label"]] for e in item["entities"]
        ]
    for start, end, label in spans:
        span = span_back(text, start, end, units)
        _take(task, [label], span, ours.get((start, end, label), {}))
    return task


def to_spacy(task: Task, units: str) -> dict[str, Any]:
    """
    Give a line with spans as spaCy's tools and Prodigy read them.

    Parameters
    ----------
    task : Task
        A report with its codes.
    units : str
        What offsets count.

    Returns
    -------
    dict
    """
    offsets = Offsets(task.text)
    spans = [
        {
            "start": offsets.to(code["start"], units),
            "end": offsets.to(code["end"], units),
            "label": _label(code),
            _OURS: _kept(code),
        }
        for code in task.codes
    ]
    meta = {"id": task.id, "lang": task.lang, "units": units}
    return {"text": task.text, "spans": spans, "meta": meta}


def from_spacy(item: Mapping[str, Any], units: str) -> Task:
    """
    Read a line with spans.

    Parameters
    ----------
    item : mapping
        With ``text, spans, meta``; what was not accepted in Prodigy has no codes.
    units : str
        What offsets count.

    Returns
    -------
    Task
    """
    text, meta = item["text"], item["meta"]
    task = Task(str(meta["id"]), str(meta["lang"]), text)
    if item.get("answer", "accept") != "accept":
        return task
    for value in item.get("spans") or []:
        start, end = value["start"], value["end"]
        span = span_back(text, start, end, units)
        _take(task, [value["label"]], span, value.get(_OURS) or {})
    return task


def _label(code: Mapping[str, Any]) -> str:
    return f"{code['concept']}:{code['status']}"


def _kept(code: Mapping[str, Any]) -> dict[str, Any]:
    return {name: code[name] for name in KEPT if code.get(name) is not None}


def _person(source: Mapping[str, Any]) -> dict[str, Any]:
    """Give who annotated, as far as the file says."""
    by = source.get("completed_by")
    if isinstance(by, Mapping):
        by = by.get("email") or by.get("id")
    return {"coder": f"labelstudio-{by}"} if by is not None else {}


def _take(
    task: Task,
    labels: Iterable[str],
    span: tuple[int, int] | None,
    kept: Mapping[str, Any],
) -> None:
    """Add a span's codes to a task, or why they cannot be taken."""
    for label in labels:
        concept, _, status = label.rpartition(":")
        if status not in STATUSES or not concept:
            task.lost.append(NO_CODE)
        elif span is None:
            task.lost.append(NOT_FITTING)
        else:
            known = {name: kept[name] for name in KEPT if name in kept}
            if status != "achieved":
                known |= {"age_months_low": None, "age_months_high": None}
            code = {"concept": concept, "status": status}
            task.codes.append(known | code | {"start": span[0], "end": span[1]})
