"""Drawings of what does good, and of vouchers."""

from collections.abc import Callable
from math import cos, radians, sin

from solarworld_league.drawn.pen import (
    AMBER,
    BLUE,
    CREAM,
    GREEN,
    INK,
    LEAF,
    NAVY,
    ORANGE,
    PAPER,
    PINE,
    RED,
    RUST,
    SILVER,
    SKY,
    SLATE,
    STEEL,
    STEEL_DARK,
    WHITE,
    WOOD,
    WOOD_DARK,
    WOOD_LIGHT,
    Pen,
)


def tree(p: Pen) -> None:
    """A tree in a school's forest."""
    p.shadow(480, 240)
    p.path("M250 600Q480 520 710 600Z", WOOD_DARK)
    p.path("M450 576Q470 430 452 330L500 330Q494 430 514 576Z", WOOD)
    p.line("M476 430L400 350M486 400L560 320", WOOD, 19)
    for x, y, radius, colour in ((380, 300, 92, GREEN), (590, 290, 96, GREEN), (480, 210, 110, LEAF),
                                 (440, 330, 78, LEAF), (540, 340, 70, PINE)):
        p.disc(x, y, radius, colour)
    p.gleam("M410 180Q430 134 480 124", 11, 0.5)
    for x, y in ((360, 280), (610, 260), (500, 280), (450, 180), (560, 350)):
        p.disc(x, y, 15, RED)
    with p.at(640, 566):
        p.line("M0 20V-60", PINE, 8)
        p.path("M0 -40Q-50 -50 -56 -92Q-8 -92 0 -40Z", LEAF)
        p.path("M0 -56Q44 -70 50 -112Q2 -108 0 -56Z", GREEN)
    p.line("M290 590L322 430", WOOD_LIGHT, 15)
    p.path("M270 560L316 566L306 632Q280 640 264 622Z", STEEL)
    p.line("M304 428H344", RED, 19)


def light(p: Pen) -> None:
    """Light for a family."""
    p.shadow(480, 300)
    p.glow(470, 440, 310, AMBER, 0.6)
    p.rect(280, 340, 400, 254, CREAM, round=6)
    p.poly([(228, 356), (480, 176), (732, 356), (712, 384), (480, 222), (248, 384)], RUST)
    p.poly([(290, 352), (480, 222), (670, 352)], WOOD_LIGHT)
    with p.at(606, 262, turn=35.6):
        p.rect(-86, -24, 172, 24, SILVER, round=4)
        p.rect(-80, -20, 160, 14, NAVY, round=2)
        p.line("M-40 -20V-6M0 -20V-6M40 -20V-6", SKY, 3)
    p.rect(330, 400, 120, 110, AMBER, round=6)
    p.line("M390 400V510M330 455H450", WOOD_DARK, 8)
    p.rect(520, 410, 100, 184, WOOD, round=6)
    p.disc(602, 506, 8, AMBER, flat=True)
    p.line("M480 226V290", INK, 5)
    p.path("M448 316Q448 286 480 286Q512 286 512 316Z", NAVY)
    p.disc(480, 320, 19, CREAM, flat=True)
    for x, colour, high in ((224, RED, 96), (176, BLUE, 70), (262, GREEN, 62)):
        p.path(f"M{x - 26} 598Q{x - 26} {598 - high} {x} {598 - high}Q{x + 26} {598 - high} {x + 26} 598Z", colour)
        p.disc(x, 598 - high - 20, 23, "#d9a273")


