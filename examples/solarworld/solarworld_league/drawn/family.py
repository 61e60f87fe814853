"""Drawings of what belongs to the family and to play."""

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
    SAND,
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


def wheel(p: Pen, x: float, y: float, radius: float, tyre: str = INK, spokes: int = 8) -> None:
    """A wheel with spokes."""
    p.disc(x, y, radius, tyre)
    p.disc(x, y, radius * 0.8, PAPER, flat=True, opacity=0.9)
    for at in range(spokes):
        turn = radians(at * 360 / spokes)
        p.line(f"M{x} {y}L{x + radius * 0.78 * cos(turn):.0f} {y + radius * 0.78 * sin(turn):.0f}", STEEL, 4)
    p.disc(x, y, radius * 0.2, STEEL_DARK)


def railway(p: Pen) -> None:
    """Wooden railway, 40 pieces."""
    p.shadow(480, 330)
    p.path("M130 548Q480 500 830 548V596Q480 548 130 596Z", WOOD_LIGHT)
    p.line("M136 562Q480 514 824 562M136 584Q480 536 824 584", WOOD, 6)
    p.rect(196, 392, 178, 118, RED, round=16)
    p.rect(210, 270, 96, 130, NAVY, round=12)
    p.rect(228, 294, 60, 56, SKY, round=8)
    p.rect(194, 252, 128, 26, RED, round=10)
    p.rect(296, 346, 120, 120, GREEN, round=34)
    p.rect(352, 288, 34, 68, INK, round=6)
    p.rect(340, 276, 58, 20, AMBER, round=7)
    for x, radius in ((236, 44), (330, 44), (400, 34)):
        p.disc(x, 512 - (radius - 34) * 0.4, radius, WOOD)
        p.disc(x, 512 - (radius - 34) * 0.4, radius * 0.36, AMBER)
    p.line("M424 496H476", STEEL_DARK, 11)
    p.rect(474, 424, 132, 82, AMBER, round=12)
    p.rect(644, 424, 132, 82, BLUE, round=12)
    p.line("M606 496H646", STEEL_DARK, 11)
    for x in (508, 570, 680, 742):
        p.disc(x, 516, 31, WOOD)
        p.disc(x, 516, 11, RED)
    p.disc(512, 402, 34, ORANGE)
    p.disc(566, 408, 28, RED)
    p.poly([(668, 424), (710, 346), (752, 424)], GREEN)
    for x, y in ((356, 240), (392, 196), (442, 158)):
        p.disc(x, y, 14 + (240 - y) * 0.18, WHITE, flat=True, opacity=0.85)


def balance_bike(p: Pen) -> None:
    """Balance bike of birch."""
    p.shadow(480, 290)
    wheel(p, 280, 482, 116, RED)
    wheel(p, 690, 482, 116, RED)
    p.path("M256 456Q300 330 410 334L620 316L640 366L470 398Q400 404 312 506Q262 520 256 456Z", WOOD_LIGHT)
    p.path("M596 206Q630 196 646 226L726 472Q716 506 680 496L590 240Z", WOOD)
    p.line("M614 216L540 182", INK, 17)
    p.line("M560 190L526 176", ORANGE, 28)
    p.path("M340 300Q420 262 492 292Q496 330 440 334H380Q340 330 340 300Z", NAVY)
    p.line("M416 330V352", STEEL_DARK, 19)
    for x, y in ((282, 480), (692, 480), (626, 338)):
        p.disc(x, y, 15, AMBER)
    p.gleam("M620 230L688 450", 6, 0.4)


