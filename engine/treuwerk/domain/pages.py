"""What plugins add to portal and service centre: pages, entries of the navigation, panels on pages of ours."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs

from treuwerk.domain.rights import Access, Audience

Texts = Mapping[str, str]


@attrs.frozen
class Holding:
    """Points of one unit: to spend, not usable yet, reserved."""

    unit: str
    available: int
    pending: int
    held: int


@attrs.frozen
class PageRequest:
    """What a page or a panel of a plugin is told.

    `account_id` is the participant whom it is about, 0 for none; `holdings` what that one has, by unit. `form` is
    filled for POST only. `now` carries the programme's time zone.
    """

    locale: str
    now: datetime
    access: Access
    account_id: int = 0
    holdings: Mapping[str, Holding] = attrs.field(factory=dict)
    path_values: Mapping[str, str] = attrs.field(factory=dict)
    query: Mapping[str, str] = attrs.field(factory=dict)
    form: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class PageAnswer:
    """A template of the plugin with its values, or a path of ours to go to after a form."""

    template: str = ""
    values: Mapping[str, Any] = attrs.field(factory=dict)
    status: int = 200
    go_to: str = ""


@attrs.frozen
class Page:
    """A page of a plugin; `path` begins with ``/``, and the engine puts ``/office`` before it for that audience."""

    path: str
    name: str
    audience: Audience
    permission: str
    answer: Callable[[PageRequest], PageAnswer]
    methods: tuple[str, ...] = ("GET",)


@attrs.frozen
class NavigationEntry:
    """A link in the main navigation to a page of the plugin, shown to whom its permission allows it."""

    page: str
    title: Texts
    icon: str = ""
    order: int = 500


@attrs.frozen
class Panel:
    """A part of a page of ours: of the portal's overview, or of a participant's page in the service centre.

    `values` is called for each showing; None leaves the panel out.
    """

    name: str
    audience: Audience
    permission: str
    template: str
    values: Callable[[PageRequest], Mapping[str, Any] | None]
    order: int = 500


@attrs.frozen
class WebPart:
    """Everything that a plugin brings for pages.

    `folder` may hold ``templates/`` (found by templates as ``<name>/…``), ``static/`` (as ``<name>/…``) and
    ``translations/`` (``<locale>.po``).
    """

    name: str
    folder: Path | None = None
    pages: tuple[Page, ...] = ()
    navigation: tuple[NavigationEntry, ...] = ()
    panels: tuple[Panel, ...] = ()
