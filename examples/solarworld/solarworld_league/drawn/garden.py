"""Drawings of what belongs into the garden and outdoors."""

from math import cos, radians, sin

from solarworld_league.drawn.pen import (
    AMBER,
    CREAM,
    GREEN,
    INK,
    LEAF,
    NAVY,
    ORANGE,
    PAPER,
    PINE,
    RED,
    ROSE,
    RUST,
    SAND,
    SILVER,
    SLATE,
    STEEL,
    STEEL_DARK,
    WHITE,
    WOOD,
    WOOD_DARK,
    WOOD_LIGHT,
    Pen,
)


def flame(p: Pen, x: float, y: float, size: float) -> None:
    """A flame that stands on a point."""
    with p.at(x, y, size=size):
        p.path("M0 0C-90 -8 -96 -96 -40 -150C-34 -110 -14 -110 -8 -130C-4 -180 10 -210 30 -236C36 -170 96 -140 84 -66"
               "C78 -22 44 0 0 0Z", RED, down=True)
        p.path("M2 0C-58 -6 -62 -66 -22 -104C-14 -78 4 -84 14 -134C22 -96 60 -84 54 -42C50 -14 28 0 2 0Z", ORANGE,
               down=True)
        p.path("M6 0C-28 -4 -28 -40 -4 -66C4 -50 14 -52 18 -72C26 -52 38 -42 32 -24C28 -8 20 0 6 0Z", CREAM, flat=True)


def leaf(p: Pen, x: float, y: float, turn: float, size: float = 1, colour: str = LEAF) -> None:
    """A leaf that grows upwards from a point."""
    with p.at(x, y, turn=turn, size=size):
        p.path("M0 0Q-34 -40 0 -96Q34 -40 0 0Z", colour)
        p.line("M0 -6V-70", WHITE, 3, opacity=0.35)


def grill(p: Pen) -> None:
    """Kettle grill, 47 cm."""
    p.shadow(480, 220)
    p.line("M420 420L344 590M540 420L626 560", SLATE, 18)
    p.line("M372 528H600", STEEL_DARK, 12)
    p.disc(630, 562, 36, INK)
    p.disc(630, 562, 13, STEEL, flat=True)
    p.path("M300 318H660Q656 460 480 466Q304 460 300 318Z", NAVY)
    p.path("M300 300Q310 146 480 142Q650 146 660 300Z", RED)
    p.rect(284, 298, 392, 26, SILVER, round=12, down=True)
    p.line("M448 140V118H512V140", INK, 14)
    p.rect(440, 104, 80, 20, WOOD, round=10)
    p.disc(562, 214, 17, STEEL)
    p.disc(562, 214, 6, INK, flat=True)
    p.rect(246, 332, 64, 18, WOOD, round=8)
    p.gleam("M336 270Q350 194 426 172", 11)
    p.line("M420 66Q402 44 422 22M480 74Q462 48 482 20", WHITE, 8, opacity=0.7)


def hammock(p: Pen) -> None:
    """Cotton hammock."""
    p.shadow(480, 290)
    for x in (170, 790):
        p.rect(x - 17, 176, 34, 424, WOOD, round=10)
        p.rect(x - 17, 206, 34, 16, WOOD_DARK, flat=True)
    for at in range(6):
        p.line(f"M176 226L{262 + at * 5} {282 + at * 17}M784 226L{698 - at * 5} {282 + at * 17}", SAND, 4)
    p.path("M256 268Q480 400 704 268L676 378Q480 560 284 378Z", CREAM)
    p.path("M262 292Q480 422 698 292L692 314Q480 448 268 314Z", RUST, flat=True)
    p.path("M271 326Q480 464 689 326L684 346Q480 490 276 346Z", ORANGE, flat=True)
    p.path("M280 360Q480 506 680 360L676 378Q480 532 284 378Z", GREEN, flat=True)
    p.path("M330 282Q380 250 450 290Q470 350 420 366Q350 356 330 282Z", NAVY)
    p.gleam("M350 292Q390 274 432 300", 6, 0.35)


