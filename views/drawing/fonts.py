"""The page's own type: what the reader's system has, so that nothing is fetched."""

from __future__ import annotations

FONTS = ("system-ui", "-apple-system", "Segoe UI", "Noto Sans", "sans-serif")
FAMILY = ", ".join(f"'{font}'" if " " in font else font for font in FONTS)  # as charts take them
