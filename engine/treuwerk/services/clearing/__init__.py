"""From documents to points. `clearing.py` is the way through; the others are its steps, in its words."""