def science_kit(p: Pen) -> None:
    """Science kit: the sun."""
    p.shadow(490, 300)
    p.path("M196 350L300 296H690L770 350Z", WOOD_DARK)
    p.rect(196, 344, 574, 248, BLUE, round=14)
    p.rect(230, 380, 506, 176, NAVY, round=10, flat=True, opacity=0.55)
    p.disc(484, 468, 62, AMBER)
    for turn in range(0, 360, 30):
        x, y = cos(radians(turn)), sin(radians(turn))
        p.line(f"M{484 + 78 * x:.0f} {468 + 78 * y:.0f}L{484 + 96 * x:.0f} {468 + 96 * y:.0f}", AMBER, 9)
    with p.at(330, 256, turn=-12):
        p.rect(-112, -84, 224, 150, NAVY, round=8)
        for at in range(1, 4):
            p.line(f"M{-112 + at * 56} -80V62", SKY, 3, opacity=0.7)
        p.line("M-108 -34H108M-108 16H108", SKY, 3, opacity=0.7)
        p.gleam("M-90 -70L-30 -70", 5)
    p.line("M400 330Q450 360 520 306", RED, 7)
    p.disc(566, 284, 40, SILVER)
    p.line("M566 284V196", STEEL_DARK, 8)
    for turn in (0, 120, 240):
        with p.at(566, 190, turn=turn):
            p.path("M0 0Q-24 -40 0 -92Q26 -40 0 0Z", ORANGE)
    p.disc(566, 190, 13, RED)
    p.line("M704 320L742 262", WOOD_DARK, 19)
    p.disc(690, 236, 68, STEEL_DARK)
    p.disc(690, 236, 53, SKY)
    p.gleam("M656 220Q666 198 692 194", 9, 0.8)


def board_games(p: Pen) -> None:
    """Collection of board games."""
    p.shadow(480, 280)
    p.poly([(480, 250), (800, 404), (480, 566), (160, 404)], WOOD)
    p.poly([(160, 404), (480, 566), (480, 600), (160, 436)], WOOD_DARK)
    p.poly([(800, 404), (480, 566), (480, 600), (800, 436)], WOOD_DARK)
    p.poly([(480, 270), (760, 404), (480, 546), (200, 404)], CREAM)
    for row in range(6):
        for column in range(6):
            if (row + column) % 2:
                x, y = 480 + (column - row) * 46.7, 270 + (column + row) * 22.9
                p.poly([(x, y), (x + 46.7, y + 22.6), (x, y + 45.6), (x - 46.7, y + 22.6)], RUST if row % 2 else NAVY,
                       flat=True, opacity=0.85)
    for x, y, colour in ((370, 376, RED), (486, 344, AMBER), (570, 418, GREEN), (452, 470, BLUE)):
        p.shadow(x, 40, y + 6)
        p.path(f"M{x - 32} {y}Q{x} {y + 18} {x + 32} {y}L{x + 12} {y - 66}H{x - 12}Z", colour)
        p.disc(x, y - 82, 25, colour)
        p.gleam(f"M{x - 10} {y - 92}Q{x - 6} {y - 98} {x} {y - 99}", 5, 0.7)
    with p.at(652, 244, turn=14):
        p.rect(-52, -52, 104, 104, PAPER, round=20)
        for x, y in ((-24, -24), (24, -24), (0, 0), (-24, 24), (24, 24)):
            p.disc(x, y, 10, INK, flat=True)


def bricks(p: Pen) -> None:
    """Building bricks, 1,500 pieces."""
    p.shadow(480, 280)
    rows = ((536, ((240, 3, RED), (408, 2, AMBER), (520, 4, BLUE))), (472, ((268, 2, GREEN), (380, 4, ORANGE),
            (604, 2, RED))), (408, ((296, 3, BLUE), (464, 2, CREAM))), (344, ((324, 2, AMBER), (436, 2, GREEN))),
            (280, ((352, 2, RED),)))
    for y, some in reversed(rows):
        for x, studs, colour in some:
            for at in range(studs):
                p.rect(x + 10 + at * 56, y - 15, 36, 24, colour, round=6)
            p.rect(x, y, studs * 56, 64, colour, round=5)
            p.gleam(f"M{x + 10} {y + 10}H{x + studs * 56 - 30}", 4, 0.35)
    with p.at(690, 364, turn=18):
        p.rect(-46, -46, 36, 24, NAVY, round=6)
        p.rect(10, -46, 36, 24, NAVY, round=6)
        p.rect(-56, -32, 112, 64, NAVY, round=5)


