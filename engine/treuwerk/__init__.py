"""Treuwerk: a loyalty engine whose rules, feeds and channels are plugins."""

__version__ = "0.1.0"
