"""
Which column is what: guesses, each with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from devnorms.sources.own.suggesting import words
from devnorms.sources.own.suggesting.profile import Profile
from devnorms.sources.own.suggesting.words import Words

_META = (
    "_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status",
    "_submitted_by", "__version__", "_tags", "_index", "_parent_table_name",
    "_parent_index", "_submission__id", "_submission__uuid", "KEY", "PARENT_KEY",
    "instanceID", "meta/instanceID", "meta-instanceID", "instanceName", "start", "end",
    "deviceid", "SubmissionDate", "SubmitterID", "SubmitterName", "redcap_event_name",
    "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_data_access_group",
    "Event Name", "Repeat Instrument", "Repeat Instance", "__Submissions-id",
    "AttachmentsPresent", "AttachmentsExpected", "ReviewState", "DeviceID", "Edits",
    "FormVersion", "Status",
)  # fmt: skip


@dataclass(frozen=True)
class Guess:
    """
    A column that may be something, and why.
    """

    column: str
    why: str
    extra: str = ""


def own_names(profiles: Sequence[Profile]) -> list[Profile]:
    """
    Leave out the columns that an export adds by itself, and empty ones.

    Parameters
    ----------
    profiles : sequence of Profile
        All columns.
    """
    added = {name.casefold() for name in _META}
    return [
        p
        for p in profiles
        if p.filled and p.name.casefold() not in added
        and not p.name.startswith(("_submission__", "__system"))
        and not p.words.endswith(" complete") and p.words != "complete"
    ]  # fmt: skip


def named(profile: Profile, known: Words) -> int:
    """
    Say how well a column's name fits: 3 the whole name, 2 most of it, 1 a word of it.

    Parameters
    ----------
    profile : Profile
        A column.
    known : set of str
        Names.
    """
    name = profile.words
    if name in known:
        return 3
    inside = [k for k in known if f" {k} " in f" {name} " and len(k) > 1]
    if not inside:
        others = [k for k in known if not k.isascii() and k in name]
        return 2 if others else 0
    return 2 if max(len(k.split()) for k in inside) > 1 else 1


def best(profiles: Iterable[Profile], known: Words, least: int = 1) -> Profile | None:
    """
    Give the column whose name fits best.

    Parameters
    ----------
    profiles : iterable of Profile
        Columns.
    known : set of str
        Names.
    least : int
        How well it must fit.
    """
    listed = [(named(p, known), p) for p in profiles]
    fitting = [(fit, p) for fit, p in listed if fit >= least]
    if not fitting:
        return None
    return max(fitting, key=lambda pair: (pair[0], -len(pair[1].words)))[1]


def child(profiles: Sequence[Profile], rows: int) -> Guess | None:
    """
    Guess which column tells children apart.

    Parameters
    ----------
    profiles : sequence of Profile
        Columns that are nothing else.
    rows : int
        Rows of the file.
    """
    possible = [
        p
        for p in profiles
        if p.filled > 0.5 * rows and p.kinds > 1 and not p.codes and p.codelike
        and not p.date_format and not p.sexes
        and not named(p, words.PERSON)
    ]  # fmt: skip
    found = best(possible, words.CHILD)
    if found is None:
        return None
    return Guess(found.name, f"its name; {found.kinds} different values in {rows} rows")


def sex(profiles: Sequence[Profile]) -> Guess | None:
    """
    Guess which column holds the sex.

    Parameters
    ----------
    profiles : sequence of Profile
        Columns.
    """
    found = best([p for p in profiles if p.kinds <= 6], words.SEX)
    return Guess(found.name, "its name, and few different values") if found else None


def date_of(profiles: Sequence[Profile], known: Words) -> Guess | None:
    """
    Guess which column holds a date.

    Parameters
    ----------
    profiles : sequence of Profile
        Columns.
    known : set of str
        Names of such a date.
    """
    dated = [p for p in profiles if p.date_format]
    found = best(dated, known)
    if found:
        why = f"its name, and all cells are dates ({found.date_format})"
        return Guess(found.name, why, found.date_format)
    serial = [
        p
        for p in profiles
        if p.numeric == 1.0 and p.low > 20000 and p.high < 70000
        and "date" in p.words.split()
    ]  # fmt: skip
    found = best(serial, known)
    if found:
        return Guess(found.name, "its name; numbers as Excel writes dates", "excel")
    return None


def only_date(profiles: Sequence[Profile], birth: Guess | None) -> Guess | None:
    """
    Guess that the one other date of a file with birth dates is that of the visit.

    Parameters
    ----------
    profiles : sequence of Profile
        Columns that are nothing else.
    birth : Guess or None
        The birth date.
    """
    dated = [p for p in profiles if p.date_format]
    if birth is None or len(dated) != 1:
        return None
    why = f"the only other date ({dated[0].date_format})"
    return Guess(dated[0].name, why, dated[0].date_format)


def age(profiles: Sequence[Profile]) -> Guess | None:
    """
    Guess which column holds the age, and in which unit.

    Parameters
    ----------
    profiles : sequence of Profile
        Columns.

    Returns
    -------
    Guess or None
        ``extra`` is the unit, or empty where it cannot be told.
    """
    numeric = [p for p in profiles if p.numeric > 0.9 and p.kinds > 1 and p.low >= 0]
    possible = [p for p in numeric if not named(p, words.GESTATION)]
    found = best(possible, words.AGE)
    if found is None:
        return None
    for unit, names in words.UNITS.items():
        tokens = f"{found.words} {found.title}".split()
        glued = found.words.replace(" ", "").removeprefix("age")
        if names & set(tokens) or glued in names:
            return Guess(found.name, f"its name says age and {unit}", unit)
    if found.high > 250:
        return Guess(found.name, f"its name; up to {found.high:g}: days", "days")
    if not found.whole and found.high <= 72:
        why = f"its name; fractions up to {found.high:g}: months or years"
        return Guess(found.name, why, "months" if found.high > 7 else "")
    return Guess(found.name, f"its name; numbers up to {found.high:g}")


def gestation(profiles: Sequence[Profile]) -> Guess | None:
    """
    Guess which column holds gestational age, and in which unit.

    Parameters
    ----------
    profiles : sequence of Profile
        Columns.
    """
    found = best([p for p in profiles if p.kinds > 1], words.GESTATION)
    if found is None:
        return None
    days = found.high > 60
    unit = "days" if days else "weeks"
    return Guess(found.name, f"its name; values fit {unit}", unit)


def plainly(profiles: Sequence[Profile], known: Words, most: int) -> Guess | None:
    """
    Guess a column by its name alone: occasion, site, interviewer.

    Parameters
    ----------
    profiles : sequence of Profile
        Columns.
    known : set of str
        Names.
    most : int
        Different values at most.
    """
    fitting = [p for p in profiles if p.kinds <= most and not p.date_format]
    found = best(fitting, known, least=2)
    return Guess(found.name, "its name") if found else None


def sexes(profile: Profile) -> dict[str, list[str]]:
    """
    Say which codes of a column are female and male, where words or labels tell.

    Parameters
    ----------
    profile : Profile
        The column of the sex.

    Returns
    -------
    dict of str to list of str
        Only known words and labelled codes: nothing else of the column is shown.
    """
    found: dict[str, list[str]] = {}
    for code in profile.sexes:
        word = profile.labels.get(code) or words.plain(code)
        girl, boy = word in words.FEMALE, word in words.MALE
        if girl != boy:
            found.setdefault("female" if girl else "male", []).append(code)
    return found
