"""Pictures of a reward and papers of its evidence: uploaded, put in order, told in every language."""

import re
from functools import cache
from typing import Any

import attrs
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from treuwerk.domain.catalogue import Picture, Reward
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.uploads import ENDINGS, FileType
from treuwerk.services.documents_folder import NoDocumentsFolder
from treuwerk.services.rewards.drafts import Working
from treuwerk.services.rewards.editing import READ, WRITE
from treuwerk.services.rewards.pictures import (
    RewardFile,
    document_path,
    note,
    shown,
    store_document,
    store_picture,
)
from treuwerk.services.submissions.drawing_slots import DrawingBusy
from treuwerk.store import reward_files
from treuwerk.web.forms import Shown, text, whole, yes
from treuwerk.web.forms.pages import CONFLICT, UNPROCESSABLE, version_of
from treuwerk.web.forms.reading import FORM_ID
from treuwerk.web.forms.showing import new_form_id
from treuwerk.web.office.catalogue.listing import HOME, path_of
from treuwerk.web.office.catalogue.rows import Typed, errors_of, read_rows, shown_rows
from treuwerk.web.office.catalogue.saving import CHANGED, reward_in, save, sent_to, tell_at
from treuwerk.web.office.catalogue.words import name_of
from treuwerk.web.office.frame import number_in, office_page, settings_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.state import Visit

MOST_AT_ONCE = 10
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_STRICT = {"content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
           "x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin"}
_NOT_NOW = Refusal("busy", "found many pictures being drawn, expected fewer; come again in some seconds")


@cache
def picture_form(locales: tuple[str, ...]) -> type[Any]:
    """One picture in a programme with these languages: its place, and what is on it."""
    return attrs.make_class("PictureRow", {
        "place": whole(marked("Place"), required=False, at_least=1, at_most=999),
        **{f"alt_{locale}": text(marked("What is on it"), required=False, longest=300) for locale in locales},
        "away": yes(marked("Take it away"))}, frozen=True)


def pictures_page(visit: Visit) -> Response:
    """All pictures with their words, and a field for more."""
    one = reward_in(visit)
    return _shown(visit, one, _rows(visit, one.reward))


def pictures_form(visit: Visit) -> Response:
    """Change their words and order, or take some away. Files of pictures stay: older versions have them."""
    one, locales = reward_in(visit), settings_of(visit).programme.locales
    typed = read_rows(visit, picture_form(tuple(locales)))
    if not typed.ok or len(typed.rows) > len(one.reward.pictures):
        return _again(visit, one, typed, UNPROCESSABLE)
    rows = typed.values

    def applied(before: Reward) -> Reward:
        told = [(row.place or 999, at, attrs.evolve(before.pictures[at], alt={
            locale: words for locale in locales if (words := getattr(row, f"alt_{locale}"))}))
            for at, row in enumerate(rows) if at < len(before.pictures) and not row.away]
        return attrs.evolve(before, pictures=tuple(picture for _, _, picture in sorted(
            told, key=lambda place: place[:2])))

    return save(visit, applied, lambda refusal: sent_to(visit, refusal, f"{path_of(one.number)}/pictures"),
                lambda theirs: _again(visit, theirs, typed, CONFLICT))


def add_pictures_form(visit: Visit) -> Response:
    """Add pictures behind those that are there."""
    visit.access.require(WRITE)
    one = reward_in(visit)
    here = f"{path_of(one.number)}/pictures"
    if not visit.files:
        return sent_to(visit, Refusal("no_file", "found no file, expected a picture"), here)
    try:
        stored = [store_picture(visit.shell.installation, file.file, file.filename or "") for file in visit.files]
    except Refusal as refusal:
        return sent_to(visit, refusal, here)
    except DrawingBusy:
        return tell_at(visit, marked("Many pictures are being drawn. Try again in some seconds."), here)

    def applied(before: Reward) -> Reward:
        there = {picture.sha256 for picture in before.pictures}
        fresh = {file.sha256: file for file in stored if file.sha256 not in there}
        return attrs.evolve(before, pictures=(*before.pictures, *(file.picture() for file in fresh.values())))

    return save(visit, applied, lambda refusal: sent_to(visit, refusal, here),
                lambda _: tell_at(visit, CHANGED, here), back=here,
                also=lambda connection: _note(visit, connection, stored))


