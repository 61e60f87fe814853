"""Covers of the worlds: scenes in which some of their rewards stand together, by the same pen and light."""

from collections.abc import Callable
from math import sin

from solarworld_league.drawn import family, garden, good_causes, home, learning, workshop
from solarworld_league.drawn.pen import (
    AMBER,
    CREAM,
    FLOOR,
    GREEN,
    HEIGHT,
    ICE,
    INK,
    LEAF,
    NAVY,
    ORANGE,
    PINE,
    RED,
    RUST,
    SKY,
    SLATE,
    STEEL_DARK,
    WHITE,
    WIDTH,
    WOOD,
    WOOD_DARK,
    WOOD_LIGHT,
    Pen,
    Sheet,
)

Draw = Callable[[Pen], None]
MIDDLE = 480
"""Where things stand on a sheet of their own, between its sides."""


class Scene(Pen):
    """A pen whose sheet is a sky without a disc; the scene says where the sun stands."""

    def _ground(self, sheet: Sheet, hour: float) -> None:
        self.rect(-400, 0, WIDTH + 800, HEIGHT, sheet.lower, flat=True)
        for at in range(24):
            self.rect(0, at * 20, WIDTH, 20, sheet.upper, flat=True, opacity=round(1 - at / 24, 2))

    def thing(self, draw: Draw, x: float, y: float, size: float) -> None:
        """A reward that stands with its middle at a place of the scene."""
        with self.at(x - MIDDLE * size, y - FLOOR * size, size=size):
            draw(self)

    def sun(self, x: float, y: float, radius: float) -> None:
        """The sun of the programme."""
        self.glow(x, y, radius * 3.4, AMBER, 0.7)
        self.disc(x, y, radius, AMBER, flat=True)


def workbench(p: Scene) -> None:
    """Tools on a bench before a roof with modules."""
    p.sun(806, 128, 46)
    p.poly([(60, 470), (214, 132), (760, 132), (900, 470)], RUST)
    p.poly([(150, 440), (256, 176), (724, 176), (822, 440)], NAVY)
    for step in (1, 2, 3):
        y, share = 176 + step * 66, step / 4
        p.line(f"M{256 - 106 * share:.0f} {y}H{724 + 98 * share:.0f}", SKY, 4, opacity=0.7)
    for step in range(1, 6):
        p.line(f"M{256 + step * 78} 176L{150 + step * 112} 440", SKY, 4, opacity=0.7)
    p.gleam("M286 196L206 420", 10, 0.25)
    p.rect(110, 470, 740, 140, CREAM, down=True)
    p.rect(0, 560, 960, 46, WOOD_LIGHT, down=True)
    p.rect(0, 604, 960, 116, WOOD_DARK, down=True)
    p.line("M0 584H960", WOOD, 4, opacity=0.5)
    p.thing(workshop.socket_set, 250, 590, 0.62)
    p.thing(workshop.drill, 520, 592, 0.78)
    p.thing(workshop.mug, 800, 594, 0.52)


def outdoors(p: Scene) -> None:
    """A fire in the garden on a long evening."""
    p.sun(170, 330, 64)
    p.path("M0 400Q240 300 520 380T960 330V720H0Z", SLATE)
    p.path("M0 470Q300 400 560 450T960 420V720H0Z", PINE)
    p.path("M0 540Q360 490 960 530V720H0Z", GREEN)
    p.line("M-20 96Q240 240 480 120Q720 240 980 88", INK, 5, opacity=0.8)
    for at in range(1, 12):
        x = at * 80
        y = 122 + 52 * abs(sin(x / 480 * 3.14159))
        p.glow(x, y + 18, 54, AMBER, 0.75)
        p.disc(x, y + 18, 13, CREAM, flat=True)
    p.thing(garden.bench, 700, 570, 0.74)
    p.thing(garden.fire_bowl, 360, 650, 0.82)
    p.thing(garden.lanterns, 780, 676, 0.42)


