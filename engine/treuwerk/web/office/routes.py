"""The routes of the service centre, each with its right."""

from starlette.routing import BaseRoute

from treuwerk.domain.rights import Audience
from treuwerk.programme.settings import Settings
from treuwerk.web.lists import BULK_BYTES, BULK_FIELDS
from treuwerk.web.office import adjusting_pages as points
from treuwerk.web.office import assigning_pages as assigning
from treuwerk.web.office import (
    audit_list,
    conflict_list,
    decision_pages,
    forgetting_pages,
    participant,
    participants,
    programme_pages,
    proposal_pages,
    queue_list,
    recalculation_pages,
    seller_merging_pages,
    start,
    tier_pages,
    user_links,
    user_ways,
)
from treuwerk.web.office import audit_pages as audit
from treuwerk.web.office import booking_pages as bookings
from treuwerk.web.office import complaint_pages as complaints
from treuwerk.web.office import conflict_pages as conflicts
from treuwerk.web.office import entry_files as files
from treuwerk.web.office import entry_pages as entry
from treuwerk.web.office import held_pages as held
from treuwerk.web.office import line_pages as lines
from treuwerk.web.office import mapping_pages as mapping
from treuwerk.web.office import note_pages as notes
from treuwerk.web.office import plugin_pages as plugins
from treuwerk.web.office import purchase_pages as purchases
from treuwerk.web.office import queue_pages as queue
from treuwerk.web.office import replacing_pages as replacing
from treuwerk.web.office import seller_pages as sellers
from treuwerk.web.office import user_pages as users
from treuwerk.web.office import withdrawal_pages as withdrawals
from treuwerk.web.office.arrangement_routes import arrangement_routes
from treuwerk.web.office.catalogue.routes import catalogue_routes
from treuwerk.web.office.orders.routes import order_routes
from treuwerk.web.shell.routing import SIGNED_IN, DeclaredRoute, Handler

_ONE = "/office/participants/{account}"
_TIER = f"{_ONE}/tier/{{id}}"
_NOTE = f"{_ONE}/notes/{{note}}"
_POINTS = "/office/adjustments/{id}"
_RECALCULATION = f"{recalculation_pages.HOME}/{{id}}"
_BOOKING = "/office/bookings/{id}"
_COMPLAINT = "/office/complaints/{id}"
_REPLACE = "/office/orders/{id}/lines/{line}/replace"
_WORK = "/office/queue/{item}"
_ENTRY = "/office/submissions/{id}"
_HELD = "/office/deliveries/{id}"
_USER = "/office/users/{user}"
SEE = "submissions.read"
READ, WRITE, VIEW_AS = "participants.read", "participants.write", "participants.view_as"


def _complaints() -> list[BaseRoute]:
    return [
        _get(_COMPLAINT, complaints.complaint_page, "orders.read", "office_complaint"),
        _post(f"{_COMPLAINT}/answer", complaints.answer_form, "orders.write", "office_complaint_answer"),
        _get(f"{_COMPLAINT}/{{photo}}.jpg", complaints.photo_file, "orders.read", "office_complaint_photo"),
        _get(_REPLACE, replacing.replace_page, "orders.write", "office_replace"),
        _post(_REPLACE, replacing.replace_form, "orders.write", "office_replace_form"),
    ]


def _withdrawals() -> list[BaseRoute]:
    assign = f"{withdrawals.HOME}/assign/{{order}}"
    return [
        _get(withdrawals.HOME, withdrawals.withdrawal_page, "orders.read", "office_withdrawal"),
        _post(f"{withdrawals.HOME}/settle", withdrawals.settle_form, "orders.write", "office_settle_withdrawal"),
        _get(assign, assigning.assign_page, "orders.write", "office_assign_withdrawal"),
        _post(assign, assigning.assign_form, "orders.write", "office_assign_withdrawal_form"),
        _post(f"{withdrawals.HOME}/answer", assigning.answer_form, "orders.write", "office_answer_withdrawal"),
    ]


def office_routes(settings: Settings) -> list[BaseRoute]:
    """All of them; what files may be sent to them depends on the programme."""
    return [
        _get("/office", start.overview_page, SIGNED_IN, "office"),
        _get("/office/search", start.search_page, "search", "office_search"),
        *_participants(), *_notes(), *_complaints(), *_withdrawals(), *_points(), *_queue(), *_mapping(), *_sellers(),
        *_submissions(settings), *_deliveries(), *_conflicts(), *_lines(), *_users(), *catalogue_routes(settings),
        *arrangement_routes(settings), *order_routes(), *_programme(),
        _get("/office/audit", audit.audit_page, "audit.read", "office_audit"),
        _get("/office/audit.csv", audit_list.audit_csv, "audit.read", "office_audit_csv"),
        _post("/office/audit/views", audit_list.audit_views_form, "audit.read", "office_audit_views"),
        _post("/office/audit/prove", audit.prove_form, "audit.read", "office_prove"),
        *_plugins(),
    ]


