"""Small made-up pictures of every kind that readImage reads, and what torchvision reads in them.

    python generate_images.py        (Pillow, torchvision, safetensors)
"""
import pathlib
import numpy as np
from PIL import Image
from safetensors.torch import save_file
import torch
from torchvision import io

here = pathlib.Path(__file__).resolve().parent
y, x = np.mgrid[0:9, 0:11]
red, green, blue, alpha = (x * 23 % 256, y * 29 % 256, (x + y) * 12 % 256, 255 - x * 20)
rgb = np.stack([red, green, blue], -1).astype(np.uint8)
rgba = np.concatenate([rgb, alpha.astype(np.uint8)[..., None]], -1)
pictures = {
    "gray.png": Image.fromarray(rgb[..., 0]),
    "bits.png": Image.fromarray((rgb[..., 0] > 100)),
    "gray_alpha.png": Image.fromarray(rgba).convert("LA"),
    "gray16.png": Image.fromarray((red * 257 + y).astype(np.uint16)),
    "rgb.png": Image.fromarray(rgb),
    "rgba.png": Image.fromarray(rgba),
    "palette.png": Image.fromarray(rgb).quantize(200),
    "gray.jpg": Image.fromarray(rgb[..., 2]),
    "rgb.jpg": Image.fromarray(rgb),
    "progressive.jpg": Image.fromarray(rgb),
    "cmyk.jpg": Image.fromarray(rgb).convert("CMYK"),
}
tensors = {}
for name, picture in pictures.items():
    options = {"quality": 90} if name.endswith(".jpg") else {"optimize": True}
    picture.save(here / name, **options, **({"progressive": True} if name == "progressive.jpg" else {}))
    for mode in ("UNCHANGED", "GRAY", "RGB", "RGB_ALPHA"):
        # torchvision leaves memory unset for the opacity of a palette that has none.
        if mode == "RGB_ALPHA" and (name.endswith(".jpg") or name == "palette.png"):
            continue
        image = io.read_image(str(here / name), io.ImageReadMode[mode])
        tensors[f"{name}/{mode}"] = (
            image.to(torch.int32) if image.dtype == torch.uint16 else image).contiguous()
save_file(tensors, str(here / "images.safetensors"))
(here / "labels.csv").write_text('file_name,label\n"gray.png",0\nrgb.png, 1\n"with ""quotes"", and a comma",2\n')
