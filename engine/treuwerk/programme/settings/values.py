"""Values that settings of every topic have."""

import re

from attrs.validators import matches_re

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
"""What a code looks like: small letters, digits and underscores."""
is_code = matches_re(CODE)
"""The validator of a code."""
Texts = dict[str, str]
"""A text per language: ``{ de = "Fachpartner", en = "Certified partner" }``."""
