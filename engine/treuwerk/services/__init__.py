"""Use cases: each reads what it needs, calls the domain, and writes in one transaction."""
