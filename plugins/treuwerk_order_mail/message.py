"""The message of a handover: the same bytes whenever it is sent, so that a second one can be told for what it is."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from treuwerk.domain.handover_tables import as_cancelled_table, as_table
from treuwerk.domain.handovers import Cancellation, Handover
from treuwerk_order_mail.settings import OrderMailSettings
from treuwerk_order_mail.words import WORDS

_SHOWN = 20
_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # by it, spreadsheets know the encoding


def message_id(settings: OrderMailSettings, name: str) -> str:
    """The name of a message, made of a key: a mail that is sent again has the same one."""
    return f"<{name}@{settings.sender.rpartition('@')[2]}>"


def message_of(settings: OrderMailSettings, handover: Handover) -> bytes:
    """The message as it is handed to the server."""
    words = WORDS[settings.language]
    mail = _mail(settings, handover.key, handover.placed_at, words.subject.format(key=handover.key))
    return _with_table(mail, handover.key, _body(settings, handover), as_table(handover))


def cancellation_of(settings: OrderMailSettings, cancellation: Cancellation) -> bytes:
    """What is not wanted any more, in answer to the message of the order."""
    words, name = WORDS[settings.language], cancellation.name
    mail = _mail(settings, name, cancellation.cancelled_at, words.cancellation.format(key=cancellation.key))
    order = message_id(settings, cancellation.key)
    mail["In-Reply-To"], mail["References"] = order, order
    shown = [f"  {line.order} / {line.line}: {line.cancelled} / {line.told} × {line.name} ({line.variant})"
             for line in cancellation.lines[:_SHOWN]]
    body = [words.greeting, "", words.cancelled.format(key=cancellation.key), "", *shown, *_more(
        settings, len(cancellation.lines)), "", words.left.format(file=f"{name}.csv"), ""]
    return _with_table(mail, name, "\n".join(body), as_cancelled_table(cancellation))


def _mail(settings: OrderMailSettings, name: str, at: int, subject: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = message_id(settings, name)
    mail["Date"] = format_datetime(datetime.fromtimestamp(at // 1_000_000, UTC))
    mail["From"], mail["To"] = settings.sender, ", ".join(settings.to)
    if settings.reply_to:
        mail["Reply-To"] = settings.reply_to
    mail["Subject"] = subject
    mail["Content-Language"] = settings.language
    mail["Auto-Submitted"] = "auto-generated"
    return mail


def _with_table(mail: EmailMessage, name: str, body: str, table: str) -> bytes:
    mail.set_content(body, cte="quoted-printable")
    mail.add_attachment((_BYTE_ORDER_MARK + table).encode(), "text", "csv", filename=f"{name}.csv",
                        params={"charset": "utf-8"})
    mail.set_boundary(f"={name}=")
    return mail.as_bytes()


def _body(settings: OrderMailSettings, handover: Handover) -> str:
    """What a person reads; names and addresses of people stand in the table only."""
    words, count = WORDS[settings.language], len(handover.lines)
    shown = [f"  {line.order} / {line.line}: {line.quantity} × {line.name} ({line.variant})"
             for line in handover.lines[:_SHOWN]] + _more(settings, count)
    asked = words.one if count == 1 else words.many.format(count=count)
    return "\n".join([words.greeting, "", asked, "", *shown, "", words.table.format(file=f"{handover.key}.csv"), "",
                      words.once.format(key=handover.key), ""])


def _more(settings: OrderMailSettings, count: int) -> list[str]:
    """How many lines only the table has."""
    return [f"  {WORDS[settings.language].more.format(count=count - _SHOWN)}"] if count > _SHOWN else []
