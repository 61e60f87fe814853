"""Laws of orders of rewards as queries: their points, and the stock, codes, seats and budgets that are theirs.

What a line answered and what it cost regularly stands in its JSON. Neither database fails at JSON that is none: what
cannot be read counts as nothing, and breaks the law.
"""

from collections.abc import Mapping

_PLAIN: Mapping[str, str] = {
    # A line is paid with what its booking took and cancellations have not given back, or with what is reserved for it.
    "points_of_orders_are_their_bookings":
        "SELECT l.account_id, l.order_id, l.line FROM order_line l WHERE (l.transaction_id IS NOT NULL AND "
        "l.points - l.points * (l.cancelled + l.returned) / l.quantity <> COALESCE((SELECT SUM(p.amount) "
        "FROM posting p WHERE p.account_id = l.account_id AND p.transaction_id = l.transaction_id "
        "AND p.book = 'redeemed'), 0) + COALESCE((SELECT SUM(p.amount) FROM journal j JOIN posting p "
        "ON p.account_id = j.account_id AND p.transaction_id = j.id WHERE j.account_id = l.account_id "
        "AND j.refers_to = l.transaction_id AND j.kind = 'cancellation' AND p.book = 'redeemed'), 0)) "
        "OR (l.transaction_id IS NULL AND l.points > 0 AND l.quantity > l.cancelled AND NOT EXISTS ("
        "SELECT 1 FROM hold h WHERE h.account_id = l.account_id AND h.id = l.hold_id "
        "AND (h.remaining = l.points - l.points * l.cancelled / l.quantity OR NOT h.open))) "
        "OR l.points > l.points_each * l.quantity "
        "OR (l.money = 0 AND l.points <> l.points_each * l.quantity)",
    "order_is_its_lines":
        "SELECT o.account_id, o.id FROM reward_order o LEFT JOIN (SELECT account_id, order_id, SUM(points) AS points, "
        "SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END) AS waiting, "
        "SUM(CASE WHEN state = 'unpaid' THEN 1 ELSE 0 END) AS unpaid, "
        "SUM(CASE WHEN state <> 'cancelled' THEN 1 ELSE 0 END) AS standing FROM order_line "
        "GROUP BY account_id, order_id) l ON l.account_id = o.account_id AND l.order_id = o.id "
        "WHERE l.points IS NULL OR l.points <> o.points OR (o.state = 'waiting') <> (l.waiting > 0) "
        "OR (o.state = 'unpaid') <> (l.unpaid > 0) "
        "OR (o.state = 'cancelled') <> (l.standing = 0)",
    # An order asks for the money of its lines, and nobody waits for money of one that goes on or is cancelled.
    "money_of_orders_is_their_payment":
        "SELECT o.account_id, o.id FROM reward_order o LEFT JOIN (SELECT account_id, order_id, SUM(money) AS money "
        "FROM order_line GROUP BY account_id, order_id) l ON l.account_id = o.account_id AND l.order_id = o.id "
        "LEFT JOIN payment p ON p.account_id = o.account_id AND p.order_id = o.id "
        "WHERE o.money <> COALESCE(l.money, 0) OR o.money <> COALESCE(p.amount, 0) "
        "OR (o.money > 0 AND (o.state = 'unpaid') <> (p.state = 'open')) "
        "OR (p.state = 'paid' AND p.captured < p.amount)",
    # Nothing is paid back that did not come in, and both are the sums of what happened.
    "payments_are_what_happened":
        "SELECT p.account_id, p.order_id FROM payment p LEFT JOIN (SELECT account_id, order_id, "
        "SUM(CASE WHEN kind = 'captured' THEN amount ELSE 0 END) AS captured, "
        "SUM(CASE WHEN kind = 'refunded' THEN amount ELSE 0 END) AS refunded FROM payment_event "
        "GROUP BY account_id, order_id) e ON e.account_id = p.account_id AND e.order_id = p.order_id "
        "LEFT JOIN (SELECT account_id, order_id, SUM(amount) AS wanted, "
        "SUM(CASE WHEN state = 'accepted' THEN amount ELSE 0 END) AS accepted FROM payment_refund "
        "GROUP BY account_id, order_id) r ON r.account_id = p.account_id AND r.order_id = p.order_id "
        "WHERE p.captured <> COALESCE(e.captured, 0) OR p.refunded <> COALESCE(e.refunded, 0) "
        "OR p.refunded <> COALESCE(r.accepted, 0) OR COALESCE(r.wanted, 0) > p.captured OR p.refunded > p.captured",
    # What left by parcel is in parcels; what a kind delivers by itself never was in one.
    "parcels_hold_what_was_sent":
        "SELECT l.account_id, l.order_id, l.line, l.shipped, COALESCE(p.pieces, 0) AS in_parcels FROM order_line l "
        "LEFT JOIN (SELECT account_id, order_id, line, SUM(pieces) AS pieces FROM order_parcel_line "
        "GROUP BY account_id, order_id, line) p ON p.account_id = l.account_id AND p.order_id = l.order_id "
        "AND p.line = l.line WHERE COALESCE(p.pieces, 0) <> l.shipped AND (p.pieces IS NOT NULL OR EXISTS ("
        "SELECT 1 FROM order_event e WHERE e.account_id = l.account_id AND e.order_id = l.order_id "
        "AND e.line = l.line AND e.kind = 'ship')) UNION ALL "
        "SELECT p.account_id, p.order_id, p.line, 0, p.pieces FROM order_parcel_line p "
        "LEFT JOIN order_line l ON l.account_id = p.account_id AND l.order_id = p.order_id AND l.line = p.line "
        "LEFT JOIN order_parcel b ON b.account_id = p.account_id AND b.order_id = p.order_id AND b.number = p.parcel "
        "WHERE l.line IS NULL OR b.number IS NULL",
    "replaced_pieces_were_sent_once_more":
        "SELECT l.account_id, l.order_id, l.line FROM order_line l LEFT JOIN (SELECT r.account_id, r.of_order_id, "
        "r.of_line, SUM(n.quantity - n.cancelled - n.returned) AS pieces, SUM(n.points_each) AS points, "
        "SUM(CASE WHEN n.quantity <> r.pieces THEN 1 ELSE 0 END) AS others "
        "FROM replacement r JOIN order_line n ON n.account_id = r.account_id AND n.order_id = r.order_id "
        "AND n.line = r.line GROUP BY r.account_id, r.of_order_id, r.of_line) s ON s.account_id = l.account_id "
        "AND s.of_order_id = l.order_id AND s.of_line = l.line "
        "WHERE l.replaced <> COALESCE(s.pieces, 0) OR s.points <> 0 OR s.others <> 0",
    "reserved_stock_is_that_of_orders":
        "SELECT s.variant, s.reserved, l.reserved AS kept_for_lines FROM reward_stock s LEFT JOIN (SELECT variant, "
        "SUM(reserved) AS reserved FROM order_line WHERE reserved > 0 GROUP BY variant) l ON l.variant = s.variant "
        "WHERE s.reserved <> COALESCE(l.reserved, 0)",
    # Nothing is kept for a line whose variant was not counted then.
    "reserved_pieces_are_those_that_have_not_left":
        "SELECT account_id, order_id, line, reserved, quantity - cancelled - shipped AS to_ship FROM order_line "
        "WHERE reserved <> 0 AND reserved <> quantity - cancelled - shipped",
    "code_belongs_to_one_line":
        "SELECT c.variant, c.state, c.account_id, c.order_id, c.line, c.fingerprint FROM voucher_code c "
        "LEFT JOIN order_line l ON l.account_id = c.account_id AND l.order_id = c.order_id AND l.line = c.line "
        "WHERE c.state NOT IN ('free', 'lapsed', 'taken', 'revealed') OR (c.state IN ('free', 'lapsed')) <> "
        "(c.account_id = 0 AND c.order_id = 0 AND c.line = 0) OR (c.state = 'revealed') <> (c.revealed_at > 0) "
        "OR (c.state IN ('taken', 'revealed') AND (l.line IS NULL OR l.variant <> c.variant)) "
        "OR (c.state = 'revealed' AND l.shipped = 0)",
}
_SLOT = {
    "sqlite": "CASE WHEN json_valid(l.details) THEN json_extract(l.details, '$.slot') END",
    "postgresql": "substring(l.details FROM '\"slot\":\"([^\"\\\\]*)\"')",
}
_REGULAR = {
    "sqlite": "CASE WHEN json_valid(l.snapshot) THEN json_extract(l.snapshot, '$.regular_points') END",
    "postgresql": "substring(l.snapshot FROM '\"regular_points\":([0-9]{1,15})[,}]')::bigint",
}
_HAS = {"sqlite": "instr", "postgresql": "strpos"}


