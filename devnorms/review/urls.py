"""
The site's addresses. Whatever is not marked open needs a log-in.
"""

from django.urls import include, path

from devnorms.review.views import (
    answering,
    changes,
    collecting,
    deciding,
    gathering,
    home,
    joining,
    mine,
    noting,
    pictures,
    privacy,
    results,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("join/<str:code>/", joining.join, name="join"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("consent/", privacy.consent, name="consent"),
    path("my-data/", mine.my_data, name="my_data"),
    path("my-data/download/", mine.download, name="download"),
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
    path("healthz", home.health, name="health"),
]
