"""Voucher codes of a reward: brought as a text, counted by what became of them, and never shown again."""

from datetime import date

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.secrets import UnknownKey
from treuwerk.services.rewards.askers import programme_day
from treuwerk.services.rewards.code_desk import (
    MOST_AT_ONCE,
    CodesAdded,
    add_codes,
    code_pools,
    decoded,
    has_codes,
    running_out,
    typed_codes,
)
from treuwerk.services.rewards.drafts import Working
from treuwerk.services.rewards.editing import WRITE
from treuwerk.web.forms import Shown, choice, day, secret
from treuwerk.web.forms.pages import UNPROCESSABLE, done, empty, read, refused, told
from treuwerk.web.office.catalogue.listing import HOME, path_of
from treuwerk.web.office.catalogue.saving import reward_in
from treuwerk.web.office.catalogue.words import kind_of, message_of, name_of
from treuwerk.web.office.frame import office_page, settings_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

_LONGEST = 4_000_000
"""Characters that are pasted at once: more than so many codes have."""
_NAMED = 20
"""Lines that a message names."""


@attrs.frozen
class CodesForm:
    """Codes, where they go, and the last day of those that name none. Codes are a secret: no page has them again."""

    codes: str = secret(marked("Codes"), required=False, longest=_LONGEST)
    variant: str = choice(marked("Variant"))
    valid_until: date | None = day(marked("Good until"), required=False)


def codes_page(visit: Visit) -> Response:
    """How many codes there are, and the field for more."""
    one = reward_in(visit)
    first = one.reward.variants[0].number
    return _shown(visit, one, empty(visit, CodesForm, {"variant": first}))


def codes_form(visit: Visit) -> Response:
    """Take codes in; nothing of a text of which a line cannot be read."""
    visit.access.require(WRITE)
    one = reward_in(visit)
    result = read(visit, CodesForm, {"variant": [variant.number for variant in one.reward.variants]})
    if not result.ok:
        return _shown(visit, one, refused(visit, result), UNPROCESSABLE)
    settings, asked = settings_of(visit), result.value

    def write(connection: Connection) -> str:
        added = add_codes(visit.access, connection, settings, visit.shell.keys, one.number, asked.variant, codes,
                          visit.now)
        told(visit, connection, _added_words(visit, added), tone="good" if added.added else "warn")
        return f"{path_of(one.number)}/codes"

    try:
        codes = typed_codes(_typed(visit, asked.codes), asked.valid_until, programme_day(settings, visit.now))
        return done(visit, write)
    except Refusal as refusal:
        words = gettext(visit, message_of(refusal))
        said = words % refusal.facts if "%(" in words else words
        return _shown(visit, one, attrs.evolve(refused(visit, result), errors={"codes": said}), UNPROCESSABLE)
    except UnknownKey:
        words = gettext(visit, marked("The key that seals codes is not there. Ask your administrator."))
        return _shown(visit, one, attrs.evolve(refused(visit, result), errors={"codes": words}), UNPROCESSABLE)


def _typed(visit: Visit, pasted: str) -> str:
    """What was pasted, and the text of the file behind it."""
    return "\n".join(part for part in (pasted, *(
        decoded(file.file.read()) for file in visit.files)) if part.strip())


def _added_words(visit: Visit, added: CodesAdded) -> str:
    """What became of the lines; codes are named by their lines alone."""
    texts = visit.shell.renderer.language(visit.locale).texts
    said = [texts.ngettext("%(count)s code was added.", "%(count)s codes were added.", added.added) % {
        "count": added.added}]
    for words, lines in ((marked("There already: lines %(lines)s."), added.known),
                         (marked("Twice in the text: lines %(lines)s."), added.twice)):
        if lines:
            more = " …" if len(lines) > _NAMED else ""
            said.append(gettext(visit, words) % {"lines": ", ".join(map(str, lines[:_NAMED])) + more})
    return " ".join(said)


def _shown(visit: Visit, one: Working, form: Shown, status: int = 200) -> Response:
    settings = settings_of(visit)
    with visit.shell.installation.database.reading() as connection:
        pools = code_pools(visit.access, connection, settings, one.reward)
    return office_page(visit, "office/catalogue/codes.html", status, section=HOME, one=one, form=form, pools=pools,
                       path=path_of(one.number), name=name_of(visit, one.reward), few=set(running_out(settings, pools)),
                       coded=has_codes(settings, one.reward), kind=kind_of(visit, one.reward.kind), most=MOST_AT_ONCE,
                       megabytes=settings.uploads.file_megabytes,
                       options=[(variant.number, variant.number) for variant in one.reward.variants])
