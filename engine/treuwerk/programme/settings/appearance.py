"""Settings of what portal and service centre show of their own accord: colours, contact, links, texts."""

from datetime import date

import attrs
from attrs.validators import ge, le, matches_re

from treuwerk.programme.settings.values import Texts, is_code

_COLOUR = matches_re(r"#[0-9a-f]{6}")


@attrs.frozen
class Theme:
    """``[theme]``: how portal and service centre look. Colours as ``#rrggbb``; files lie below ``static/``.

    ``static/programme.css``, where there is one, comes over all of ours but the rules of printing.
    """

    accent: str = attrs.field(default="#0b5d51", validator=_COLOUR)
    accent_dark: str = attrs.field(default="#5fd0bc", validator=_COLOUR)
    radius: int = attrs.field(default=8, validator=[ge(0), le(24)])
    """How round the corners of controls are, in pixels; those of cards follow."""
    font: str = ""
    """One variable WOFF2 file with the weights 400 to 700 and tabular figures; left out: Inter."""
    logo: str = ""
    """An SVG file, wider than high."""
    logo_dark: str = ""
    """The logo on dark ground; left out: the same."""


@attrs.frozen
class Contact:
    """``[contact]``: whom people can ask; the foot of the portal and error pages name it."""

    email: str = attrs.field(default="", validator=matches_re(r"([^@\s]+@[^@\s]+)?"))
    phone: str = attrs.field(default="", validator=matches_re(r"(\+?[0-9 ()/-]+)?"))
    """As it is shown; spaces and brackets are left out where it is dialled."""
    hours: Texts = attrs.field(factory=dict)
    """When somebody answers: ``{ de = "Mo–Fr 8–17 Uhr", en = "Mon–Fri 8 am–5 pm" }``."""

    @property
    def dialled(self) -> str:
        """The phone number as a link has it."""
        return "".join(mark for mark in self.phone if mark in "+0123456789")


@attrs.frozen
class Accessibility:
    """``[accessibility]``: what the page ``/accessibility`` says; a link to it belongs into ``[[links]]``.

    Where more is to be said, ``templates/accessibility.html`` of the programme replaces the page.
    """

    standard: str = "WCAG 2.2 AA"
    """What portal and service centre are built and checked by."""
    checked_on: date | None = None
    """When that was checked last."""
    gaps: list[Texts] = attrs.field(factory=list)
    """What does not work yet for everybody, each with the way that does."""
    authority: Texts = attrs.field(factory=dict)
    """Who looks after it where the programme does not answer, such as a market surveillance authority."""


@attrs.frozen
class Link:
    """``[[links]]``: a page that the foot of the portal leads to, such as imprint, privacy or accessibility."""

    title: Texts
    href: str = attrs.field(validator=matches_re(r"https://[^\s\"<>]+|/(?!/)[^\s\"<>]*"))
    """An ``https://`` address, or a path of this site."""


@attrs.frozen
class TextBlock:
    """``[[text_blocks]]``: a text that the service centre begins notes with."""

    code: str = attrs.field(validator=is_code)
    title: Texts
    """What the block is called in the list."""
    text: Texts