def _plugins() -> list[BaseRoute]:
    one = f"{plugins.HOME}/{{plugin}}"
    return [
        _get(plugins.HOME, plugins.plugins_page, "plugins.read", "office_plugins"),
        _get(one, plugins.plugin_page, "plugins.read", "office_plugin"),
        _post(f"{one}/pause", plugins.pause_form, "plugins.manage", "office_pause_plugin"),
        _post(f"{one}/resume", plugins.resume_form, "plugins.manage", "office_resume_plugin"),
        _post(f"{one}/acknowledge", plugins.acknowledge_form, "plugins.manage", "office_acknowledge_plugin"),
    ]


def _programme() -> list[BaseRoute]:
    home, see, do = programme_pages.HOME, "programme.read", "programme.approve"
    return [
        _get(home, programme_pages.proposals_page, see, "office_programme"),
        _get(f"{home}/{{id}}", programme_pages.proposal_page, see, "office_proposal"),
        _get(f"{home}/{{id}}/effect.csv", programme_pages.proposal_csv, see, "office_proposal_csv"),
        _post(f"{home}/{{id}}/approve", programme_pages.approve_form, do, "office_proposal_approve"),
        _post(f"{home}/{{id}}/decline", programme_pages.decline_form, do, "office_proposal_decline"),
    ]


