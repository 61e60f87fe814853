"""Drawings of what belongs into the house and the kitchen."""

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


def pans(p: Pen) -> None:
    """Pans of recycled aluminium."""
    p.shadow(440, 260)
    for x, y, size, ground in ((430, 300, 1.0, NAVY), (470, 470, 0.86, SLATE)):
        with p.at(x, y, size=size):
            p.line("M170 0H420", INK, 38)
            p.line("M200 -8H404", STEEL_DARK, 5, opacity=0.7)
            p.disc(412, 0, 8, SILVER, flat=True)
            p.rect(158, -20, 46, 40, SILVER, round=8)
            p.oval(0, 10, 204, 132, STEEL_DARK)
            p.oval(0, 0, 204, 130, SILVER)
            p.oval(0, 4, 180, 110, ground)
            p.gleam("M-138 -20Q-110 -72 -40 -88", 9, 0.35)
    p.oval(450, 482, 66, 46, CREAM, flat=True)
    p.disc(456, 478, 25, AMBER)


def espresso(p: Pen) -> None:
    """Espresso pot with a grinder."""
    p.shadow(380, 150)
    p.shadow(676, 120)
    p.line("M492 268Q590 270 576 350Q562 420 520 424", INK, 32)
    p.poly([(292, 400), (472, 400), (506, 596), (258, 596)], STEEL)
    p.poly([(352, 400), (412, 400), (422, 596), (342, 596)], SILVER)
    p.rect(276, 384, 212, 28, STEEL_DARK, round=8)
    p.poly([(262, 236), (500, 236), (472, 386), (292, 386)], STEEL)
    p.poly([(350, 236), (414, 236), (414, 386), (350, 386)], SILVER)
    p.poly([(262, 236), (216, 226), (278, 312)], STEEL)
    p.path("M262 236L382 178L500 236Z", STEEL_DARK)
    p.disc(382, 168, 19, INK)
    p.disc(382, 492, 14, AMBER)
    p.rect(596, 400, 162, 196, WOOD, round=14)
    p.rect(624, 476, 106, 84, WOOD_DARK, round=8)
    p.disc(677, 518, 11, AMBER)
    p.path("M604 400Q606 314 677 312Q748 314 750 400Z", RUST)
    p.line("M677 312V262H588", SLATE, 15)
    p.disc(584, 252, 21, WOOD)
    p.line("M330 136Q312 112 332 88Q348 66 332 44M390 130Q372 106 392 82Q408 60 392 38", WHITE, 8, opacity=0.75)


def cast_iron_pot(p: Pen) -> None:
    """Cast iron pot, 4 l."""
    p.shadow(480, 260)
    p.rect(204, 366, 90, 40, RUST, round=18)
    p.rect(666, 366, 90, 40, RUST, round=18)
    p.path("M260 330H700V500Q698 594 600 596H360Q262 594 260 500Z", RED)
    p.path("M262 310Q290 216 480 212Q670 216 698 310Z", RED)
    p.rect(240, 302, 480, 36, RUST, round=16, down=True)
    p.rect(446, 176, 68, 42, SLATE, round=16)
    p.gleam("M306 288Q340 246 420 238", 10)
    p.gleam("M294 380V500", 11, 0.35)
    p.line("M400 132Q380 104 402 78Q420 54 402 30M480 138Q460 110 482 84Q500 60 482 36M560 132Q540 104 562 78"
           "Q580 54 562 30", WHITE, 9, opacity=0.7)


def kitchen_knife(p: Pen) -> None:
    """Kitchen knife, 20 cm."""
    p.shadow(480, 320)
    p.rect(190, 470, 580, 106, WOOD_LIGHT, round=22)
    p.line("M240 504H460M540 530H720M280 546H420", WOOD, 4, opacity=0.6)
    p.disc(716, 520, 18, SAND)
    for x in (250, 306):
        p.oval(x, 464, 17, 34, RUST)
        p.oval(x - 5, 464, 15, 31, ORANGE)
    p.path("M352 430Q560 420 660 462Q560 506 352 498Q336 464 352 430Z", ORANGE)
    p.line("M430 440V452M500 444V462M470 488V476M560 452V464", RUST, 4, opacity=0.6)
    p.path("M650 452Q700 420 740 428Q712 446 706 460Q730 470 742 492Q694 490 650 472Z", GREEN)
    with p.at(470, 268, turn=-20):
        p.path("M-310 20Q-290 -46 -190 -52H80V46H-180Q-260 46 -310 20Z", SILVER)
        p.path("M-310 20Q-250 34 -180 34H80V46H-180Q-260 46 -310 20Z", STEEL_DARK, opacity=0.6)
        p.rect(76, -54, 24, 78, STEEL, round=6)
        p.path("M98 -52H270Q318 -44 314 -4Q306 26 268 16Q180 6 98 24Z", INK)
        for x in (140, 200, 258):
            p.disc(x, -18, 8, SILVER, flat=True)
        p.gleam("M-250 -22Q-220 -38 -180 -38H60", 5, 0.7)


