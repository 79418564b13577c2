"""base64: b85encode."""

_ALPHABET = (
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
)


def b85encode(b):
    encoded = []
    for start in range(0, len(b), 4):
        group = b[start : start + 4]
        value = 0
        for index in range(4):
            value = value * 256 + (group[index] if index < len(group) else 0)
        digits = []
        for _ in range(5):
            value, digit = divmod(value, 85)
            digits.insert(0, _ALPHABET[digit])
        encoded += digits[: len(group) + 1]
    return bytes(encoded)
