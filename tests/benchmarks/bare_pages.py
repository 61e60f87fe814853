"""The yardstick of pages: what a bare Starlette application with Jinja2 needs for as much page.

One route, one template, escaped, without layers, session, database and languages. It writes as many rows and cells as
our page, from the same values, which lie in memory, with loops and plain format filters; what our page has of fixed
markup stands there as so many letters, so that both answers have the same size.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

_HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<nav>{% for group in navigation %}{% for entry in group.entries %}<a href="{{ entry.href }}">{{ entry.words }}</a>
{% endfor %}{% endfor %}</nav><h1>{{ title }}</h1><p>{{ identity.company }}</p>
<dl><dt>Available</dt><dd>{{ balance.available|figure }} {{ balance.unit }}</dd><dt>Pending</dt>
<dd>{{ balance.pending|figure }}</dd><dt>Reserved</dt><dd>{{ balance.held|figure }}</dd></dl>
<ul>{% for entry in calendar %}<li>{{ entry.amount|figure }} until {{ entry.expires_at|moment }}</li>{% endfor %}</ul>
"""
_FOOT = """<h2>{{ tier.name }}</h2><p>{{ tier.missing|figure }}</p>
<ul>{% for rung in tier.ladder %}<li>{{ rung.name }} {{ rung.points|figure }}</li>{% endfor %}</ul>
FIXED</body></html>"""
_OVERVIEW = f"""{_HEAD}<ul>{{% for one in latest %}}<li><a href="/bookings/{{{{ one.id }}}}">{{{{ one.article }}}}</a>
{{{{ one.booked_at|moment }}}} {{{{ one.document }}}} {{{{ one.line }}}} {{{{ one.amount|signed }}}}</li>
{{% endfor %}}</ul>{_FOOT}"""
_ROWS = """{% for name, told in options.items() %}<select name="{{ name }}">{% for code, words in told %}
<option value="{{ code }}">{{ words }}</option>{% endfor %}</select>{% endfor %}
<table>{% for month, entries in months %}<tr><th>{{ month }}</th></tr>{% for entry in entries %}
{% set booking = entry.booking %}<tr><td><time datetime="{{ booking.booked_at|moment }}">
{{ booking.booked_at|moment }}</time></td><td><p>{{ booking.purchase.article_name }}</p><p>Delivery note
{{ booking.purchase.document }}, line {{ booking.purchase.line }} on {{ booking.occurred_on|day }}</p>
<details><summary>Why these points? {{ booking.purchase.article_name }}, {{ booking.occurred_on|day }}</summary>
{% for award in booking.awards %}<table><caption>{{ award.rule }} Rule {{ award.rule }}, revision {{ award.revision }}
</caption>{% for step in award.steps %}<tr><th>{{ step.name }}</th><td>{{ step.operand }}</td>
<td>{{ step.figure|figure }}</td></tr>{% endfor %}<tr><th>{{ award.unit }}</th><td>{{ award.points|figure }}</td></tr>
</table><p>Usable from {{ award.lot.active_from|moment }} until {{ award.lot.expires_at|moment }}</p>{% endfor %}
<a href="/bookings/{{ booking.id }}">Everything</a> <a href="/bookings/{{ booking.id }}/enquiry">Wrong?</a></details>
</td><td>{% for unit, amount in entry.amounts.items() %}<span class="{{ 'gain' if amount > 0 else 'loss' }}">
{{ amount|signed }} {{ unit }}</span>{% endfor %}</td><td>{{ entry.balance|figure }}</td></tr>
{% endfor %}{% endfor %}</table>"""
_SHELF = """<ul>{% for world in worlds %}<li><a href="{{ world.href }}">{{ world.title }} {{ world.second }}</a></li>
{% endfor %}</ul>{% for facet in facets %}<fieldset><legend>{{ facet.title }}</legend>{% for one in facet.choices %}
<label><input type="checkbox" name="{{ one.name }}" value="{{ one.value }}"> {{ one.words }} {{ one.count|figure }}
</label>{% endfor %}</fieldset>{% endfor %}{% for one in ranges %}<a href="{{ one.href }}">{{ one.words }}
{{ one.count|figure }}</a>{% endfor %}<ul>
{% for shown in [cards, seen or ()] + (strips or [])|map(attribute="cards")|list %}{% for card in shown %}<li>
<h3><a href="{{ card.face.href }}">{{ card.face.name.text }}</a></h3><p>{{ card.face.category }}</p>
<p>{{ card.face.summary.text }}</p>{% for mark in card.face.marks %}<span>{{ mark.words }}</span>
{% endfor %}<p>{{ card.price.points|figure }} {{ card.price.unit }} {{ card.price.missing|figure }}</p></li>{% endfor %}
{% endfor %}</ul>{% for one in pages %}<a href="{{ one.href }}">{{ one.words }}</a>{% endfor %}FIXED</body></html>"""
_OPEN, _ = _HEAD.split("<dl>")  # balance and expiry are on other pages
TEMPLATES = {"/": _OVERVIEW, "/account": f"{_HEAD}{_ROWS}{_FOOT}", "/rewards": f"{_OPEN}{_SHELF}"}


def _day(value: date) -> str:
    return f"{value.day} {value:%b} {value.year}"


def _moment(value: int | None) -> str:
    return _day(datetime.fromtimestamp(value / 1_000_000, UTC).date()) if value else ""


FILTERS: dict[str, Callable[..., str]] = {
    "figure": lambda value: f"{value:,}", "signed": lambda value: f"{value:+,}", "day": _day, "moment": _moment}


def bare_page(path: str, values: dict[str, Any], size: int, at: str = "/") -> Starlette:
    """An application with one page like ours at `path`: the same values, cells and number of bytes."""
    environment = Environment(autoescape=True)
    environment.filters |= FILTERS
    told = {"title": "Points account", **values}
    written = len(environment.from_string(TEMPLATES[path]).render(told).encode())
    assert written <= size * 1.05, (path, written, size)
    template = environment.from_string(TEMPLATES[path].replace("FIXED", "x" * max(size - written, 0)))

    async def page(_: Request) -> HTMLResponse:
        return HTMLResponse(template.render(told))

    return Starlette(routes=[Route(at, page)])