def bedding(p: Pen) -> None:
    """Linen bedding."""
    p.shadow(480, 320)
    p.rect(170, 506, 620, 78, WOOD, round=16)
    p.rect(196, 574, 40, 28, WOOD_DARK)
    p.rect(724, 574, 40, 28, WOOD_DARK)
    p.rect(156, 220, 46, 376, WOOD_DARK, round=14)
    p.rect(190, 424, 600, 96, PAPER, round=26)
    with p.at(300, 362, turn=-8):
        p.path("M-96 -56Q0 -82 96 -56Q116 0 96 62Q0 84 -96 62Q-116 0 -96 -56Z", WHITE)
    with p.at(350, 404, turn=-3):
        p.path("M-100 -52Q0 -76 100 -52Q118 0 100 56Q0 78 -100 56Q-118 0 -100 -52Z", SKY)
        p.gleam("M-70 -34Q0 -52 60 -38", 6, 0.5)
    p.path("M450 420Q620 344 790 400Q812 470 800 540Q620 570 436 540Q420 470 450 420Z", BLUE)
    p.path("M450 420Q490 400 534 388Q516 470 524 548Q478 548 436 540Q420 470 450 420Z", ICE)
    p.line("M600 380Q590 460 604 552M690 376Q684 460 700 548", NAVY, 5, opacity=0.3)


def wool_blanket(p: Pen) -> None:
    """Woollen blanket."""
    p.shadow(480, 260)
    for y, shade in ((488, RUST), (396, ORANGE), (304, RUST)):
        p.rect(240, y, 480, 104, shade, round=46)
        p.line(f"M270 {y + 36}H700M270 {y + 66}H700", CREAM, 5, opacity=0.5, dash="18 12")
    p.path("M240 350Q240 236 300 232H660Q720 236 720 350L700 566H560L540 350Z", CREAM)
    p.path("M556 350L700 566H560Z", SAND, opacity=0.5)
    for at in range(4):
        p.line(f"M{584 + at * 34} 250L{592 + at * 28} 560", RUST if at % 2 else ORANGE, 8, opacity=0.75)
    p.line("M252 300Q400 292 556 300", RUST, 9, opacity=0.7)
    p.line("M248 326Q400 318 548 326", ORANGE, 6, opacity=0.7)
    for x in range(566, 704, 19):
        p.line(f"M{x} 566V594", SAND, 8)
    p.gleam("M300 256H500", 8, 0.6)


def desk_lamp(p: Pen) -> None:
    """Desk lamp."""
    p.shadow(450, 200)
    p.path("M556 300L410 600H812Z", AMBER, flat=True, opacity=0.28)
    p.rect(336, 572, 230, 28, NAVY, round=14)
    p.line("M430 576L352 396L500 226", SLATE, 19)
    p.disc(352, 396, 23, ORANGE)
    p.disc(500, 226, 19, ORANGE)
    p.disc(430, 572, 17, STEEL)
    with p.at(540, 238, turn=-26):
        p.path("M-40 -48H40L92 74H-92Z", ORANGE)
        p.rect(-32, -84, 64, 44, SLATE, round=14)
        p.oval(0, 74, 92, 21, CREAM, flat=True)
        p.gleam("M-34 -30L-68 50", 8)
    p.rect(640, 566, 150, 34, RED, round=5)
    p.rect(652, 536, 132, 30, BLUE, round=5)
    p.rect(662, 574, 110, 6, CREAM, flat=True, opacity=0.8)


def glasses(p: Pen) -> None:
    """Glasses, set of six."""
    for at, (x, y) in enumerate(((310, 500), (480, 500), (650, 500), (290, 600), (480, 600), (670, 600))):
        p.shadow(x, 92, y)
        size = 0.86 if y == 500 else 1.08
        with p.at(x, y, size=size):
            p.path("M-70 -214H70L52 -6Q50 0 40 0H-40Q-50 0 -52 -6Z", WHITE, flat=True, opacity=0.5)
            p.path("M-70 -214H70L52 -6Q50 0 40 0H-40Q-50 0 -52 -6Z", SKY, opacity=0.45)
            if y == 600:
                p.path("M-62 -132H62L50 -14Q48 -10 40 -10H-40Q-48 -10 -50 -14Z", (ORANGE, RED, LEAF)[at % 3],
                       opacity=0.82)
                p.oval(0, -132, 62, 11, CREAM, flat=True, opacity=0.55)
            p.oval(0, -214, 70, 13, WHITE, flat=True, opacity=0.85)
            p.oval(0, -212, 62, 9, ICE, flat=True)
            p.gleam("M-52 -180L-40 -40", 9, 0.7)