def toolbox(p: Pen) -> None:
    """Tools for a training workshop."""
    p.shadow(480, 290)
    with p.at(350, 360, turn=-16):
        p.rect(-14, -180, 28, 240, WOOD_LIGHT, round=12)
        p.path("M-70 -220H40Q76 -214 84 -178H-70Z", STEEL_DARK)
    with p.at(470, 350, turn=2):
        p.path("M-30 -220Q-60 -160 -22 -136V80H22V-136Q60 -160 30 -220L20 -216V-172H-20V-216Z", STEEL)
    with p.at(590, 360, turn=14):
        p.rect(-26, -190, 52, 130, ORANGE, round=22)
        p.rect(-8, -70, 16, 130, SILVER)
    with p.at(664, 380, turn=30):
        p.rect(-22, -160, 44, 200, AMBER, round=4)
        for y in range(-150, 30, 22):
            p.line(f"M-22 {y}H{-4 if y % 4 else 4}", INK, 3)
    p.rect(206, 398, 548, 196, RED, round=18)
    p.rect(206, 398, 548, 50, RUST, round=18)
    p.rect(436, 420, 88, 56, AMBER, round=10)
    p.rect(458, 440, 44, 16, WOOD_DARK, round=5)
    p.path("M480 570C420 536 436 492 480 518C524 492 540 536 480 570Z", CREAM, flat=True)
    p.gleam("M230 470V560", 8, 0.4)


def mountain_rescue(p: Pen) -> None:
    """A day of mountain rescue."""
    p.poly([(150, 570), (330, 220), (470, 450), (560, 320), (810, 570)], STEEL)
    p.poly([(330, 220), (470, 450), (560, 320), (810, 570), (400, 570)], STEEL_DARK, opacity=0.7)
    p.poly([(330, 220), (386, 312), (350, 300), (326, 334), (298, 306), (276, 326)], WHITE, flat=True)
    p.poly([(560, 320), (612, 376), (580, 372), (556, 398), (528, 370)], WHITE, flat=True)
    p.shadow(480, 290)
    p.path("M330 520Q326 380 480 374Q634 380 630 520Z", RED)
    p.path("M448 376Q480 370 512 376V520H448Z", CREAM)
    p.rect(432, 424, 96, 56, SLATE, round=20)
    p.disc(480, 452, 19, AMBER)
    p.disc(480, 452, 9, WHITE, flat=True)
    p.rect(310, 508, 340, 38, INK, round=18)
    p.line("M350 546Q400 610 480 604Q560 610 610 546", SLATE, 12)
    p.gleam("M366 460Q376 420 412 402", 9)
    p.line("M690 560Q760 490 800 560Q820 610 750 600Q690 596 700 540Q712 500 770 520", ORANGE, 17)
    p.line("M690 560Q760 490 800 560Q820 610 750 600", CREAM, 4, dash="8 12")
    p.line("M666 250L730 240M700 244V262", SLATE, 6)
    p.path("M660 276Q664 258 700 260Q742 262 746 288Q740 304 704 304Q676 300 660 276Z", AMBER)
    p.line("M662 276L600 262M596 250V276", SLATE, 7)
    p.line("M640 236H764", INK, 6)


def card(p: Pen, colour: str, stripe: str, drawn: Callable[[Pen], None]) -> None:
    """A voucher: a card with a ribbon, and what it is good for."""
    p.shadow(480, 290)
    with p.at(500, 386, turn=7):
        p.rect(-270, -166, 540, 340, WHITE, round=30, opacity=0.75)
    with p.at(470, 380, turn=-5):
        p.rect(-280, -176, 560, 352, colour, round=30)
        p.rect(-280, 92, 560, 44, stripe, flat=True, opacity=0.85)
        p.gleam("M-250 -120Q-248 -150 -216 -152H-60", 7, 0.5)
        p.line("M-236 150H-60", WHITE, 10, opacity=0.6)
        for x in (190, 214, 238):
            p.disc(x, 150, 8, WHITE, flat=True, opacity=0.7)
        drawn(p)
    p.path("M222 170Q150 130 166 190Q176 220 230 214Q200 260 246 262Q276 256 262 206Q310 196 292 156Q270 132 236 186Z",
           AMBER)
    p.disc(234, 200, 17, ORANGE)


