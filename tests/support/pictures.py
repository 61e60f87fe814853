"""Photos and papers for tests: made here, in every format that people send."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The agreed test file of virus scanners, put together here so that no scanner finds it in the sources."""


def paper(text: str = "Delivery note 4711", size: tuple[int, int] = (620, 877)) -> Image.Image:
    """A sheet with a line of text."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((40, 60), text, fill="black", font_size=28)
    return image


def delivery_note(number: int = 4711, goods: Sequence[tuple[str, int]] = (("Module 400", 10),)) -> Image.Image:
    """A delivery note of A4 at 100 dots per inch, in the form of one wholesaler."""
    image = Image.new("RGB", (827, 1169), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((53, 53, 280, 113), fill=(30, 60, 120))
    for at, text in enumerate(("Elektro Sommer GmbH", "Ringstraße 5", "80331 München", "Deutschland")):
        draw.text((53, 213 + 24 * at), text, fill="black", font_size=19)
    draw.text((520, 213), f"Delivery note {number}", fill="black", font_size=24)
    draw.line((53, 360, 773, 360), fill="black", width=2)
    for at, (name, pieces) in enumerate(goods):
        draw.text((53, 380 + 30 * at), f"{at + 1}  {name}", fill="black", font_size=19)
        draw.text((650, 380 + 30 * at), f"{pieces} pieces", fill="black", font_size=19)
    draw.text((53, 1093), "Nordlicht Großhandel GmbH, 80331 München", fill="black", font_size=15)
    return image


def scanned_again(image: Image.Image, degrees: float = 0.5, scale: float = 0.83, quality: int = 60,
                  brightness: float = 1) -> bytes:
    """The same paper on another scanner: a little askew, of another size and poorer."""
    askew = image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=(245, 245, 245))
    small = askew.resize((round(askew.width * scale), round(askew.height * scale)))
    return jpeg(ImageEnhance.Brightness(small).enhance(brightness), quality)


def jpeg(image: Image.Image, quality: int = 85) -> bytes:
    """A picture as a JPEG file."""
    content = BytesIO()
    image.save(content, "JPEG", quality=quality)
    return content.getvalue()


def photo(text: str = "Delivery note 4711", kind: str = "JPEG", size: tuple[int, int] = (620, 877),
          **options: object) -> bytes:
    """The sheet as a file of a format that Pillow writes."""
    content = BytesIO()
    paper(text, size).save(content, kind, **options)
    return content.getvalue()


def pages(texts: Sequence[str], kind: str = "PDF") -> bytes:
    """Several sheets in one file."""
    content = BytesIO()
    first, *others = [paper(text) for text in texts]
    options = {"compression": "tiff_deflate"} if kind == "TIFF" else {}
    first.save(content, kind, save_all=True, append_images=others, **options)
    return content.getvalue()


def turned_photo() -> bytes:
    """A photo of a phone held upright: lying pixels, a note to turn them, and where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    return photo(size=(800, 400), exif=exif)


def scripted_pdf() -> bytes:
    """A PDF that asks to run a script when it is opened."""
    return _pdf("/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>")


def encrypted_pdf() -> bytes:
    """A PDF that opens with a password only."""
    zeros = "<" + "00" * 32 + ">"
    return _pdf("", f"/Encrypt << /Filter /Standard /V 1 /R 2 /O {zeros} /U {zeros} /P -4 >> /ID [<00> <00>]")


def _pdf(catalogue: str, trailer: str = "") -> bytes:
    objects = [f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] >>"]
    content, places = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{text}\nendobj\n".encode()
    start = len(content)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return content + (f"xref\n0 4\n0000000000 65535 f \n{table}trailer\n<< /Size 4 /Root 1 0 R {trailer} >>\n"
                      f"startxref\n{start}\n%%EOF\n").encode()


def shown(path: Path) -> Image.Image:
    """A picture as it was stored."""
    with Image.open(path) as image:
        image.load()
        return image