def kitchen(p: Scene) -> None:
    """A kitchen in the morning."""
    p.rect(110, 70, 300, 290, WHITE, round=10, flat=True)
    p.rect(126, 86, 268, 258, SKY, down=True)
    p.sun(310, 170, 34)
    p.path("M126 300Q220 240 394 296V344H126Z", LEAF)
    p.line("M260 86V344M126 215H394", WHITE, 10)
    p.rect(506, 210, 400, 22, WOOD, down=True)
    p.thing(home.glasses, 620, 214, 0.44)
    p.thing(garden.pots, 810, 214, 0.4)
    for row in range(4):
        for at in range(13):
            p.rect(at * 78 - (row % 2) * 39, 398 + row * 40, 74, 36, ICE, round=5, opacity=0.75)
    p.rect(0, 560, 960, 40, WOOD_LIGHT, down=True)
    p.rect(0, 598, 960, 122, NAVY, down=True)
    p.line("M320 620V700M640 620V700", INK, 4, opacity=0.5)
    p.line("M140 650H190M460 650H510M780 650H830", AMBER, 10)
    p.thing(home.espresso, 180, 584, 0.6)
    p.thing(home.cast_iron_pot, 470, 586, 0.66)
    p.thing(home.stand_mixer, 776, 586, 0.74)


def play(p: Scene) -> None:
    """A tent on a meadow, and toys before it."""
    p.sun(150, 140, 50)
    learning.cloud(p, 420, 150, 0.8)
    learning.cloud(p, 800, 220, 0.6)
    p.path("M0 420Q260 330 520 400T960 360V720H0Z", LEAF)
    p.path("M0 520Q420 440 960 510V720H0Z", GREEN)
    p.line("M716 260Q760 340 700 420Q650 480 690 540", WHITE, 4, opacity=0.9)
    with p.at(716, 190, turn=18):
        p.poly([(0, -84), (62, 0), (0, 92), (-62, 0)], RED)
        p.poly([(0, -84), (62, 0), (0, 0)], ORANGE)
        p.poly([(0, 92), (-62, 0), (0, 0)], AMBER)
        p.line("M0 -84V92M-62 0H62", INK, 4, opacity=0.6)
    p.thing(family.tent, 330, 560, 0.92)
    p.thing(family.railway, 640, 670, 0.7)
    p.thing(family.football, 190, 672, 0.4)


def time_together(p: Scene) -> None:
    """A hut in the mountains under a balloon."""
    p.sun(760, 420, 70)
    p.poly([(-60, 600), (150, 260), (300, 470), (360, 400), (560, 600)], STEEL_DARK)
    p.poly([(150, 260), (214, 350), (176, 340), (150, 376), (122, 340), (98, 344)], WHITE, flat=True)
    learning.cloud(p, 240, 170, 0.75)
    learning.cloud(p, 850, 180, 0.6)
    with p.at(300, -20, size=0.78):
        learning.floating(p)
    p.path("M0 560Q260 470 480 530T960 500V720H0Z", LEAF)
    p.path("M0 640Q420 560 960 630V720H0Z", GREEN)
    for x, y, size in ((76, 560, 1.1), (150, 590, 0.8), (884, 560, 1.2)):
        with p.at(x, y, size=size):
            p.rect(-7, -20, 14, 34, WOOD_DARK)
            p.poly([(0, -150), (46, -14), (-46, -14)], PINE)
            p.poly([(0, -180), (36, -70), (-36, -70)], GREEN)
    p.thing(learning.market_cooking, 300, 676, 0.5)
    p.thing(learning.museum, 720, 672, 0.62)


def giving(p: Scene) -> None:
    """A tree that was planted, a house with light, and cards to choose from."""
    p.sun(480, 300, 74)
    p.path("M0 470Q240 380 500 440T960 400V720H0Z", LEAF)
    p.path("M0 560Q420 490 960 550V720H0Z", GREEN)
    p.thing(good_causes.tree, 230, 580, 0.92)
    p.thing(good_causes.light, 700, 566, 0.86)
    p.rect(0, 690, WIDTH, 30, PINE, flat=True, opacity=0.5)
    p.thing(good_causes.train_voucher, 356, 712, 0.34)
    p.thing(good_causes.cinema_voucher, 520, 704, 0.34)
    p.line("M470 120Q480 96 500 110Q520 96 530 120Q530 150 500 172Q470 150 470 120Z", RED, 7, opacity=0.85)


COVERS: dict[str, tuple[Sheet, Callable[[Scene], None]]] = {
    "workbench": (Sheet("#cfe2f2", "#f6efe2", WHITE), workbench),
    "outdoors": (Sheet("#3b4f7d", "#f3b37a", WHITE), outdoors),
    "kitchen": (Sheet("#f7ead6", "#eed9b8", WHITE), kitchen),
    "play": (Sheet("#a9d4f0", "#fbe7cf", WHITE), play),
    "time_together": (Sheet("#8fbfe3", "#fde3c3", WHITE), time_together),
    "giving": (Sheet("#d8cbe4", "#fbe6d2", WHITE), giving),
}
"""World → its sky, and its drawing."""
