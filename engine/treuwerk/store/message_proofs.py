"""Laws of the outbox as queries: each committed effect is told once, and as it was.

Accruals of a batch are told once per account and batch; every other transaction by a message of its own. Neither
database looks into a payload that is not written as the engine writes it; such a one is named by a law of its own.
"""

from collections.abc import Mapping

_AMOUNTS = r'\{("[^"\\]+": -?[0-9]{1,18}(, )?)*\}'
_CREDITED = r'^\{"transactions": [0-9]{1,18}, "points": ' + _AMOUNTS + r"\}$"
_MOVED = r'^\{"transaction": "[0-9]{1,18}[0-9]?", "kind": "[a-z_]+", "amounts": ' + _AMOUNTS + r"\}$"
_WRITTEN: Mapping[str, tuple[str, str]] = {
    "sqlite": (
        ("(json_valid(o.payload) AND json_type(o.payload, '$.transactions') = 'integer' "
         "AND json_type(o.payload, '$.points') = 'object')"),
        ("(json_valid(o.payload) AND json_type(o.payload, '$.transaction') = 'text' "
         "AND json_type(o.payload, '$.kind') = 'text' AND json_type(o.payload, '$.amounts') = 'object')")),
    "postgresql": (f"o.payload ~ '{_CREDITED}'", f"o.payload ~ '{_MOVED}'"),
}
"""Conditions that hold for payloads of the two topics as they should be."""
# Most payloads speak of one unit. On PostgreSQL, cutting them up and putting them together again costs a tenth of what
# it costs to look at them with a pattern and to read their JSON.
_COUNT, _UNIT = "split_part(split_part(o.payload, ': ', 2), ',', 1)", "split_part(o.payload, '\"', 6)"
_POINTS = "rtrim(substr(split_part(o.payload, '\"', 7), 3), '}')"
_PLAIN = (f"(o.payload = concat('{{\"transactions\": ', {_COUNT}, ', \"points\": {{\"', {_UNIT}, '\": ', {_POINTS}, "
          f"'}}}}') AND translate(concat({_COUNT}, {_POINTS}), '0123456789', '') = '' "
          f"AND length({_COUNT}) BETWEEN 1 AND 18 AND length({_POINTS}) BETWEEN 1 AND 18 "
          f"AND strpos({_UNIT}, '\\') = 0)")


