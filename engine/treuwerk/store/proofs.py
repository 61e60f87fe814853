"""Laws of the ledger as queries: each selects what breaks the law, so an empty answer is a proof."""

PROOFS: dict[str, str] = {
    "zero_sum_per_transaction_and_unit":
        "SELECT account_id, transaction_id, unit, SUM(amount) FROM posting "
        "GROUP BY account_id, transaction_id, unit HAVING SUM(amount) <> 0",
    "posting_has_its_transaction":
        "SELECT p.account_id, p.transaction_id FROM posting p LEFT JOIN journal j "
        "ON j.account_id = p.account_id AND j.id = p.transaction_id WHERE j.id IS NULL",
    "transaction_has_postings":
        # Pieces that go back may have earned no whole point; that they went back counts for the next ones.
        "SELECT j.account_id, j.id FROM journal j WHERE j.kind <> 'reversal' AND NOT EXISTS (SELECT 1 FROM posting p "
        "WHERE p.account_id = j.account_id AND p.transaction_id = j.id)",
    "balance_is_sum_of_postings":
        "SELECT account_id, unit, SUM(posted), SUM(held), SUM(pending), SUM(deficit), MAX(kept), MAX(keeps_until) "
        "FROM (SELECT account_id, unit, posted, held, pending, deficit, keeps_until, NULL AS kept FROM balance "
        "UNION ALL SELECT account_id, unit, -SUM(CASE WHEN book = 'participant' THEN amount ELSE 0 END), "
        "-SUM(CASE WHEN book = 'held' THEN amount ELSE 0 END), "
        "-SUM(CASE WHEN book = 'pending' THEN amount ELSE 0 END), "
        "SUM(CASE WHEN book = 'deficit' THEN amount ELSE 0 END), NULL, MAX(keeps_until) FROM posting "
        "WHERE book IN ('participant', 'held', 'pending', 'deficit') GROUP BY account_id, unit) AS both_sides "
        "GROUP BY account_id, unit HAVING SUM(posted) <> 0 OR SUM(held) <> 0 OR SUM(pending) <> 0 "
        "OR SUM(deficit) <> 0 OR COALESCE(MAX(kept), 0) <> COALESCE(MAX(keeps_until), 0)",
    "balance_is_sum_of_open_lots":
        "SELECT account_id, unit, SUM(posted), SUM(remaining) FROM ("
        "SELECT account_id, unit, posted, 0 AS remaining FROM balance UNION ALL "
        "SELECT account_id, unit, 0, SUM(remaining) FROM lot WHERE open AND book = 'participant' "
        "GROUP BY account_id, unit"
        ") AS both_sides GROUP BY account_id, unit HAVING SUM(posted) <> SUM(remaining)",
    "version_counts_up":
        "SELECT account_id, unit, version FROM balance WHERE version < 1",
    "held_is_sum_of_open_holds":
        "SELECT account_id, unit, SUM(held), SUM(remaining) FROM ("
        "SELECT account_id, unit, held, 0 AS remaining FROM balance UNION ALL "
        "SELECT account_id, unit, 0, SUM(remaining) FROM hold WHERE open GROUP BY account_id, unit"
        ") AS both_sides GROUP BY account_id, unit HAVING SUM(held) <> SUM(remaining)",
    "pending_is_sum_of_open_lots":
        "SELECT account_id, unit, SUM(pending), SUM(remaining) FROM ("
        "SELECT account_id, unit, pending, 0 AS remaining FROM balance UNION ALL "
        "SELECT account_id, unit, 0, SUM(remaining) FROM lot WHERE open AND book = 'pending' GROUP BY account_id, unit"
        ") AS both_sides GROUP BY account_id, unit HAVING SUM(pending) <> SUM(remaining)",
    "delta_is_of_a_sealed_batch":
        "SELECT DISTINCT source_id FROM balance_delta WHERE source_id NOT IN (SELECT m.transaction_id FROM seal s "
        "JOIN sealed m ON m.sequence = s.first_sequence)",
    "lot_is_its_posting":
        "SELECT l.account_id, l.transaction_id, l.line FROM lot l LEFT JOIN posting p ON p.account_id = l.account_id "
        "AND p.transaction_id = l.transaction_id AND p.line = l.line WHERE p.line IS NULL OR p.book <> l.book "
        "OR l.book NOT IN ('participant', 'pending') OR p.unit <> l.unit OR p.amount <> l.amount "
        "OR COALESCE(p.active_from, -1) <> COALESCE(l.active_from, -1) "
        "OR COALESCE(p.expires_at, 9223372036854775807) <> l.expires_at",
    "movement_is_traced_to_its_lots":
        "SELECT p.account_id, p.transaction_id, p.line FROM posting p LEFT JOIN lot l ON l.account_id = p.account_id "
        "AND l.transaction_id = p.transaction_id AND l.line = p.line LEFT JOIN ("
        "SELECT account_id, transaction_id, line, SUM(amount) AS used, MIN(book) AS book, MAX(book) AS other "
        "FROM lot_use GROUP BY account_id, transaction_id, line) u ON u.account_id = p.account_id "
        "AND u.transaction_id = p.transaction_id AND u.line = p.line "
        "WHERE p.book IN ('participant', 'pending', 'held') AND ((l.line IS NULL AND COALESCE(u.used, 0) <> -p.amount) "
        "OR (l.line IS NOT NULL AND u.used IS NOT NULL) OR u.book <> p.book OR u.other <> p.book)",
    "lot_remaining_is_amount_less_uses":
        "SELECT l.account_id, l.transaction_id, l.line FROM lot l LEFT JOIN ("
        "SELECT account_id, lot_transaction_id, lot_line, book, SUM(amount) AS used FROM lot_use WHERE book <> 'held' "
        "GROUP BY account_id, lot_transaction_id, lot_line, book) u ON u.account_id = l.account_id "
        "AND u.lot_transaction_id = l.transaction_id AND u.lot_line = l.line "
        "WHERE l.remaining <> l.amount - COALESCE(u.used, 0) OR (l.remaining > 0) <> (l.open) OR u.book <> l.book",
    "held_lots_are_not_overdrawn":
        "SELECT account_id, lot_transaction_id, lot_line, SUM(amount) FROM lot_use WHERE book = 'held' "
        "GROUP BY account_id, lot_transaction_id, lot_line HAVING SUM(amount) > 0",
    "hold_is_its_postings":
        "SELECT h.account_id, h.id, h.amount, h.remaining FROM hold h LEFT JOIN (SELECT p.account_id, p.unit, "
        "CASE WHEN j.kind = 'hold' THEN j.id ELSE j.refers_to END AS id, SUM(p.amount) AS remaining, "
        "SUM(CASE WHEN j.kind = 'hold' THEN p.amount ELSE 0 END) AS amount FROM posting p "
        "JOIN journal j ON j.account_id = p.account_id AND j.id = p.transaction_id WHERE p.book = 'held' "
        "GROUP BY p.account_id, p.unit, CASE WHEN j.kind = 'hold' THEN j.id ELSE j.refers_to END) p "
        "ON p.account_id = h.account_id AND p.id = h.id AND p.unit = h.unit "
        "WHERE p.id IS NULL OR p.amount <> h.amount OR p.remaining <> h.remaining OR (h.remaining > 0) <> (h.open)",
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
        "LEFT JOIN posting p ON p.account_id = u.account_id AND p.transaction_id = u.transaction_id "
        "AND p.line = u.line WHERE l.line IS NULL OR p.line IS NULL OR p.unit <> l.unit OR p.book <> u.book",
    "fates_of_a_run_add_up":
        "SELECT r.id, r.file FROM clearing_run r "
        "LEFT JOIN (SELECT run_id, COUNT(*) AS n FROM problem WHERE state NOT IN ('warning', 'ignored') "
        "GROUP BY run_id) p ON p.run_id = r.id "
        "WHERE r.lines <> r.booked + r.duplicate + r.waiting + r.rejected + r.ignored "
        "OR r.booked - r.corrected <> r.transactions - r.reversals "
        "OR COALESCE(p.n, 0) <> r.waiting + r.rejected",
    "run_counts_its_lines":
        "SELECT l.run_id, l.earning, l.lines, r.booked, r.corrected, r.ignored "
        "FROM (SELECT l.run_id, COUNT(*) AS lines, COUNT(j.id) AS earning "
        "FROM purchase_line l LEFT JOIN journal j ON j.account_id = l.account_id AND j.id = l.id "
        "GROUP BY l.run_id) l LEFT JOIN clearing_run r ON r.id = l.run_id "
        "WHERE r.id IS NULL OR l.earning <> r.booked - r.corrected OR l.lines > r.booked - r.corrected + r.ignored",
    "correction_took_what_it_says":
        "SELECT t.account_id, t.line_id, t.key, t.pieces, t.reversal_id FROM taken_back t LEFT JOIN purchase_line l "
        "ON l.account_id = t.account_id AND l.id = t.line_id LEFT JOIN journal j ON j.account_id = t.account_id "
        "AND j.id = t.reversal_id WHERE t.pieces <= 0 OR l.id IS NULL OR t.pieces > l.quantity "
        "OR (t.reversal_id IS NOT NULL AND (j.id IS NULL OR j.kind <> 'reversal' OR j.refers_to <> t.line_id))",
    "line_gives_no_more_than_was_bought":
        "SELECT t.account_id, t.line_id, SUM(t.pieces), MAX(l.quantity) FROM taken_back t JOIN purchase_line l "
        "ON l.account_id = t.account_id AND l.id = t.line_id GROUP BY t.account_id, t.line_id "
        "HAVING SUM(t.pieces) > MAX(l.quantity)",
    "run_counts_its_reversals":
        "SELECT r.id, r.reversals, t.n FROM clearing_run r LEFT JOIN (SELECT run_id, COUNT(reversal_id) AS n "
        "FROM taken_back GROUP BY run_id) t ON t.run_id = r.id WHERE r.reversals <> COALESCE(t.n, 0)",
    "evidence_has_its_line":
        "SELECT e.account_id, e.line_id, e.key FROM purchase_evidence e LEFT JOIN purchase_line l "
        "ON l.account_id = e.account_id AND l.id = e.line_id WHERE l.id IS NULL",
    "reference_has_its_line":
        "SELECT r.account_id, r.line_id, r.key FROM purchase_reference r LEFT JOIN purchase_line l "
        "ON l.account_id = r.account_id AND l.id = r.line_id WHERE l.id IS NULL",
    "serial_has_its_purchase":
        "SELECT s.serial, s.article, s.account_id, s.line_id FROM serial_claim s LEFT JOIN purchase_line l "
        "ON l.account_id = s.account_id AND l.id = s.line_id LEFT JOIN purchase_identity i ON i.key = s.purchase_key "
        "WHERE l.id IS NULL OR l.article_number <> s.article OR l.serials = '' OR i.key IS NULL "
        "OR i.account_id <> s.account_id OR i.line_id <> s.line_id",
    "decided_report_has_its_run":
        "SELECT s.account_id, s.id, s.state FROM submission s LEFT JOIN clearing_run r ON r.id = s.run_id "
        "WHERE (s.state IN ('accepted', 'partly') OR s.run_id IS NOT NULL) AND r.id IS NULL",
    # An invoice stands for the goods of a note that nobody brought; whoever brings the note later books them not again.
    "goods_are_paid_once":
        # Line by line of those that refer: the other way round each known purchase would be held against all of them.
        "SELECT r.account_id, r.line_id, r.key FROM purchase_reference r "
        "JOIN purchase_line mine ON mine.account_id = r.account_id AND mine.id = r.line_id "
        "WHERE substr(r.key, 1, 6) <> 'order|' AND EXISTS (SELECT 1 FROM purchase_identity i "
        "JOIN purchase_line l ON l.account_id = i.account_id AND l.id = i.line_id "
        "WHERE i.key >= 'purchase|' || r.key || '|' AND i.key < 'purchase|' || r.key || '}' "
        "AND l.article_number = mine.article_number AND NOT EXISTS (SELECT 1 FROM conflict_decision d "
        "WHERE d.booked_run = l.run_id)) "
        "AND NOT EXISTS (SELECT 1 FROM taken_back t WHERE t.account_id = mine.account_id AND t.line_id = mine.id)",
    "transaction_is_sealed_once":
        "SELECT j.account_id, j.id, s.sequence FROM journal j LEFT JOIN sealed s ON s.account_id = j.account_id "
        "AND s.transaction_id = j.id LEFT JOIN unsealed w ON w.account_id = j.account_id AND w.transaction_id = j.id "
        "WHERE (s.sequence IS NULL) = (w.transaction_id IS NULL)",
    "sealed_transaction_is_there":
        "SELECT s.sequence FROM sealed s LEFT JOIN journal j ON j.account_id = s.account_id "
        "AND j.id = s.transaction_id WHERE j.id IS NULL",
    "waiting_for_a_seal_is_there":
        "SELECT w.account_id, w.transaction_id FROM unsealed w LEFT JOIN journal j ON j.account_id = w.account_id "
        "AND j.id = w.transaction_id WHERE j.id IS NULL",
    "sequence_is_gapless":
        "SELECT MIN(sequence), MAX(sequence), COUNT(*) FROM sealed "
        "HAVING COUNT(*) > 0 AND (MIN(sequence) <> 1 OR MAX(sequence) <> COUNT(*))",
    "seals_cover_the_sequence":
        "SELECT a.number, a.last_sequence FROM seal a LEFT JOIN seal b ON b.number = a.number + 1 "
        "WHERE (b.number IS NOT NULL AND b.first_sequence <> a.last_sequence + 1) "
        "OR (b.number IS NULL AND a.last_sequence <> (SELECT COALESCE(MAX(sequence), 0) FROM sealed))",
    "business_key_is_unique":
        "SELECT account_id, business_key, COUNT(*) AS transactions FROM journal GROUP BY account_id, business_key "
        "HAVING COUNT(*) > 1",
    "reference_is_there":
        "SELECT j.account_id, j.id, j.kind, j.refers_to FROM journal j LEFT JOIN journal o "
        "ON o.account_id = j.account_id AND o.id = j.refers_to WHERE j.refers_to IS NOT NULL AND o.id IS NULL",
    # What was issued, spent or reserved is taken back, given back, captured or released at most once.
    "reference_is_not_exceeded":
        "SELECT later.account_id, later.refers_to, later.book, later.unit, later.amount, "
        "COALESCE(SUM(p.amount), 0) AS referred_to FROM (SELECT j.account_id, j.refers_to, p.book, p.unit, "
        "SUM(p.amount) AS amount FROM journal j JOIN posting p ON p.account_id = j.account_id "
        "AND p.transaction_id = j.id WHERE j.refers_to IS NOT NULL AND ((j.kind = 'reversal' AND p.book = 'issuance') "
        "OR (j.kind = 'cancellation' AND p.book = 'redeemed') "
        "OR (j.kind IN ('capture', 'release') AND p.book = 'held')) "
        "GROUP BY j.account_id, j.refers_to, p.book, p.unit) later LEFT JOIN posting p "
        "ON p.account_id = later.account_id AND p.transaction_id = later.refers_to AND p.book = later.book "
        "AND p.unit = later.unit GROUP BY later.account_id, later.refers_to, later.book, later.unit, later.amount "
        "HAVING ABS(later.amount) > ABS(COALESCE(SUM(p.amount), 0)) "
        "OR (later.amount > 0) = (COALESCE(SUM(p.amount), 0) > 0)",
    "system_books_are_their_deltas":
        "SELECT bucket, book, unit, SUM(amount) AS difference FROM ("
        "SELECT a.bucket, p.book, p.unit, SUM(p.amount) AS amount FROM (SELECT account_id, book, unit, "
        "SUM(amount) AS amount FROM posting WHERE book NOT IN ('participant', 'pending', 'held', 'deficit') "
        "GROUP BY account_id, book, unit) p LEFT JOIN account a ON a.account_id = p.account_id "
        "GROUP BY a.bucket, p.book, p.unit UNION ALL "
        "SELECT a.bucket, p.book, p.unit, -SUM(p.amount) FROM unsealed w JOIN posting p "
        "ON p.account_id = w.account_id AND p.transaction_id = w.transaction_id LEFT JOIN account a "
        "ON a.account_id = p.account_id WHERE p.book NOT IN ('participant', 'pending', 'held', 'deficit') "
        "GROUP BY a.bucket, p.book, p.unit UNION ALL "
        "SELECT bucket, book, unit, -SUM(amount) FROM balance_delta GROUP BY bucket, book, unit) AS both_sides "
        "GROUP BY bucket, book, unit HAVING SUM(amount) <> 0",
}
