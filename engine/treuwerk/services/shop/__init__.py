"""The shop: what of the catalogue somebody sees, finds, likes and puts into the cart."""