def tent(p: Pen) -> None:
    """Tent for two."""
    p.shadow(480, 340)
    p.line("M130 596L210 552M830 596L750 552", INK, 5)
    p.path("M480 206L760 590H200Z", GREEN)
    p.path("M480 206L760 590H574Z", PINE)
    p.path("M480 206L574 590H370Z", AMBER)
    p.path("M480 260L530 590H424Z", INK, flat=True, opacity=0.85)
    p.path("M480 240Q400 440 352 590H424Z", CREAM)
    p.path("M480 206L446 168M480 206L514 168", WOOD)
    p.line("M480 206L450 164M480 206L510 164", WOOD_DARK, 13)
    p.path("M444 590Q480 520 520 590Z", ORANGE, flat=True, opacity=0.9)
    p.gleam("M450 270L270 540", 7, 0.35)
    p.disc(722, 214, 46, CREAM)
    p.disc(740, 204, 38, "#fdeadd", flat=True)
    for x, y in ((250, 220), (310, 160), (640, 140)):
        p.disc(x, y, 7, WHITE, flat=True)


def rucksack(p: Pen) -> None:
    """Child's rucksack and sleeping bag."""
    p.shadow(490, 230)
    p.line("M426 190Q480 110 534 190", NAVY, 21)
    p.path("M320 300Q320 176 440 170H520Q640 176 640 300V560Q640 600 596 600H364Q320 600 320 560Z", ORANGE)
    p.path("M320 290Q320 176 440 170H520Q640 176 640 290Q560 330 480 330Q400 330 320 290Z", RED)
    p.rect(462, 300, 36, 62, NAVY, round=10)
    p.rect(374, 420, 212, 146, AMBER, round=28)
    p.line("M390 462H570", RUST, 6)
    p.disc(480, 514, 22, RED)
    p.path("M466 440V470L494 456Z", RUST, flat=True)
    p.line("M330 360Q262 400 286 520", NAVY, 30)
    p.rect(600, 470, 190, 126, BLUE, round=56)
    p.oval(772, 533, 32, 63, SKY)
    p.line("M772 496a20 37 0 1 0 .1 0M772 516a9 17 0 1 0 .1 0", NAVY, 6)
    p.rect(650, 466, 22, 134, NAVY, round=6)
    p.rect(712, 466, 22, 134, NAVY, round=6)
    p.disc(420, 236, 9, INK, flat=True)
    p.disc(540, 236, 9, INK, flat=True)
    p.line("M450 258Q480 282 510 258", INK, 7)
    p.gleam("M346 300Q344 220 400 196", 8, 0.4)


def football(p: Pen) -> None:
    """Football, stitched."""
    p.shadow(480, 210)
    p.disc(480, 388, 212, PAPER)
    corners = [(480 + 80 * sin(radians(at * 72)), 384 - 80 * cos(radians(at * 72))) for at in range(5)]
    p.poly(corners, NAVY)
    for at, (x, y) in enumerate(corners):
        a, b = sin(radians(at * 72)), -cos(radians(at * 72))
        p.line(f"M{x:.0f} {y:.0f}L{480 + 138 * a:.0f} {384 + 138 * b:.0f}", STEEL_DARK, 5, dash="9 7")
        left, right = radians(at * 72 - 21), radians(at * 72 + 21)
        outer = [(480 + 209 * sin(turn), 388 - 209 * cos(turn)) for turn in (left, right)]
        inner = [(480 + 160 * sin(radians(at * 72 + some)), 386 - 160 * cos(radians(at * 72 + some)))
                 for some in (23, -23)]
        tip = (480 + 138 * a, 384 + 138 * b)
        (ax, ay), (bx, by) = outer
        (cx, cy), (dx, dy) = inner
        p.path(f"M{ax:.0f} {ay:.0f}A212 212 0 0 1 {bx:.0f} {by:.0f}L{cx:.0f} {cy:.0f}L{tip[0]:.0f} {tip[1]:.0f}"
               f"L{dx:.0f} {dy:.0f}Z", RUST if at % 2 else NAVY)
        nx, ny = 480 + 160 * sin(radians((at + 1) * 72 - 23)), 386 - 160 * cos(radians((at + 1) * 72 - 23))
        p.line(f"M{cx:.0f} {cy:.0f}L{nx:.0f} {ny:.0f}", STEEL_DARK, 5, dash="9 7")
    p.gleam("M340 270Q370 226 420 208", 13, 0.8)
    for x in range(180, 330, 26):
        p.path(f"M{x} 600Q{x - 4} 570 {x + 6} 548Q{x + 12} 576 {x + 12} 600Z", LEAF)
    for x in range(650, 800, 26):
        p.path(f"M{x} 600Q{x - 4} 574 {x + 8} 552Q{x + 12} 578 {x + 12} 600Z", GREEN)


