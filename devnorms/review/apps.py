"""
The one Django application of the site.
"""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Its tables are called ``review_...``."""

    name = "devnorms.review"
    label = "review"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what must hold before the site starts."""
        from django.core.checks import register

        from devnorms.review.checking import shared_counts

        register(shared_counts)
