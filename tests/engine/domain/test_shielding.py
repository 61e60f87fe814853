"""Texts in tables: harmless whatever program opens them."""

import pytest

from treuwerk.domain.shielding import safe


@pytest.mark.parametrize(("text", "expected"), [
    ("=1+1", "'=1+1"), ("+49 30 1", "'+49 30 1"), ("-2", "'-2"), ("@SUM(1)", "'@SUM(1)"), ("\t=1", "'\t'=1"),
    ("  =1", "  '=1"), ("\N{NO-BREAK SPACE}=1", "\N{NO-BREAK SPACE}'=1"), ("\ufeff=1", "\ufeff'=1"),
    ("\N{FULLWIDTH EQUALS SIGN}1", "'\N{FULLWIDTH EQUALS SIGN}1"), ("a;=1", "a;'=1"), ("a,@x", "a,'@x"),
    ("a\n+1", "a\n'+1"), ("a;-cmd|'/c calc'!A0", "a;'-cmd|'/c calc'!A0")])
def test_no_text_is_a_formula_whatever_separator_its_reader_takes(text: str, expected: str) -> None:
    assert safe(text) == expected


@pytest.mark.parametrize("text", ["LS-1", "5,-", "Meier, -Söhne", "a = b", "1+1", "office@example.org", "", "Ö&Ü"])
def test_harmless_texts_stay_as_they_are(text: str) -> None:
    assert safe(text) == text
