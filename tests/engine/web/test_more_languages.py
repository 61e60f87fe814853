"""Languages beyond the three: one that a programme brings by files alone, informal German, the pseudo-locale."""

from datetime import date
from pathlib import Path

import pytest

from tests.engine.web.test_account_page import words
from tests.support.portal import PROGRAMME, USUAL, Portal, open_portal
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.languages import cldr, fallbacks, is_language, own_name, tag
from treuwerk.programme.reading import read_programme
from treuwerk.store.database import Database
from treuwerk.web.shell.checking import presentation_mistakes
from treuwerk.web.shell.content import localised
from treuwerk.web.shell.notation import notation
from treuwerk.web.shell.translations import translations

ITALIAN = """msgid ""
msgstr ""
"Language: it\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgid "Sign in"
msgstr "Accedi"

msgid "Purchases"
msgstr "Acquisti"

msgid "Available now"
msgstr "Disponibili ora"

msgid "Enter your login name."
msgstr "Inserisci il nome utente."
"""


def programme(locales: str, **names: str) -> str:
    """The usual programme in other languages; each text gets the given ones too."""
    more = "".join(f', {code} = "{text}"' for code, text in names.items())
    changed = PROGRAMME.replace('locales = ["de", "en", "fr"]', f"locales = {locales}")
    return "\n".join(line.replace(" }", f"{more} }}") if line.startswith(("name = {", "title = {")) else line
                     for line in changed.splitlines())


def opened(folder: Path, database: Database, text: str) -> Portal:
    portal = open_portal(folder, database, text)
    for day, lines in USUAL.items():
        portal.deliver(day, *lines)
    return portal


@pytest.fixture
def italian(tmp_path: Path, sqlite_database: Database) -> Portal:
    """A programme that speaks Italian as well: a line in its file, its own names, and one more file."""
    (tmp_path / "translations").mkdir()
    (tmp_path / "translations/it.po").write_text(ITALIAN, "utf-8")
    return opened(tmp_path, sqlite_database, programme('["de", "en", "it"]', it="punti"))


def test_a_fourth_language_needs_files_only(italian: Portal) -> None:
    client = italian.signed_in(language="it")

    answer = client.get("/purchases")

    assert '<html lang="it">' in answer.text
    assert answer.headers["content-language"] == "it"
    assert "Acquisti" in words(client, "/purchases")
    assert 'name="locale" value="it" lang="it" aria-pressed="true">Italiano</button>' in answer.text


def test_its_formats_are_those_of_the_language(italian: Portal) -> None:
    text = words(italian.signed_in(language="it"), "/account")

    assert "punti" in text
    assert "31 dicembre 2029" in text
    assert "3.280" in text or "2.880" in text or "2.480" in text


def test_the_browser_is_understood_in_it(italian: Portal) -> None:
    answer = italian.visitor(language="it-CH, it;q=0.9, de;q=0.5").post("/login", data={})

    assert "Inserisci il nome utente." in answer.text


def test_a_language_that_nobody_has_texts_for_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "programme.toml").write_text(programme('["de", "it"]', it="punti"), "utf-8")

    found = presentation_mistakes(read_programme(tmp_path))

    assert [(one.path, one.expected) for one in found] == [
        ("programme.toml: programme.locales[1]", "a file translations/it.po")]


def test_names_that_lack_a_language_are_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "programme.toml").write_text(programme('["de", "it"]'), "utf-8")

    with pytest.raises(ProgrammeError) as refused:
        read_programme(tmp_path)

    assert "units.bonus.name" in str(refused.value)
    assert "no text for it" in str(refused.value)


@pytest.mark.parametrize("locales", ['["de", "xx"]', '["en_XA"]', '["de", "de"]', '["de_DE_nonsense_x"]', '["DE!"]'])
def test_a_language_that_does_not_exist_is_a_mistake(tmp_path: Path, locales: str) -> None:
    (tmp_path / "programme.toml").write_text(programme(locales), "utf-8")

    with pytest.raises(ProgrammeError, match=r"programme\.locales"):
        read_programme(tmp_path)


