"""Base 85 text: `encode`, `decode`, `Encoder`, and a Python codec "base85"."""

import codecs

from ._core import ALPHABET, DecodeError, Encoder, decode, encode

__all__ = ["ALPHABET", "DecodeError", "Encoder", "decode", "encode"]


def _codec(name):
    """Makes codecs.encode(data, "base85") work. Called by Python's registry."""
    if name != "base85":
        return None
    return codecs.CodecInfo(
        name="base85",
        encode=lambda data, errors="strict": (encode(data).encode(), len(data)),
        decode=lambda text, errors="strict": (decode(text), len(text)),
    )


codecs.register(_codec)
