"""Tiers: counted, judged for every day, stored at night, and given by hand."""
