"""Purchases that companies report themselves: from wholesalers who report nothing, as photos, scans and PDFs."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from solarworld_league.demo.baskets import Baskets, Position
from solarworld_league.demo.companies import Company
from solarworld_league.demo.papers import Paper, as_pdf, as_photo, as_scan, pages
from solarworld_league.demo.tables import MASTER, Table, load

COLUMNS = ("customer_number", "days_ago", "outcome", "seller", "number", "delivered_on", "files", "lines", "scope",
           "reason", "words")
_SELLERS = (("Elektro Hohenfels", "Kassel"), ("Solarhandel Nordlicht", "Flensburg"), ("Dachwerk Großhandel", "Ulm"),
            ("Energie Depot Alpen", "Rosenheim"))
_OUTCOMES = (("accepted", 14), ("partly", 4), ("declined", 4), ("question", 4), ("received", 7), ("in_review", 2),
             ("appealed", 1), ("withdrawn", 1), ("draft", 3))
_OPEN = ("question", "received", "in_review", "draft")
_QUESTIONS = ("Auf dem Foto fehlt der untere Rand. Bitte die ganze Seite noch einmal senden.",
              "Das Lieferdatum ist nicht zu lesen. An welchem Tag kam die Ware?")
_WORDS = {"not_readable": "Das Foto ist zu dunkel, die Mengen sind nicht zu lesen.",
          "other_recipient": "Der Lieferschein ist auf eine andere Firma ausgestellt."}


def write_reports(folder: Path, firms: Sequence[Company], end: date, random: Random) -> None:
    """``submissions.csv`` and the files that it names, in ``submissions/``."""
    (folder / "submissions").mkdir(parents=True, exist_ok=True)
    names = {row["article_number"]: row["name"] for row in load(MASTER)}
    small = [firm for firm in firms if firm.locale == "de"][:14]
    logins = [firm for firm in firms if firm.customer_number in ("10017", "10109", "40011")]
    rows = []
    for number, outcome in enumerate(outcome for outcome, count in _OUTCOMES for _ in range(count)):
        firm = logins[number % len(logins)] if number % 2 else random.choice(small)
        rows.append(_report(folder, firm, outcome, number, names, end, random))
    Table(COLUMNS, rows).save(folder / "submissions.csv")


def _report(folder: Path, firm: Company, outcome: str, number: int, names: dict[str, str], end: date,
            random: Random) -> list[str]:
    ago = random.randint(0, 2) if outcome in _OPEN else random.randint(4, 60)
    day = end - timedelta(days=ago + random.randint(1, 9))
    seller, town = random.choice(_SELLERS)
    basket, scope = _basket(Baskets(random), firm, random)
    lines = [(one.item.number, names[one.item.number], one.pieces, "Stk") for one in basket]
    note = f"{random.choice('ABCH')}{random.randint(20_000, 79_999)}"
    paper = Paper(seller, town, note, day.strftime("%d.%m.%Y"), firm.name, f"{firm.postcode} {firm.city}", lines)
    files = "|".join(_drawn(folder / "submissions", f"{number:02}", paper, random))
    reason, words = _words(outcome, random)
    told = "|".join(f"{one.item.number}:{one.pieces}" for one in basket)
    return [firm.customer_number, str(ago), outcome, seller, note, day.isoformat(), files, told, scope, reason, words]


def _basket(baskets: Baskets, firm: Company, random: Random) -> tuple[list[Position], str]:
    if random.random() < 0.5:
        return baskets.system(firm), "SYSTEM"
    return baskets.modules(firm), "MODULE"


def _drawn(folder: Path, name: str, paper: Paper, random: Random) -> Iterator[str]:
    sheets = pages(paper)
    kind = random.choice(("pdf", "jpg", "jpg", "png"))
    if kind == "pdf":
        as_pdf(sheets, folder / f"{name}.pdf")
        yield f"{name}.pdf"
        return
    for place, sheet in enumerate(sheets, 1):
        path = folder / f"{name}-{place}.{kind}"
        as_photo(sheet, path, random) if kind == "jpg" else as_scan(sheet, path)
        yield path.name


def _words(outcome: str, random: Random) -> tuple[str, str]:
    if outcome == "question":
        return "", random.choice(_QUESTIONS)
    if outcome in ("declined", "appealed"):
        reason = random.choice(sorted(_WORDS))
        return reason, _WORDS[reason]
    return ("not_in_programme", "") if outcome == "partly" else ("", "")
