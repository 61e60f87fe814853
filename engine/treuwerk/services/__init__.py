"""Use cases: one function each, one transaction each. They take the time and the connection as arguments."""
