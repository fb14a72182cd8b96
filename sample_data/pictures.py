"""Pictures without randomness: a head phantom, an ultrasound sector, skin lesions, and a small font.

Integers only, and noise from one fixed generator, so that every machine and every Python draws the same.
"""

from collections.abc import Callable

__all__ = ["FONT_HEIGHT", "FONT_WIDTH", "Noise", "draw_text", "head", "lesion", "sector"]

FONT_WIDTH, FONT_HEIGHT = 6, 8

# Five columns a glyph, lowest bit at the top.
_FONT = {
    " ": "0000000000", "-": "0808080808", ".": "0060600000", ":": "0036360000", "/": "6010080403",
    "0": "3e5149453e", "1": "00427f4000", "2": "6251494946", "3": "2241494936", "4": "1814127f10",
    "5": "2745454539", "6": "3c4a494930", "7": "0171090503", "8": "3649494936", "9": "064949291e",
    "A": "7c1211127c", "B": "7f49494936", "C": "3e41414122", "D": "7f4141413e", "E": "7f49494941",
    "F": "7f09090901", "G": "3e4149497a", "H": "7f0808087f", "I": "00417f4100", "J": "2040413f01",
    "K": "7f08142241", "L": "7f40404040", "M": "7f020c027f", "N": "7f0408107f", "O": "3e4141413e",
    "P": "7f09090906", "Q": "3e4151215e", "R": "7f09192946", "S": "2649494932", "T": "01017f0101",
    "U": "3f4040403f", "V": "1f2040201f", "W": "3f4038403f", "X": "6314081463", "Y": "0304780403",
    "Z": "6151494543",
}  # fmt: skip


class Noise:
    """A linear congruential generator modulo 2**32; its high bits are used."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def below(self, limit: int) -> int:
        """The next number, ``0 <= n < limit``."""
        self.state = (self.state * 1664525 + 1013904223) & 0xFFFFFFFF
        return (self.state >> 8) * limit >> 24

    def bell(self, width: int) -> int:
        """A number around 0, bell-shaped, within `width` on either side."""
        return sum(self.below(width + 1) for _ in range(4)) // 2 - width


def _inside(x: int, y: int, cx: int, cy: int, rx: int, ry: int) -> bool:
    return ((x - cx) * ry) ** 2 + ((y - cy) * rx) ** 2 <= (rx * ry) ** 2


def head(size: int, level: int, *, noise: int, seed: int, air: int = 0, bone: int = 90) -> list[int]:
    """One axial slice of a head, ``size * size`` values row by row, about 0 to 1100.

    `level` from 0 (skull base) to 5 (vertex) narrows the skull and closes the ventricles.
    """
    random = Noise(seed * 977 + level)
    scale = 1000 - 12 * (level - 2) ** 2
    rx, ry = 400 * scale // 1000, 470 * scale // 1000
    out = []
    for row in range(size):
        for column in range(size):
            x, y = column * 1000 // size - 500, row * 1000 // size - 500
            value = _tissue(x, y, rx, ry, level, air, bone)
            if value != air:
                value += (x + 2 * y) // 16
            out.append(max(0, value + random.bell(noise)))
    return out


def _tissue(x: int, y: int, rx: int, ry: int, level: int, air: int, bone: int) -> int:
    if not _inside(x, y, 0, 0, rx, ry):
        return air
    if not _inside(x, y, 0, 0, rx - 25, ry - 25):
        return 820
    if not _inside(x, y, 0, 0, rx - 60, ry - 60):
        return bone
    horn = 150 - 25 * abs(level - 2)
    if level in (1, 2, 3) and _inside(abs(x), y, 55, -30, 26, horn):
        return 210
    if abs(x) < 8 and abs(y) > 120:
        return 240
    fold = (x * x // 900 + y * y // 1300 + abs(x * y) // 2100) % 29
    if not _inside(x, y, 0, 0, rx - 135, ry - 135):
        return 560 if fold < 19 else 330
    if level in (1, 2) and _inside(abs(x), y, 150, 40, 45, 95):
        return 600
    return 720


def sector(width: int, height: int, *, top: int, seed: int) -> bytearray:
    """An ultrasound sector of speckle below row `top`, ``width * height`` bytes."""
    random = Noise(seed)
    out = bytearray(width * height)
    for row in range(top, height):
        depth = row - top
        for column in range(width):
            x = column - width // 2
            radius = x * x + (depth + 20) ** 2
            if abs(x) * 10 > (depth + 20) * 9 or radius > (height - top) ** 2:
                continue
            echo = 30 + depth * 70 // height + random.below(70)
            if _inside(x, depth, 18, 88, 46, 30):
                echo = random.below(18)
            elif _inside(x, depth, 18, 88, 52, 36):
                echo += 80
            out[row * width + column] = min(255, echo)
    return out


def lesion(width: int, height: int, *, seed: int) -> bytes:
    """Skin, a pigmented spot and a ruler's marks: ``width * height * 3`` bytes RGB."""
    random = Noise(seed)
    unit = height // 24
    spots = []
    for _ in range(6):
        dx, dy = random.below(5) - 2, random.below(5) - 2
        spots.append(
            (width // 2 + dx * unit, height // 2 + dy * unit, unit * (3 + random.below(3)), unit * 4)
        )
    out = bytearray()
    for y in range(height):
        for x in range(width):
            grain = random.bell(7)
            depth = sum(_inside(x, y, *spot) for spot in spots)
            if y > height - 2 * unit and x % (width // 20) < max(1, width // 160):
                red, green, blue = 40, 40, 44
            elif depth:
                red, green, blue = 150 - 14 * depth, 96 - 11 * depth, 74 - 8 * depth
            else:
                light = (x - y) * 24 // width
                red, green, blue = 216 + light // 2, 168 + light, 146 + light
            out += bytes((red + grain, green + grain, blue + grain))
    return bytes(out)


def draw_text(text: str, plot: Callable[[int, int], None], *, scale: int) -> None:
    """Call `plot(column, row)` for each lit pixel of `text`, from (0, 0) on."""
    for position, letter in enumerate(text):
        columns = bytes.fromhex(_FONT[letter])
        for x in range(5 * scale):
            for y in range(7 * scale):
                if columns[x // scale] >> (y // scale) & 1:
                    plot(position * FONT_WIDTH * scale + x, y)
