"""Texts in tables that people open: a spreadsheet takes ``=…`` for a formula, wherever the text came from."""

import re

_WIDE = "\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH COMMERCIAL AT}"
_MINUS = "\N{FULLWIDTH HYPHEN-MINUS}"
_BLANKS = r"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*"  # what some spreadsheets pass over before they look
# At the beginning every sign counts. Behind a separator "5,-" is a price: there a minus counts where it could call.
_FORMULA = re.compile(rf"^(?=[\t\r\n])|^{_BLANKS}(?=[=+@{_MINUS}{_WIDE}-])"
                      rf"|[;,\t\r\n]{_BLANKS}(?=[=+@{_WIDE}]|[-{_MINUS}].*[(|!])")
_SIGN = re.compile(rf"[=+@\t\r\n{_MINUS}{_WIDE}-]")


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula, whichever separator it takes the file to have.

    A reader whose spreadsheet splits at other marks than the file's would see a cell begin in the middle of a text; so
    what looks like a formula there gets its apostrophe, too.

    >>> safe("=HYPERLINK(1)"), safe("LS-1"), safe("Roof;=1+1")
    ("'=HYPERLINK(1)", 'LS-1', "Roof;'=1+1")
    """
    return text if text.isalnum() or _SIGN.search(text) is None else _FORMULA.sub(r"\g<0>'", text)