def raised_bed(p: Pen) -> None:
    """Raised bed of larch."""
    p.shadow(480, 310)
    for x, size in ((268, 1.1), (360, 1.3), (588, 1.2), (694, 1.05)):
        for turn in (-48, -18, 16, 46):
            leaf(p, x, 384, turn, size, GREEN if turn % 4 else LEAF)
    p.line("M478 390V190", PINE, 9)
    for x, y in ((456, 220), (506, 256), (452, 292), (500, 330)):
        p.line(f"M478 {y + 20}L{x} {y}", PINE, 6)
        p.disc(x, y, 25, RED)
        p.gleam(f"M{x - 11} {y - 8}Q{x - 6} {y - 14} {x} {y - 14}", 4, 0.6)
    leaf(p, 478, 240, -60, 0.9)
    leaf(p, 478, 300, 62, 0.9)
    p.rect(196, 372, 568, 30, WOOD_DARK, round=6)
    for at in range(4):
        p.rect(204, 398 + at * 48, 552, 44, WOOD_LIGHT if at % 2 else WOOD, round=5)
        p.line(f"M250 {420 + at * 48}H400M520 {424 + at * 48}H690", WOOD_DARK, 3, opacity=0.4)
    p.rect(190, 380, 36, 220, WOOD_DARK, round=5)
    p.rect(734, 380, 36, 220, WOOD_DARK, round=5)


def secateurs(p: Pen) -> None:
    """Secateurs with a spare blade."""
    p.shadow(470, 210)
    with p.at(450, 300, turn=24):
        p.line("M6 20Q70 120 46 286", INK, 46)
        p.line("M6 20Q70 120 46 286", RED, 34)
        p.line("M-6 20Q-108 130 -96 270", INK, 46)
        p.line("M-6 20Q-108 130 -96 270", RED, 34)
        p.gleam("M-36 70Q-92 150 -94 256", 7)
        p.line("M-34 116L-18 104L-30 92L-8 84L-20 70L2 62", STEEL, 6)
        p.path("M-30 26Q-80 -90 -6 -190Q50 -100 34 20Z", SILVER)
        p.path("M34 26Q100 -50 76 -150Q62 -160 58 -140Q60 -80 6 -10Z", STEEL_DARK)
        p.disc(2, 18, 30, SLATE)
        p.disc(2, 18, 12, AMBER)
    with p.at(706, 470, turn=-14):
        p.path("M-28 80Q-60 -30 0 -110Q44 -30 28 80Z", SILVER)
        p.disc(0, 54, 10, STEEL_DARK, flat=True)
    leaf(p, 236, 240, -30, 1.15)
    leaf(p, 250, 236, 30, 0.9, GREEN)


def fire_bowl(p: Pen) -> None:
    """Fire bowl of steel."""
    p.shadow(480, 250)
    p.glow(480, 280, 330, ORANGE, 0.55)
    p.line("M350 470L318 590M610 470L642 590M480 490V596", INK, 24)
    flame(p, 400, 392, 0.92)
    flame(p, 560, 392, 0.86)
    flame(p, 478, 400, 1.32)
    with p.at(430, 388, turn=-10):
        p.rect(-130, -20, 250, 38, WOOD, round=18, down=True)
    with p.at(540, 388, turn=12):
        p.rect(-120, -20, 240, 38, WOOD_DARK, round=18, down=True)
    p.path("M222 384H738Q716 520 480 524Q244 520 222 384Z", SLATE)
    p.rect(206, 376, 548, 26, STEEL_DARK, round=12, down=True)
    p.gleam("M268 420Q310 480 400 498", 9, 0.3)


