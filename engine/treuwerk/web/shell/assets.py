"""Static files under names that carry their content's hash, so that browsers keep them for ever.

Own files, then vendored ones, then the programme's, which may replace any of ours by the same name. The parts of the
style sheet are joined once at start, in the order of their cascade layers.
"""

import mimetypes
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import attrs
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

WEB = Path(__file__).parents[1]
STATIC, VENDOR = WEB / "static", WEB / "vendor"
STYLE_PARTS = ("tokens", "base", "layout", "components", "forms", "parts", "overlays", "tables", "lists", "tape",
               "charts", "drawings", "office", "pages", "shop", "cart", "reports", "profile", "clerk",
               "catalogue", "print")
_IMMUTABLE = {"cache-control": "public, max-age=31536000, immutable", "vary": "Accept-Encoding"}
LINK = re.compile(r'url\("([^":]+)"\)')
_TYPES = {".woff2": "font/woff2", ".svg": "image/svg+xml", ".css": "text/css", ".js": "text/javascript"}
_DRAWING_POLICY = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}


@attrs.frozen
class Asset:
    """One static file: its name with hash, its media type, and its bytes or where they lie."""

    public_name: str
    media_type: str
    content: bytes | Path

    def response(self) -> Response:
        """The file, to be kept for a year."""
        headers = dict(_IMMUTABLE)
        if self.media_type == "image/svg+xml":
            headers |= _DRAWING_POLICY  # a drawing may style itself, and can do nothing else
        if isinstance(self.content, Path):
            return FileResponse(self.content, media_type=self.media_type, headers=headers)
        return Response(self.content, media_type=self.media_type, headers=headers)


class Assets:
    """All static files of one application."""

    def __init__(self, programme_folder: Path, theme: str, parts: Mapping[str, Path] | None = None) -> None:
        """`parts` are folders of plugins by the name that stands before their files."""
        files = {path.name: path for path in sorted((VENDOR / "inter").glob("*.woff2"))} | dict(_below(STATIC))
        files["htmx.min.js"] = VENDOR / "htmx" / "htmx.min.js"
        for part, folder in (parts or {}).items():
            files |= {f"{part}/{name}": path for name, path in _below(folder)}
        files |= dict(_below(programme_folder / "static"))
        self._by_name = {name: _asset(name, path) for name, path in files.items() if not name.startswith("css/")}
        self._add("app.css", self._style(files).encode())
        self._add("theme.css", self._linked(theme).encode())
        self._by_public_name = {asset.public_name: asset for asset in self._by_name.values()}

    def url(self, name: str) -> str:
        """The address of a static file.

        Raises:
            KeyError: there is no such file.
        """
        return f"/static/{self._by_name[name].public_name}"

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return name in self._by_name

    def response(self, public_name: str) -> Response:
        """The file of a hashed name, or 404."""
        if public_name not in self._by_public_name:
            raise HTTPException(404)
        return self._by_public_name[public_name].response()

    def _add(self, name: str, content: bytes) -> None:
        self._by_name[name] = Asset(_public_name(name, content), _media_type(name), content)

    def _style(self, files: Mapping[str, Path]) -> str:
        style = "\n".join(files[f"css/{part}.css"].read_text("utf-8") for part in STYLE_PARTS)
        return self._linked(style)

    def _linked(self, style: str) -> str:
        return LINK.sub(lambda link: f'url("{self.url(link[1])}")', style)


def _below(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield path.relative_to(folder).as_posix(), path


def _asset(name: str, path: Path) -> Asset:
    return Asset(_public_name(name, path.read_bytes()), _media_type(name), path)


def _public_name(name: str, content: bytes) -> str:
    stem, dot, ending = name.rpartition(".")
    return f"{stem}.{sha256(content).hexdigest()[:12]}{dot}{ending}"


def _media_type(name: str) -> str:
    return _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
