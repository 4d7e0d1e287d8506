"""Small files of the formats that Image.open reads, and the pixels that Pillow gives for them.

    python Tests/Golden/images/generate_formats.py

formats.json has for each file the mode and pixels of Image.open(f).convert("RGB"), which torchvision's
ImageFolder gives to transforms.
"""

import json
import pathlib
import random
import struct

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent / "formats"
rng = random.Random(3)


def noise(mode, width=11, height=7):
    channels = len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, (width, height), bytes(rng.randrange(256) for _ in range(width * height * channels)))


def smooth(width=11, height=7):
    return Image.frombytes("RGB", (width, height), bytes((x * 20 + y * 3 * c) % 256 for y in range(height) for x in range(width) for c in range(3)))


def bmp(name, header, palette, body):
    start = 14 + len(header) + len(palette)
    (HERE / name).write_bytes(b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + header + palette + body)


def main():
    HERE.mkdir(exist_ok=True)
    gray, rgb, rgba = noise("L"), noise("RGB"), noise("RGBA")
    few = rgb.quantize(5)
    rgb.save(HERE / "rgb.bmp")
    gray.save(HERE / "gray.bmp")
    rgba.save(HERE / "rgba.bmp")
    few.save(HERE / "palette.bmp")
    gray.convert("1").save(HERE / "bits.bmp")
    info = lambda bits, compression=0, height=7, colors=0: struct.pack("<IiiHHIIiiII", 40, 11, height, 1, bits, compression, 0, 0, 0, colors, 0)
    colors = b"".join(bytes([b, g, r, 0]) for r, g, b in [(9, 200, 3), (255, 0, 1), (7, 8, 9), (100, 50, 25)])
    rows = [bytes(rng.randrange(4) * 16 + rng.randrange(4) for _ in range(8)) for _ in range(7)]
    bmp("nibbles.bmp", info(4, colors=4), colors, b"".join(rows))
    bmp("rgb555.bmp", info(16), b"", bytes(rng.randrange(256) for _ in range(24 * 7)))
    bmp("rgb565.bmp", info(16, 3), struct.pack("<III", 0xF800, 0x7E0, 0x1F), bytes(rng.randrange(256) for _ in range(24 * 7)))
    bmp("top_down.bmp", info(24, height=-7), b"", bytes(rng.randrange(256) for _ in range(36 * 7)))
    bmp("xrgb.bmp", info(32), b"", bytes(rng.randrange(256) for _ in range(44 * 7)))
    run = b"".join(bytes([5, 1, 3, 2]) + bytes([0, 3, 0, 1, 2, 0]) + bytes([0, 0]) for _ in range(6)) + bytes([11, 3, 0, 1])
    bmp("runs.bmp", info(8, 1, colors=4), colors, run)
    bmp("core.bmp", struct.pack("<IHHHH", 12, 11, 7, 1, 24), b"", bytes(rng.randrange(256) for _ in range(36 * 7)))

    few.save(HERE / "palette.gif")
    gray.save(HERE / "gray.gif")
    rgb.quantize(256).save(HERE / "many.gif")
    smooth(60, 50).quantize(200).save(HERE / "large.gif", interlace=1)
    few.save(HERE / "transparent.gif", transparency=2)
    few.save(HERE / "animated.gif", save_all=True, append_images=[gray.quantize(4)], duration=40)

    rgb.save(HERE / "rgb.ppm")
    gray.save(HERE / "gray.pgm")
    gray.convert("1").save(HERE / "bits.pbm")
    (HERE / "text.ppm").write_text("P3 # a comment\n2 2\n# another\n7\n0 1 2 3 4 5 6 7 0\n1 2 3\n")
    (HERE / "text.pgm").write_text("P2\n3 1 100\n0 50 100\n")
    (HERE / "text.pbm").write_text("P1\n4 2\n0110\n1 0 0 1\n")
    (HERE / "deep.pgm").write_bytes(b"P5 4 1 65535\n" + struct.pack(">4H", 0, 200, 255, 4000))
    (HERE / "deep.ppm").write_bytes(b"P6 2 1 1000\n" + struct.pack(">6H", 0, 200, 255, 1000, 3, 500))
    (HERE / "low.pgm").write_bytes(b"P5 4 1 15\n" + bytes([0, 3, 8, 15]))

    rgb.save(HERE / "rgb.webp", lossless=True)
    rgba.save(HERE / "rgba.webp", lossless=True, exact=True)
    smooth().save(HERE / "lossy.webp", quality=80)
    rgb.save(HERE / "rgb.tif")
    gray.save(HERE / "gray.tif", compression="tiff_lzw")
    rgb.save(HERE / "deflate.tiff", compression="tiff_adobe_deflate")

    ramp = np.array([[0, 1, 200, 255], [256, 300, 4000, 65535]], dtype=np.uint16)
    Image.fromarray(ramp).save(HERE / "gray16.png")
    few.save(HERE / "transparent.png", transparency=1)
    found = {}
    for path in sorted(HERE.iterdir()):
        if path.suffix == ".json":
            continue
        image = Image.open(path)
        pixels = image.convert("RGB")
        found[path.name] = dict(mode=image.mode, width=image.width, height=image.height, pixels=pixels.tobytes().hex())
    (HERE.parent / "formats.json").write_text(json.dumps(found, indent=0) + "\n")
    print({k: v["mode"] for k, v in found.items()})


main()