def _participants() -> list[BaseRoute]:
    return [
        _get("/office/participants", participants.participants_page, READ, "office_participants"),
        _get("/office/participants.csv", participants.participants_csv, READ, "office_participants_csv"),
        _post("/office/participants/views", participants.participants_views_form, READ, "office_participants_views"),
        _get(_ONE, participant.participant_page, READ, "office_participant"),
        _get(f"{_ONE}/status", participant.status_page, WRITE, "office_status"),
        _post(f"{_ONE}/status", participant.status_form, WRITE, "office_status_form"),
        _get(f"{_ONE}/tier", tier_pages.tier_page, READ, "office_tier"),
        _post(f"{_ONE}/tier", tier_pages.give_form, "tiers.give", "office_tier_form"),
        _post(f"{_TIER}/approve", tier_pages.approve_form, "tiers.approve", "office_tier_approve"),
        _post(f"{_TIER}/refuse", tier_pages.refuse_form, "tiers.approve", "office_tier_refuse"),
        _post(f"{_TIER}/end", tier_pages.end_form, "tiers.give", "office_tier_end"),
        _get(f"{_ONE}/invite", participant.invite_page, WRITE, "office_invite"),
        _post(f"{_ONE}/invite", participant.invite_form, WRITE, "office_invite_form"),
        _get(f"{_ONE}/forget-uploads", forgetting_pages.forget_page, WRITE, "office_forget"),
        _post(f"{_ONE}/forget-uploads", forgetting_pages.forget_form, WRITE, "office_forget_form"),
        _get(f"{_ONE}/view-as", participant.viewing_page, VIEW_AS, "office_view_as"),
        _post(f"{_ONE}/view-as", participant.viewing_form, VIEW_AS, "office_view_as_form"),
        _get("/office/purchases/{id}", purchases.purchase_page, READ, "office_purchase"),
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
        _get(recalculation_pages.HOME, recalculation_pages.recalculations_page, READ, "office_recalculations"),
        _post(recalculation_pages.HOME, recalculation_pages.ask_form, "points.adjust", "office_recalculations_form"),
        _get(_RECALCULATION, recalculation_pages.recalculation_page, READ, "office_recalculation"),
        _post(f"{_RECALCULATION}/book", recalculation_pages.book_form, READ, "office_recalculation_book"),
        _post(f"{_RECALCULATION}/refuse", recalculation_pages.refuse_form, READ, "office_recalculation_refuse"),
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


def _mapping() -> list[BaseRoute]:
    see, do, one = "queue.read", "clearing.map", "/office/mapping/decisions/{decision}"
    proposal = "/office/mapping/proposals/{id}"
    return [
        _get("/office/mapping", mapping.mapping_page, see, "office_mapping"),
        _get("/office/mapping/one", mapping.one_page, see, "office_mapping_one"),
        _post("/office/mapping/one", mapping.one_form, do, "office_mapping_form"),
        _post("/office/mapping/never", mapping.never_form, do, "office_mapping_never"),
        _get("/office/mapping/decisions", decision_pages.decisions_page, see, "office_mapping_decisions"),
        _get(one, decision_pages.decision_page, see, "office_mapping_decision"),
        _post(f"{one}/undo", decision_pages.undo_form, do, "office_mapping_undo"),
        _post(f"{one}/stop", decision_pages.stop_form, do, "office_mapping_stop"),
        _get(proposal, proposal_pages.proposal_page, see, "office_mapping_proposal"),
        _post(f"{proposal}/agree", proposal_pages.agree_form, do, "office_mapping_agree"),
        _post(f"{proposal}/refuse", proposal_pages.refuse_form, do, "office_mapping_refuse"),
    ]


def _sellers() -> list[BaseRoute]:
    do, one = "clearing.map", "/office/sellers/{code}"
    return [
        _get("/office/sellers", sellers.sellers_page, SEE, "office_sellers"),
        _get("/office/add-seller", sellers.new_seller_page, do, "office_new_seller"),
        _post("/office/add-seller", sellers.new_seller_form, do, "office_new_seller_form"),
        _get(one, sellers.seller_page, SEE, "office_seller"),
        _get(f"{one}/merge", seller_merging_pages.merge_page, do, "office_seller_merge"),
        _post(f"{one}/merge", seller_merging_pages.merge_form, do, "office_seller_merge_form"),
        _post(f"{one}/merges/{{merge}}/undo", seller_merging_pages.undo_form, do, "office_seller_unmerge"),
        _post(f"{one}/aliases", sellers.alias_form, do, "office_seller_alias"),
        _post(f"{one}/aliases/take", sellers.take_form, do, "office_seller_take"),
        _post(f"{one}/aliases/restore", sellers.restore_form, do, "office_seller_restore"),
    ]


def _submissions(settings: Settings) -> list[BaseRoute]:
    uploads = settings.uploads
    return [
        _get("/office/submissions/articles", entry.articles_part, SEE, "office_articles"),
        _get(_ENTRY, entry.entry_page, SEE, "office_submission"),
        _entered(_ENTRY, entry.entry_form, "office_submission_form"),
        _entered(f"{_ENTRY}/preview", entry.preview_part, "office_submission_preview"),
        _get(f"{_ENTRY}/files/{{number}}", files.original_file, SEE, "office_submission_file"),
        _get(f"{_ENTRY}/files/{{number}}/{{picture}}.jpg", files.picture_file, SEE, "office_submission_picture"),
        DeclaredRoute(f"{_ENTRY}/pages", files.pages_form, permission="submissions.decide",
                      name="office_submission_pages", methods=("POST",), audience=Audience.OFFICE,
                      body_bytes=(uploads.file_megabytes * uploads.files + 1) << 20, fields=(20, uploads.files)),
        _post(f"{_ONE}/purchase", entry.begin_form, "submissions.decide", "office_begin_purchase"),
    ]


def _deliveries() -> list[BaseRoute]:
    return [
        _get("/office/deliveries", held.held_page, "deliveries.read", "office_deliveries"),
        _get(_HELD, held.held_file_page, "deliveries.read", "office_delivery"),
        _get(f"{_HELD}/faults.csv", held.faults_csv, "deliveries.read", "office_delivery_faults"),
        _post(f"{_HELD}/release", held.release_form, "deliveries.decide", "office_delivery_release"),
        _post(f"{_HELD}/reject", held.reject_form, "deliveries.decide", "office_delivery_reject"),
        _post(f"{_HELD}/reopen", held.reopen_form, "deliveries.decide", "office_delivery_reopen"),
    ]


def _conflicts() -> list[BaseRoute]:
    one = "/office/conflicts/{id}"
    acts = {"decide": (conflicts.decide_form, "submissions.decide"), "undo": (conflicts.undo_form,
            "submissions.approve"), "agree": (conflicts.agree_form, "submissions.approve"),
            "refuse": (conflicts.refuse_form, "submissions.decide")}
    return [
        _get("/office/conflicts", conflict_list.conflicts_page, SEE, "office_conflicts"),
        _get(one, conflicts.conflict_page, SEE, "office_conflict"),
        *(_post(f"{one}/{name}", handler, right, f"office_conflict_{name}")
          for name, (handler, right) in acts.items()),
    ]


def _lines() -> list[BaseRoute]:
    one = "/office/lines/{id}"
    acts = {"correct": lines.correct_form, "close": lines.close_form, "reopen": lines.reopen_form,
            "agree": lines.agree_form, "refuse": lines.refuse_form}
    return [
        _get(one, lines.line_page, "deliveries.read", "office_line"),
        *(_post(f"{one}/{name}", handler, "deliveries.decide", f"office_line_{name}")
          for name, handler in acts.items()),
    ]


def _entered(path: str, handler: Handler, name: str) -> DeclaredRoute:
    """A form of many lines. Who may only approve uses it, too: what is done is asked by the service."""
    return DeclaredRoute(path, handler, permission=SEE, name=name, methods=("POST",), audience=Audience.OFFICE,
                         body_bytes=BULK_BYTES, fields=BULK_FIELDS)


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
