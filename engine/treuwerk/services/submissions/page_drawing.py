"""Draws the pages of one file, or one picture in several sizes: a program of its own, limited by the system.

Decoders of pictures and PDFs meet whatever strangers send. So they run in a process without environment, with limits
on memory, time and what it may write, and say what they found as one line of JSON. It imports nothing of Treuwerk.
"""

import json
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_QUALITY, _SMALL_QUALITY = 82, 76
_SMALL_EDGE = 480
_ACROSS, _DOWN = 4, 8
_STEP = 2
_TELLING = 8
_POINTS_PER_INCH, _DOTS_PER_INCH = 72, 200
_SCRIPT = re.compile(rb"/(JavaScript|JS|Launch)(?![A-Za-z])")
_STREAM = re.compile(rb"/ObjStm.{0,400}?stream\r?\n", re.DOTALL)
_INFLATED_AT_MOST = 8 << 20
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/tiff": "TIFF", "image/heic": "HEIF"}


class NotDrawn(Exception):
    """The file cannot be shown; `facts` stand beside the code."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def main(arguments: str) -> None:
    """Draw, and print what came of it."""
    order = json.loads(arguments)
    _limit(order["memory"], order["seconds"], order["written"])
    try:
        answer = _drawn(order)
    except NotDrawn as refused:
        answer = {"error": refused.code, **refused.facts}
    except MemoryError:
        answer = {"error": "too_demanding"}
    except Exception as error:  # whatever a decoder raises for what strangers send
        answer = {"error": "broken", "raised": type(error).__name__}
    print(json.dumps(answer))  # noqa: T201 - how this program answers


def _limit(memory: int, seconds: int, written: int) -> None:
    """Limits of the system; where it has none, only the time-out of the caller holds."""
    try:
        import resource
    except ImportError:
        return
    for kind, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, written),
                        (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(kind, (value, value))


def _drawn(order: dict[str, Any]) -> dict[str, Any]:
    folder = Path(order["folder"])
    if "edges" in order:
        return _renditions(Path(order["file"]), folder, order)
    if order["type"] == "application/pdf":
        return _pdf(Path(order["file"]), folder, order)
    return _picture(Path(order["file"]), folder, order)


def _picture(file: Path, folder: Path, order: dict[str, Any]) -> dict[str, Any]:
    from PIL import Image, ImageSequence

    Image.MAX_IMAGE_PIXELS = None  # measured below, before anything is decoded
    kind = _FORMATS[order["type"]]
    if kind == "HEIF":
        _learn_heif()
    with Image.open(file, formats=[kind]) as image:
        frames = getattr(image, "n_frames", 1) if kind == "TIFF" else 1
        if frames > order["pages"]:
            raise NotDrawn("too_many_pages", found=frames, most=order["pages"])
        looks = []
        for number, frame in enumerate(ImageSequence.Iterator(image) if frames > 1 else [image], 1):
            _measured(frame.width, frame.height, order["pixels"])
            if kind == "JPEG":
                frame.draft("RGB", (order["edge"], order["edge"]))
            looks.append(_save(frame, folder, number, order["edge"]))
    return {"pages": frames, "looks": looks}


def _renditions(file: Path, folder: Path, order: dict[str, Any]) -> dict[str, Any]:
    """A picture of a reward in several sizes, named by their longer side, as far as it has so many pixels."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # measured below, before anything is decoded
    kind, edges = _FORMATS[order["type"]], sorted(order["edges"], reverse=True)
    if kind == "HEIF":
        _learn_heif()
    with Image.open(file, formats=[kind]) as image:
        _measured(image.width, image.height, order["pixels"])
        if max(image.size) < edges[-1]:
            raise NotDrawn("too_small", width=image.width, height=image.height, least=edges[-1])
        if kind == "JPEG":
            image.draft("RGB", (edges[0], edges[0]))
        plain = _plain(image)
    sizes = []
    for edge in edges:
        plain.thumbnail((edge, edge), Image.Resampling.LANCZOS)
        plain.save(folder / f"{edge}.webp", "WEBP", quality=_QUALITY, method=6, exif=b"")
        sizes.append(plain.size)
    return {"width": sizes[0][0], "height": sizes[0][1]}


