"""
The line at the foot of pages in a language that no speaker has checked.
"""

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from devnorms.review.languages import is_checked

register = template.Library()


@register.simple_tag
def unchecked_note() -> str:
    """Say that a machine translated the page, unless a speaker checked the language."""
    if is_checked(get_language() or "en"):
        return ""
    return _("This page was translated by a machine. No speaker has checked it yet.")
