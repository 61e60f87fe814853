"""Contents in several languages, such as names from the programme: the reader's own, or another one marked as such.

A screen reader pronounces a German text on an English page as English unless the text says that it is German
(WCAG 3.1.2). So a text that stands in for a missing one carries its own language.
"""

from collections.abc import Mapping

import attrs
from markupsafe import Markup, escape

from treuwerk.programme.languages import fallbacks, tag


@attrs.frozen
class Localised:
    """A text and the language that it is in; `lang` is empty where that is the reader's."""

    text: str
    lang: str = ""

    def __str__(self) -> str:
        """The text alone."""
        return self.text

    def __html__(self) -> str:
        """The text, in an element with its language where that is another one."""
        words = escape(self.text)
        return str(Markup('<span lang="{}">{}</span>').format(self.lang, words) if self.lang else words)


def localised(texts: Mapping[str, str], locale: str, default: str = "") -> Localised:
    """The text for a reader: own language, its parents, then `default`, then any there is; empty for no text at all.

    >>> str(localised({"de": "Prämie"}, "de_AT")), localised({"de": "Prämie"}, "fr").lang
    ('Prämie', 'de')
    """
    own = fallbacks(locale)
    for code in [*own, default, *texts]:
        if text := texts.get(code):
            foreign = tag(code).split("-")[0] != tag(locale).split("-")[0]
            return Localised(text, tag(code) if foreign else "")
    return Localised("")
