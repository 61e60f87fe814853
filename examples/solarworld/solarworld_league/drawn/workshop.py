"""Drawings of what belongs into the workshop and onto the site."""

from math import cos, pi, sin

from solarworld_league.drawn.pen import (
    AMBER,
    BLUE,
    CREAM,
    ICE,
    INK,
    NAVY,
    ORANGE,
    RED,
    RUST,
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


def drill(p: Pen) -> None:
    """Cordless drill."""
    p.shadow(510, 210)
    p.path("M520 330L640 330L604 512L500 512Z", NAVY)
    p.path("M536 356L604 356L580 486L524 486Z", SLATE)
    p.rect(462, 506, 184, 84, ORANGE, round=16)
    p.rect(462, 542, 184, 12, RUST, flat=True, opacity=0.55)
    p.path("M330 214H600Q668 214 668 276Q668 340 600 340H330Q306 340 306 314V240Q306 214 330 214Z", ORANGE)
    p.path("M560 214H600Q668 214 668 276Q668 340 600 340H560Z", NAVY)
    p.rect(356, 252, 160, 50, INK, round=12, flat=True, opacity=0.85)
    p.line("M376 277H496", AMBER, 6)
    p.path("M306 232L250 246V310L306 324Z", SLATE)
    p.path("M250 254L216 264V292L250 302Z", STEEL_DARK)
    p.rect(128, 271, 92, 13, STEEL, round=4, down=True)
    p.path("M500 340H530Q540 376 514 398L490 392Q506 366 492 346Z", RED)
    p.gleam("M344 232H540")


def crimping_tool(p: Pen) -> None:
    """Crimping tool for solar connectors."""
    p.shadow(480, 200)
    with p.at(480, 300, turn=16):
        p.line("M16 30Q96 150 64 296", RUST, 50)
        p.line("M16 30Q96 150 64 296", ORANGE, 36)
        p.line("M-16 30Q-112 150 -84 296", RUST, 50)
        p.line("M-16 30Q-112 150 -84 296", ORANGE, 36)
        p.gleam("M-30 78Q-96 160 -84 270", 7)
        p.path("M-64 -150Q-76 -190 -30 -196H30Q76 -190 64 -150L50 52H-50Z", SLATE)
        p.path("M-40 -176H-6V-40H-46Z", STEEL)
        p.path("M6 -176H40L46 -40H6Z", SILVER)
        for at in (-142, -104, -66):
            p.disc(0, at, 14, INK, flat=True)
        p.disc(0, 12, 26, STEEL)
        p.disc(0, 12, 9, SLATE, flat=True)
    p.line("M196 210H330Q352 210 372 214", INK, 16)
    p.rect(170, 190, 76, 42, NAVY, round=10)
    p.rect(150, 200, 26, 22, STEEL, round=4)


def torque_wrench(p: Pen) -> None:
    """Torque wrench."""
    p.shadow(480, 250)
    with p.at(480, 366, turn=-34):
        p.rect(-310, -26, 240, 52, RUST, round=24, down=True)
        for at in range(-292, -96, 22):
            p.line(f"M{at} -20V20", INK, 5, opacity=0.35)
        p.rect(-84, -22, 40, 44, AMBER, round=6, down=True)
        p.rect(-48, -15, 280, 30, STEEL, round=8, down=True)
        for at in range(-30, 100, 14):
            p.line(f"M{at} -14V{-2 if at % 3 else 4}", SLATE, 3)
        p.disc(266, 0, 58, STEEL_DARK)
        p.disc(266, 0, 40, SILVER)
        p.rect(244, -22, 44, 44, SLATE, round=6)
        p.disc(266, 0, 9, STEEL, flat=True)
        p.gleam("M-36 -9H220", 5)


def tool_belt(p: Pen) -> None:
    """Leather tool belt."""
    p.shadow(480, 260)
    p.path("M170 236Q480 316 790 236L798 300Q480 382 162 300Z", WOOD_DARK)
    p.line("M172 250Q480 330 788 250", WOOD_LIGHT, 3, dash="10 8")
    p.line("M170 288Q480 368 790 288", WOOD_LIGHT, 3, dash="10 8")
    p.rect(596, 290, 30, 150, STEEL_DARK, round=8)
    p.path("M584 210H638L648 262H574Z", STEEL)
    p.rect(596, 232, 30, 80, WOOD_LIGHT, round=4)
    p.line("M330 180V330", AMBER, 30)
    p.line("M330 250V330", STEEL, 12)
    p.line("M386 190V330", RED, 26)
    p.rect(280, 322, 160, 212, WOOD, round=26)
    p.path("M272 322H448V372Q360 420 272 372Z", WOOD_DARK)
    p.disc(360, 386, 12, AMBER, flat=True)
    p.rect(544, 320, 134, 190, WOOD, round=26)
    p.path("M536 320H686V362Q611 404 536 362Z", WOOD_DARK)
    p.disc(611, 372, 11, AMBER, flat=True)
    p.rect(452, 290, 80, 84, AMBER, round=12)
    p.rect(468, 306, 48, 52, WOOD_DARK, round=6)
    p.line("M458 332H500", SILVER, 9)
    p.gleam("M300 420V500", 7, 0.3)


def head_lamp(p: Pen) -> None:
    """Rechargeable head lamp."""
    p.shadow(480, 190)
    p.line("M282 330C290 60 670 60 678 330", INK, 34)
    p.line("M282 330C290 60 670 60 678 330", ORANGE, 7, dash="22 16")
    p.line("M480 244a200 88 0 1 0 .1 0", SLATE, 44)
    p.glow(480, 420, 280, AMBER, 0.65)
    p.line("M280 336Q290 420 480 424Q670 420 680 336", INK, 44)
    p.line("M284 344Q304 412 480 418Q656 412 676 344", ORANGE, 8, dash="26 16")
    p.rect(380, 330, 200, 176, SLATE, round=44)
    p.rect(396, 346, 168, 144, NAVY, round=36)
    p.disc(480, 418, 58, SILVER)
    p.disc(480, 418, 46, CREAM, flat=True)
    p.disc(480, 418, 26, WHITE, flat=True)
    p.rect(448, 320, 64, 18, RED, round=8)
    p.gleam("M412 380Q416 364 434 362", 8)


def distance_meter(p: Pen) -> None:
    """Laser distance meter."""
    p.shadow(500, 150)
    p.line("M478 128V20", RED, 7, opacity=0.85)
    p.glow(478, 130, 70, RED, 0.7)
    p.rect(372, 132, 216, 466, ORANGE, round=40)
    p.rect(390, 132, 180, 466, SLATE, round=34)
    p.disc(478, 150, 13, RED, flat=True)
    p.rect(412, 180, 136, 176, ICE, round=14)
    for at, wide in ((212, 70), (250, 96), (288, 52)):
        p.rect(430, at, wide, 18, NAVY, round=5, flat=True)
    p.rect(430, 322, 96, 22, RUST, round=5, flat=True)
    p.disc(480, 418, 40, RED)
    p.disc(480, 418, 16, CREAM, flat=True)
    for x, y in ((434, 492), (480, 492), (526, 492), (434, 546), (480, 546), (526, 546)):
        p.rect(x - 16, y - 16, 32, 32, STEEL_DARK, round=9)
    p.gleam("M384 190V520", 6, 0.5)


def safety_shoes(p: Pen) -> None:
    """Safety shoes."""
    p.shadow(490, 290)
    p.path("M300 200Q372 222 446 200L462 366Q560 410 668 424Q734 436 738 520H286Q270 400 300 200Z", WOOD)
    p.path("M300 200Q372 222 446 200L450 246Q372 266 294 246Z", SLATE)
    p.path("M600 414Q730 424 738 520H590Q574 464 600 414Z", SLATE)
    p.path("M286 440Q380 430 400 520H284Z", WOOD_DARK)
    p.path("M276 516H744L738 566Q736 586 712 586H420L404 566L390 586H300Q278 586 276 562Z", INK)
    for at in range(440, 720, 40):
        p.line(f"M{at} 574V588", ORANGE, 12, blunt=True)
    p.line("M276 520H742", ORANGE, 9)
    for x, y in ((452, 286), (458, 328), (476, 368), (520, 392)):
        p.line(f"M{x} {y}L{x - 66} {y + 8}", AMBER, 8)
        p.disc(x, y, 7, SILVER, flat=True)
    p.line("M300 206L286 170", WOOD_DARK, 12)
    p.gleam("M322 280Q312 350 314 420", 8, 0.3)


def harness(p: Pen) -> None:
    """Harness for work on roofs."""
    p.shadow(480, 170)
    for mirror in (False, True):
        with p.at(480, 0, mirror=mirror):
            p.line("M18 140Q120 150 128 250Q110 330 70 372", RED, 34)
            p.line("M18 140Q120 150 128 250Q110 330 70 372", AMBER, 4, dash="12 9")
            p.line("M74 392Q170 430 140 524Q86 590 44 526Q30 460 60 400", SLATE, 32)
            p.line("M74 392Q170 430 140 524Q86 590 44 526", AMBER, 4, dash="12 9")
            p.rect(92, 226, 66, 44, STEEL, round=10)
            p.rect(106, 238, 38, 20, SLATE, round=5)
            p.rect(104, 470, 62, 40, STEEL, round=10)
    p.line("M396 282H564", RED, 28)
    p.rect(364, 352, 232, 62, NAVY, round=26)
    p.line("M384 384H576", AMBER, 5, dash="14 9")
    p.rect(446, 340, 68, 86, STEEL, round=12)
    p.rect(462, 358, 36, 50, SLATE, round=8)
    p.disc(480, 138, 34, STEEL)
    p.disc(480, 138, 18, SLATE, flat=True)
    p.disc(480, 282, 26, STEEL)
    p.disc(480, 282, 13, NAVY, flat=True)


def socket_set(p: Pen) -> None:
    """Socket set, 46 pieces."""
    p.shadow(480, 300)
    p.path("M220 150H740L764 372H196Z", SLATE)
    p.path("M240 170H720L738 356H222Z", INK)
    p.rect(196, 366, 568, 206, NAVY, round=22)
    p.rect(216, 384, 528, 150, INK, round=14)
    for row, (y, radius, count) in enumerate(((420, 22, 9), (482, 29, 7))):
        for at in range(count):
            x = 262 + at * (436 / (count - 1))
            p.disc(x, y, radius, SILVER)
            p.disc(x, y, radius * 0.56, SLATE if row else STEEL_DARK, flat=True)
    with p.at(480, 264, turn=-7):
        p.rect(-190, -15, 250, 30, STEEL, round=14, down=True)
        p.rect(-190, -20, 110, 40, RUST, round=18, down=True)
        p.disc(92, 0, 40, SILVER)
        p.disc(92, 0, 17, SLATE, flat=True)
    p.rect(430, 540, 100, 26, AMBER, round=8)
    p.gleam("M232 190L224 330", 6, 0.25)


def cable_reel(p: Pen) -> None:
    """Cable reel, 40 m."""
    p.shadow(470, 240)
    p.line("M300 590L380 330M640 590L560 330", SLATE, 26)
    p.line("M262 590H350M590 590H680", SLATE, 28)
    p.line("M400 196Q470 96 560 190", SLATE, 24)
    p.disc(470, 356, 190, NAVY)
    p.disc(470, 356, 158, ORANGE)
    for radius in range(84, 158, 15):
        p.line(f"M{470 - radius} 356a{radius} {radius} 0 1 1 {2 * radius} 0a{radius} {radius} 0 1 1 {-2 * radius} 0",
               RUST, 4, opacity=0.65)
    p.disc(470, 356, 76, SLATE)
    for x, y in ((440, 334), (500, 334), (470, 388)):
        p.disc(x, y, 21, STEEL)
        p.disc(x - 6, y, 4, INK, flat=True)
        p.disc(x + 6, y, 4, INK, flat=True)
    p.line("M620 430Q720 470 690 560Q700 592 760 584", ORANGE, 17)
    p.rect(752, 562, 62, 44, INK, round=12)
    p.line("M816 574H834M816 594H834", STEEL, 7)


def pocket_knife(p: Pen) -> None:
    """Pocket knife with a wooden handle."""
    p.shadow(500, 240)
    with p.at(440, 420, turn=-12):
        p.path("M170 -24Q40 -150 -86 -280Q-140 -306 -110 -230Q-20 -60 130 26Z", SILVER)
        p.path("M170 -24Q40 -150 -86 -280Q-60 -230 60 -104Q110 -50 140 0Z", STEEL)
        p.line("M-66 -238Q-50 -210 -20 -178", SLATE, 7)
        p.path("M110 -34Q250 -58 350 10Q384 44 340 78Q240 112 128 60Q86 30 110 -34Z", WOOD)
        p.path("M110 -34Q150 -44 180 -42Q150 10 166 72Q146 68 128 60Q86 30 110 -34Z", STEEL)
        p.line("M206 -26Q280 -22 334 24M196 30Q260 62 326 62", WOOD_DARK, 4, opacity=0.6)
        for x, y in ((142, 12), (236, 20), (312, 40)):
            p.disc(x, y, 10, AMBER)
        p.gleam("M196 -24Q262 -24 312 6", 7, 0.4)


def thermal_camera(p: Pen) -> None:
    """Thermal camera for phones."""
    p.shadow(490, 160)
    p.rect(412, 96, 136, 78, SLATE, round=18)
    p.disc(448, 134, 24, STEEL_DARK)
    p.disc(448, 134, 13, RED, flat=True)
    p.disc(506, 134, 18, NAVY)
    p.rect(462, 166, 36, 20, STEEL, round=4)
    p.rect(344, 176, 272, 420, INK, round=40)
    p.rect(362, 196, 236, 380, NAVY, round=26, flat=True)
    p.path("M362 420L480 312L598 420V550Q598 576 572 576H388Q362 576 362 550Z", BLUE, flat=True)
    p.path("M392 436L480 356L568 436V576H392Z", RUST, flat=True)
    p.path("M430 470L480 424L530 470V576H430Z", ORANGE, flat=True)
    p.path("M456 506L480 484L504 506V576H456Z", AMBER, flat=True)
    p.disc(480, 262, 34, ORANGE, flat=True)
    p.disc(480, 262, 18, CREAM, flat=True)
    p.line("M390 232V212H410M570 232V212H550", ICE, 5)
    p.rect(578, 300, 9, 170, AMBER, round=4, down=True)
    p.gleam("M354 240V520", 5, 0.3)


def work_jacket(p: Pen) -> None:
    """Work jacket with reflectors."""
    p.shadow(480, 200)
    p.path("M396 150L290 196L206 470L286 498L336 350V588H624V350L674 498L754 470L670 196L564 150Z", ORANGE)
    p.path("M396 150L290 196L262 286L340 330L336 240ZM564 150L670 196L698 286L620 330L624 240Z", NAVY)
    p.path("M396 150Q480 200 564 150L552 214Q480 250 408 214Z", INK)
    p.path("M336 500H624V588H336Z", NAVY)
    p.rect(336, 392, 288, 36, SILVER, flat=True)
    p.rect(336, 448, 288, 36, SILVER, flat=True)
    for mirror in (False, True):
        with p.at(480, 0, mirror=mirror):
            p.path("M-250 400L-228 328L-152 354L-166 400L-172 426Z", SILVER, flat=True)
            p.rect(-118, 300, 76, 64, RUST, round=8, opacity=0.5)
            p.line("M-118 318H-42", INK, 5, opacity=0.5)
    p.line("M480 232V588", INK, 7)
    p.rect(472, 270, 16, 34, AMBER, round=5)


def mug(p: Pen) -> None:
    """Insulated mug."""
    p.shadow(480, 150)
    p.line("M600 300Q706 300 690 400Q676 470 590 466", NAVY, 34)
    p.path("M340 220H620L588 590Q586 600 574 600H386Q374 600 372 590Z", NAVY)
    p.path("M351 350H609L598 474H362Z", ORANGE)
    p.disc(480, 412, 34, AMBER, flat=True)
    for turn in range(8):
        x, y = cos(turn * pi / 4), sin(turn * pi / 4)
        p.line(f"M{480 + 44 * x:.0f} {412 + 44 * y:.0f}L{480 + 54 * x:.0f} {412 + 54 * y:.0f}", AMBER, 6)
    p.rect(324, 184, 312, 48, SLATE, round=20)
    p.rect(420, 166, 90, 26, INK, round=10)
    p.gleam("M366 256L390 560", 9, 0.4)
    p.line("M430 138Q410 108 432 84Q450 60 434 36", WHITE, 9, opacity=0.8)
    p.line("M506 138Q486 108 508 84Q526 60 510 36", WHITE, 9, opacity=0.8)


DRAWINGS = {
    "ST-101": drill, "ST-102": crimping_tool, "ST-103": torque_wrench, "ST-104": tool_belt, "ST-105": head_lamp,
    "ST-106": distance_meter, "ST-107": safety_shoes, "ST-108": harness, "ST-109": socket_set, "ST-110": cable_reel,
    "ST-111": pocket_knife, "ST-112": thermal_camera, "ST-113": work_jacket, "ST-114": mug,
}
"""Reward → its drawing."""