def trailer(p: Pen) -> None:
    """Bicycle trailer, as good as new."""
    p.shadow(480, 290)
    p.line("M250 520L130 492L96 452", SLATE, 17)
    p.path("M236 520L300 262Q312 226 356 222H610Q660 224 686 280L748 520Z", AMBER)
    p.path("M300 300Q308 262 356 258H470V452H268Z", NAVY, opacity=0.85)
    p.path("M500 258H604Q640 260 660 304L700 452H500Z", SKY)
    p.path("M236 520L254 452H730L748 520Q746 560 706 560H276Q238 560 236 520Z", RED)
    p.disc(372, 384, 44, "#f0c9a4")
    p.path("M328 372Q332 322 374 324Q416 324 416 372Q372 350 328 372Z", ORANGE)
    p.disc(358, 390, 5, INK, flat=True)
    p.disc(388, 390, 5, INK, flat=True)
    p.line("M360 406Q373 416 386 406", INK, 5)
    p.path("M312 452Q324 424 372 426Q422 424 432 452Z", GREEN)
    wheel(p, 560, 510, 90, INK, 12)
    p.line("M706 300V150", STEEL_DARK, 6)
    p.path("M706 150L790 174L706 204Z", ORANGE)
    p.gleam("M330 240Q420 234 600 238", 7)
    p.disc(256, 566, 33, INK)
    p.disc(256, 566, 11, STEEL, flat=True)


def picture_book(p: Pen) -> None:
    """Picture book “Where does power come from?”."""
    p.shadow(480, 330)
    p.path("M480 300Q330 232 150 268V560Q330 526 480 592Q630 526 810 560V268Q630 232 480 300Z", RED)
    p.path("M480 286Q330 216 168 250V540Q330 508 480 572Z", PAPER)
    p.path("M480 286Q630 216 792 250V540Q630 508 480 572Z", CREAM)
    p.path("M480 286Q400 250 330 244V524Q410 540 480 572Z", SAND, opacity=0.28)
    p.disc(270, 330, 42, AMBER)
    for turn in range(0, 360, 45):
        x, y = cos(radians(turn)), sin(radians(turn))
        p.line(f"M{270 + 56 * x:.0f} {330 + 56 * y:.0f}L{270 + 70 * x:.0f} {330 + 70 * y:.0f}", AMBER, 7)
    p.path("M200 482Q310 420 440 494V530Q330 494 200 506Z", LEAF)
    with p.at(378, 420, turn=8):
        p.poly([(-44, 34), (-24, -30), (50, -30), (34, 34)], NAVY)
        p.line("M-34 2H42M-4 -30L-12 34M24 -30L14 34", SKY, 3)
    p.path("M560 470V392L630 342L700 392V452Z", BLUE)
    p.path("M544 400L630 330L716 398L700 410L630 354L560 414Z", RUST)
    p.rect(606, 400, 46, 46, AMBER, round=5)
    p.line("M440 400Q490 330 560 420", ORANGE, 7, dash="3 13")
    p.line("M540 500Q640 470 750 492M560 524Q650 500 736 514", STEEL, 7)
    p.line("M480 290V570", WOOD, 4, opacity=0.5)
    p.path("M660 244L690 240V330L675 312L660 334Z", RED)


DRAWINGS = {
    "FA-401": railway, "FA-402": balance_bike, "FA-403": science_kit, "FA-404": board_games, "FA-405": bricks,
    "FA-406": tent, "FA-407": rucksack, "FA-408": football, "FA-409": trailer, "FA-410": picture_book,
}
"""Reward → its drawing."""
