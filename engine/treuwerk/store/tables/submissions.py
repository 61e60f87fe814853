"""What participants and clerks hand in: submissions with their pages and history, and the sellers they name."""

from sqlalchemy import Column, Index, Text
from sqlalchemy import text as sql

from treuwerk.store.tables.base import WHOLE, Home, define, key, text, whole

# A reported purchase: from the upload, or from staff on behalf, to the decision. Its points stand in the books.
submission = define(
    "submission", Home.ACCOUNT,
    key("account_id"), key("id"),
    text("state"),  # as treuwerk.domain.submissions has it
    text("channel"),  # upload or staff
    text("seller"),  # code of a seller, empty while nobody knows which
    text("seller_name"), text("kind"), text("number"), text("issued_on"),  # as reported; ISO day or empty
    text("remark"),
    whole("person_id"), whole("created_by"), whole("created_at"),
    text("entered"),  # JSON: the document as the clerk entered it, with the decision on each line
    whole("entered_by"), whole("entered_at"),
    text("reason"),  # why it was declined, in part or wholly: a code
    text("answer"),  # and in words for the participant
    whole("decided_by"), whole("decided_at"), whole("second_by"),
    text("expected"),  # JSON: unit → points that it may bring, empty while unknown
    Column("run_id", WHOLE),  # of the clearing that booked it
    whole("changed_at"), whole("version"),
    whole("submitted_at"),  # 0 while it is a draft
    Index("ix_submission_open", "created_at", "id",
          sqlite_where=sql("state IN ('received', 'in_review', 'question', 'second')"),
          postgresql_where=sql("state IN ('received', 'in_review', 'question', 'second')")),
    Index("ix_submission_decided", "decided_at",
          sqlite_where=sql("decided_at > 0"), postgresql_where=sql("decided_at > 0")),
    Index("ix_submission_draft", "changed_at",
          sqlite_where=sql("state = 'draft'"), postgresql_where=sql("state = 'draft'")),
    Index("ix_submission_number", "number", sqlite_where=sql("number <> ''"), postgresql_where=sql("number <> ''")),
)

submission_page = define(
    "submission_page", Home.ACCOUNT,
    key("account_id"), key("submission_id"), key("number"),
    text("sha256"), text("name"), text("media_type"), whole("size"), whole("rotation"),
    text("reader"),  # the source that reads this file without anybody typing, empty for a picture
    whole("added_by"), whole("added_at"), whole("removed_at"),
    whole("position"),  # among the pages of its submission; numbers stay, places do not
    Index("ix_submission_page_sha256", "sha256"),
    clustered=True,
)

submission_event = define(
    "submission_event", Home.ACCOUNT,
    key("account_id"), key("submission_id"), key("number"),
    text("kind"), whole("happened_at"), whole("user_id"), text("actor"), text("text"),
    clustered=True,
)

# A file as it came, kept by its content: the same bytes are kept once.
stored_file = define(
    "stored_file", Home.LOOKUP,
    key("sha256", Text), text("media_type"), whole("size"), whole("stored_at"),
    text("state"),  # waiting for the scanner, clean, infected or unreadable
    text("found"),  # what the scanner or the decoder said
    whole("pages"),
    Index("ix_stored_file_waiting", "stored_at",
          sqlite_where=sql("state = 'waiting'"), postgresql_where=sql("state = 'waiting'")),
    clustered=True,
)

# Which submission brought a file first. The same bytes are no second purchase.
uploaded_file = define(
    "uploaded_file", Home.LOOKUP,
    key("sha256", Text), whole("account_id"), whole("submission_id"),
    clustered=True,
)

seller = define(
    "seller", Home.REFERENCE,
    key("code", Text), text("name"), text("country"), whole("version"), whole("changed_at"),
    clustered=True,
)

# What a seller is known by on documents: GLN, VAT id, a folded name.
seller_alias = define(
    "seller_alias", Home.REFERENCE,
    key("scheme", Text), key("value", Text), text("code"), text("written_as"),
    Index("ix_seller_alias_code", "code"),
    clustered=True,
)

# Sellers that were made one with another, with all that is needed to make them two again.
seller_merge = define(
    "seller_merge", Home.REFERENCE,
    key("id"),
    text("code"), text("into_code"), text("name"), text("country"),
    text("aliases"),  # JSON: scheme, value, as written
    text("mappings"),  # JSON: ids of the decisions on numbers that moved, as texts
    text("reason"), whole("user_id"), text("actor"), whole("merged_at"),
    whole("undone_at"), text("undone_by"),
    Index("ix_seller_merge_into_code", "into_code"),
)

# What one person entered and handed to the next one, and why there is a next one. Number 1 is the first person's.
submission_entry = define(
    "submission_entry", Home.ACCOUNT,
    key("account_id"), key("submission_id"), key("number"),
    text("entered"),  # JSON as in the submission
    text("why"), whole("user_id"), text("actor"), whole("entered_at"),
    clustered=True,
)

# By it documents are chosen that a second person looks at; made at random, and shown nowhere.
sampling_key = define(
    "sampling_key", Home.REFERENCE,
    key("purpose", Text), text("value"),
    clustered=True,
)

# How the picture of a page looks: its difference hash in four parts of sixteen bits, so that of two pages which differ
# in at most three bits one part is the same. Pages that are blank have none.
page_look = define(
    "page_look", Home.LOOKUP,
    key("sha256", Text), key("picture"),
    whole("band_1"), whole("band_2"), whole("band_3"), whole("band_4"),
    whole("noted_at"),
    *(Index(f"ix_page_look_band_{number}", f"band_{number}", "noted_at") for number in range(1, 5)),
    clustered=True,
)

# Bank accounts that a file asks to pay into, as machines write them.
page_account = define(
    "page_account", Home.LOOKUP,
    key("sha256", Text), key("account", Text),
    clustered=True,
)

# Bank accounts of sellers, as they stand in claims, by documents that were accepted.
seller_account = define(
    "seller_account", Home.REFERENCE,
    key("seller", Text), key("account", Text), whole("noted_at"),
    clustered=True,
)

# What a page reader recognised on one picture of a file, turned as it is: words in their places. One reading serves all
# reports that have the file.
page_reading = define(
    "page_reading", Home.LOOKUP,
    key("sha256", Text), key("picture"), key("rotation"),
    text("reader"),
    text("state"),  # read, or why it was not: too_slow, failed, unavailable
    text("said"),  # for who looks after the reader
    whole("width"), whole("height"),
    text("words"),  # JSON: text, confidence in thousandths, left, top, width and height in pixels
    whole("read_at"),
    clustered=True,
)

# What was found on the pages of a report, each with its place, and what people made of it.
read_field = define(
    "read_field", Home.ACCOUNT,
    key("account_id"), key("submission_id"),
    key("place", Text),  # such as number, or line.1.qty
    text("value"), text("reader"),
    whole("confidence"),  # in thousandths
    whole("prefilled"),  # 1: it stood in the form at once, 0: it was only offered
    whole("page"), whole("picture"),  # number of the file in the report, and of its picture
    whole("box_left"), whole("box_top"), whole("box_right"), whole("box_bottom"),  # ten-thousandths of the picture
    whole("found_at"),
    text("outcome"),  # empty until somebody kept, changed or dropped it
    text("entered"),  # what stands there instead
    whole("edited_by"), whole("edited_at"),
    clustered=True,
)
