"""Drawings of what there is to learn and to live through."""

from math import cos, radians, sin

from solarworld_league.drawn.pen import (
    AMBER,
    BLUE,
    CREAM,
    GREEN,
    ICE,
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


def cloud(p: Pen, x: float, y: float, size: float = 1, opacity: float = 0.9) -> None:
    """A cloud by the middle of its lower edge."""
    with p.at(x, y, size=size):
        p.path("M-90 0a34 34 0 0 1 4 -68a54 54 0 0 1 100 -16a42 42 0 0 1 72 30a28 28 0 0 1 4 54Z", WHITE, flat=True,
               opacity=opacity)


def module_factory(p: Pen) -> None:
    """A day where modules are made."""
    p.shadow(480, 330)
    p.rect(150, 500, 660, 50, SLATE, round=25)
    for x in range(190, 800, 74):
        p.disc(x, 525, 17, STEEL)
        p.disc(x, 525, 6, INK, flat=True)
    p.line("M230 550V598M730 550V598", INK, 26)
    p.poly([(222, 498), (300, 326), (640, 326), (590, 498)], SILVER)
    p.poly([(240, 490), (308, 336), (626, 336), (582, 490)], NAVY)
    for share in (0.2, 0.4, 0.6, 0.8):
        p.line(f"M{240 + 342 * share:.0f} 490L{308 + 318 * share:.0f} 336", SKY, 3, opacity=0.7)
    for share in (0.34, 0.67):
        y = 490 - 154 * share
        p.line(f"M{240 + 68 * share:.0f} {y:.0f}L{582 + 44 * share:.0f} {y:.0f}", SKY, 3, opacity=0.7)
    p.gleam("M330 350L290 440", 8, 0.4)
    p.rect(704, 432, 120, 70, RUST, round=10)
    p.line("M762 440L734 262", ORANGE, 42)
    p.line("M734 262L590 186", ORANGE, 34)
    p.line("M590 186V246", SLATE, 19)
    p.path("M550 246H630V270H614V300H602V272H578V300H566V270H550Z", SLATE)
    for x, y, radius in ((762, 436, 30), (734, 262, 32), (590, 186, 23)):
        p.disc(x, y, radius, NAVY)
        p.disc(x, y, radius * 0.4, AMBER, flat=True)


def alpine_hut(p: Pen) -> None:
    """A weekend in an alpine hut for two."""
    p.poly([(170, 560), (380, 170), (560, 470), (610, 400), (790, 560)], STEEL)
    p.poly([(380, 170), (560, 470), (610, 400), (790, 560), (430, 560)], STEEL_DARK, opacity=0.7)
    p.poly([(380, 170), (440, 272), (404, 262), (378, 296), (346, 262), (318, 286)], WHITE, flat=True)
    p.path("M0 590Q260 500 480 540Q700 580 960 530V720H0Z", LEAF)
    p.path("M0 620Q420 550 960 604V720H0Z", GREEN)
    for x, y, size in ((216, 566, 1.0), (272, 580, 0.8), (762, 570, 1.1)):
        with p.at(x, y, size=size):
            p.rect(-7, -20, 14, 34, WOOD_DARK)
            p.poly([(0, -150), (46, -14), (-46, -14)], PINE)
            p.poly([(0, -180), (36, -70), (-36, -70)], GREEN)
    p.rect(430, 438, 240, 144, WOOD, round=4)
    for y in range(456, 580, 24):
        p.line(f"M434 {y}H668", WOOD_DARK, 3, opacity=0.45)
    p.rect(622, 316, 36, 74, STEEL_DARK)
    p.poly([(396, 446), (550, 322), (704, 446), (686, 468), (550, 362), (414, 468)], RUST)
    p.poly([(450, 440), (550, 362), (650, 440)], WOOD_LIGHT)
    p.rect(462, 480, 58, 54, AMBER, round=4)
    p.line("M491 480V534M462 507H520", WOOD_DARK, 5)
    p.rect(560, 480, 62, 102, WOOD_DARK, round=4)
    p.disc(610, 534, 5, AMBER, flat=True)
    p.path("M542 396C520 374 546 360 550 378C556 360 582 374 550 412Z", RED, flat=True)
    p.line("M640 306Q622 280 644 254Q660 232 642 208", WHITE, 9, opacity=0.85)


def climbing(p: Pen) -> None:
    """Climbing for beginners."""
    p.shadow(480, 240)
    p.path("M230 600L256 250L340 120L560 96L730 220L752 600Z", STEEL)
    p.path("M560 96L730 220L752 600H560L520 330Z", STEEL_DARK, opacity=0.75)
    p.path("M256 250L340 120L420 300L360 600H230Z", SILVER, opacity=0.6)
    for x, y, colour in ((330, 280, RED), (620, 260, AMBER), (400, 470, GREEN), (660, 440, ORANGE), (500, 180, BLUE),
                         (560, 540, RED), (300, 540, AMBER)):
        p.path(f"M{x - 30} {y + 10}Q{x - 34} {y - 22} {x} {y - 24}Q{x + 40} {y - 14} {x + 28} {y + 14}"
               f"Q{x} {y + 28} {x - 30} {y + 10}Z", colour)
        p.disc(x, y, 5, INK, flat=True)
    p.line("M480 90V250", ORANGE, 13)
    p.line("M480 90V250", CREAM, 4, dash="8 12")
    p.line("M516 300Q566 340 566 410Q560 500 482 506Q402 500 406 416Q408 330 462 288Q500 268 516 300", SLATE, 34)
    p.line("M516 300Q566 340 566 410Q560 500 482 506Q402 500 406 416Q408 330 462 288", SILVER, 8, opacity=0.7)
    p.rect(548, 350, 40, 92, RED, round=14)
    p.line("M470 500Q474 560 452 602M494 500Q500 560 516 602", ORANGE, 13)


def market_cooking(p: Pen) -> None:
    """Cooking at the market."""
    p.shadow(480, 280)
    for x, y, turn in ((330, 330, -18), (372, 300, -6)):
        with p.at(x, y, turn=turn):
            p.path("M-22 100L0 -90L22 100Z", ORANGE)
            for some in (-26, 0, 26):
                with p.at(0, -84, turn=some):
                    p.path("M0 0Q-17 -40 0 -84Q17 -40 0 0Z", GREEN)
    with p.at(610, 290, turn=24):
        p.rect(-30, -176, 60, 300, WOOD_LIGHT, round=28)
        p.line("M-12 -130L14 -110M-14 -80L12 -60M-14 -30L12 -10", WOOD, 7)
    p.disc(470, 330, 74, RED)
    p.path("M470 262Q440 244 426 262Q446 270 470 276Q494 270 514 262Q498 244 470 262Z", PINE)
    p.gleam("M420 320Q426 288 452 278", 8)
    p.disc(556, 368, 54, "#7a4b86")
    p.path("M556 320Q536 300 520 312Q540 326 556 330Q574 326 590 310Q572 300 556 320Z", PINE)
    for x, y in ((404, 384), (440, 400)):
        p.disc(x, y, 36, LEAF)
    p.path("M230 390H730L680 580Q676 600 650 600H310Q284 600 280 580Z", WOOD_LIGHT)
    for row in range(4):
        for at in range(9):
            x, y = 262 + at * 49 + (row % 2) * 24 + row * 3, 412 + row * 46
            if x < 700 - row * 12:
                p.rect(x, y, 38, 30, WOOD if (row + at) % 2 else SAND, round=8)
    p.rect(212, 376, 536, 34, WOOD, round=16)
    p.line("M280 380Q300 170 480 166Q660 170 680 380", WOOD_DARK, 17, opacity=0.55)
    p.line("M280 380Q290 290 320 250M680 380Q670 290 640 250", WOOD_DARK, 17)


def safe_driving(p: Pen) -> None:
    """Safe driving for vans."""
    p.shadow(480, 340)
    p.path("M150 598Q480 560 820 598", SLATE)
    p.path("M190 260Q190 228 226 226H560Q590 226 612 254L690 356L770 384Q796 394 796 424V520H190Z", ORANGE)
    p.path("M190 430H796V520H190Z", RUST, opacity=0.55)
    p.path("M580 258Q596 258 606 272L670 360H560V258Z", SKY)
    p.path("M700 402L764 424V450H716Z", CREAM)
    p.rect(226, 262, 300, 138, PAPER, round=14, opacity=0.95)
    p.disc(310, 330, 36, AMBER)
    for turn in range(0, 360, 45):
        x, y = cos(radians(turn)), sin(radians(turn))
        p.line(f"M{310 + 47 * x:.0f} {330 + 47 * y:.0f}L{310 + 57 * x:.0f} {330 + 57 * y:.0f}", AMBER, 6)
    p.line("M390 312H490M390 346H460", NAVY, 13)
    p.rect(540, 404, 40, 10, INK, round=5)
    p.rect(180, 510, 626, 22, INK, round=10)
    for x in (310, 676):
        p.disc(x, 528, 64, INK)
        p.disc(x, 528, 31, SILVER)
        p.disc(x, 528, 10, SLATE, flat=True)
    p.rect(270, 206, 220, 20, NAVY, round=6)
    for x, size in ((130, 1.0), (856, 0.92)):
        with p.at(x, 600, size=size):
            p.path("M-34 -6L-8 -120H8L34 -6Z", RED)
            p.path("M-26 -40L-18 -74H18L26 -40Z", WHITE, flat=True)
            p.rect(-50, -14, 100, 16, RUST, round=6)
    p.gleam("M220 246H550", 6)


def sailing(p: Pen) -> None:
    """Sailing weekend on Lake Garda."""
    p.poly([(30, 470), (230, 300), (390, 420), (480, 350), (600, 470)], STEEL, opacity=0.6)
    p.poly([(520, 470), (720, 270), (930, 470)], SKY)
    p.rect(0, 468, 960, 252, BLUE, down=True)
    for x, y in ((130, 520), (640, 560), (180, 580), (700, 506), (60, 640), (560, 660), (800, 620)):
        p.line(f"M{x} {y}q30 -12 60 0t60 0", ICE, 7, opacity=0.8)
    p.line("M490 90V496", WOOD_DARK, 13)
    p.path("M504 106Q640 280 674 440H504Z", PAPER)
    p.path("M504 360Q590 350 656 366Q668 404 674 440H504Z", ORANGE)
    p.path("M476 150Q400 320 330 440H476Z", CREAM)
    p.path("M476 150Q440 250 400 330L476 322Z", RED, opacity=0.9)
    p.disc(566, 290, 25, AMBER, flat=True)
    p.path("M290 486H730Q700 566 640 572H370Q310 560 290 486Z", NAVY)
    p.path("M290 486H730L724 506H296Z", WHITE, flat=True)
    p.path("M490 92L444 108L490 126Z", RED)
    p.line("M260 578Q320 596 380 580T500 582T620 580T740 578", ICE, 9, opacity=0.85)
    p.line("M250 200Q266 184 282 200Q298 184 314 200M690 170Q702 158 714 170Q726 158 738 170", SLATE, 5)


def museum(p: Pen) -> None:
    """Science museum for four."""
    p.shadow(480, 270)
    p.disc(560, 150, 46, ORANGE)
    p.line("M490 178Q566 196 634 122", RUST, 9)
    p.gleam("M530 136Q538 120 556 116", 7)
    p.line("M480 400L380 592M480 400L580 592M480 400V580", WOOD_DARK, 19)
    with p.at(470, 360, turn=-24):
        p.rect(-230, -42, 160, 84, NAVY, round=10, down=True)
        p.rect(-76, -52, 190, 104, NAVY, round=10, down=True)
        p.rect(108, -66, 156, 132, BLUE, round=12, down=True)
        p.rect(98, -66, 24, 132, AMBER, round=4, down=True)
        p.rect(-86, -52, 20, 104, AMBER, round=4, down=True)
        p.rect(-260, -30, 40, 60, INK, round=8)
        p.oval(264, 0, 17, 64, SKY)
        p.rect(-30, -84, 110, 26, SLATE, round=10)
        p.gleam("M-60 -34H90", 6, 0.4)
    p.disc(480, 410, 31, STEEL_DARK)
    p.disc(480, 410, 11, AMBER, flat=True)
    with p.at(278, 206):
        for turn in (0, 60, 120):
            with p.at(0, 0, turn=turn):
                p.line("M-78 0A78 28 0 1 1 78 0A78 28 0 1 1 -78 0", BLUE, 6)
        p.disc(0, 0, 17, RED)
        p.disc(74, 8, 9, AMBER, flat=True)
        p.disc(-44, 58, 9, AMBER, flat=True)
    for x, y in ((400, 120), (780, 330), (690, 140)):
        p.path(f"M{x} {y - 16}L{x + 5} {y - 5}L{x + 16} {y}L{x + 5} {y + 5}L{x} {y + 16}L{x - 5} {y + 5}L{x - 16} {y}"
               f"L{x - 5} {y - 5}Z", AMBER, flat=True)


def floating(p: Pen) -> None:
    """The balloon itself, wherever it floats."""
    p.line("M420 420L448 500M540 420L512 500", WOOD_DARK, 5)
    p.path("M480 80C620 80 690 176 676 264C664 340 580 384 546 430H414C380 384 296 340 284 264C270 176 340 80 480 80Z",
           RED)
    p.path("M480 80C570 80 612 176 604 264C598 340 540 384 520 430H440C420 384 362 340 356 264C348 176 390 80 480 80Z",
           AMBER)
    p.path("M480 80C520 80 536 176 532 264C530 340 500 384 496 430H464C460 384 430 340 428 264C424 176 440 80 480 80Z",
           NAVY)
    p.path("M284 264Q480 320 676 264Q670 300 646 330Q480 378 314 330Q290 300 284 264Z", CREAM, flat=True, opacity=0.28)
    p.gleam("M340 170Q370 116 420 104", 11)
    p.rect(432, 498, 96, 74, WOOD, round=12)
    p.rect(426, 492, 108, 18, WOOD_DARK, round=8)
    p.line("M440 530H520M440 550H520", WOOD_DARK, 4, opacity=0.5)


def balloon(p: Pen) -> None:
    """Balloon ride at sunrise."""
    p.glow(480, 600, 330, AMBER, 0.75)
    p.disc(480, 600, 96, AMBER, flat=True)
    p.path("M0 596Q250 520 480 584T960 552V720H0Z", GREEN)
    p.path("M0 640Q350 570 960 618V720H0Z", PINE)
    floating(p)
    cloud(p, 220, 330, 0.8)
    cloud(p, 768, 260, 0.65)
    cloud(p, 760, 470, 0.5, 0.75)


DRAWINGS = {
    "LE-501": module_factory, "LE-502": alpine_hut, "LE-503": climbing, "LE-504": market_cooking,
    "LE-505": safe_driving, "LE-506": sailing, "LE-507": museum, "LE-508": balloon,
}
"""Reward → its drawing."""