def stand_mixer(p: Pen) -> None:
    """Stand mixer."""
    p.shadow(470, 270)
    p.path("M560 300H690Q706 440 690 560H570Q590 430 560 300Z", RED)
    p.path("M250 556H690Q730 558 730 580V598H230V580Q230 558 250 556Z", RED)
    p.path("M270 240Q256 166 350 158H620Q716 160 716 250Q716 322 640 324H350Q284 322 270 240Z", RED)
    p.rect(272, 222, 444, 22, SILVER, flat=True, opacity=0.9)
    p.disc(668, 288, 17, STEEL)
    p.disc(306, 196, 13, SILVER)
    p.rect(350, 318, 58, 40, STEEL_DARK, round=6)
    p.line("M379 350V420", STEEL, 15)
    p.path("M379 410Q326 430 340 500Q379 540 418 500Q432 430 379 410Z", STEEL)
    p.path("M254 390H504Q502 520 430 556H328Q256 520 254 390Z", SILVER)
    p.oval(379, 392, 127, 18, STEEL_DARK)
    p.path("M270 394Q320 366 379 384Q440 366 490 394Q440 408 379 406Q320 408 270 394Z", CREAM, flat=True)
    p.line("M504 414Q556 426 544 480Q530 512 486 506", STEEL, 13)
    p.gleam("M320 180Q480 172 610 180", 9)
    p.gleam("M284 430Q296 500 336 534", 9, 0.6)


def sauna_towels(p: Pen) -> None:
    """Sauna towels, set of two."""
    p.shadow(480, 250)
    for y, shade in ((490, BLUE), (384, CREAM)):
        p.rect(250, y, 460, 110, shade, round=40)
        p.line(f"M300 {y + 38}H690M292 {y + 74}H690", NAVY if shade == CREAM else ICE, 5, opacity=0.35)
        p.path(f"M250 {y + 55}a55 55 0 0 1 55 -55h10a55 55 0 0 0 0 110h-10a55 55 0 0 1 -55 -55Z", shade)
        p.rect(560, y, 26, 110, ORANGE, flat=True, opacity=0.8)
    p.rect(410, 300, 140, 84, WOOD, round=12)
    p.rect(410, 316, 140, 10, WOOD_DARK, flat=True)
    p.rect(410, 356, 140, 10, WOOD_DARK, flat=True)
    p.line("M420 304Q480 214 540 304", WOOD_DARK, 12)
    p.line("M560 350L660 240", WOOD_LIGHT, 15)
    p.path("M536 350Q560 396 604 372L588 334Z", WOOD_LIGHT)
    for turn in (-30, 0, 30):
        with p.at(330, 386, turn=turn):
            p.path("M0 0Q-24 -50 0 -116Q24 -50 0 0Z", GREEN if turn else LEAF)
    p.line("M456 250Q438 222 458 196Q474 172 458 146M510 244Q492 216 512 190Q528 166 512 140", WHITE, 8, opacity=0.75)


def power_strip(p: Pen) -> None:
    """Power strip with a meter."""
    p.shadow(480, 310)
    p.line("M760 470Q850 470 836 350Q824 250 740 236", INK, 19)
    p.rect(672, 206, 90, 60, INK, round=18)
    p.line("M676 222H648M676 250H648", STEEL, 9)
    p.path("M170 430L216 396H744L790 430V540Q790 560 770 560H190Q170 560 170 540Z", SLATE)
    p.rect(170, 426, 620, 134, PAPER, round=24)
    for x in (246, 356, 466):
        p.disc(x, 493, 46, SILVER)
        p.disc(x, 493, 37, STEEL_DARK, flat=True)
        p.disc(x - 15, 493, 6, INK, flat=True)
        p.disc(x + 15, 493, 6, INK, flat=True)
    p.rect(540, 450, 160, 86, NAVY, round=12)
    heights = (18, 34, 26, 48, 60, 40)
    for at, high in enumerate(heights):
        p.rect(556 + at * 22, 524 - high, 14, high, AMBER if high > 45 else ORANGE, round=3, flat=True)
    p.rect(722, 462, 46, 62, RED, round=10)
    p.line("M745 478V508", WHITE, 6)
    with p.at(356, 300):
        p.disc(0, 0, 44, AMBER)
        for turn in range(0, 360, 45):
            a, b = cos(radians(turn)), sin(radians(turn))
            p.line(f"M{60 * a:.0f} {60 * b:.0f}L{80 * a:.0f} {80 * b:.0f}", AMBER, 9)
    p.line("M356 388V416", AMBER, 7, dash="2 12")


DRAWINGS = {
    "HO-301": pans, "HO-302": espresso, "HO-303": cast_iron_pot, "HO-304": kitchen_knife, "HO-305": bedding,
    "HO-306": wool_blanket, "HO-307": desk_lamp, "HO-308": glasses, "HO-309": stand_mixer, "HO-310": sauna_towels,
    "HO-311": power_strip,
}
"""Reward → its drawing."""