def lanterns(p: Pen) -> None:
    """Solar lanterns, set of four."""
    for x, base, size in ((300, 566, 0.78), (664, 566, 0.78), (404, 600, 1.0), (556, 600, 1.0)):
        p.shadow(x, 86 * size, base)
        p.glow(x, base - 130 * size, 150 * size, AMBER, 0.75)
        with p.at(x, base, size=size):
            p.line("M-44 -250Q0 -340 44 -250", INK, 9)
            p.path("M-70 -220L-44 -264H44L70 -220Z", NAVY)
            p.line("M-22 -260L-32 -224M0 -260V-224M22 -260L32 -224", SILVER, 3)
            p.rect(-58, -222, 116, 190, CREAM, round=12)
            p.rect(-58, -222, 116, 190, AMBER, round=12, opacity=0.5, down=True)
            p.line("M-22 -222V-34M22 -222V-34", SLATE, 7)
            p.disc(0, -116, 22, WHITE, flat=True)
            p.rect(-70, -38, 140, 38, NAVY, round=10)


def pots(p: Pen) -> None:
    """Terracotta pots, set of three."""
    for x, size, plant in ((274, 0.8, 0), (676, 0.92, 1), (470, 1.2, 2)):
        p.shadow(x, 130 * size, 598)
        if plant == 0:
            for turn in (-40, -14, 14, 40):
                leaf(p, x, 440, turn, 1.05, LEAF)
        elif plant == 1:
            for at in range(-3, 4):
                p.line(f"M{x} 440Q{x + at * 14} 360 {x + at * 24} {292 + abs(at) * 14}", GREEN, 6)
                p.disc(x + at * 24, 290 + abs(at) * 14, 15, "#8f7fc0")
        else:
            p.line(f"M{x} 380V190", PINE, 11)
            for turn, y in ((-62, 330), (62, 306), (-56, 262), (58, 236), (0, 216)):
                leaf(p, x, y, turn, 1.2, GREEN)
            for dx, y in ((-46, 246), (44, 206), (2, 150)):
                p.disc(x + dx, y, 22, ORANGE)
        with p.at(x, 598, size=size):
            p.path("M-92 -170H92L66 0H-66Z", RUST)
            p.path("M-92 -170H92L66 0H-66Z", ORANGE, opacity=0.35)
            p.rect(-108, -206, 216, 46, "#c9673a", round=10)
            p.gleam("M-62 -140L-50 -30", 8, 0.3)


def nest_box(p: Pen) -> None:
    """Nest box with a camera."""
    p.shadow(470, 110)
    p.rect(452, 470, 36, 130, WOOD_DARK)
    p.rect(350, 230, 240, 264, WOOD_LIGHT, round=8)
    for x in (410, 470, 530):
        p.line(f"M{x} 236V490", WOOD, 3, opacity=0.6)
    p.poly([(310, 246), (470, 118), (630, 246), (606, 268), (470, 162), (334, 268)], PINE)
    p.poly([(350, 254), (470, 160), (590, 254), (590, 262), (350, 262)], WOOD_LIGHT)
    p.disc(470, 320, 52, WOOD_DARK)
    p.disc(470, 320, 42, INK, flat=True)
    p.disc(470, 336, 28, NAVY)
    p.disc(462, 326, 5, WHITE, flat=True)
    p.path("M470 340L456 352L484 352Z", AMBER, flat=True)
    p.line("M470 404V424", WOOD_DARK, 13)
    p.rect(540, 170, 84, 50, SILVER, round=16)
    p.disc(566, 195, 17, INK)
    p.disc(566, 195, 7, RED, flat=True)
    p.line("M622 196Q680 206 676 270", SLATE, 7)
    with p.at(254, 430):
        p.oval(0, 0, 60, 44, "#5b8fc4")
        p.disc(50, -34, 31, NAVY)
        p.disc(58, -40, 5, WHITE, flat=True)
        p.path("M78 -36L104 -28L78 -22Z", AMBER, flat=True)
        p.path("M-50 -6L-116 -34L-104 18Z", NAVY)
        p.oval(4, 14, 40, 24, AMBER, flat=True)
        p.path("M-30 -18Q10 -40 24 8Q-20 22 -30 -18Z", NAVY)
        p.line("M0 44V64M20 42V64", SLATE, 5)
    p.line("M130 496Q240 486 352 460", WOOD_DARK, 15)


