"""How the server writes its log: one line for each event, as JSON for machines or as text for people."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

FIELDS = "treuwerk_fields"
"""The attribute of a log record that holds its named values."""
FORMATS = ("json", "text")


def configure_logging(shape: str, *, requests: bool = True, stream: TextIO | None = None) -> None:
    """Write the log of this process to standard error.

    Args:
        shape: ``json`` or ``text``.
        requests: whether each request has its line.
        stream: another place than standard error.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if shape == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("treuwerk.requests").setLevel(logging.INFO if requests else logging.WARNING)


class JsonLines(logging.Formatter):
    """One JSON object a line: instant, level, logger, message, and the named values of the event."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one event."""
        line: dict[str, Any] = {"time": _instant(record), "level": record.levelname.lower(), "logger": record.name,
                                "message": record.getMessage(), **getattr(record, FIELDS, {})}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class TextLines(logging.Formatter):
    """The same for people; tracebacks follow below their line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one event."""
        values = " ".join(f"{name}={value}" for name, value in getattr(record, FIELDS, {}).items())
        line = " ".join(part for part in (_instant(record), record.levelname, record.getMessage(), values) if part)
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
