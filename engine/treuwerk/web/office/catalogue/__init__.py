"""The catalogue of rewards in the service centre: the list, the editor, and what comes by file."""