def axe(p: Pen) -> None:
    """Splitting axe."""
    p.shadow(480, 250)
    p.path("M270 424H690V574Q690 604 480 604Q270 604 270 574Z", WOOD_DARK)
    for x in (310, 370, 560, 630):
        p.line(f"M{x} 470V{570 + x % 3 * 8}", INK, 4, opacity=0.25)
    p.oval(480, 424, 210, 58, WOOD_LIGHT)
    p.oval(480, 424, 150, 40, WOOD, flat=True, opacity=0.35)
    p.oval(480, 424, 90, 23, WOOD, flat=True, opacity=0.4)
    with p.at(452, 412, turn=28):
        p.line("M30 -150Q16 -250 34 -330", WOOD_LIGHT, 30)
        p.line("M32 -290Q30 -310 36 -332", RUST, 34)
        p.path("M-20 -206L84 -196Q92 -160 86 -120L-12 -120Q-36 -60 -30 10Q-96 -96 -78 -190Q-46 -180 -20 -206Z", SLATE)
        p.path("M-78 -190Q-96 -96 -30 10Q-34 -24 -26 -62Q-56 -120 -50 -190Z", SILVER)
        p.gleam("M-6 -186L72 -180", 6, 0.4)


def picnic_blanket(p: Pen) -> None:
    """Picnic blanket with a strap."""
    p.shadow(480, 270)
    p.rect(226, 330, 500, 262, RED, round=60)
    for x in range(270, 690, 74):
        p.rect(x, 330, 26, 262, CREAM, flat=True, opacity=0.75)
    for y in (372, 438, 504, 560):
        p.rect(226, y, 500, 18, PAPER, flat=True, opacity=0.55)
    p.oval(226, 461, 58, 131, ROSE)
    for share in (0.78, 0.54, 0.3):
        p.line(f"M226 {461 - 131 * share:.0f}a{58 * share:.0f} {131 * share:.0f} 0 1 0 .1 0", RED, 7)
    for x in (330, 620):
        p.rect(x - 20, 322, 40, 276, WOOD, round=6)
        p.rect(x - 28, 420, 56, 46, AMBER, round=8)
        p.rect(x - 14, 432, 28, 22, WOOD_DARK, round=4)
    p.line("M330 326Q340 196 475 190Q610 196 620 326", WOOD_DARK, 26)
    p.line("M400 198Q476 174 550 198", WOOD, 38)
    leaf(p, 770, 594, 24, 0.9)
    leaf(p, 764, 594, -16, 1.1, GREEN)


def bench(p: Pen) -> None:
    """Garden bench for two."""
    p.shadow(480, 330)
    for at in range(3):
        p.rect(206, 232 + at * 54, 548, 40, WOOD_LIGHT if at == 1 else WOOD, round=12, down=True)
    for x in (240, 720):
        p.line(f"M{x} 216V592", INK, 20)
    p.line("M184 384Q184 352 222 352H262M776 384Q776 352 738 352H698", INK, 18)
    p.line("M188 384V590M772 384V590", INK, 18)
    for at in range(3):
        p.rect(170 - at * 8, 420 + at * 26, 620 + at * 16, 24, WOOD if at % 2 else WOOD_LIGHT, round=9, down=True)
    p.path("M540 412Q528 318 592 308Q672 300 678 374Q678 410 660 416Z", GREEN)
    p.gleam("M566 350Q576 330 600 328", 6, 0.4)
    for turn in range(0, 360, 60):
        p.disc(612 + 22 * cos(radians(turn)), 366 + 22 * sin(radians(turn)), 9, CREAM, flat=True)
    p.disc(612, 366, 11, AMBER, flat=True)


DRAWINGS = {
    "GA-201": grill, "GA-202": hammock, "GA-203": raised_bed, "GA-204": secateurs, "GA-205": fire_bowl,
    "GA-206": lanterns, "GA-207": pots, "GA-208": nest_box, "GA-209": axe, "GA-210": picnic_blanket, "GA-211": bench,
}
"""Reward → its drawing."""
