"""QR codes as pictures that stand in the page itself."""

from base64 import b64encode
from io import BytesIO

import segno


def drawn_code(text: str, *, scale: int = 6) -> str:
    """A text as QR code: an SVG picture as data address, black on white in every scheme, since cameras want it so.

    Up to 15 per cent of it may be unreadable, which is the level that banks ask for.
    """
    drawn = BytesIO()
    segno.make(text, error="m", micro=False, boost_error=False).save(
        drawn, kind="svg", scale=scale, border=4, dark="#000", light="#fff", xmldecl=False)
    return "data:image/svg+xml;base64," + b64encode(drawn.getvalue()).decode()
