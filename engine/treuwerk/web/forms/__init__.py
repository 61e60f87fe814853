"""Forms on attrs: one class per form, read strictly in the reader's language, shown again with what was typed.

`docs/guides/forms.md` is the page to begin with.
"""

from treuwerk.web.forms.complaints import Complaint, Stale, Wrong
from treuwerk.web.forms.conflicts import Conflict, conflict, taken
from treuwerk.web.forms.reading import Result, from_form
from treuwerk.web.forms.rules import area, choice, day, decimal, email, secret, several, text, whole, yes
from treuwerk.web.forms.showing import Field, Language, Shown, shown

__all__ = ["Complaint", "Conflict", "Field", "Language", "Result", "Shown", "Stale",
           "Wrong", "area", "choice", "conflict", "day",
           "decimal", "email", "from_form", "secret", "several", "shown", "taken", "text", "whole", "yes"]
