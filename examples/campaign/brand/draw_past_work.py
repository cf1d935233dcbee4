"""Draws the pictures in images/ anew: what Solvane has published, one for each line of copy/."""

import io
from pathlib import Path

from PIL import Image

from creatoken_sdk.demo.brief import read_brand
from creatoken_sdk.demo.copywriter import Copy
from creatoken_sdk.demo.designer import draw_banner

FOLDER = Path(__file__).parent
SIZE = (480, 251)


def main() -> None:
    """Write one WebP picture for each paragraph."""
    brand = read_brand(FOLDER / "guide.json")
    number = 0
    for year in sorted((FOLDER / "copy").glob("*.txt")):
        for words in year.read_text().strip().split("\n\n"):
            headline, subline = words.splitlines()
            copy = Copy(headline, subline, "Find your flavour")
            banner = draw_banner(copy, brand, seed=100 + number)
            picture = Image.open(io.BytesIO(banner.png)).resize(SIZE, Image.Resampling.LANCZOS)
            picture.save(FOLDER / f"images/{year.stem}-{number:02}.webp", quality=80)
            number += 1


if __name__ == "__main__":
    main()
