"""The part of a programme that decides about points is the same text, however it is written."""

import attrs

from treuwerk.domain.earning_parts import KEYS, changes, digest, earning_part
from treuwerk.programme.settings import Settings
from treuwerk.programme.toml_text import toml_of

DECIDES_NOTHING = {
    "accessibility", "api", "catalogue", "clearing", "constraints", "contact", "groups", "inbox", "labels", "legal",
    "links", "page_reader", "plugins", "programme", "reward_kinds", "rewards", "roles", "sign_in", "sign_in_rules",
    "sources", "suppliers", "text_blocks", "theme", "upload_scanners", "uploads", "work", "plugin_policy"}
ONE = """
[programme]
starts_on = 2024-01-01
[units.bonus]
name = { de = "Punkte" }
[[earning]]
name = "a"
title = { de = "A" }
factors = { S = 2 }
[[earning]]
name = "b"
revision = 2
points = 5
"""
OTHER = """
units.bonus.name = { de = "Bonuspunkte" }
programme = { name = "Other", starts_on = 2024-01-01 }
[[earning]]
name = "b"
revision = 3
points = 5
[[earning]]
name = "a"
title = { de = "Anders" }
factors = { S = 2 }
"""


def test_every_table_of_the_file_is_known_to_decide_or_not() -> None:
    assert {field.name for field in attrs.fields(Settings)} - DECIDES_NOTHING == KEYS


def test_words_and_order_of_tables_make_no_change_and_revisions_do() -> None:
    one, other = earning_part(toml_of(ONE)), earning_part(toml_of(OTHER))

    assert [tuple(each) for each in changes(one, other)] == [
        ("earning[b 2].name", "b", ""), ("earning[b 2].points", "5", ""), ("earning[b 2].revision", "2", ""),
        ("earning[b 3].name", "", "b"), ("earning[b 3].points", "", "5"), ("earning[b 3].revision", "", "3")]
    assert digest(one) == digest(earning_part(toml_of("# a note\n" + ONE.replace('"A"', '"B"'))))
    assert digest(one) != digest(earning_part(toml_of(ONE.replace("2024", "2025"))))
