"""
The site's addresses. Whatever is not marked open needs a log-in.
"""

from django.urls import include, path

from devnorms.review.views import (
    answering,
    collecting,
    deciding,
    home,
    joining,
    mine,
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
    path("healthz", home.health, name="health"),
]
