"""The shop: what points are spent on, as participants see it."""
