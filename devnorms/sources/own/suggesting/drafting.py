"""
Draft a mapping: everything that can be guessed is, with its reason; the rest is a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from devnorms.schema.populations import SAMPLINGS
from devnorms.sources.own.cells import Sheet
from devnorms.sources.own.mapping.settings import VISIT, File
from devnorms.sources.own.suggesting import roles, words
from devnorms.sources.own.suggesting.answers import coding
from devnorms.sources.own.suggesting.items import Found, find_items, write_items
from devnorms.sources.own.suggesting.opening import open_file, with_repeats
from devnorms.sources.own.suggesting.profile import Profile, profile
from devnorms.sources.own.suggesting.toml import Lines, clean

_HEAD = (
    "Mapping of {name}, drafted by `devnorms import --suggest`.",
    "GUESS: made from names and patterns of columns, with the reason; check each.",
    'FILL: replace every "?"; until then the file is refused.',
    "Nothing here was taken from free text. Delete what you do not need.",
)


@dataclass(frozen=True)
class _Roles:
    """Which column is what."""

    child: roles.Guess | None
    sex: roles.Guess | None
    birth: roles.Guess | None
    visit: roles.Guess | None
    age: roles.Guess | None
    gestation: roles.Guess | None
    occasion: roles.Guess | None
    site: roles.Guess | None
    interviewer: roles.Guess | None

    def spread(self, visits: Sequence[str]) -> _Roles:
        """Where a row holds several visits, say {visit} for the end of the name."""
        same = {"child", "sex", "birth", "gestation"}
        return _Roles(
            **{
                name: guess if name in same else _spread(guess, visits)
                for name, guess in vars(self).items()
            }
        )

    def taken(self) -> set[str]:
        """Columns that are something."""
        return {g.column for g in vars(self).values() if g is not None}


def _spread(guess: roles.Guess | None, visits: Sequence[str]) -> roles.Guess | None:
    if guess is None:
        return None
    end = next((v for v in visits if guess.column.endswith(v)), "")
    column = f"{guess.column.removesuffix(end)}{VISIT}" if end else guess.column
    return replace(guess, column=column)


def suggest(path: str | Path) -> str:
    """
    Draft a mapping file for a file of your own.

    Parameters
    ----------
    path : path
        A file that `devnorms.read` reads.

    Returns
    -------
    str
        TOML. Guesses are marked ``GUESS`` with their reason, gaps are ``"?"`` and
        marked ``FILL``; with the gaps filled it is a mapping that works.

    Raises
    ------
    UnreadableFileError
        If the file cannot be read.
    """
    file = Path(path)
    opened = open_file(file)
    sheet = with_repeats(file, opened)
    profiles = roles.own_names([profile(sheet, str(c)) for c in sheet.cells.columns])
    guessed = _guess(profiles, len(sheet.cells), opened.file.exported_by)
    rest = [p for p in profiles if p.name not in guessed.taken()]
    found = find_items(rest, sheet, opened.file.exported_by)
    guessed = guessed.spread(found.visits)
    lines = Lines()
    for line in _HEAD:
        lines.comment(line.format(name=clean(file.name)))
    _write_file(lines, opened.file, opened.why, profiles)
    if opened.repeats:
        lines.section("[repeat]")
        lines.guess("sheets", opened.repeats, "it has a key of rows of the main table")
    _write_study(lines)
    _write_population(lines, guessed.site, profiles)
    _write_child(lines, guessed, sheet)
    _write_age(lines, guessed)
    _write_more(lines, guessed)
    _write_sex(lines, guessed.sex, profiles)
    _write_answers(lines, found)
    write_items(lines, found)
    used = {c.replace(VISIT, v) for c in guessed.taken() for v in found.visits or ("",)}
    used |= found.columns()
    _write_unused(lines, [p for p in profiles if p.name not in used])
    return "\n".join(lines.lines) + "\n"


def _guess(profiles: Sequence[Profile], rows: int, system: str) -> _Roles:
    """Guess every role, the plainest first; a column has one."""
    left = list(profiles)

    def without(guess: roles.Guess | None) -> roles.Guess | None:
        left[:] = [p for p in left if guess is None or p.name != guess.column]
        return guess

    sex = without(roles.sex(left))
    birth = without(roles.date_of(left, words.BIRTH))
    visit = without(roles.date_of(left, words.VISIT) or roles.only_date(left, birth))
    gestation = without(roles.gestation(left))
    age = without(roles.age(left))
    child = without(roles.child(left, rows))
    if child is None and system == "redcap" and left:
        child = without(
            roles.Guess(left[0].name, "REDCap puts the record's id in the first column")
        )
    occasion = without(roles.plainly(left, words.OCCASION, 20))
    return _Roles(
        child=child,
        sex=sex,
        birth=birth,
        visit=visit,
        age=age,
        gestation=gestation,
        occasion=None if system == "redcap" else occasion,
        site=without(roles.plainly(left, words.SITE, 60)),
        interviewer=without(roles.plainly(left, words.INTERVIEWER, 500)),
    )


def _write_file(
    lines: Lines, file: File, why: dict[str, str], profiles: Sequence[Profile]
) -> None:
    """Write how the file is written."""
    lines.section("[file]")
    for name in ("sheet", "header_row", "encoding", "delimiter", "exported_by"):
        if name in why:
            lines.guess(name, getattr(file, name), why[name])
    commas = [p.name for p in profiles if p.comma and p.numeric > 0.9]
    if commas:
        lines.guess("decimal", ",", f"numbers of {commas[0]!r} are written so")


def _write_study(lines: Lines) -> None:
    lines.section("[study]")
    lines.gap("id", "a short name of the data collection, such as KIVU-2024")
    lines.gap("licence", "terms of use, such as 'CC BY 4.0' or 'not to be shared'")
    lines.gap("citation", "how the data are to be cited")


def _write_population(
    lines: Lines, site: roles.Guess | None, profiles: Sequence[Profile]
) -> None:
    """Write whom the data speak for: nothing of it can be guessed."""
    lines.section(
        "[population]",
        "Whom the numbers will speak for. For several, write [[population]] for each,",
        'with the rows that belong to it: when = { site = ["1", "2"] }',
    )
    lines.gap("id", "a short name, such as COD-KIVU")
    lines.gap("country", "three letters of ISO 3166-1, such as COD")
    lines.gap("sampling", f"how children were found: {', '.join(SAMPLINGS)}")
    lines.gap("who", "in a sentence, which children were sampled")
    lines.comment('place = ""  languages = ""  years = ""  eligibility = ""')
    if site:
        kinds = [p.kinds for p in profiles if p.name == site.column]
        values = f" ({kinds[0]} values)" if kinds else ""
        lines.comment(f"the column {site.column!r}{values} may tell them apart")


def _write_child(lines: Lines, guessed: _Roles, sheet: Sheet) -> None:
    lines.section("[child]")
    if guessed.child:
        lines.guess("column", guessed.child.column, guessed.child.why)
    else:
        lines.gap("column", "which column tells children apart")
    lines.said("pseudonymise", False)
    lines.comment("true replaces ids by hashes, also in the file that is written")
    if guessed.occasion:
        lines.section("[occasion]")
        lines.guess("column", guessed.occasion.column, guessed.occasion.why)
    if len(sheet.cells) and guessed.interviewer:
        lines.section("[interviewer]")
        lines.guess("column", guessed.interviewer.column, guessed.interviewer.why)
    if guessed.site:
        lines.section("[site]")
        lines.guess("column", guessed.site.column, guessed.site.why)


def _write_age(lines: Lines, guessed: _Roles) -> None:
    """Write dates where both are there, else the age; birth dates are not kept."""
    lines.section("[age]")
    birth, visit, age = guessed.birth, guessed.visit, guessed.age
    if birth and visit:
        lines.guess("birth_date", birth.column, birth.why)
        lines.guess("visit_date", visit.column, visit.why)
        if birth.extra == visit.extra:
            lines.guess("date_format", birth.extra, "all cells have it")
        else:
            both = f"{birth.extra!r} or {visit.extra!r}"
            lines.gap("date_format", f"{both}: write all dates in one format")
        if age:
            lines.comment(f"or an age: column = {age.column!r}, with its unit")
        return
    if age is None:
        lines.gap("column", "which column holds the age at the visit")
        lines.gap("unit", "days, weeks, months or years")
        return
    lines.guess("column", age.column, age.why)
    if age.extra:
        lines.guess("unit", age.extra, age.why)
    else:
        lines.gap("unit", "days, weeks, months or years")
    lines.comment("completed = true  # if 12 months means: until the 13th is full")


def _write_more(lines: Lines, guessed: _Roles) -> None:
    if guessed.gestation:
        lines.section("[gestation]", "For ages corrected for prematurity, on request.")
        lines.guess("column", guessed.gestation.column, guessed.gestation.why)
        lines.guess("unit", guessed.gestation.extra, guessed.gestation.why)


def _write_sex(
    lines: Lines, sex: roles.Guess | None, profiles: Sequence[Profile]
) -> None:
    """Write the codes of sex where words or labels tell them."""
    if sex is None:
        return
    lines.section("[sex]")
    lines.guess("column", sex.column, sex.why)
    codes = roles.sexes(next(p for p in profiles if p.name == sex.column))
    for word in ("female", "male"):
        if codes.get(word):
            lines.guess(word, codes[word], "the word itself, or its label in the file")
        else:
            lines.gap(word, "which of the codes in this column")


def _write_answers(lines: Lines, found: Found) -> None:
    """Write what the codes of answers mean."""
    lines.section("[instrument]")
    lines.gap("id", "a short name of the test or questionnaire, such as KDI")
    lines.section("[mode]", "direct (seen by an assessor), caregiver (told), record")
    lines.said("value", "unknown")
    codes = coding(found.coded())
    if found.boxes and not found.coded():
        return  # boxes are ticked or not, they have no codes
    lines.section("[answers]", "An empty cell means: not asked.")
    for answer in ("passed", "not_yet"):
        if codes.meaning.get(answer):
            lines.guess(answer, codes.meaning[answer], codes.why)
        else:
            lines.gap(answer, "its codes, as a list")
    for answer in ("does_not_apply", "unsure", "not_asked"):
        if codes.meaning.get(answer):
            lines.guess(answer, codes.meaning[answer], codes.why)
    if codes.open:
        listed = ", ".join(f"{code!r} ({n})" for code, n in sorted(codes.open.items()))
        lines.comment(f"not placed yet: {listed}. Put each under one of: passed,")
        lines.comment("not_yet, does_not_apply, unsure, not_asked")


def _write_unused(lines: Lines, rest: Sequence[Profile]) -> None:
    """Name the columns that are not used, names of persons above all."""
    if not rest:
        return
    lines.lines.append("")
    lines.comment("Not used, and not kept:")
    for one in rest:
        why = " (may name a person)" if roles.named(one, words.PERSON) > 1 else ""
        lines.comment(f"  {one.name}{why}")
