"""Colours as numbers: OKLCH to sRGB, and the contrast of WCAG 2.2.

Sources: Björn Ottosson, "A perceptual color space" (OKLab); WCAG 2.2, relative luminance and contrast ratio.
"""

from math import cos, radians, sin

Rgb = tuple[float, float, float]
"""Red, green and blue of sRGB, 0 to 1."""


def from_hex(colour: str) -> Rgb:
    """The colour of ``#rrggbb``."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def mixed(colour: Rgb, ground: Rgb, share: float) -> Rgb:
    """A wash of `colour` over `ground`, as ``color-mix(in oklab, colour share, ground)`` of CSS."""
    parts = zip(_oklab(colour), _oklab(ground), strict=True)
    return _from_oklab(*(one * share + other * (1 - share) for one, other in parts))


def _oklab(colour: Rgb) -> tuple[float, float, float]:
    red, green, blue = (_linear(part) for part in colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
            1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
            0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short)


def from_oklch(lightness: float, chroma: float, hue: float) -> Rgb:
    """The sRGB colour of OKLCH, cut to the gamut; hue in degrees."""
    return _from_oklab(lightness, chroma * cos(radians(hue)), chroma * sin(radians(hue)))


def _from_oklab(lightness: float, a: float, b: float) -> Rgb:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (_gamma(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
            _gamma(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
            _gamma(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short))


def _gamma(linear: float) -> float:
    value = 12.92 * linear if linear <= 0.0031308 else 1.055 * max(linear, 0.0) ** (1 / 2.4) - 0.055
    return min(max(value, 0.0), 1.0)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def luminance(colour: Rgb) -> float:
    """Relative luminance, 0 for black and 1 for white."""
    red, green, blue = (_linear(part) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of two colours, 1 to 21.

    >>> round(contrast((0, 0, 0), (1, 1, 1)))
    21
    """
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
