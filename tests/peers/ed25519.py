"""Signs with Ed25519 as RFC 8032 describes it: slow and plain, for keys that only a test has."""

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P


def recover_x(y):
    """The even x of the point with this y."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return P - x if x % 2 else x


BASE = (recover_x(BASE_Y), BASE_Y)


def add(first, second):
    """The sum of two points."""
    (x1, y1), (x2, y2) = first, second
    both = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + both, P - 2, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - both, P - 2, P) % P
    return x, y


def times(number, point):
    """The point, so many times."""
    result = (0, 1)
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def pack(point):
    """A point as 32 bytes."""
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def number_of(data):
    """A hash as a number."""
    return int.from_bytes(hashlib.sha512(data).digest(), "little")


def expand(seed):
    """The secret number and the prefix that a seed stands for."""
    digest = hashlib.sha512(seed).digest()
    number = int.from_bytes(digest[:32], "little")
    return number & ~7 & (1 << 254) - 1 | 1 << 254, digest[32:]


def public(seed):
    """The public key of a seed, in hex."""
    return pack(times(expand(seed)[0], BASE)).hex()


def sign(seed, message):
    """The signature of a text, in hex."""
    secret, prefix = expand(seed)
    data = message.encode()
    nonce = number_of(prefix + data) % ORDER
    point = pack(times(nonce, BASE))
    challenge = number_of(point + pack(times(secret, BASE)) + data)
    return (point + ((nonce + challenge * secret) % ORDER).to_bytes(32, "little")).hex()
