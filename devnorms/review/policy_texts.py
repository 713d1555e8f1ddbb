"""
The privacy policy that comes with devnorms; communities may publish their own.

One folder per version, one text file per language: ``policy/1/en.txt``. A version is
never edited: a change makes a new one, and members are asked again.
"""

from __future__ import annotations

from pathlib import Path

from devnorms.review.languages import is_checked

FOLDER = Path(__file__).parent / "policy"


def publish() -> None:
    """Store every version and language that is not stored yet."""
    from devnorms.review.models import Policy

    for file in sorted(FOLDER.glob("*/*.txt")):
        Policy.objects.get_or_create(
            kind="privacy",
            version=int(file.parent.name),
            language=file.stem,
            defaults={
                "body": file.read_text(encoding="utf-8"),
                "machine_made": not is_checked(file.stem),
            },
        )
