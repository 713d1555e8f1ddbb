"""
One site for all tests of the review room; each test's writes are taken back.

Django wants its settings, and so a site's folder, before any model is imported.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devnorms.review import operating
from devnorms.review.instance import Site, create_site

_HOME = Path(tempfile.mkdtemp(prefix="devnorms-review-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
_SITE = create_site(_HOME / "site", address="http://testserver", hosts=("testserver",))


def _up() -> None:
    """Bring Django up with quick password hashes; a real one takes half a second."""
    import os

    os.environ["DEVNORMS_REVIEW_SITE"] = str(_SITE.folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "devnorms.review.settings"
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    operating.start(_SITE.folder)


_up()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Make the tables of the one site; nothing else is made or dropped."""
    with django_db_blocker.unblock():
        operating.upgrade()
    yield
    with django_db_blocker.unblock():
        from django.db import connections

        connections.close_all()


@pytest.fixture(scope="session")
def site() -> Site:
    """The site of this process."""
    return _SITE
