"""What people change afterwards: points by hand, reversals, merges, decisions, recalculations."""
