"""Files of rewards in the service centre: every difference is told before anything is imported, and can be undone."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.catalogue import Change
from treuwerk.domain.refusals import Refusal
from treuwerk.services.rewards import bringing
from treuwerk.services.rewards.bringing import Brought, Undone
from treuwerk.services.rewards.editing import READ, WRITE
from treuwerk.services.rewards.exporting import reward_lines
from treuwerk.services.rewards.gate import Lacking
from treuwerk.services.rewards.publishing import PUBLISH
from treuwerk.web.forms.pages import done, told
from treuwerk.web.forms.showing import new_form_id
from treuwerk.web.office.catalogue.listing import HOME
from treuwerk.web.office.catalogue.saving import sent_to
from treuwerk.web.office.catalogue.words import change_words, lacking_words
from treuwerk.web.office.frame import number_in, office_page
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

IMPORTS = "/office/import-rewards"
STATES: Mapping[str, tuple[str, str, str]] = {
    "planned": (marked("Waits for a decision"), "warn", "hourglass"), "done": (marked("Imported"), "good",
                                                                              "circle-check"),
    "undone": (marked("Taken back"), "", "undo-2"), "left": (marked("Not imported"), "", "circle-x")}
_NAMED = 20
"""Rewards that a message names."""
SHOWN = 200
"""Differences that a page shows; all of them are counted."""


def imports_page(visit: Visit) -> Response:
    """The field for a file, and what became of the last ones."""
    with visit.shell.installation.database.reading() as connection:
        found = bringing.latest(visit.access, connection)
    return office_page(visit, "office/catalogue/imports.html", section=HOME, found=found, states=STATES, home=IMPORTS,
                       may_write=visit.access.may(WRITE))


def look_form(visit: Visit) -> Response:
    """Take a file in and show its differences."""
    visit.access.require(WRITE)
    if not visit.files:
        return sent_to(visit, Refusal("no_file", "found no file, expected one"), IMPORTS)
    upload = visit.files[0]
    try:
        import_id = bringing.look_at(visit.access, visit.shell.installation, upload.file, upload.filename or "",
                                     visit.now)
    except Refusal as refusal:
        return _refused(visit, refusal)
    return see_other(f"{IMPORTS}/{import_id}")


def import_page(visit: Visit) -> Response:
    """One file with its differences, and what can be done about it."""
    one = _one(visit)
    changes = [(change["reward"], *change_words(visit, Change(change["path"], change["before"], change["after"])))
               for change in one.receipt["changes"][:SHOWN]]
    lacks, drafts = ([(fault["reward"], _told(visit, fault)) for fault in one.receipt.get(name, [])[:SHOWN]]
                     for name in ("held", "drafts"))
    return office_page(visit, "office/catalogue/import.html", section=HOME, one=one, states=STATES, home=IMPORTS,
                       lacks=lacks, drafts=drafts,
                       changes=changes, shown=SHOWN, form_id=new_form_id(), may_write=visit.access.may(WRITE),
                       may_import=bringing.may_import(visit.access, visit.shell.installation, one),
                       may_publish=visit.access.may(PUBLISH))


def bring_form(visit: Visit) -> Response:
    """Import it as it was shown."""
    one = _one(visit)
    here = f"{IMPORTS}/{one.id}"
    try:
        bringing.bring(visit.access, visit.shell.installation, one.id, visit.now)
    except Refusal as refusal:
        return _refused(visit, refusal, here)
    with visit.shell.installation.database.writing() as connection:
        told(visit, connection, gettext(visit, marked("The file is imported.")), undo_path=f"{here}/undo")
    return see_other(here)


def leave_form(visit: Visit) -> Response:
    """Do not import it."""
    one = _one(visit)

    def write(connection: Connection) -> str:
        bringing.leave(visit.access, connection, one.id, visit.now)
        told(visit, connection, gettext(visit, marked("Nothing of the file was imported.")))
        return IMPORTS

    try:
        return done(visit, write)
    except Refusal as refusal:
        return _refused(visit, refusal, f"{IMPORTS}/{one.id}")


def undo_form(visit: Visit) -> Response:
    """Take an import back."""
    one = _one(visit)
    here = f"{IMPORTS}/{one.id}"

    def write(connection: Connection) -> str:
        undone = bringing.undo(visit.access, visit.shell.installation, connection, one.id, visit.now)
        told(visit, connection, _undone_words(visit, undone), tone="warn" if undone.left or undone.held else "good")
        return here

    try:
        return done(visit, write)
    except Refusal as refusal:
        return _refused(visit, refusal, here)


def _undone_words(visit: Visit, undone: Undone) -> str:
    """What became of an import that is taken back, in a sentence for each group of rewards."""
    said = [gettext(visit, marked("The import is taken back: %(count)s rewards are as they were before.")) % {
        "count": undone.restored - len(undone.drafts)}]
    if undone.left:
        said.append(gettext(visit, marked("Changed since, and left as they are: %(left)s.")) % {
            "left": ", ".join(undone.left[:_NAMED])})
    if undone.drafts:
        said.append(gettext(visit, marked("Drafts now, since they lack something: %(drafts)s.")) % {
            "drafts": ", ".join(undone.drafts[:_NAMED])})
    return " ".join(said)


def rewards_csv(visit: Visit) -> Response:
    """The whole catalogue as a file that can be changed and brought again."""
    visit.access.require(READ)
    content = "".join(reward_lines(visit.shell.installation)).encode()
    return Response(content, media_type="text/csv; charset=utf-8",
                    headers={"content-disposition": 'attachment; filename="rewards.csv"'})


def _one(visit: Visit) -> Brought:
    with visit.shell.installation.database.reading() as connection:
        return bringing.brought(visit.access, connection, number_in(visit, "import"))


def _refused(visit: Visit, refusal: Refusal, path: str = IMPORTS) -> Response:
    """What is wrong with a file as a whole is told in the words of its reader, which name the place."""
    if refusal.code == "unreadable":
        with visit.shell.installation.database.writing() as connection:
            words = gettext(visit, marked("This file cannot be imported: %(why)s")) % {"why": refusal.facts["why"]}
            told(visit, connection, words, tone="bad")
        return see_other(path)
    return sent_to(visit, refusal, path)


def _told(visit: Visit, fault: Mapping[str, Any]) -> str:
    """What a reward lacks; receipts of before keep their English reason only."""
    if "words" not in fault:
        return str(fault["reason"])
    return lacking_words(visit, Lacking(fault["reward"], fault["variant"], fault["words"], fault["details"]))
