"""What plugins bring for pages: where their templates, static files and texts lie, checked before anyone sees them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader

from treuwerk.domain.pages import Page, Panel, WebPart
from treuwerk.domain.rights import PERMISSIONS, Audience, Permission
from treuwerk.plugins import Registry
from treuwerk.programme.errors import Mistake
from treuwerk.web.shell.assets import VENDOR, WEB

OWN_NAMES = frozenset({"portal", "office", "ui", "styleguide", "css", "templates", "static"})
OFFICE = "/office"
STYLEGUIDE = "styleguide.html"
SHEET = "style.css"


@attrs.frozen
class Parts:
    """The web parts of one programme, by name, and the rights that they may ask for."""

    by_name: Mapping[str, WebPart]
    permissions: Mapping[str, Permission]

    def pages(self) -> Iterator[tuple[WebPart, Page]]:
        """Every page with the part that brings it."""
        return ((part, page) for part in self.by_name.values() for page in part.pages)

    def panels(self, audience: Audience) -> list[tuple[WebPart, Panel]]:
        """Panels for an audience in their order."""
        found = [(part, panel) for part in self.by_name.values() for panel in part.panels if panel.audience is audience]
        return sorted(found, key=lambda pair: (pair[1].order, pair[1].name))

    def folders(self, kind: str) -> dict[str, Path]:
        """Folders of one kind (``templates``, ``static``) that are there, by the name of the part."""
        wanted = {name: part.folder / kind for name, part in self.by_name.items() if part.folder}
        return {name: folder for name, folder in wanted.items() if folder.is_dir()}

    def styleguides(self) -> list[str]:
        """Templates that show the components of a part in every state."""
        return [f"{name}/{STYLEGUIDE}" for name, folder in self.folders("templates").items()
                if (folder / STYLEGUIDE).is_file()]


def parts_of(registry: Registry) -> Parts:
    """The parts that the plugins of a registry offer."""
    return Parts(registry.web_parts(), {**{one.name: one for one in PERMISSIONS}, **registry.permissions()})


def sheets(parts: Parts) -> str:
    """The rules that plugins bring, in a layer over ours and under those of the programme."""
    files = (folder / SHEET for folder in parts.folders("static").values())
    return "".join(f"@layer plugins {{\n{path.read_text('utf-8')}}}\n" for path in files if path.is_file())


def path_of(page: Page) -> str:
    """Where a page is found."""
    return page.path if page.audience is Audience.PORTAL else f"{OFFICE}{page.path}"


def loader(parts: Parts, programme_folder: Path) -> BaseLoader:
    """Templates of the programme before ours, and those of plugins below their names."""
    own = FileSystemLoader([programme_folder / "templates", WEB / "templates"])
    return ChoiceLoader([own, PrefixLoader({name: FileSystemLoader(folder)
                                            for name, folder in parts.folders("templates").items()})])


def mistakes(parts: Parts) -> Iterator[Mistake]:
    """What would break a page or leave it unguarded, each with plugin and place."""
    paths: dict[tuple[str, str], str] = {}
    for part in parts.by_name.values():
        if part.name in OWN_NAMES or not part.name.isidentifier():
            yield Mistake(f"web_parts {part.name!r}", "a name that the engine uses itself or that is no word",
                          "the name of the plugin")
        yield from _links(part)
        for page in part.pages:
            yield from _right(parts, f"web_parts {part.name!r}: page {page.name!r}", page)
        for panel in part.panels:
            yield from _right(parts, f"web_parts {part.name!r}: panel {panel.name!r}", panel)
    for part, page in parts.pages():
        place = f"web_parts {part.name!r}: page {page.name!r}"
        if not page.path.startswith("/") or page.path == "/" or f"{page.path}/".startswith(f"{OFFICE}/"):
            yield Mistake(place, f"path {page.path!r}", "a path of its own that begins with /, such as /seminars")
        for method in page.methods:
            taken = paths.setdefault((path_of(page), method), place)
            if taken != place:
                yield Mistake(place, f"{method} {path_of(page)}", "a path that is free", f"it belongs to {taken}")


def _right(parts: Parts, place: str, one: Page | Panel) -> Iterator[Mistake]:
    right = parts.permissions.get(one.permission)
    if right is None:
        yield Mistake(place, f"permission {one.permission!r}, which nobody declares",
                      "one of the engine or of a plugin", "offer it by the hook permissions")
    elif right.audience is not one.audience:
        yield Mistake(place, f"permission {one.permission!r} of the {right.audience.value}",
                      f"one of the {one.audience.value}")


def _links(part: WebPart) -> Iterator[Mistake]:
    names = {page.name for page in part.pages}
    for entry in part.navigation:
        if entry.page not in names:
            yield Mistake(f"web_parts {part.name!r}: navigation", f"page {entry.page!r}",
                          "the name of one of its pages")
        if entry.icon and not (VENDOR / "lucide" / f"{entry.icon}.svg").is_file():
            yield Mistake(f"web_parts {part.name!r}: navigation", f"icon {entry.icon!r}",
                          f"one of {', '.join(sorted(path.stem for path in (VENDOR / 'lucide').glob('*.svg')))}")
