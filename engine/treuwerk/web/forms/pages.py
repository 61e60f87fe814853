"""Forms in the hands of a page: read one, show one, answer what was refused, do what was asked for once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import attrs
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.services import telling
from treuwerk.services.once import once
from treuwerk.web.forms.reading import FORM_ID, VERSION, Result, from_form
from treuwerk.web.forms.showing import Shown, shown
from treuwerk.web.shell.confirming import typed_before
from treuwerk.web.shell.pages import page, see_other
from treuwerk.web.shell.rendering import Language
from treuwerk.web.shell.state import Visit
from treuwerk.web.shell.submitted import Submitted

T = TypeVar("T")
UNPROCESSABLE, CONFLICT = 422, 409
_LONGEST_VERSION = 18


def language_of(visit: Visit) -> Language:
    """The visitor's language."""
    return visit.shell.renderer.language(visit.locale)


def read(visit: Visit, form: type[T], options: Mapping[str, Sequence[str]] | None = None) -> Result[T]:
    """The submitted form of this request, read in the visitor's language."""
    return from_form(form, visit.form, language_of(visit).formats.locale, options)


def empty(visit: Visit, form: type[Any], initial: object = None, *, version: int = 0, name: str = "") -> Shown:
    """A form to be filled in, or to be changed from `initial`, with a fresh id.

    Who was led away from it, to prove who it is or to another language, finds what was typed, to be sent once more.
    """
    typed = Submitted() if name else typed_before(visit)
    fields = [field.name for field in attrs.fields(form)]
    if not set(typed).intersection(fields):
        return shown(form, language_of(visit), initial=initial, version=version, name=name)
    kept: Result[Any] = Result(form, {field: tuple(typed.getlist(field)) for field in fields}, {})
    return shown(form, language_of(visit), result=kept, version=_version(typed.get(VERSION, "0")),
                 form_id=typed.get(FORM_ID, ""))


def refused(visit: Visit, result: Result[Any], *, name: str = "") -> Shown:
    """The form as it was sent: typed texts, complaints, its own id and version."""
    return shown(result.form, language_of(visit), result=result, version=version_of(visit), name=name,
                 form_id=visit.form.get(FORM_ID, ""))


def refused_page(visit: Visit, template: str, form: Shown, **context: Any) -> Response:
    """The page with the refused form, with status 422."""
    return page(visit, template, UNPROCESSABLE, form=form, **context)


def version_of(visit: Visit) -> int:
    """The version that the form was filled from, 0 for none.

    Raises:
        HTTPException: 400, what stands in the field is no version.
    """
    return _version(visit.form.get(VERSION, "0"))


def _version(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_VERSION):
        raise HTTPException(400)
    return int(text)


def done(visit: Visit, act: Callable[[Connection], str]) -> Response:
    """Do what the form asks for, once, and go on by GET. `act` returns the path of this site that follows."""
    where, _ = once(visit.shell.installation.database, session_key(visit), visit.form.get(FORM_ID, ""), visit.now, act)
    return see_other(where)


def told(visit: Visit, connection: Connection, words: str, *, tone: str = "good", undo_path: str = "",
         undo_fields: Mapping[str, str] | None = None, link: str = "") -> None:
    """Leave a message for the next page, in the visitor's language; nothing for somebody who is not signed in."""
    if session_key(visit):
        telling.tell(connection, session_key(visit), telling.Told(words, tone, undo_path, undo_fields or {}, link))


def session_key(visit: Visit) -> str:
    """The key of the visitor's session, empty for none."""
    return visit.state.session.id_hash if visit.state.session else ""

