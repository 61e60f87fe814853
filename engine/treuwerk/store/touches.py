"""How often people had to touch what was cleared: sums by channel and reader, in one statement each."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, text

_LINES = {"sqlite": "json_array_length(CASE WHEN s.entered = '' THEN '{}' ELSE s.entered END, '$.lines')",
          "postgresql": "json_array_length((CASE WHEN s.entered = '' THEN '{}' ELSE s.entered END)::json -> 'lines')"}
_READER = {"sqlite": "json_extract(CASE WHEN s.entered = '' THEN '{}' ELSE s.entered END, '$.reader')",
           "postgresql": "(CASE WHEN s.entered = '' THEN '{}' ELSE s.entered END)::json ->> 'reader'"}
# A decision on a number is one act, whatever waits for it: it counts where such a line was met first.
_BY_RUN = """
WITH act AS (
  SELECT object AS run, COUNT(*) AS touches FROM audit_entry
  WHERE action IN ('work.take', 'work.done') AND object <> '' AND happened_at >= :since GROUP BY object
  UNION ALL
  SELECT CAST(run_id AS text), SUM(CASE WHEN second_by <> 0 THEN 2 ELSE 1 END) FROM conflict_decision
  WHERE asked_at >= :since GROUP BY run_id
  UNION ALL
  SELECT CAST(MIN(p.run_id) AS text), CASE WHEN MAX(q.alias_id) IS NULL THEN 1 ELSE 2 END
  FROM alias a LEFT JOIN alias_proposal q ON q.alias_id = a.id
  JOIN problem p ON p.waits_for = a.kind AND p.value = a.value
    AND p.scheme = a.scheme AND (a.scope = '' OR p.scope = a.scope) AND p.waits_for <> ''
  WHERE a.made_at >= :since GROUP BY a.id),
by_run AS (SELECT run, SUM(touches) AS touches FROM act GROUP BY run)"""
_REPORTED = """{by_run},
decided AS (
  SELECT s.account_id, s.id, s.channel, COALESCE({reader}, '') AS reader, COALESCE({lines}, 0) AS lines,
         s.decided_at - CASE WHEN s.submitted_at > 0 THEN s.submitted_at ELSE s.created_at END AS took,
         (SELECT COUNT(*) FROM submission_event e WHERE e.account_id = s.account_id AND e.submission_id = s.id
          AND e.user_id <> 0 AND e.kind IN ('taken', 'asked', 'entered', 'sent_back', 'accepted', 'partly', 'declined')
         ) + COALESCE((SELECT b.touches FROM by_run b WHERE b.run = CAST(s.run_id AS text)), 0) AS touches
  FROM submission s WHERE s.decided_at > 0 AND s.decided_at >= :since AND s.decided_at < :until)
SELECT channel, reader, COUNT(*) AS documents, SUM(lines) AS lines, SUM(touches) AS touches,
       SUM(CASE WHEN touches = 0 THEN lines ELSE 0 END) AS untouched, SUM(took) AS took
FROM decided GROUP BY channel, reader ORDER BY channel, reader"""
_DIRECT = f"""{_BY_RUN}
SELECT 'direct' AS channel, r.source AS reader, SUM(r.documents) AS documents, SUM(r.lines) AS lines,
       SUM(COALESCE(t.touches, 0)) AS touches, SUM(r.lines - r.waiting - r.rejected) AS untouched, 0 AS took
FROM clearing_run r LEFT JOIN by_run t ON t.run = CAST(r.id AS text)
WHERE r.source <> 'upload' AND r.sha256 NOT LIKE 'release:%'
  AND r.finished_at IS NOT NULL AND r.started_at >= :since AND r.started_at < :until
GROUP BY r.source ORDER BY r.source"""


class Touched(NamedTuple):
    """Sums of one channel and reader; `untouched` lines needed nobody, `took` is the sum of times to decide, in µs."""

    channel: str
    reader: str
    documents: int
    lines: int
    touches: int
    untouched: int
    took: int


def touched(connection: Connection, since: int, until: int) -> list[Touched]:
    """What was decided and cleared from an instant until before another, direct deliveries first."""
    dialect = connection.dialect.name
    reported = _REPORTED.format(by_run=_BY_RUN, lines=_LINES[dialect], reader=_READER[dialect]).replace("::", r"\:\:")
    times = {"since": since, "until": until}
    return [_row(row) for query in (_DIRECT, reported) for row in connection.execute(text(query), times)]


def _row(row: Any) -> Touched:
    channel, reader, *sums = row
    return Touched(channel, reader, *(int(one or 0) for one in sums))
