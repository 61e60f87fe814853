"""Laws of caps and budgets as queries: each selects what breaks the law, so an empty answer is a proof."""

LIMIT_PROOFS: dict[str, str] = {
    "cap_counter_is_sum_of_its_uses":
        "SELECT account_id, counter, SUM(used) AS counted, SUM(amount) AS used FROM ("
        "SELECT account_id, counter, used, 0 AS amount FROM limit_counter UNION ALL "
        "SELECT account_id, counter, 0, amount FROM limit_use WHERE counter NOT LIKE 'budget|%%') AS both_sides "
        "GROUP BY account_id, counter HAVING SUM(used) <> SUM(amount)",
    "budget_is_sum_of_its_uses":
        "SELECT counter, SUM(points) AS counted, SUM(amount) AS used FROM ("
        "SELECT counter, points, 0 AS amount FROM earning_budget UNION ALL "
        "SELECT counter, 0, amount FROM limit_use WHERE counter LIKE 'budget|%%') AS both_sides "
        "GROUP BY counter HAVING SUM(points) <> SUM(amount)",
    "use_of_a_limit_is_what_was_booked":
        "SELECT u.account_id, u.transaction_id, u.line, u.counter, u.amount, p.amount AS booked FROM limit_use u "
        "LEFT JOIN posting p ON p.account_id = u.account_id AND p.transaction_id = u.transaction_id "
        "AND p.line = u.line WHERE u.amount > 0 AND COALESCE(p.amount, 0) <> u.amount",
    "limits_get_back_what_they_gave_at_most":
        "SELECT account_id, origin, line, counter, SUM(amount) AS amount FROM ("
        "SELECT u.account_id, CASE WHEN u.amount < 0 THEN j.refers_to ELSE u.transaction_id END AS origin, u.line, "
        "u.counter, u.amount FROM limit_use u LEFT JOIN journal j ON j.account_id = u.account_id "
        "AND j.id = u.transaction_id) AS uses GROUP BY account_id, origin, line, counter HAVING SUM(amount) < 0",
}
