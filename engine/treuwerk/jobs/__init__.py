"""Durable work: what is done by itself, by any number of processes, and goes on wherever one of them dies."""
