"""Messages as gettext reads them: the same as Babel would write, and read anew when a file changed."""

import os
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo

from treuwerk.web.shell.compiled_texts import compiled_texts
from treuwerk.web.shell.translations import translations

MESSAGES = {"Balance": "Guthaben", "one day\0%(count)s days": "ein Tag\0%(count)s Tage", "state\4open": "offen",
            "Überschuß": "reste – été"}


def test_python_reads_what_babel_would_have_written() -> None:
    catalogue = Catalog(locale="de")
    catalogue.add("Balance", "Guthaben")
    catalogue.add(("one day", "%(count)s days"), ("ein Tag", "%(count)s Tage"))
    catalogue.add("open", "offen", context="state")
    catalogue.add("Überschuß", "reste – été")
    written = BytesIO()
    write_mo(written, catalogue)
    written.seek(0)
    babel = GNUTranslations(written)
    header = "\n".join(f"{name}: {value}" for name, value in catalogue.mime_headers)

    ours = GNUTranslations(BytesIO(compiled_texts({"": header, **MESSAGES})))

    assert ours._catalog == babel._catalog  # type: ignore[attr-defined]
    assert ours.info() == babel.info()
    assert [ours.ngettext("one day", "%(count)s days", count) for count in (1, 2)] == ["ein Tag", "%(count)s Tage"]
    assert ours.pgettext("state", "open") == "offen"


@pytest.mark.parametrize("later", ["Ade", "Leb wohl"])
def test_a_file_that_changed_is_read_anew(tmp_path: Path, later: str) -> None:
    path = tmp_path / "translations/de.po"
    path.parent.mkdir()
    path.write_text('msgid "Sign out"\nmsgstr "Aus"\n', "utf-8")
    before = translations("de", tmp_path).gettext("Sign out")
    path.write_text(f'msgid "Sign out"\nmsgstr "{later}"\n', "utf-8")
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))

    after = translations("de", tmp_path).gettext("Sign out")

    assert (before, after) == ("Aus", later)


def test_two_applications_share_what_did_not_change(tmp_path: Path) -> None:
    assert translations("fr", tmp_path) is translations("fr", tmp_path / "another")