@pytest.fixture
def informal(tmp_path: Path, sqlite_database: Database) -> Portal:
    return opened(tmp_path, sqlite_database, programme('["de_Informal", "en"]'))


def test_informal_german_says_du_and_else_what_german_says(informal: Portal) -> None:
    client = informal.signed_in(language="de_Informal")

    html = client.get("/purchases").text

    assert '<html lang="de">' in html
    assert "Was du gekauft hast und was es gebracht hat" in html
    assert "Lieferschein" in html
    assert "Deutsch (Du)" in html
    assert "Bonuspunkte" in words(client, "/account")


@pytest.mark.parametrize("accepted", ["de", "de-AT", "DE-de", "nl, de;q=0.3"])
def test_whoever_asks_for_german_gets_the_programmes_own(informal: Portal, accepted: str) -> None:
    html = informal.visitor(language=accepted).post("/login", data={}).text

    assert "Gib deinen Anmeldenamen ein." in html


def test_a_programme_may_say_both(tmp_path: Path, sqlite_database: Database) -> None:
    portal = opened(tmp_path, sqlite_database, programme('["de", "de_Informal", "en"]'))

    assert "Geben Sie Ihren" in portal.visitor(language="de").post("/login", data={}).text
    assert "Deutsch (Du)" in portal.visitor(language="de").get("/login").text


def test_a_language_in_capitals_is_understood(sqlite_portal: Portal) -> None:
    assert '<html lang="fr">' in sqlite_portal.visitor(language="FR").get("/login").text


def test_the_pseudo_locale_is_offered_only_on_demand(sqlite_portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "en_XA" not in sqlite_portal.visitor().get("/login").text

    monkeypatch.setenv("TREUWERK_PSEUDO", "1")
    html = sqlite_portal.visitor(language="en-XA").get("/login").text

    assert '<html lang="en-XA">' in html
    assert "⟦Sîgñ îñ···⟧" in html


def test_catalogues_are_merged_plugin_then_engine_then_programme(tmp_path: Path) -> None:
    plugin, own = tmp_path / "plugin", tmp_path / "programme"
    texts = {plugin: {"Seminars": "Kurse", "Sign in": "Einloggen", "Search": "Finden"},
             own / "translations": {"Search": "Stöbern"}}
    for folder, pairs in texts.items():
        folder.mkdir(parents=True)
        (folder / "de.po").write_text("\n".join(f'msgid "{a}"\nmsgstr "{b}"\n' for a, b in pairs.items()), "utf-8")

    found = translations("de", own, [plugin])

    assert [found.gettext(text) for text in ("Seminars", "Sign in", "Search")] == ["Kurse", "Anmelden", "Stöbern"]


def test_a_text_that_stands_in_says_its_language() -> None:
    assert str(localised({"de": "Prämie", "fr": "Récompense"}, "de_Informal").__html__()) == "Prämie"
    assert localised({"de": "<Prämie>"}, "en").__html__() == '<span lang="de">&lt;Prämie&gt;</span>'
    assert localised({"fr": "Récompense", "de": "Prämie"}, "en", "de").lang == "de"
    assert localised({}, "en").__html__() == ""


@pytest.mark.parametrize(("code", "facts"), [
    ("de_Informal", (("de_Informal", "de"), "de", "Deutsch (Du)", "31.12.2026")),
    ("de_AT", (("de_AT", "de"), "de-AT", "Deutsch (Österreich)", "31.12.2026")),
    ("it", (("it",), "it", "Italiano", "31/12/2026")), ("en_XA", (("en_XA", "en"), "en-XA", "[Ƥşḗŭḓǿ]", "31/12/2026")),
])
def test_a_code_says_what_it_stands_on(code: str, facts: tuple[object, ...]) -> None:
    assert is_language(code)
    assert (fallbacks(code), tag(code), own_name(code), notation(cldr(code)).written(date(2026, 12, 31))) == facts
