"""Pages of the service centre: work, search, participants, notes, points by hand, users, audit, plugins."""