def order_proofs(dialect: str) -> dict[str, str]:
    """Law → query for what breaks it."""
    slot, regular, has = _SLOT[dialect], _REGULAR[dialect], _HAS[dialect]
    # Lines say how they are fulfilled; older ones say nothing, and are known by what is kept for them.
    fulfilled_by = has + "(l.snapshot, '\"fulfilment\":\"{}\"') > 0"
    silent = has + "(l.snapshot, '\"fulfilment\":') = 0"
    return {
        **_PLAIN,
        "line_has_a_code_for_each_piece":
            "SELECT l.account_id, l.order_id, l.line, l.quantity - l.cancelled AS pieces, "
            "COALESCE(c.codes, 0) AS codes FROM order_line l LEFT JOIN (SELECT account_id, order_id, line, "
            "COUNT(*) AS codes FROM voucher_code WHERE order_id > 0 GROUP BY account_id, order_id, line) c "
            "ON c.account_id = l.account_id AND c.order_id = l.order_id AND c.line = l.line "
            f"WHERE (c.codes IS NOT NULL OR {fulfilled_by.format('code')}) "
            "AND COALESCE(c.codes, 0) <> l.quantity - l.cancelled",
        "seats_are_those_of_orders":
            "SELECT variant, slot, SUM(taken) AS taken, SUM(ordered) AS ordered, SUM(seats) AS seats FROM ("
            "SELECT variant, slot, taken, 0 AS ordered, capacity AS seats FROM reward_seat UNION ALL "
            f"SELECT l.variant, COALESCE({slot}, ''), 0, l.quantity - l.cancelled, 0 FROM order_line l "
            f"WHERE {fulfilled_by.format('seat')} OR ({silent} AND EXISTS (SELECT 1 FROM reward_seat s "
            f"WHERE s.variant = l.variant AND s.slot = {slot}))) both_sides "
            "GROUP BY variant, slot HAVING SUM(taken) <> SUM(ordered) OR SUM(taken) > SUM(seats)",
        # Pieces that are cancelled or come back give the promotion back what it paid for them.
        "budgets_are_spent_by_orders":
            "SELECT code, SUM(spent) AS spent, SUM(given) AS given_by_orders FROM ("
            "SELECT code, spent, 0 AS given FROM promotion_budget UNION ALL "
            f"SELECT l.promotion, 0, (COALESCE({regular}, 0) - l.points_each) "
            "* (l.quantity - l.cancelled - l.returned) FROM order_line l WHERE l.promotion <> '') both_sides "
            "GROUP BY code HAVING SUM(spent) <> SUM(given)",
    }
