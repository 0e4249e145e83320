"""Images of every kind become files that others can read."""

from __future__ import annotations

import io

import numpy
import pytest
from PIL import Image

from exprec._images import encode, recognise


def decoded(image: object) -> numpy.ndarray:
    made = encode(image)
    picture = Image.open(io.BytesIO(made.data))
    assert picture.size == (made.width, made.height)
    return numpy.asarray(picture)


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 2), (5, 7, 3), (5, 7, 4)])
def test_arrays_of_bytes_come_back(shape: tuple[int, ...]) -> None:
    array = numpy.random.default_rng(1).integers(0, 256, shape, numpy.uint8)
    assert (decoded(array) == array.reshape(decoded(array).shape)).all()


def test_other_values() -> None:
    assert decoded(numpy.array([[0.0, 0.5, 1.0, 2.0, -1.0, numpy.nan]])).tolist() == [[0, 128, 255, 255, 0, 0]]
    assert decoded(numpy.array([[True, False]])).tolist() == [[255, 0]]
    assert decoded(numpy.array([[0, 255]], numpy.int64)).tolist() == [[0, 255]]
    assert decoded(numpy.array([[0, 65535]], numpy.uint16)).tolist() == [[0, 65535]]


def test_slices_and_other_orders_come_back() -> None:
    array = numpy.arange(60, dtype=numpy.uint8).reshape(4, 5, 3)
    assert (decoded(array[::-1, ::2]) == array[::-1, ::2]).all()
    assert (decoded(numpy.asfortranarray(array)) == array).all()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "F", "YCbCr"])
def test_pillow_images(mode: str) -> None:
    made = encode(Image.new("L", (3, 2), 200).convert("RGB").convert(mode) if mode not in ("F", "1") else Image.new(mode, (3, 2)))
    assert (made.kind, made.width, made.height) == ("png", 3, 2)


def test_a_tensor_has_its_channels_first() -> None:
    class Tensor:
        def __init__(self, array: numpy.ndarray) -> None:
            self.array = array

        def detach(self) -> Tensor:
            return self

        cpu = detach

        def numpy(self) -> numpy.ndarray:
            return self.array

    array = numpy.random.default_rng(1).integers(0, 256, (3, 5, 7), numpy.uint8)
    assert (decoded(Tensor(array)) == array.transpose(1, 2, 0)).all()


@pytest.mark.parametrize(("kind", "name"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp")])
def test_files_are_kept_byte_for_byte(tmp_path, kind: str, name: str) -> None:
    path = tmp_path / "image.bin"
    Image.new("RGB", (30, 20), (255, 0, 0)).save(path, kind)
    for given in (path, str(path)):
        made = encode(given)
        assert (made.data, made.kind, made.width, made.height) == (path.read_bytes(), name, 30, 20)


@pytest.mark.parametrize("options", [{"lossless": True}, {"lossless": False}, {"exif": b"Exif\0\0"}])
def test_all_forms_of_webp(options: dict[str, object]) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (31, 17)).save(buffer, "WEBP", **options)
    made = recognise(buffer.getvalue())
    assert (made.width, made.height) == (31, 17)


@pytest.mark.parametrize("array", [numpy.zeros(3), numpy.zeros((2, 3, 5)), numpy.zeros((0, 3)), numpy.array([[300]]), numpy.array([["a"]])])
def test_arrays_that_are_no_images(array: numpy.ndarray) -> None:
    with pytest.raises(ValueError, match="image"):
        encode(array)


def test_what_is_no_image(tmp_path) -> None:
    with pytest.raises(TypeError, match="not int"):
        encode(3)
    path = tmp_path / "x.png"
    path.write_text("no image")
    with pytest.raises(ValueError, match="x.png"):
        encode(path)
    path.write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(ValueError, match="damaged"):
        encode(path)
