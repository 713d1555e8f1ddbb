"""
The site's addresses. Whatever is not marked open needs a log-in.
"""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from devnorms.review.views import (
    answering,
    auditing,
    changes,
    collecting,
    deciding,
    gathering,
    home,
    joining,
    mine,
    moderating,
    noting,
    people,
    pictures,
    printed,
    privacy,
    results,
    ruling,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("accounts/", include("allauth.urls")),
    path(
        "i18n/setlang/",
        login_not_required(require_POST(set_language)),
        name="set_language",
    ),
    path("join/<str:code>/", joining.join, name="join"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("consent/", privacy.consent, name="consent"),
    path("consent/back/", privacy.take_back, name="take_consent_back"),
    path("my-data/", mine.my_data, name="my_data"),
    path("my-data/download/", mine.download, name="download"),
    path("my-data/name/", mine.rename, name="rename"),
    path("my-data/delete/", mine.delete, name="delete_account"),
    path("c/<slug:slug>/", results.community, name="community"),
    path("r/<uuid:public_id>/", results.result, name="result"),
    path("r/<uuid:public_id>/answer/", answering.answer, name="answer"),
    path("r/<uuid:public_id>/comment/", answering.comment, name="comment"),
    path("r/<uuid:public_id>/decide/", deciding.decide, name="decide"),
    path("r/<uuid:public_id>/collect/", collecting.add, name="collect"),
    path("collections/", collecting.collections, name="collections"),
    path("collections/<uuid:public_id>/", collecting.collection, name="collection"),
    path("collections/<uuid:public_id>/offline/", collecting.offline, name="offline"),
    path(
        "collections/<uuid:public_id>/<int:item>/",
        collecting.change,
        name="change_item",
    ),
    path("r/<uuid:public_id>/curve.svg", pictures.curve_picture, name="curve"),
    path("c/<slug:slug>/notes/", noting.notes, name="notes"),
    path("c/<slug:slug>/notes/<uuid:public_id>/", noting.approve, name="approve_note"),
    path("c/<slug:slug>/gather/", gathering.gather, name="gather"),
    path("c/<slug:slug>/changes/", changes.changes, name="changes"),
    path("c/<slug:slug>/changes/<int:decision>/", changes.reply, name="reply"),
    path("in/<str:code>/", printed.use, name="printed_use"),
    path("c/<slug:slug>/people/", people.people, name="people"),
    path("c/<slug:slug>/people/invite/", people.invite, name="invite"),
    path(
        "c/<slug:slug>/people/<uuid:public_id>/role/",
        people.give_role,
        name="give_role",
    ),
    path(
        "c/<slug:slug>/people/<uuid:public_id>/role/back/",
        people.take_role,
        name="take_role",
    ),
    path(
        "c/<slug:slug>/people/<uuid:public_id>/link/",
        printed.make,
        name="printed_link",
    ),
    path("c/<slug:slug>/moderate/", moderating.moderate, name="moderate"),
    path(
        "c/<slug:slug>/moderate/<slug:kind>/<uuid:public_id>/",
        moderating.change,
        name="moderate_change",
    ),
    path("c/<slug:slug>/audit/", auditing.audit, name="audit"),
    path("c/<slug:slug>/audit/download/", auditing.download, name="audit_download"),
    path("c/<slug:slug>/rules/", ruling.rules, name="rules"),
    path("c/<slug:slug>/rules/quorum/", ruling.set_quorum, name="set_quorum"),
    path("c/<slug:slug>/rules/showing/", ruling.set_showing, name="set_showing"),
    path("healthz", home.health, name="health"),
]