def paper_form(visit: Visit) -> Response:
    """Add the paper of an evidence, or put another one in its place."""
    visit.access.require(WRITE)
    one, at = reward_in(visit), number_in(visit, "at")
    here = f"{path_of(one.number)}/evidence"
    if at >= len(one.reward.evidence):
        raise HTTPException(404)
    if not visit.files:
        return sent_to(visit, Refusal("no_file", "found no file, expected a paper"), here)
    try:
        stored = store_document(visit.shell.installation, visit.files[0].file, visit.files[0].filename or "")
    except Refusal as refusal:
        return sent_to(visit, refusal, here)

    def applied(before: Reward) -> Reward:
        proofs = list(before.evidence)
        proofs[at] = attrs.evolve(proofs[at], file=stored.sha256, document=proofs[at].document or stored.name)
        return attrs.evolve(before, evidence=tuple(proofs))

    return save(visit, applied, lambda refusal: sent_to(visit, refusal, here),
                lambda _: tell_at(visit, CHANGED, here), back=here,
                also=lambda connection: _note(visit, connection, [stored]))


def paper_file(visit: Visit) -> Response:
    """A paper as it came, to be kept; only one that this reward has."""
    visit.access.require(READ)
    one, digest = reward_in(visit), visit.request.path_params["digest"]
    kept = one.kept.evidence if one.kept else ()
    if not _HASH.fullmatch(digest) or digest not in {proof.file for proof in (*one.reward.evidence, *kept)}:
        raise HTTPException(404)
    with visit.shell.installation.database.reading() as connection:
        row = reward_files.known(connection, [digest]).get(digest)
    try:
        path = document_path(visit.access, visit.shell.installation, digest)
    except NoDocumentsFolder:
        raise HTTPException(404) from None
    if row is None or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type="application/octet-stream", headers=_STRICT,
                        filename=f"{one.number}-{digest[:8]}{ENDINGS[FileType(row.media_type)]}")


def _note(visit: Visit, connection: Any, stored: list[RewardFile]) -> None:
    for file in stored:
        note(connection, file, visit.access.actor, visit.now)


def _rows(visit: Visit, one: Reward) -> list[Shown]:
    """One row for each picture, and none behind them: a picture begins with its file."""
    form = picture_form(tuple(settings_of(visit).programme.locales))
    return shown_rows(visit, form, [{"place": at, **{f"alt_{locale}": words for locale, words in picture.alt.items()}}
                                    for at, picture in enumerate(one.pictures, 1)])[:len(one.pictures)]


def _again(visit: Visit, one: Working, typed: Typed, status: int) -> Response:
    rows = shown_rows(visit, picture_form(tuple(settings_of(visit).programme.locales)), (), typed)
    fits = len(typed.rows) == len(one.reward.pictures)
    return _shown(visit, one, rows[:len(one.reward.pictures)] if fits else _rows(visit, one.reward), status,
                  version=version_of(visit) if status == UNPROCESSABLE else 0)


def _shown(visit: Visit, one: Working, rows: list[Shown], status: int = 200, version: int = 0) -> Response:
    head = Shown({}, errors_of(rows), visit.form.get(FORM_ID, "") or new_form_id(), version or one.version)
    settings = settings_of(visit)
    pictures = [(shown(picture, locale=visit.locale), lacking_in(picture, settings.programme.locales))
                for picture in one.reward.pictures]
    return office_page(visit, "office/catalogue/pictures.html", status, section=HOME, one=one, rows=rows, form=head,
                       adding=Shown({}, {}, new_form_id(), one.version, "add"), path=path_of(one.number),
                       name=name_of(visit, one.reward), pictures=pictures, changed=status == CONFLICT,
                       locales_of=settings.programme.locales, megabytes=settings.uploads.file_megabytes,
                       at_once=MOST_AT_ONCE)


def lacking_in(picture: Picture, locales: list[str]) -> list[str]:
    """Languages in which nothing says what is on a picture."""
    return [locale for locale in locales if not any(picture.alt.get(code) for code in (
        locale, locale.partition("_")[0]))]
