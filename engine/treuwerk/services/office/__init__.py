"""What the service centre sees of everything at once: stream, audit, queue, profile."""
