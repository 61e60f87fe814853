"""The companies that collect, their people, addresses and notes."""
