"""From a submitted form to its class: strictly, in one pass, with words that say what to do."""

from datetime import date
from decimal import Decimal

import attrs
import pytest

from treuwerk.programme.languages import cldr
from treuwerk.web.forms import (
    Result,
    Wrong,
    area,
    choice,
    day,
    decimal,
    email,
    from_form,
    secret,
    several,
    text,
    whole,
    yes,
)
from treuwerk.web.shell.notation import notation
from treuwerk.web.shell.submitted import Submitted


@attrs.frozen
class Report:
    """One field of each kind."""

    note: str = text("Delivery note", shortest=2, longest=10)
    points: int = whole("Points", at_least=-5_000, at_most=5_000)
    price: Decimal | None = decimal("Price", places=2, required=False)
    first: date | None = day("From", required=False, at_least=date(2026, 1, 1))
    last: date | None = day("Until", required=False)
    mail: str = email("E-mail", required=False)
    reason: str = choice("Reason", ["goodwill", "correction"])
    assignee: str = choice("Assignee", required=False)
    tags: tuple[str, ...] = several("Tags", ["a", "b", "c"], at_most=2)
    remark: str = area("Remark", required=False, longest=20)
    password: str = secret("Password", required=False)
    agreed: bool = yes("Agreed")

    def __attrs_post_init__(self) -> None:
        if self.first and self.last and self.last < self.first:
            raise Wrong("This must be %(least)s or later.", field="last", least=self.first)


def read(language: str = "de", /, **changed: str | list[str]) -> Result[Report]:
    """A form with what every report needs, and some fields changed."""
    texts: dict[str, str | list[str]] = {"note": "LS-1", "points": "1.250", "reason": "goodwill"}
    pairs = [(name, one) for name, value in (texts | changed).items()
             for one in (value if isinstance(value, list) else [value])]
    return from_form(Report, Submitted(pairs), language, {"assignee": ["7", "8"]})


def told(result: Result[Report]) -> dict[str, str]:
    """The complaints in English words."""
    return {name: complaint.told(str, notation(cldr("en"))) for name, complaint in result.complaints.items()}


def test_a_form_becomes_its_class() -> None:
    result = read(price="12,50", first="1.2.2026", last="28.02.2026", mail="Anna.Berg@Müller.Example", assignee="7",
                  tags=["c", "a"], remark=" one\r\ntwo ", password="  blanks count ", agreed="1")

    assert result.ok
    assert result.value == Report(
        note="LS-1", points=1_250, price=Decimal("12.50"), first=date(2026, 2, 1), last=date(2026, 2, 28),
        mail="Anna.Berg@müller.example", reason="goodwill", assignee="7", tags=("c", "a"), remark="one\ntwo",
        password="  blanks count ", agreed=True)


def test_what_is_left_out_is_nothing() -> None:
    report = read().value

    assert (report.price, report.first, report.mail, report.tags, report.agreed) == (None, None, "", (), False)


@pytest.mark.parametrize(("field", "typed", "words"), [
    ("note", "", "Fill in “Delivery note”."), ("note", "   ", "Fill in “Delivery note”."),
    ("note", "L", "Write at least 2 characters. There are 1."),
    ("note", "L" * 11, "Shorten this to 10 characters. There are 11."),
    ("note", "a\nb", "Write this in one line."),
    ("note", "a\x00b", "There are characters in it that cannot be stored. Type the text anew."),
    ("note", "a\ufffdb", "There are characters in it that cannot be stored. Type the text anew."),
    ("note", ["a1", "b1"], "Give one answer only."),
    ("points", "", "Fill in “Points”."), ("points", "12,5", "Enter a whole number such as 1,250."),
    ("points", "12,0", "Enter a whole number such as 1,250."),
    ("points", "1_000", "Enter a whole number such as 1,250."),
    ("points", "NaN", "Enter a whole number such as 1,250."), ("points", "5.001", "This may be at most 5,000."),
    ("points", "-5.001", "This must be at least -5,000."),
    ("price", "1,234", "Enter a number with at most 2 decimal places."), ("price", "-1", "This must be at least 0."),
    ("price", "1,2,3", "Enter a number such as 1,250.5."),
    ("first", "31.02.2026", "Enter a day such as 31/12/2026."),
    ("first", "31.12.2025", "This must be 01/01/2026 or later."),
    ("mail", "name@", "Enter an e-mail address such as name@example.org."),
    ("mail", "a b@example.org", "Enter an e-mail address such as name@example.org."),
    ("mail", "a@example", "Enter an e-mail address such as name@example.org."),
    ("mail", "a..b@example.org", "Enter an e-mail address such as name@example.org."),
    ("reason", "", "Choose an entry for “Reason”."), ("reason", "theft", "Choose one of the entries."),
    ("assignee", "9", "Choose one of the entries."),
    ("tags", ["a", "a"], "Choose from the entries, each one once."),
    ("tags", ["x"], "Choose from the entries, each one once."), ("tags", ["a", "b", "c"], "Choose at most 2 entries."),
    ("agreed", "yes", "Tick this box or leave it empty."),
    ("remark", "x" * 21, "Shorten this to 20 characters. There are 21."),
])
def test_what_does_not_fit_is_told_at_its_field(field: str, typed: str | list[str], words: str) -> None:
    result = read("de", **{field: typed})

    assert told(result) == {field: words}
    assert not result.ok
    with pytest.raises(ValueError, match=field):
        result.value  # noqa: B018


def test_everything_is_told_at_once_in_the_order_of_the_page() -> None:
    result = read(reason="", points="many", note="")

    assert list(told(result)) == ["note", "points", "reason"]


def test_what_was_typed_is_kept_except_a_secret() -> None:
    result = read(points="many", tags=["b", "x"], password="Sonne über dem Dach")

    assert result.typed["points"] == ("many",)
    assert result.typed["tags"] == ("b", "x")
    assert "Sonne" not in str(result)


def test_fields_are_compared_by_the_class() -> None:
    assert told(read(first="2.2.2026", last="1.2.2026")) == {"last": "This must be 02/02/2026 or later."}


def test_a_service_may_refuse_as_well() -> None:
    result = read().refused("note", "This number is known already.")

    assert told(result) == {"note": "This number is known already."}
    assert not result.ok


def test_a_field_that_the_form_does_not_have_is_not_passed_over() -> None:
    assert list(told(read(points_limit="9000"))) == [""]


def test_texts_have_one_unicode_form() -> None:
    assert read(note="Mu\u0308ller").value.note == "Müller"


def test_a_choice_without_options_is_a_slip_of_the_page() -> None:
    with pytest.raises(TypeError, match="assignee"):
        from_form(Report, Submitted([("assignee", "7")]), "de")
