"""
Members of a community: who they are, inviting, roles.
"""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from devnorms.review import rules
from devnorms.review.adapter import qr_code
from devnorms.review.models import Community, Membership, User
from devnorms.review.models.audit import record
from devnorms.review.models.people import Role
from devnorms.review.operating import invite as make_invitation
from devnorms.review.views.access import community_for, require


class RoleForm(forms.Form):
    """One of the roles."""

    role = forms.ChoiceField(choices=Role.choices)


def people(request: HttpRequest, slug: str) -> HttpResponse:
    """List who is in the community, with which roles."""
    place = _place(request, slug)
    return render(
        request,
        "review/people.html",
        {"community": place, "rows": _rows(request, place), "roles": Role.choices},
    )


@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Make an invitation and show its link, once."""
    place = _place(request, slug)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return redirect("people", slug)
    role = Role(form.cleaned_data["role"])
    link = make_invitation(place.slug, role, by=request.user)
    context = {"community": place, "link": link, "qr": qr_code(link), "role": role}
    return render(request, "review/printed.html", context)


@require_POST
def give_role(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Give a member one more role."""
    place = _place(request, slug)
    person = _member(place, public_id)
    form = RoleForm(request.POST)
    if form.is_valid():
        role = form.cleaned_data["role"]
        with transaction.atomic():
            _held, new = Membership.objects.get_or_create(
                user=person, community=place, role=role, until=None
            )
            if new:
                _record(request, "gave role", f"{person.public_id} {role}", place)
        messages.success(request, _("The role is given."))
    return redirect("people", slug)


@require_POST
def take_role(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Take a role from a member; without a role they are no member any more."""
    place = _place(request, slug)
    person = _member(place, public_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return redirect("people", slug)
    role = form.cleaned_data["role"]
    with transaction.atomic():
        others = place.memberships.filter(role=rules.STEWARD, until__isnull=True)
        if role == rules.STEWARD and not others.exclude(user=person).exists():
            messages.error(request, _("A community needs a steward."))
            return redirect("people", slug)
        ended = place.memberships.filter(
            user=person, role=role, until__isnull=True
        ).update(until=timezone.now())
        if ended:
            _record(request, "took role", f"{person.public_id} {role}", place)
    messages.success(request, _("The role is taken back."))
    return redirect("people", slug)


def _place(request: HttpRequest, slug: str) -> Community:
    place = community_for(request, slug)
    require(request, "people", place)
    return place


def _member(place: Community, public_id: UUID) -> User:
    members = User.objects.filter(
        memberships__community=place, memberships__until__isnull=True
    ).distinct()
    found: User = get_object_or_404(members, public_id=public_id)
    return found


def _rows(request: HttpRequest, place: Community) -> list[dict[str, object]]:
    """Give one row a member: roles, when last seen, what the steward may do."""
    held: dict[User, list[Membership]] = {}
    memberships = place.memberships.filter(until__isnull=True).select_related("user")
    for one in memberships.order_by("user__username", "role"):
        held.setdefault(one.user, []).append(one)
    return [
        {
            "person": person,
            "held": mine,
            "lacks_factor": rules.lacks_second_factor(person),
            "may_print": rules.may_print_for(request.user, person, place),
        }
        for person, mine in held.items()
    ]


def _record(request: HttpRequest, action: str, what: str, place: Community) -> None:
    record(action, what, actor=request.user, community=place.slug)
