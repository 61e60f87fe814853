"""Icons as inline SVG: Lucide drawings, copied into ``vendor/lucide``, coloured by the text around them."""

import re
from functools import lru_cache

from markupsafe import Markup

from treuwerk.web.shell.assets import VENDOR

_INNER = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@lru_cache(maxsize=256)
def icon(name: str) -> Markup:
    """An icon that says nothing to assistive technology; the word stands beside it.

    Raises:
        FileNotFoundError: no icon of this name was copied.
    """
    drawing = (VENDOR / "lucide" / f"{name}.svg").read_text("utf-8")
    found = _INNER.search(drawing)
    if found is None:
        raise ValueError(f"vendor/lucide/{name}.svg is no drawing")
    inner = " ".join(found[1].split())
    # Our own vendored file, held by its hash.
    return Markup(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{inner}</svg>')  # noqa: S704
