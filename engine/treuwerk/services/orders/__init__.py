"""Orders of rewards: placing them, what becomes of their lines, and looking at them."""
