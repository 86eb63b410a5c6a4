"""Makes the moving picture of the README from the stills: run ``python docs/pictures/tour.py``.

The stills are real screens; ``make.py`` and ``class.py`` take them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

PICTURES = Path(__file__).parent
# A student meets a blank, a check and a hint; an instructor sees the class.
FRAMES = (("not-attempted",), ("check",), ("check", "hint"), ("class",))
SECONDS = (3, 4, 4, 4)
SIZE, MARGIN = (1000, 420), 16
# A picture of text and a few colours loses nothing that is seen.
COLOURS = 256


def main() -> int:
    """Show the frames one after another, for 15 seconds in all."""
    first, *others = map(_frame, FRAMES)
    path = PICTURES / "tour.gif"
    milliseconds = [1000 * one for one in SECONDS]
    first.save(path, save_all=True, append_images=others, duration=milliseconds, loop=0)
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB")
    return 0


def _frame(stills: tuple[str, ...]) -> Image.Image:
    """Put stills below each other, as wide as the frame; what goes beyond its height is cut."""
    frame = Image.new("RGB", SIZE, "white")
    width, top = SIZE[0] - 2 * MARGIN, MARGIN
    for still in stills:
        with Image.open(PICTURES / f"{still}.png") as opened:
            drawn = opened.convert("RGB")
        height = drawn.height * width // drawn.width
        frame.paste(drawn.resize((width, height), Image.Resampling.LANCZOS), (MARGIN, top))
        top += height + MARGIN
    return frame.quantize(COLOURS, dither=Image.Dither.NONE)


if __name__ == "__main__":
    sys.exit(main())
