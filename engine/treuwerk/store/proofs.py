"""Laws of the ledger as queries: each selects what breaks the law, so an empty answer is a proof."""

PROOFS: dict[str, str] = {
    "zero_sum_per_transaction_and_unit":
        "SELECT account_id, transaction_id, unit, SUM(amount) FROM posting "
        "GROUP BY account_id, transaction_id, unit HAVING SUM(amount) <> 0",
    "posting_has_its_transaction":
        "SELECT p.account_id, p.transaction_id FROM posting p LEFT JOIN journal j "
        "ON j.account_id = p.account_id AND j.id = p.transaction_id WHERE j.id IS NULL",
    "transaction_has_postings":
        "SELECT j.account_id, j.id FROM journal j WHERE NOT EXISTS (SELECT 1 FROM posting p "
        "WHERE p.account_id = j.account_id AND p.transaction_id = j.id)",
    "balance_is_sum_of_postings":
        "SELECT account_id, unit, SUM(posted), SUM(booked) FROM ("
        "SELECT account_id, unit, posted, 0 AS booked FROM balance UNION ALL "
        "SELECT account_id, unit, 0, SUM(amount) FROM posting WHERE book = 'participant' GROUP BY account_id, unit"
        ") AS both_sides GROUP BY account_id, unit HAVING SUM(posted) <> SUM(booked)",
    "balance_is_sum_of_open_lots":
        "SELECT account_id, unit, SUM(posted), SUM(remaining) FROM ("
        "SELECT account_id, unit, posted, 0 AS remaining FROM balance UNION ALL "
        "SELECT account_id, unit, 0, SUM(remaining) FROM lot WHERE open GROUP BY account_id, unit"
        ") AS both_sides GROUP BY account_id, unit HAVING SUM(posted) <> SUM(remaining)",
    "balance_parts_fit":
        "SELECT account_id, unit, posted, held, pending FROM balance WHERE held <> 0 OR pending <> 0 OR version < 1",
    "delta_is_of_a_sealed_batch":
        "SELECT DISTINCT source_id FROM balance_delta WHERE source_id NOT IN (SELECT m.transaction_id FROM seal s "
        "JOIN sealed m ON m.sequence = s.first_sequence)",
    "lot_is_its_posting":
        "SELECT l.account_id, l.transaction_id, l.line FROM lot l LEFT JOIN posting p ON p.account_id = l.account_id "
        "AND p.transaction_id = l.transaction_id AND p.line = l.line WHERE p.line IS NULL OR p.book <> 'participant' "
        "OR p.unit <> l.unit OR p.amount <> l.amount OR p.active_from <> l.active_from "
        "OR COALESCE(p.expires_at, -1) <> COALESCE(l.expires_at, -1)",
    "credit_has_its_lot":
        "SELECT p.account_id, p.transaction_id, p.line FROM posting p LEFT JOIN lot l ON l.account_id = p.account_id "
        "AND l.transaction_id = p.transaction_id AND l.line = p.line "
        "WHERE p.book = 'participant' AND p.amount > 0 AND l.line IS NULL",
    "lot_remaining_is_amount_less_uses":
        "SELECT l.account_id, l.transaction_id, l.line FROM lot l LEFT JOIN ("
        "SELECT account_id, lot_transaction_id, lot_line, SUM(amount) AS used FROM lot_use "
        "GROUP BY account_id, lot_transaction_id, lot_line) u ON u.account_id = l.account_id "
        "AND u.lot_transaction_id = l.transaction_id AND u.lot_line = l.line "
        "WHERE l.remaining <> l.amount - COALESCE(u.used, 0) OR (l.remaining > 0) <> (l.open)",
    "accrual_has_its_claim":
        "SELECT j.account_id, j.id, j.business_key FROM journal j LEFT JOIN purchase_identity i "
        "ON i.key = j.business_key WHERE j.kind = 'accrual' AND (i.key IS NULL OR i.account_id <> j.account_id "
        "OR i.line_id <> j.id OR i.content <> j.evidence)",
    "claim_has_its_line":
        "SELECT i.account_id, i.line_id, i.key FROM purchase_identity i "
        "LEFT JOIN purchase_line l ON l.account_id = i.account_id AND l.id = i.line_id "
        "LEFT JOIN activity a ON a.account_id = i.account_id AND a.id = i.line_id "
        "WHERE l.id IS NULL AND a.id IS NULL",
    "line_has_its_claim":
        "SELECT l.lines, l.activities, i.claims FROM (SELECT (SELECT COUNT(*) FROM purchase_line) AS lines, "
        "(SELECT COUNT(*) FROM activity) AS activities) l, (SELECT COUNT(*) AS claims FROM purchase_identity) i "
        "WHERE l.lines + l.activities <> i.claims",
    "use_has_its_lot":
        "SELECT u.account_id, u.transaction_id, u.lot_transaction_id, u.lot_line FROM lot_use u LEFT JOIN lot l "
        "ON l.account_id = u.account_id AND l.transaction_id = u.lot_transaction_id AND l.line = u.lot_line "
        "LEFT JOIN journal j ON j.account_id = u.account_id AND j.id = u.transaction_id "
        "WHERE l.line IS NULL OR j.id IS NULL",
    "fates_of_a_run_add_up":
        "SELECT r.id, r.file FROM clearing_run r "
        "LEFT JOIN (SELECT run_id, COUNT(*) AS n FROM problem GROUP BY run_id) p ON p.run_id = r.id "
        "WHERE r.lines <> r.booked + r.duplicate + r.waiting + r.rejected + r.ignored OR r.booked <> r.transactions "
        "OR COALESCE(p.n, 0) <> r.waiting + r.rejected",
    "run_counts_its_lines":
        "SELECT l.run_id, l.earning, l.lines, r.booked, r.ignored FROM (SELECT l.run_id, COUNT(*) AS lines, "
        "COUNT(j.id) AS earning FROM purchase_line l LEFT JOIN journal j ON j.account_id = l.account_id "
        "AND j.id = l.id GROUP BY l.run_id) l LEFT JOIN clearing_run r ON r.id = l.run_id "
        "WHERE r.id IS NULL OR l.earning <> r.booked OR l.lines > r.booked + r.ignored",
    "transaction_is_sealed_once":
        "SELECT j.account_id, j.id, COUNT(s.sequence) FROM journal j LEFT JOIN sealed s ON s.account_id = j.account_id "
        "AND s.transaction_id = j.id GROUP BY j.account_id, j.id HAVING COUNT(s.sequence) <> 1",
    "sealed_transaction_is_there":
        "SELECT s.sequence FROM sealed s LEFT JOIN journal j ON j.account_id = s.account_id "
        "AND j.id = s.transaction_id WHERE j.id IS NULL",
    "sequence_is_gapless":
        "SELECT MIN(sequence), MAX(sequence), COUNT(*) FROM sealed "
        "HAVING COUNT(*) > 0 AND (MIN(sequence) <> 1 OR MAX(sequence) <> COUNT(*))",
    "seals_cover_the_sequence":
        "SELECT a.number, a.last_sequence FROM seal a LEFT JOIN seal b ON b.number = a.number + 1 "
        "WHERE (b.number IS NOT NULL AND b.first_sequence <> a.last_sequence + 1) "
        "OR (b.number IS NULL AND a.last_sequence <> (SELECT COALESCE(MAX(sequence), 0) FROM sealed))",
}
