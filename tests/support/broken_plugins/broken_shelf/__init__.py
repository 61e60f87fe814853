"""Plugins that are each wrong in one way, as a distribution that looks installed when its folder is on the path."""
