"""What a page would load from elsewhere."""

from __future__ import annotations

REMOTE = {"src", "srcset", "poster", "data", "action", "background"}
