"""Renders the drawings of SolarWorld's rewards as the pictures that its catalogue brings.

    python -m tests.support.drawn_rewards

Needs Chromium, as browser tests do. Run it after a drawing was changed, and look at what it made.
"""

from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from solarworld_league.drawn import drawings
from solarworld_league.drawn.pen import HEIGHT, WIDTH
from tests.browser.conftest import CHROMIUM

FOLDER = Path(__file__).parents[2] / "examples/solarworld/solarworld_league/catalogue/pictures"


def render() -> int:
    """Write a picture for each drawing; the answer is how many."""
    FOLDER.mkdir(exist_ok=True)
    made = 0
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for reward, drawing in drawings():
            page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{drawing}")
            with Image.open(BytesIO(page.screenshot())) as picture:
                picture.convert("RGB").save(FOLDER / f"{reward}.webp", quality=84, method=6)
            made += 1
        browser.close()
    return made


if __name__ == "__main__":
    print(f"{render()} pictures in {FOLDER}")
