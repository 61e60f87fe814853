"""Collects the texts of the web from its sources, as a translator would get them."""

from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir

from treuwerk.web.shell.assets import WEB
from treuwerk.web.shell.naming import OWN_CODES

_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext.babel_extract")]
_OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
_KEYWORDS = {"_": None, "gettext": (2,), "ngettext": (1, 2), "marked": None}


def collected(folder: Path = WEB) -> Catalog:
    """Every message of templates and Python, and the codes that the engine names itself."""
    catalogue = Catalog()
    for _, _, message, _, context in extract_from_dir(folder, _METHODS, _OPTIONS, _KEYWORDS):
        catalogue.add(message, context=context)
    for context, code in OWN_CODES:
        catalogue.add(code, context=context)
    return catalogue