def book_voucher(p: Pen) -> None:
    """Book shop voucher."""
    def books(p: Pen) -> None:
        for y, wide, ground in ((44, 250, RED), (-8, 220, AMBER), (-60, 236, GREEN)):
            p.rect(-wide / 2 + 20, y, wide, 48, ground, round=8)
            p.rect(wide / 2 - 40, y + 8, 52, 32, PAPER, round=4)
            p.line(f"M{-wide / 2 + 50} {y + 4}V{y + 44}", WHITE, 5, opacity=0.6)
        p.path("M20 -84Q-40 -124 -120 -104V-68Q-40 -84 20 -60Q80 -84 160 -68V-104Q80 -124 20 -84Z", CREAM)

    card(p, NAVY, ORANGE, books)


def train_voucher(p: Pen) -> None:
    """Train voucher."""
    def train(p: Pen) -> None:
        p.path("M-110 -20Q-110 -140 20 -144Q150 -140 150 -20V60Q148 86 122 88H-82Q-108 86 -110 60Z", PAPER)
        p.path("M-80 -44Q-74 -112 20 -114Q114 -112 120 -44Q20 -26 -80 -44Z", NAVY)
        p.gleam("M-56 -60Q-44 -94 0 -98", 6, 0.5)
        p.path("M-110 2Q20 34 150 2V40Q20 68 -110 40Z", RED)
        p.disc(-66, 22, 14, CREAM, flat=True)
        p.disc(106, 22, 14, CREAM, flat=True)
        p.rect(-20, 52, 80, 18, SLATE, round=8)
        p.line("M-70 96L-100 128M110 96L140 128M-84 112H124", STEEL_DARK, 9)

    card(p, BLUE, NAVY, train)


def tools_voucher(p: Pen) -> None:
    """DIY store voucher."""
    def tools(p: Pen) -> None:
        with p.at(-50, -20, turn=-32):
            p.rect(-15, -60, 30, 200, WOOD_LIGHT, round=12)
            p.path("M-80 -106H50Q88 -100 96 -60H-80Z", SLATE)
        with p.at(90, -30, turn=22):
            p.rect(-84, -96, 168, 64, PAPER, round=18)
            p.rect(-84, -96, 60, 64, AMBER, round=18)
            p.line("M84 -64H110V-4H0V40", STEEL, 11)
            p.rect(-16, 36, 32, 96, RED, round=12)

    card(p, ORANGE, RUST, tools)


def cinema_voucher(p: Pen) -> None:
    """Cinema voucher for one."""
    def cinema(p: Pen) -> None:
        p.path("M-40 -60H150L128 96H-18Z", PAPER)
        for x in (-14, 52, 112):
            p.path(f"M{x} -60H{x + 30}L{x + 22} 96H{x + 8}Z", RED)
        for x, y in ((-26, -72), (14, -96), (58, -84), (100, -100), (136, -74), (36, -118), (80, -124)):
            p.disc(x, y, 29, CREAM)
        with p.at(-140, 10, turn=-14):
            p.path("M-80 -50H80V-16A18 18 0 0 0 80 20V56H-80V20A18 18 0 0 0 -80 -16Z", AMBER)
            p.line("M40 -44V50", WOOD_DARK, 4, dash="4 10")
            for turn in range(5):
                a = radians(turn * 144 - 90)
                b = radians((turn + 1) * 144 - 90)
                p.line(f"M{-20 + 26 * cos(a):.0f} {2 + 26 * sin(a):.0f}L{-20 + 26 * cos(b):.0f} {2 + 26 * sin(b):.0f}",
                       RUST, 6)

    card(p, "#5a4a7c", INK, cinema)


DRAWINGS = {
    "GC-601": tree, "GC-602": light, "GC-603": toolbox, "GC-604": mountain_rescue, "GC-605": book_voucher,
    "GC-606": train_voucher, "GC-607": tools_voucher, "GC-608": cinema_voucher,
}
"""Reward → its drawing."""
