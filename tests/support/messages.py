"""Collects the texts of the web from its sources, as a translator would get them.

``python -m tests.support.messages`` brings the catalogues up to date: new texts come in untranslated, texts that are
gone go, and the order is that of the sources, so that two branches rarely write in the same place.
"""

import re
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from treuwerk.domain.rights import PERMISSIONS
from treuwerk.web.shell.assets import WEB
from treuwerk.web.shell.naming import OWN_CODES
from treuwerk.web.shell.translations import FOLDER, catalogue

_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext.babel_extract")]
_OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
FORMAL = re.compile(r"\b(Sie|Ihr\w*|Ihnen)\b")
_KEYWORDS = {"_": None, "gettext": (2,), "ngettext": (1, 2), "marked": None}


def collected(folder: Path = WEB) -> Catalog:
    """Every message of templates and Python, and the codes that the engine names itself."""
    catalogue = Catalog()
    for _, _, message, _, context in extract_from_dir(folder, _METHODS, _OPTIONS, _KEYWORDS):
        catalogue.add(message, context=context)
    for permission in PERMISSIONS:
        catalogue.add(permission.title)
    for context, code in OWN_CODES:
        catalogue.add(code, context=context)
    return catalogue


def update(path: Path, wanted: Catalog) -> list[str]:
    """Bring one catalogue up to date; the answer are the messages that lack a translation.

    A new message comes in behind the one that precedes it in the sources: what stood there keeps its place.
    """
    old = catalogue(path, path.stem)
    keys = [(message.id, message.context) for message in wanted if message.id]
    order = [key for message in old if (key := (message.id, message.context)) in keys]
    for place, key in enumerate(keys):
        if key not in order:
            order.insert(order.index(keys[place - 1]) + 1 if place else 0, key)
    fresh = Catalog(locale=old.locale, header_comment=old.header_comment, fuzzy=False)
    fresh.mime_headers = old.mime_headers
    for message_id, context in order:
        known = old.get(message_id, context)
        fresh.add(message_id, known.string if known else message_id if path.stem == "en" else "", context=context)
    content = BytesIO()
    write_po(content, fresh, width=120, no_location=True)
    path.write_bytes(content.getvalue())
    return [str(message.id) for message in fresh if message.id and not message.string]


def formal(german: Catalog) -> Catalog:
    """The messages whose German says Sie: informal German has words of its own for them."""
    found = Catalog()
    for message in german:
        texts = message.string if isinstance(message.string, list | tuple) else (message.string or "",)
        if message.id and any(FORMAL.search(text) for text in texts):
            found.add(message.id, context=message.context)
    return found


if __name__ == "__main__":
    collection = collected()
    for po in sorted(FOLDER.glob("??.po")):
        print(po.name, *update(po, collection), sep="\n  ")
    informal = FOLDER / "de_Informal.po"
    print(informal.name, *update(informal, formal(catalogue(FOLDER / "de.po", "de"))), sep="\n  ")
