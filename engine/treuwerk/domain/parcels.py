"""Parcels in which rewards leave: by whom, under which number, and where one follows them."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

import attrs

from treuwerk.domain.refusals import Refusal

TRACKING = "{tracking}"
"""What stands for the number of a parcel in the address pattern of a carrier."""
LONGEST_TRACKING = 100


@attrs.frozen
class Parcel:
    """By whom pieces were sent, and the number by which one follows them; both may be empty."""

    carrier: str = ""
    tracking: str = ""


NO_PARCEL = Parcel()


def tidy(parcel: Parcel) -> Parcel:
    """A parcel with its texts as they are kept.

    Raises:
        Refusal: `too_long`, also where something cannot be printed.
    """
    said = {name: " ".join(text.split()) for name, text in attrs.asdict(parcel).items()}
    for name, text in said.items():
        if len(text) > LONGEST_TRACKING or not text.isprintable():
            raise Refusal("too_long", f"found {text[:LONGEST_TRACKING]!r} as {name}, expected at most "
                          f"{LONGEST_TRACKING} characters that can be printed", field=name)
    return Parcel(**said)


def is_pattern(pattern: str) -> bool:
    """Whether it is an https address with one place for the number, which is not in its host.

    >>> is_pattern("https://parcels.example/find?n={tracking}"), is_pattern("https://{tracking}.example/")
    (True, False)
    """
    if pattern.count(TRACKING) != 1 or not (pattern.isascii() and pattern.isprintable()) or " " in pattern:
        return False
    parts = urlsplit(pattern)
    return parts.scheme == "https" and bool(parts.hostname) and TRACKING not in parts.netloc and "@" not in parts.netloc


def link_of(carriers: Mapping[str, str], parcel: Parcel) -> str:
    """Where one follows a parcel; empty where its carrier has no address, or it has no number.

    >>> link_of({"Post": "https://post.example/{tracking}"}, Parcel("post", "00 34/1"))
    'https://post.example/00%2034%2F1'
    """
    patterns = {name.casefold(): pattern for name, pattern in carriers.items()}
    pattern = patterns.get(parcel.carrier.casefold(), "")
    return pattern.replace(TRACKING, quote(parcel.tracking, safe="")) if pattern and parcel.tracking else ""