def _learn_heif() -> None:
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        raise NotDrawn("heic") from None
    register_heif_opener()


def _measured(width: int, height: int, pixels: int) -> None:
    if width * height > pixels:
        raise NotDrawn("too_many_pixels", width=width, height=height, most=pixels // 1_000_000)


def _save(image: Any, folder: Path, number: int, edge: int) -> str:
    """Whole and small, without anything that the camera noted. The answer is how it looks."""
    plain = _plain(image)
    plain.thumbnail((edge, edge))
    plain.save(folder / f"{number}.jpg", "JPEG", quality=_QUALITY, optimize=True, exif=b"")
    plain.thumbnail((_SMALL_EDGE, _SMALL_EDGE))
    plain.save(folder / f"{number}.small.jpg", "JPEG", quality=_SMALL_QUALITY, optimize=True, exif=b"")
    return _look(plain)


def _plain(image: Any) -> Any:
    """A picture upright, and on white."""
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        ground.alpha_composite(layer)
        upright = ground
    elif upright.mode.startswith(("I", "F")):
        upright = upright.point(lambda value: value / 256).convert("L")
    return upright.convert("RGB")


def _look(small: Any) -> str:
    """The difference hash of a page in 16 hexadecimal digits; empty where it is blank or nearly so.

    Two bits for each cell and the one below: whether it is brighter, and whether it is darker. Means over large cells
    outlast what a second scan moves, and the step outlasts its noise.
    """
    from PIL import Image

    cells = small.convert("L").resize((_ACROSS, _DOWN + 1), Image.Resampling.BOX).tobytes()
    pairs = list(zip(cells, cells[_ACROSS:], strict=False))
    bits = [bit for above, below in pairs for bit in (above > below + _STEP, below > above + _STEP)]
    return f"{sum(bit << at for at, bit in enumerate(bits)):016x}" if sum(bits) >= _TELLING else ""


def _pdf(file: Path, folder: Path, order: dict[str, Any]) -> dict[str, Any]:
    import pypdfium2

    try:
        document: Any = pypdfium2.PdfDocument(str(file))
    except pypdfium2.PdfiumError as error:
        code = "encrypted" if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD else "broken"
        raise NotDrawn(code) from None
    pages = len(document)
    if not pages:
        raise NotDrawn("broken")
    if pages > order["pages"]:
        raise NotDrawn("too_many_pages", found=pages, most=order["pages"])
    looks = []
    for number in range(pages):
        page = document[number]
        width, height = page.get_size()
        scale = min(_DOTS_PER_INCH / _POINTS_PER_INCH, order["edge"] / max(width, height, 1))
        picture = page.render(scale=scale, may_draw_forms=False).to_pil()
        looks.append(_save(picture, folder, number + 1, order["edge"]))
        page.close()
    scripts = pypdfium2.raw.FPDFDoc_GetJavaScriptActionCount(document) > 0
    return {"pages": pages, "looks": looks, "script": scripts or _holds_script(file.read_bytes())}


def _holds_script(content: bytes) -> bool:
    """Whether anything in a PDF asks to be run, in the open or in compressed objects."""
    return any(_SCRIPT.search(part) for part in _parts(content))


def _parts(content: bytes, inflate: Callable[[], Any] = zlib.decompressobj) -> Iterator[bytes]:
    yield content
    left = _INFLATED_AT_MOST
    for found in _STREAM.finditer(content):
        try:
            objects = inflate().decompress(content[found.end():], left)
        except zlib.error:
            continue
        left -= len(objects)
        yield objects
        if left <= 0:
            return


if __name__ == "__main__":
    main(sys.argv[1])