def message_proofs(dialect: str) -> dict[str, str]:
    """Law → query for what breaks it."""
    credited, moved = _WRITTEN[dialect]
    return {
        "message_is_as_written":
            "SELECT o.account_id, o.id, o.topic, o.bucket FROM outbox o LEFT JOIN account a "
            "ON a.account_id = o.account_id WHERE a.bucket IS NULL OR a.bucket <> o.bucket "
            f"OR (o.topic = 'points_credited' AND NOT {_plain(dialect)} AND NOT {credited}) "
            f"OR (o.topic = 'points_moved' AND NOT {moved})",
        # What has no unit is the number of transactions; the first lot of each accrual is that of its first line.
        "messages_tell_what_was_credited":
            "WITH credited AS MATERIALIZED (SELECT j.account_id, j.booked_at, l.unit, SUM(l.amount) AS amount, "
            "SUM(CASE WHEN l.line = 1 THEN 1 ELSE 0 END) AS transactions FROM lot l JOIN journal j "
            "ON j.account_id = l.account_id AND j.id = l.transaction_id WHERE j.kind = 'accrual' "
            f"GROUP BY j.account_id, j.booked_at, l.unit){_told(dialect)} "
            "SELECT account_id, booked_at, unit, SUM(amount) AS difference FROM ("
            "SELECT account_id, booked_at, unit, amount FROM credited UNION ALL "
            "SELECT account_id, booked_at, '', transactions FROM credited UNION ALL "
            f"{_plainly_told(dialect)}SELECT o.account_id, o.created_at, e.key, {_negative(dialect)} "
            f"FROM {_others(dialect, _each(dialect, credited, 'points'))} UNION ALL "
            f"SELECT o.account_id, o.created_at, '', -{_whole(dialect, credited, 'transactions')} "
            f"FROM {_others(dialect)}"
            ") AS both_sides GROUP BY account_id, booked_at, unit HAVING SUM(amount) <> 0",
        "messages_tell_what_moved":
            "SELECT account_id, id, kind, unit, SUM(amount) AS difference FROM ("
            "SELECT account_id, id, kind, booked_at, '' AS unit, 1 AS amount FROM journal WHERE kind <> 'accrual' "
            "UNION ALL SELECT j.account_id, j.id, j.kind, j.booked_at, p.unit, p.amount FROM journal j JOIN posting p "
            "ON p.account_id = j.account_id AND p.transaction_id = j.id WHERE j.kind <> 'accrual' "
            "AND p.book IN ('participant', 'deficit') UNION ALL "
            f"SELECT o.account_id, {_whole(dialect, moved, 'transaction')}, {_text(dialect, moved, 'kind')}, "
            "o.created_at, '', -1 FROM outbox o WHERE o.topic = 'points_moved' UNION ALL "
            f"SELECT o.account_id, {_whole(dialect, moved, 'transaction')}, {_text(dialect, moved, 'kind')}, "
            f"o.created_at, e.key, {_negative(dialect)} FROM outbox o {_each(dialect, moved, 'amounts')} "
            "WHERE o.topic = 'points_moved'"
            ") AS both_sides GROUP BY account_id, id, kind, booked_at, unit HAVING SUM(amount) <> 0",
    }


def _plain(dialect: str) -> str:
    return "FALSE" if dialect == "sqlite" else _PLAIN


def _plainly_told(dialect: str) -> str:
    if dialect == "sqlite":
        return ""
    return "".join(f"SELECT account_id, created_at, {unit}, -({number}::bigint) FROM told WHERE plain UNION ALL "
                   for unit, number in (("unit", "points"), ("''", "transactions")))


def _told(dialect: str) -> str:
    """Messages of credits, cut up once."""
    if dialect == "sqlite":
        return ""
    return (f", told AS MATERIALIZED (SELECT o.account_id, o.created_at, {_UNIT} AS unit, {_POINTS} AS points, "
            f"{_COUNT} AS transactions, {_PLAIN} AS plain, o.payload "
            "FROM outbox o WHERE o.topic = 'points_credited')")


def _others(dialect: str, joined: str = "") -> str:
    """Messages of credits that are not cut up, beside what is joined to each."""
    if dialect == "sqlite":
        return f"outbox o {joined} WHERE o.topic = 'points_credited'"
    return f"told o {joined} WHERE NOT o.plain"


def _each(dialect: str, written: str, name: str) -> str:
    if dialect == "sqlite":
        return f"JOIN json_each(CASE WHEN {written} THEN o.payload ELSE '{{}}' END, '$.{name}') e"
    return f"CROSS JOIN LATERAL json_each_text(CASE WHEN {written} THEN o.payload::json -> '{name}' END) e"


def _negative(dialect: str) -> str:
    return "-e.value" if dialect == "sqlite" else "-(e.value::bigint)"


def _whole(dialect: str, written: str, name: str) -> str:
    if dialect == "sqlite":
        return f"(CASE WHEN {written} THEN CAST(json_extract(o.payload, '$.{name}') AS INTEGER) ELSE 0 END)"
    return f"(CASE WHEN {written} THEN (o.payload::json ->> '{name}')::numeric ELSE 0 END)"


def _text(dialect: str, written: str, name: str) -> str:
    if dialect == "sqlite":
        return f"(CASE WHEN {written} THEN json_extract(o.payload, '$.{name}') ELSE '' END)"
    return f"(CASE WHEN {written} THEN o.payload::json ->> '{name}' ELSE '' END)"
