"""
The section of a mapping that says how the file is written.
"""

from __future__ import annotations

from devnorms.sources.own.mapping.section import Section
from devnorms.sources.own.mapping.settings import File

FORMATS = ("csv", "tsv", "excel", "stata", "spss", "parquet")
SYSTEMS = ("redcap", "kobo", "odk")


def read_file(section: Section) -> File:
    """
    Read ``[file]``: how the file is written.

    Parameters
    ----------
    section : Section
        ``[file]``.
    """
    made = File(
        format=section.text("format", one_of=FORMATS),
        exported_by=section.text("exported_by", one_of=SYSTEMS),
        encoding=_encoding(section),
        delimiter=_delimiter(section),
        decimal=section.text("decimal", ".", one_of=(".", ",")),
        sheet=section.text("sheet"),
        header_row=section.whole("header_row", 1),
        values=section.text("values", "codes", one_of=("codes", "labels")),
        missing=section.codes("missing"),
        duplicates=section.text(
            "duplicates", "refuse", one_of=("refuse", "first", "last")
        ),
        carry=section.flag("carry"),
    )
    section.end()
    return made


def _encoding(section: Section) -> str:
    import codecs

    encoding = section.text("encoding", "utf-8")
    try:
        codecs.lookup(encoding)
        "".encode(encoding)
    except (LookupError, ValueError):
        section.fault(
            f"encoding {encoding!r} is not known; common ones: utf-8, cp1252 (Windows, "
            "Western Europe), cp1251 (Cyrillic), cp1256 (Arabic), gb18030 (Chinese), "
            "utf-16"
        )
        return "utf-8"
    return encoding


def _delimiter(section: Section) -> str:
    given = section.table.get("delimiter")
    delimiter = "\t" if given == "\t" else section.text("delimiter")
    if given == "\t":
        section.text("delimiter", one_of=())
    if len(delimiter) > 1 or delimiter in {'"', "\n", "\r"}:
        section.fault(f"delimiter must be one character, got {delimiter!r}")
        return ""
    return delimiter
