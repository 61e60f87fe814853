"""The routes of the service centre, each with its right."""

from starlette.routing import BaseRoute

from treuwerk.domain.rights import Audience
from treuwerk.web.lists import BULK_BYTES, BULK_FIELDS
from treuwerk.web.office import adjusting_pages as points
from treuwerk.web.office import audit_list, participant, participants, queue_list, start, user_links, user_ways
from treuwerk.web.office import audit_pages as audit
from treuwerk.web.office import booking_pages as bookings
from treuwerk.web.office import note_pages as notes
from treuwerk.web.office import queue_pages as queue
from treuwerk.web.office import user_pages as users
from treuwerk.web.shell.routing import SIGNED_IN, DeclaredRoute, Handler

_ONE = "/office/participants/{account}"
_NOTE = f"{_ONE}/notes/{{note}}"
_POINTS = "/office/adjustments/{id}"
_BOOKING = "/office/bookings/{id}"
_WORK = "/office/queue/{item}"
_USER = "/office/users/{user}"
READ, WRITE, VIEW_AS = "participants.read", "participants.write", "participants.view_as"


def office_routes() -> list[BaseRoute]:
    """All of them."""
    return [
        _get("/office", start.overview_page, SIGNED_IN, "office"),
        _get("/office/search", start.search_page, "search", "office_search"),
        *_participants(), *_notes(), *_points(), *_queue(), *_users(),
        _get("/office/audit", audit.audit_page, "audit.read", "office_audit"),
        _get("/office/audit.csv", audit_list.audit_csv, "audit.read", "office_audit_csv"),
        _post("/office/audit/views", audit_list.audit_views_form, "audit.read", "office_audit_views"),
        _post("/office/audit/prove", audit.prove_form, "audit.read", "office_prove"),
        _get("/office/plugins", audit.plugins_page, "plugins.read", "office_plugins"),
    ]


def _participants() -> list[BaseRoute]:
    return [
        _get("/office/participants", participants.participants_page, READ, "office_participants"),
        _get("/office/participants.csv", participants.participants_csv, READ, "office_participants_csv"),
        _post("/office/participants/views", participants.participants_views_form, READ, "office_participants_views"),
        _get(_ONE, participant.participant_page, READ, "office_participant"),
        _get(f"{_ONE}/status", participant.status_page, WRITE, "office_status"),
        _post(f"{_ONE}/status", participant.status_form, WRITE, "office_status_form"),
        _get(f"{_ONE}/invite", participant.invite_page, WRITE, "office_invite"),
        _post(f"{_ONE}/invite", participant.invite_form, WRITE, "office_invite_form"),
        _get(f"{_ONE}/view-as", participant.viewing_page, VIEW_AS, "office_view_as"),
        _post(f"{_ONE}/view-as", participant.viewing_form, VIEW_AS, "office_view_as_form"),
        _get(_BOOKING, bookings.booking_page, READ, "office_booking"),
        _get(f"{_BOOKING}/reverse", bookings.reverse_page, "points.adjust", "office_reverse"),
        _post(f"{_BOOKING}/reverse", bookings.reverse_form, "points.adjust", "office_reverse_form"),
    ]


def _notes() -> list[BaseRoute]:
    return [
        _get(f"{_ONE}/notes/new", notes.new_note_page, "notes.write", "office_new_note"),
        _post(f"{_ONE}/notes/new", notes.new_note_form, "notes.write", "office_new_note_form"),
        _get(_NOTE, notes.note_page, "notes.read", "office_note"),
        _post(_NOTE, notes.note_form, "notes.write", "office_note_form"),
        _post(f"{_NOTE}/done", notes.note_done_form, "notes.write", "office_note_done"),
        _post(f"{_NOTE}/reopen", notes.note_reopen_form, "notes.write", "office_note_reopen"),
    ]


def _points() -> list[BaseRoute]:
    return [
        _get(f"{_ONE}/adjust", points.adjust_page, "points.adjust", "office_adjust"),
        _post(f"{_ONE}/adjust", points.adjust_form, "points.adjust", "office_adjust_form"),
        _get("/office/adjustments", points.adjustments_page, READ, "office_adjustments"),
        _get(_POINTS, points.adjustment_page, READ, "office_adjustment"),
        _post(f"{_POINTS}/approve", points.approve_form, "points.approve", "office_approve"),
        _post(f"{_POINTS}/refuse", points.refuse_form, "points.approve", "office_refuse"),
        _post(f"{_POINTS}/withdraw", points.withdraw_form, "points.adjust", "office_withdraw"),
    ]


def _queue() -> list[BaseRoute]:
    acts = {"take": queue.take_form, "release": queue.release_form, "done": queue.done_form,
            "reopen": queue.reopen_form, "wake": queue.wake_form, "snooze": queue.snooze_form,
            "assign": queue.assign_form}
    return [
        _get("/office/queue", queue_list.queue_page, "queue.read", "office_queue"),
        _get("/office/queue.csv", queue_list.queue_csv, "queue.read", "office_queue_csv"),
        _get("/office/queue/news", queue_list.news_part, "queue.read", "office_queue_news"),
        _post("/office/queue/views", queue_list.queue_views_form, "queue.read", "office_queue_views"),
        DeclaredRoute("/office/queue/bulk", queue_list.queue_bulk_form, permission="queue.work",
                      name="office_queue_bulk", methods=("POST",), audience=Audience.OFFICE, body_bytes=BULK_BYTES,
                      fields=BULK_FIELDS),
        _post("/office/queue/next", queue.next_form, "queue.work", "office_next"),
        _get(_WORK, queue.item_page, "queue.read", "office_work"),
        *(_post(f"{_WORK}/{name}", handler, "queue.work", f"office_work_{name}") for name, handler in acts.items()),
    ]


def _users() -> list[BaseRoute]:
    acts = {"roles": users.roles_form, "block": users.block_form, "unblock": users.unblock_form,
            "end-sessions": users.end_sessions_form}
    return [
        _get("/office/users", users.users_page, "users.manage", "office_users"),
        _get("/office/users/new", users.new_user_page, "users.manage", "office_new_user"),
        _post("/office/users/new", users.new_user_form, "users.manage", "office_new_user_form"),
        _get(_USER, users.user_page, "users.manage", "office_user"),
        *(_post(f"{_USER}/{name}", handler, "users.manage", f"office_user_{name}") for name, handler in acts.items()),
        _get(f"{_USER}/password", user_ways.password_page, "users.manage", "office_user_password"),
        _post(f"{_USER}/password", user_ways.password_form, "users.manage", "office_user_password_form"),
        _get(f"{_USER}/links", user_links.links_page, "users.manage", "office_user_links"),
        _post(f"{_USER}/links", user_links.link_form, "users.manage", "office_user_link"),
        _post(f"{_USER}/unlink", user_links.unlink_form, "users.manage", "office_user_unlink"),
        _get(f"{_USER}/factor", user_ways.factor_page, "users.manage", "office_user_factor"),
        _post(f"{_USER}/factor", user_ways.factor_form, "users.manage", "office_user_factor_form"),
        _get("/office/roles", users.roles_page, "users.manage", "office_roles"),
    ]


def _get(path: str, handler: Handler, permission: str, name: str) -> DeclaredRoute:
    return DeclaredRoute(path, handler, permission=permission, name=name, audience=Audience.OFFICE)


def _post(path: str, handler: Handler, permission: str, name: str) -> DeclaredRoute:
    return DeclaredRoute(path, handler, permission=permission, name=name, methods=("POST",), audience=Audience.OFFICE)
