"""Images as the bytes of a file: PNG is written without help."""

from __future__ import annotations

import os
import struct
import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LARGEST = 64 << 20  # bytes of a file
_COLOURS = {1: 0, 2: 4, 3: 2, 4: 6}  # PNG's colour types by the number of channels
_LEVEL = 1  # of compression: the program waits, and git compresses nothing of it again


class Encoded:
    """An image file: its bytes, its kind (png, jpg, gif, webp) and size in pixels."""

    def __init__(self, data: bytes, kind: str, width: int, height: int) -> None:
        self.data = data
        self.kind = kind
        self.width = width
        self.height = height


def encode(image: Any) -> Encoded:
    """Encode a Pillow image, an array, a tensor or a figure, or read an image file.

    TypeError or ValueError says what it cannot be made of.
    """
    if isinstance(image, (str, os.PathLike)):
        return _of_file(os.fspath(image))
    if hasattr(image, "savefig"):
        return recognise(_saved(image.savefig, format="png"))
    if hasattr(image, "save") and hasattr(image, "mode") and hasattr(image, "size"):
        if image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
            image = image.convert("RGB")
        return recognise(_saved(image.save, format="PNG", compress_level=_LEVEL))
    if hasattr(image, "detach") and hasattr(image, "cpu"):
        return _of_array(_channels_last(image.detach().cpu().numpy()))
    if hasattr(image, "__array_interface__") or hasattr(image, "__array__"):
        return _of_array(image)
    raise TypeError(f"an image is a Pillow image, an array, a figure or a path, not {type(image).__name__}")


def recognise(data: bytes) -> Encoded:
    """Tell kind and size of an image file by its first bytes; ValueError if it is none."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return Encoded(data, "png", *struct.unpack(">II", data[16:24]))
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        return Encoded(data, "gif", *struct.unpack("<HH", data[6:10]))
    if data[:2] == b"\xff\xd8":
        return Encoded(data, "jpg", *_jpeg_size(data))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Encoded(data, "webp", *_webp_size(data))
    raise ValueError("it is no PNG, JPEG, GIF or WebP image")


def _of_file(path: str | bytes) -> Encoded:
    if os.path.getsize(path) > _LARGEST:
        raise ValueError(f"the image file {os.fsdecode(path)!r} is larger than {_LARGEST} bytes")
    with open(path, "rb") as file:
        data = file.read(_LARGEST)
    try:
        return recognise(data)
    except ValueError as error:
        raise ValueError(f"the image file {os.fsdecode(path)!r}: {error}") from None


def _saved(save: Any, **options: Any) -> bytes:
    import io

    buffer = io.BytesIO()
    save(buffer, **options)
    return buffer.getvalue()


def _channels_last(array: Any) -> Any:
    """Give a tensor's (channels, height, width) the order of an image."""
    if array.ndim == 3 and array.shape[0] in (1, 3, 4) and array.shape[2] not in (3, 4):
        return array.transpose(1, 2, 0)
    return array


def _of_array(array: Any) -> Encoded:
    import numpy

    array = numpy.asarray(array)
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3 or array.shape[2] not in _COLOURS or 0 in array.shape:
        raise ValueError(f"an array of shape {tuple(array.shape)} is no image: (height, width) or (height, width, 1 to 4 channels)")
    array = _pixels(numpy, array)
    height, width, channels = array.shape
    deep = array.dtype.itemsize
    rows = numpy.zeros((height, 1 + width * channels * deep), numpy.uint8)  # each begins with filter 0
    rows[:, 1:] = numpy.frombuffer(array.tobytes(), numpy.uint8).reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8 * deep, _COLOURS[channels], 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows.tobytes(), _LEVEL)) + _chunk(b"IEND", b"")
    return Encoded(data, "png", width, height)


def _pixels(numpy: Any, array: Any) -> Any:
    """Give the values as unsigned bytes, or 16 bits in PNG's order."""
    kind = array.dtype.kind
    if kind == "b":
        return array.astype(numpy.uint8) * numpy.uint8(255)
    if kind == "f":  # 0 to 1, as everybody draws them
        return (numpy.nan_to_num(array, nan=0.0, posinf=1.0, neginf=0.0).clip(0, 1) * 255 + 0.5).astype(numpy.uint8)
    if array.dtype == numpy.uint16:
        return array.astype(">u2")
    if kind in "iu":
        if array.dtype != numpy.uint8 and (array.min() < 0 or array.max() > 255):
            raise ValueError(f"an image of {array.dtype} has values from 0 to 255, these are from {array.min()} to {array.max()}")
        return array.astype(numpy.uint8)
    raise ValueError(f"an array of {array.dtype} is no image")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    raise ValueError("it is a damaged JPEG image")


def _webp_size(data: bytes) -> tuple[int, int]:
    if len(data) < 30:
        raise ValueError("it is a damaged WebP image")
    kind, d = data[12:16], data
    if kind == b"VP8X":
        return 1 + int.from_bytes(d[24:27], "little"), 1 + int.from_bytes(d[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(d[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(d[26:28], "little") & 0x3FFF, int.from_bytes(d[28:30], "little") & 0x3FFF
