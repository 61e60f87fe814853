"""Purchases that participants report: pages, reading, entering, deciding, forgetting."""
