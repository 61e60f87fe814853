"""Plugins that do harm on purpose."""
