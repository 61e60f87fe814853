"""The client's folder: ``programme.toml`` and what lies beside it, checked as a whole before anything runs."""
