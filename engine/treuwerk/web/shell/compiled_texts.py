"""Messages in the binary form of GNU gettext, which Python's own module reads.

Babel's writer makes the same of its catalogues, after it has sorted them slowly by rules that only people need.
"""

from array import array
from collections.abc import Mapping
from itertools import chain
from struct import pack

_MAGIC, _REVISION = 0x950412DE, 0
_HEAD_BYTES = 28
_ENTRY_BYTES = 8  # the length and the place of one text


def compiled_texts(messages: Mapping[str, str]) -> bytes:
    """A file of messages with their translations; plurals are separated by NUL, contexts put in front with EOT.

    >>> from gettext import GNUTranslations
    >>> from io import BytesIO
    >>> GNUTranslations(BytesIO(compiled_texts({"Balance": "Guthaben"}))).gettext("Balance")
    'Guthaben'
    """
    pairs = sorted((key.encode(), text.encode()) for key, text in messages.items())
    ids, texts = [key for key, _ in pairs], [text for _, text in pairs]
    begin = _HEAD_BYTES + 2 * _ENTRY_BYTES * len(pairs)
    table = array("I", chain.from_iterable(_places([*ids, *texts], begin)))
    head = pack("=7I", _MAGIC, _REVISION, len(pairs), _HEAD_BYTES, _HEAD_BYTES + _ENTRY_BYTES * len(pairs), 0, 0)
    return b"".join([head, table.tobytes(), *(text + b"\0" for text in (*ids, *texts))])


def _places(texts: list[bytes], begin: int) -> list[tuple[int, int]]:
    found = []
    for text in texts:
        found.append((len(text), begin))
        begin += len(text) + 1
    return found
