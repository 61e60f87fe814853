"""The routes of reported purchases. What takes files has limits of its own."""

from starlette.routing import BaseRoute

from treuwerk.programme.settings import Uploads
from treuwerk.services.submissions.own_submissions import READ, WRITE
from treuwerk.web.portal import reporting, submissions
from treuwerk.web.portal.reporting import HERE
from treuwerk.web.shell.routing import DeclaredRoute

_FORM = ("POST",)
_ONE = f"{HERE}/{{id}}"
_ROOM = 64 * 1024  # for the fields beside the files
_REQUEST_AT_MOST = 256 << 20
FILES_AT_ONCE = 60
"""What one request may bring before anybody says in words that it is too many."""
_PARTS = (300, FILES_AT_ONCE)


def submission_routes(uploads: Uploads) -> list[BaseRoute]:
    """All of them; a request brings at most all files of one submission."""
    body = min(uploads.files * (uploads.file_megabytes << 20), _REQUEST_AT_MOST) + _ROOM
    return [
        DeclaredRoute(HERE, submissions.submissions_page, permission=READ, name="own_submissions"),
        DeclaredRoute(f"{HERE}/new", reporting.new_page, permission=WRITE, name="report"),
        DeclaredRoute(f"{HERE}/new", reporting.new_form, permission=WRITE, name="report_begin", methods=_FORM,
                      body_bytes=body, fields=_PARTS),
        DeclaredRoute(_ONE, submissions.submission_page, permission=READ, name="own_submission"),
        DeclaredRoute(f"{_ONE}/edit", reporting.edit_page, permission=WRITE, name="report_edit"),
        DeclaredRoute(f"{_ONE}/edit", reporting.edit_form, permission=WRITE, name="report_describe", methods=_FORM,
                      body_bytes=body, fields=_PARTS),
        DeclaredRoute(f"{_ONE}/files", reporting.files_form, permission=WRITE, name="report_files", methods=_FORM,
                      body_bytes=body, fields=_PARTS),
        DeclaredRoute(f"{_ONE}/pages/{{page}}/{{act}}", reporting.page_form, permission=WRITE,
                      name="report_page", methods=_FORM, body_bytes=body, fields=_PARTS),
        DeclaredRoute(f"{_ONE}/pages/{{page}}/{{picture}}.jpg", submissions.picture_page, permission=READ,
                      name="own_picture"),
        DeclaredRoute(f"{_ONE}/pages/{{page}}/file", submissions.file_page, permission=READ, name="own_file"),
        DeclaredRoute(f"{_ONE}/check", reporting.check_page, permission=WRITE, name="report_check"),
        DeclaredRoute(f"{_ONE}/send", reporting.send_form, permission=WRITE, name="report_send", methods=_FORM),
        DeclaredRoute(f"{_ONE}/receipt", reporting.receipt_page, permission=READ, name="report_receipt"),
        DeclaredRoute(f"{_ONE}/withdraw", submissions.withdraw_form, permission=WRITE, name="report_withdraw",
                      methods=_FORM),
        DeclaredRoute(f"{_ONE}/answer", submissions.answer_form, permission=WRITE, name="report_answer", methods=_FORM),
        DeclaredRoute(f"{_ONE}/appeal", submissions.appeal_form, permission=WRITE, name="report_appeal", methods=_FORM),
    ]
