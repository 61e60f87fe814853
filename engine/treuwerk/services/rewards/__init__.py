"""Rewards: how they come in, what may be offered, and how they are kept."""
