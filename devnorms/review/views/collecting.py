"""
Collections: making them, adding, ordering, notes, printing, taking them offline.
"""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from devnorms.review import rules
from devnorms.review.drawing import curve
from devnorms.review.models import Collection, CollectionItem
from devnorms.review.views.access import result_for
from devnorms.review.wording import told


class CollectionForm(forms.ModelForm):
    """Title, what it is for, who may open it."""

    class Meta:
        """What is asked."""

        model = Collection
        fields = ("title", "about", "visibility")


def collections(request: HttpRequest) -> HttpResponse:
    """List a person's collections, and make a new one."""
    form = CollectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = form.save(commit=False)
        made.owner = request.user
        first = request.user.memberships.filter(until__isnull=True).first()
        made.community = first.community if first else None
        made.save()
        return redirect("collection", made.public_id)
    mine = request.user.collections.order_by("title")
    held = request.user.memberships.filter(until__isnull=True)
    shared = (
        Collection.objects.filter(
            visibility__in=("community", "public"),
            community__in=held.values("community"),
        )
        .exclude(owner=request.user)
        .order_by("title")
    )
    return render(
        request,
        "review/collections.html",
        {"form": form, "mine": mine, "shared": shared},
    )


def collection(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a collection; of its results only those that the reader may see."""
    found = _open(request, public_id)
    return render(
        request,
        "review/collection.html",
        {
            "collection": found,
            "rows": _rows(request, found),
            "mine": found.owner_id == request.user.pk,
        },
    )


def offline(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give the collection as one file that opens from disk, without network."""
    found = _open(request, public_id)
    rows = _rows(request, found)
    for row in rows:
        drawn = curve(row["item"].result.payload)
        row["svg"] = drawn and mark_safe(  # noqa: S308  (a template of numbers)
            render_to_string("review/curve.svg", {"c": drawn}, request)
        )
    style = finders.find("review/site.css")
    with open(style, encoding="utf-8") as file:  # noqa: PTH123
        css = file.read()
    response = render(
        request,
        "review/offline.html",
        {"collection": found, "rows": rows, "css": mark_safe(css)},  # noqa: S308
    )
    name = slugify(found.title) or "collection"
    response["Content-Disposition"] = f'attachment; filename="{name}.html"'
    return response


@require_POST
def add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put a result at the end of one of the person's collections."""
    result = result_for(request, public_id)
    try:
        found = get_object_or_404(
            request.user.collections, public_id=request.POST.get("collection", "")
        )
    except ValidationError:
        raise Http404 from None
    last = found.items.aggregate(last=Max("position"))["last"] or 0
    CollectionItem.objects.get_or_create(
        collection=found, result=result, defaults={"position": last + 1}
    )
    messages.success(request, _("Added to the collection."))
    return redirect("collection", found.public_id)


@require_POST
def change(request: HttpRequest, public_id: UUID, item: int) -> HttpResponse:
    """Move an item up, remove it, or keep a note on it; its owner only."""
    found = get_object_or_404(request.user.collections, public_id=public_id)
    chosen = get_object_or_404(found.items, pk=item)
    match request.POST.get("do"):
        case "up":
            _move_up(found, chosen)
        case "remove":
            chosen.delete()
        case "note":
            chosen.note = request.POST.get("note", "")[:1000]
            chosen.save()
    return redirect("collection", public_id)


def _move_up(found: Collection, chosen: CollectionItem) -> None:
    """Change places with the item before."""
    with transaction.atomic():
        items = list(found.items.all())
        at = items.index(chosen)
        if at:
            items[at - 1], items[at] = items[at], items[at - 1]
        for position, one in enumerate(items, start=1):
            one.position = position
            one.save()


def _open(request: HttpRequest, public_id: UUID) -> Collection:
    """Give a collection that the person may open; to others it does not exist."""
    found = get_object_or_404(Collection, public_id=public_id)
    mine = found.owner_id == request.user.pk
    of_mine = (
        found.visibility == "community"
        and found.community
        and rules.roles(request.user, found.community)
    )
    if not (mine or found.visibility == "public" or of_mine):
        raise Http404
    return found


def _rows(request: HttpRequest, found: Collection) -> list[dict[str, Any]]:
    """Give what the reader may see of it, in its order."""
    items = found.items.select_related("result__run__community")
    return [
        {"item": item, "told": told(item.result.payload)}
        for item in items
        if rules.may_see(request.user, item.result)
    ]
