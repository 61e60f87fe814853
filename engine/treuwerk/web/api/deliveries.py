"""Deliveries of partners' systems: a file of any format that the source reads, and what became of it."""

import re
from collections.abc import Sequence
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from treuwerk.domain.ledger import moment
from treuwerk.domain.source_rights import DELIVER, READ
from treuwerk.programme.settings import Api
from treuwerk.services.clearing.delivering import Delivered, deliver, delivery
from treuwerk.services.clearing.incoming import Arrival, Incoming, OtherContent
from treuwerk.services.clearing.shelf import Arriving, TooLarge, shelf_of
from treuwerk.store import incoming
from treuwerk.web.api.routing import MEBIBYTE, ApiRoute, Call
from treuwerk.web.shell.problems import RequestRefused

PREFIX = "/api/v1"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_VERSION = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_NAME = re.compile(r"[^\x00-\x1f/\\\x7f]{1,200}")
_PIECE = MEBIBYTE


def delivery_routes(apis: Sequence[Api]) -> list[BaseRoute]:
    """The operations of deliveries."""
    most = max((api.largest_mebibytes for api in apis), default=1) * MEBIBYTE
    return [
        ApiRoute(f"{PREFIX}/sources/{{source}}/files", _deliver, permission=DELIVER, name="api_deliver",
                 methods=("POST",), body_bytes=most),
        ApiRoute(f"{PREFIX}/sources/{{source}}/files/{{id}}", _receipt, permission=READ, name="api_delivery",
                 methods=("GET",), body_bytes=1_024)]


async def _deliver(call: Call) -> Response:
    name, key, document, version = _name(call), _request_key(call), *_version(call)
    shelf, apis = shelf_of(call.shell.installation.database), call.shell.installation.programme.settings.api.values()
    # How much a source takes, only its partner learns: until that is proven, as much comes as the largest one takes.
    most = max(one.largest_mebibytes for one in apis) if call.signed else call.api.largest_mebibytes
    arriving = await run_in_threadpool(shelf.begin, most * MEBIBYTE)
    with arriving:
        await _stream(call, arriving, most)
        if not arriving.size:
            raise RequestRefused(422, "empty", "found an empty body, expected a file as this source sends it")
        call.prove()  # before it gets a place: what nobody signed is not kept
        if arriving.size > call.api.largest_mebibytes * MEBIBYTE:
            raise _too_large(call.api.largest_mebibytes)
        kept = await run_in_threadpool(arriving.end)
    arrival = Arrival(incoming.API, call.source, name, kept, key, document, version)
    return await run_in_threadpool(_answer, call, arrival)


async def _stream(call: Call, arriving: Arriving, most: int) -> None:
    """The body to the disk, in pieces that are worth a way to another thread."""
    pieces: list[bytes] = []
    waiting = 0
    try:
        async for piece in call.request.stream():
            pieces.append(piece)
            if (waiting := waiting + len(piece)) >= _PIECE:
                await run_in_threadpool(_add, call, arriving, b"".join(pieces))
                pieces, waiting = [], 0
        await run_in_threadpool(_add, call, arriving, b"".join(pieces))
    except TooLarge:
        raise _too_large(most) from None
    except ClientDisconnect:
        raise RequestRefused(400, "broken_off", "the body broke off before its end; send it again") from None


def _too_large(most: int) -> RequestRefused:
    return RequestRefused(413, "too_large", f"found more than {most} MiB; send it in parts")


def _add(call: Call, arriving: Arriving, piece: bytes) -> None:
    if call.signed is not None:
        call.signed.update(piece)
    arriving.add(piece)


def _answer(call: Call, arrival: Arrival) -> Response:
    try:
        done = deliver(call.access, call.shell.installation, arrival, call.now)
    except OtherContent:
        reason = f"the key {arrival.request_key!r} was used for another content; take a new key for each delivery"
        raise RequestRefused(422, "key_used", reason) from None
    return _shown(call, done)


def _shown(call: Call, done: Delivered) -> Response:
    """200 with the receipt once it is settled, 202 until then or where it is held, 422 where it could not be read."""
    found = done.found
    place = f"{PREFIX}/sources/{quote(call.source)}/files/{found.public_id}"
    headers = {"location": place, **({"idempotency-replayed": "true"} if done.repeated else {})}
    if found.state == incoming.FAILED:
        code = "rejected" if "held" in (found.receipt or {}) else "unreadable"
        raise RequestRefused(422, code, found.said, headers)
    if not found.is_settled:
        return JSONResponse(_as_json(found), 202, {**headers, "retry-after": "5"})
    return JSONResponse(_as_json(found), 202 if found.state == incoming.HELD else 200, headers)


async def _receipt(call: Call) -> Response:
    if call.signed is not None:
        async for piece in call.request.stream():
            call.signed.update(piece)
    call.prove()
    found = await run_in_threadpool(delivery, call.access, call.shell.installation, call.source,
                                    call.request.path_params["id"])
    return JSONResponse(_as_json(found))


def _as_json(found: Incoming) -> dict[str, object]:
    """A delivery as partners see it."""
    shown = {"id": found.public_id, "state": found.state, "source": found.source, "name": found.name,
             "sha256": found.sha256, "size": found.size, "received_at": moment(found.received_at).isoformat()}
    if found.is_settled:
        shown |= {"finished_at": moment(found.finished_at).isoformat(), "receipt": found.receipt}
    if found.document:
        shown |= {"document": found.document, "version": found.version}
    return {**shown, **({"reason": found.said} if found.said else {})}


def _name(call: Call) -> str:
    """What the file is called at the partner's; it stands in the receipt."""
    name = call.request.query_params.get("name", call.source)
    if not _NAME.fullmatch(name) or name in (".", ".."):
        raise RequestRefused(400, "wrong_name", "found a name with /, \\ or marks that cannot be printed, or none; "
                             "expected the name of a file of at most 200 characters")
    return name


def _version(call: Call) -> tuple[str, int]:
    """Of which document this is, and which version, where the partner says so."""
    given = call.request.query_params
    document, version = given.get("document", ""), given.get("version", "")
    if not document and not version:
        return "", 0
    if not _NAME.fullmatch(document) or not _VERSION.fullmatch(version):
        raise RequestRefused(400, "wrong_version", "expected both document (at most 200 characters) and version (a "
                             "whole number from 1 on in plain digits), or none of them")
    return document, int(version)


def _request_key(call: Call) -> str:
    """What makes the same request the same: the Idempotency-Key, or the id of a signed one."""
    headers: Headers = call.request.headers
    given, signed = headers.get("idempotency-key", ""), call.signed.id if call.signed else ""
    if given and not _KEY.fullmatch(given):
        raise RequestRefused(400, "wrong_key", "found an Idempotency-Key of more than 200 characters, or with blanks; "
                             "expected letters, digits and signs of ASCII")
    if given and signed and given != signed:
        raise RequestRefused(400, "two_keys", "found an Idempotency-Key that is not the webhook-id, which alone is "
                             "signed; send the webhook-id only")
    return given or signed
