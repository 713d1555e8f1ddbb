"""
The review site: the people concerned read, discuss and decide.

It shows finished results and fits nothing. Django and what it needs are in the extra
``devnorms[review]``; nothing outside this room imports them.
"""

from devnorms.review.operating import push
from devnorms.review.pulling import pull

__all__ = ["pull", "push"]
