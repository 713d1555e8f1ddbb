"""
What the operator does: make a site, serve it, invite, push, back up, check.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from devnorms._base.errors import BadValueError, UnknownNameError
from devnorms.review.instance import ENVIRONMENT, Site, create_site, load_site

if TYPE_CHECKING:
    from devnorms.review.models import Community, User

DAYS_OPEN = 14
"""An invitation can be used that long."""

PROXY = {"x-forwarded-for", "x-forwarded-proto"}
"""What the web server before us is believed, where there must be one."""


def start(folder: Path) -> Site:
    """
    Bring Django up for a site; once in a process.

    Parameters
    ----------
    folder : pathlib.Path
        The site's.

    Returns
    -------
    Site

    Raises
    ------
    UnreadableFileError
        If there is no site.
    BadValueError
        If ``devnorms[review]`` is not installed, or another site is up already.
    """
    site = load_site(folder)
    try:
        import django
    except ImportError:
        raise BadValueError(
            'The review site needs Django. Install it: pip install "devnorms[review]".'
        ) from None
    up = os.environ.get(ENVIRONMENT)
    if up and up != str(site.folder) and "devnorms.review.settings" in sys.modules:
        raise BadValueError(f"The site in {up} is up in this process already.")
    os.environ[ENVIRONMENT] = str(site.folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "devnorms.review.settings"
    django.setup()
    return site


def init(
    folder: Path,
    *,
    address: str = "http://127.0.0.1:8765",
    database: str = "",
    smallest_cell: int = 10,
) -> Site:
    """
    Make a site: folder, secret, database, privacy policy.

    Parameters
    ----------
    folder : pathlib.Path
        New or empty.
    address : str
        What people will type.
    database : str
        Like ``postgresql://user:password@host/name``; SQLite in the folder without it.
    smallest_cell : int
        Counts below it are shown to nobody; at least 10.

    Raises
    ------
    BadValueError
        If an address, the database or the cell is not what it must be.
    """
    from urllib.parse import urlsplit

    told = urlsplit(address)
    if (
        told.scheme not in ("http", "https")
        or not told.hostname
        or told.path.strip("/")
    ):
        raise BadValueError.parameter(
            "address", "like https://review.example.org", address
        )
    if database and not database.startswith(("postgresql://", "postgres://")):
        raise BadValueError.parameter(
            "database", "like postgresql://user:password@host/name", "another address"
        )
    if smallest_cell < 10:
        raise BadValueError.parameter("smallest_cell", "10 or more", smallest_cell)
    create_site(
        folder,
        address=address.rstrip("/"),
        hosts=tuple(dict.fromkeys((told.hostname, "127.0.0.1", "localhost"))),
        database=database,
        smallest_cell=smallest_cell,
    )
    site = start(folder)
    upgrade()
    return site


def upgrade() -> Path | None:
    """
    Bring database, cache table, static files and policy to the present version.

    Returns
    -------
    pathlib.Path or None
        The copy that was made before tables were changed.
    """
    from django.core.management import call_command

    from devnorms.review.guards import protect
    from devnorms.review.keeping import keep_before_upgrade
    from devnorms.review.policy_texts import publish

    kept = keep_before_upgrade(load_site(Path(os.environ[ENVIRONMENT])))
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    publish()
    protect()
    return kept


def serve(folder: Path, *, port: int = 8765, threads: int = 8) -> None:
    """
    Serve a site on this machine until it is stopped; make it first if it is not there.

    Parameters
    ----------
    folder : pathlib.Path
        The site's.
    port : int
        On loopback only; a web server with TLS stands before it if others are to reach
        it, and says for whom it asks (``X-Forwarded-For``, ``X-Forwarded-Proto``).
    threads : int
        Requests answered at the same time.
    """
    if not folder.exists():
        init(folder, address=f"http://127.0.0.1:{port}")
    site = start(folder)
    upgrade()
    import waitress
    from django.core.management import call_command

    from devnorms.review.wsgi import application

    call_command("check", fail_level="ERROR")
    waitress.serve(
        application,
        host="127.0.0.1",
        port=port,
        threads=threads,
        ident=None,
        _quiet=True,
        clear_untrusted_proxy_headers=True,
        trusted_proxy="127.0.0.1" if site.is_https else None,
        trusted_proxy_headers=PROXY if site.is_https else set(),
    )


def community(slug: str, name: str = "", language: str = "en") -> Community:
    """Give a community, making it if it is not there and a name is given."""
    from django.db import transaction

    from devnorms.review.models import Community
    from devnorms.review.models.audit import record

    found = Community.objects.filter(slug=slug).first()
    if found:
        return found
    if not name:
        raise UnknownNameError.among(
            "community", slug, list(Community.objects.values_list("slug", flat=True))
        )
    with transaction.atomic():
        made = Community.objects.create(slug=slug, name=name, language=language)
        record("made community", slug, community=slug)
    return made


def invite(slug: str, role: str, *, by: User | None = None) -> str:
    """
    Make a one-time invitation.

    Parameters
    ----------
    slug : str
        The community's.
    role : str
        What the person will be.
    by : User, optional
        The steward; without it the operator.

    Returns
    -------
    str
        The link, shown once: only its hash is kept.
    """
    from django.conf import settings
    from django.db import transaction
    from django.utils import timezone

    from devnorms.review.models import Invitation
    from devnorms.review.models.audit import record
    from devnorms.review.models.people import Role

    if role not in Role.values:
        raise UnknownNameError.among("role", role, Role.values)
    place = community(slug)
    code = secrets.token_urlsafe(24)
    with transaction.atomic():
        made = Invitation.objects.create(
            community=place,
            role=role,
            code_sha256=sha256(code),
            invited_by=by,
            expires_at=timezone.now() + timedelta(days=DAYS_OPEN),
        )
        record("invited", f"invitation {made.pk} {role}", actor=by, community=slug)
    return f"{settings.SITE_ADDRESS}/join/{code}/"


def sha256(code: str) -> str:
    """Give the hash under which a code is kept."""
    return hashlib.sha256(code.encode()).hexdigest()


def push(folder: Path, slug: str, *, by: User | None = None) -> tuple[int, int]:
    """
    Bring a result folder's results to a community.

    Parameters
    ----------
    folder : pathlib.Path
        Written by `devnorms run`.
    slug : str
        The community's.
    by : User, optional
        The researcher.

    Returns
    -------
    int, int
        Results pushed, and how many of them are new versions of a key.
    """
    from django.conf import settings
    from django.db import transaction

    from devnorms._base.provenance import content_hash
    from devnorms.review.models import Result, Run
    from devnorms.review.models.audit import record
    from devnorms.review.publishing import published

    place = community(slug)
    results, made = published(folder, smallest_cell=settings.SMALLEST_CELL)
    whole = content_hash([[one.key, one.content_sha256] for one in results])
    if Run.objects.filter(community=place, folder_sha256=whole).exists():
        return 0, 0
    with transaction.atomic():
        run = Run.objects.create(
            community=place,
            title=folder.name,
            folder_sha256=whole,
            manifest=made,
            pushed_by=by,
        )
        again = 0
        for one in results:
            before = (
                Result.objects.filter(run__community=place, key=one.key)
                .order_by("-version")
                .first()
            )
            if before and before.content_sha256 == one.content_sha256:
                version = before.version
            else:
                version = before.version + 1 if before else 1
                again += before is not None
            Result.objects.create(
                run=run,
                key=one.key,
                version=version,
                domain=one.domain,
                payload=one.payload,
                content_sha256=one.content_sha256,
            )
        record("pushed", f"run {run.public_id}", actor=by, community=slug)
    return len(results), again


def account(name: str) -> User:
    """
    Give a person by user name.

    Parameters
    ----------
    name : str
        As they log in.

    Raises
    ------
    BadValueError
        If there is none. The names that there are are nobody's business.
    """
    from devnorms.review.models import User

    found: User | None = User.objects.filter(username__iexact=name).first()
    if found is None:
        raise BadValueError(f"There is no account {name!r}.")
    return found


def forget_factor(name: str) -> None:
    """
    Take the second factor off an account whose phone and recovery codes are lost.

    Parameters
    ----------
    name : str
        The user name. Make sure, by another way than mail, that it is this person who
        asks. Stewards see it in the audit of every community of the person.
    """
    from django.db import transaction

    from devnorms.review.models.audit import record

    person = account(name)
    with transaction.atomic():
        person.authenticator_set.all().delete()
        held = person.memberships.filter(until__isnull=True)
        for slug in set(held.values_list("community__slug", flat=True)) or {""}:
            record("took off second factor", f"of {person.public_id}", community=slug)
