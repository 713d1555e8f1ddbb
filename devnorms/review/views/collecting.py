"""
Collections: making them, opening them, adding to them.
"""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from devnorms.review import rules
from devnorms.review.models import Collection, CollectionItem
from devnorms.review.views.common import result_for
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
    return render(request, "review/collections.html", {"form": form, "mine": mine})


def collection(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a collection; of its results only those that the reader may see."""
    found = get_object_or_404(Collection, public_id=public_id)
    if not _may_open(request, found):
        raise Http404
    rows = [
        {"item": item, "told": told(item.result.payload)}
        for item in found.items.select_related("result__run__community")
        if rules.may_see(request.user, item.result)
    ]
    return render(
        request, "review/collection.html", {"collection": found, "rows": rows}
    )


@require_POST
def add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put a result at the end of one of the person's collections."""
    result = result_for(request, public_id)
    found = get_object_or_404(
        Collection.objects.filter(Q(owner=request.user)),
        public_id=request.POST.get("collection", ""),
    )
    last = found.items.aggregate(last=Max("position"))["last"] or 0
    CollectionItem.objects.get_or_create(
        collection=found, result=result, defaults={"position": last + 1}
    )
    messages.success(request, _("Added to the collection."))
    return redirect("collection", found.public_id)


def _may_open(request: HttpRequest, found: Collection) -> bool:
    """Its owner; members of its community; anybody with an account."""
    if found.owner_id == request.user.pk or found.visibility == "public":
        return True
    return bool(
        found.visibility == "community"
        and found.community
        and rules.roles(request.user, found.community)
    )
