"""Must not be imported by a programme that does not name it."""

raise SystemExit("imported although no programme names it")
