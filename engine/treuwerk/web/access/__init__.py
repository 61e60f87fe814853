"""Signing in, first logins, and what a user does for the security of the own login; for both audiences."""
