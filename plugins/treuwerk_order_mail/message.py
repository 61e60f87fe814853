"""The message of a handover: the same bytes whenever it is sent, so that a second one can be told for what it is."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from treuwerk.domain.handover_tables import as_table
from treuwerk.domain.handovers import Handover
from treuwerk_order_mail.settings import OrderMailSettings
from treuwerk_order_mail.words import WORDS

_SHOWN = 20
_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # by it, spreadsheets know the encoding


def message_id(settings: OrderMailSettings, handover: Handover) -> str:
    """The name of the message, made of the key: a mail that is sent again has the same one."""
    return f"<{handover.key}@{settings.sender.rpartition('@')[2]}>"


def message_of(settings: OrderMailSettings, handover: Handover) -> bytes:
    """The message as it is handed to the server."""
    words = WORDS[settings.language]
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = message_id(settings, handover)
    mail["Date"] = format_datetime(datetime.fromtimestamp(handover.placed_at // 1_000_000, UTC))
    mail["From"], mail["To"] = settings.sender, ", ".join(settings.to)
    if settings.reply_to:
        mail["Reply-To"] = settings.reply_to
    mail["Subject"] = words.subject.format(key=handover.key)
    mail["Content-Language"] = settings.language
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_body(settings, handover), cte="quoted-printable")
    mail.add_attachment((_BYTE_ORDER_MARK + as_table(handover)).encode(), "text", "csv", filename=f"{handover.key}.csv",
                        params={"charset": "utf-8"})
    mail.set_boundary(f"={handover.key}=")
    return mail.as_bytes()


def _body(settings: OrderMailSettings, handover: Handover) -> str:
    """What a person reads; names and addresses of people stand in the table only."""
    words, count = WORDS[settings.language], len(handover.lines)
    shown = [f"  {line.order} / {line.line}: {line.quantity} × {line.name} ({line.variant})"
             for line in handover.lines[:_SHOWN]]
    if more := count - len(shown):
        shown.append(f"  {words.more.format(count=more)}")
    asked = words.one if count == 1 else words.many.format(count=count)
    return "\n".join([words.greeting, "", asked, "", *shown, "", words.table.format(file=f"{handover.key}.csv"), "",
                      words.once.format(key=handover.key), ""])
