"""gguf_file.py - for tests: reads and writes GGUF files by FORMATS.md 2 and packs ternary codes by FORMATS.md 3, with numpy
and with no code of the engine."""
import struct

import numpy as np

SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9
BINARY, WRQ = 0x424E01, 0x424E02  # our own (engine/format/planes.h)
F32, F16, Q8_0, TQ1_0, TQ2_0, I2_S, Q1_0, Q2_0, IQ1_BN, IQ2_BN = 0, 1, 8, 34, 35, 36, 41, 42, 134, 135
BLOCK = {F32: (1, 4), F16: (1, 2), 30: (1, 2), Q8_0: (32, 34), 2: (32, 18), 14: (256, 210), TQ1_0: (256, 54), TQ2_0: (256, 66),
         Q1_0: (128, 18), Q2_0: (64, 18)}


def tensor_bytes(kind, dims):
    k, m = dims[0], int(np.prod(dims[1:], dtype=np.int64)) if len(dims) > 1 else 1
    if kind == I2_S:
        return k * m // 4 + 32
    if kind == IQ1_BN:
        return m * (2 + k // 64 * 13)
    if kind == IQ2_BN:
        return m * (4 + k // 4)
    if kind == BINARY:
        return m * (-(-k // 256) * 32 + 4)
    if kind == WRQ:
        return m * (-(-k // 128) * 32 + 8)
    block, size = BLOCK[kind]
    assert k % block == 0
    return k // block * size * m


class Gguf:
    """keys: name -> (type, value) with arrays as (ARRAY, (element type, list)); tensors: name -> (dims, type, bytes)."""

    def __init__(self, path=None):
        self.version, self.alignment, self.keys, self.tensors, self.offsets = 3, 32, {}, {}, {}
        if path:
            self.read(open(path, "rb").read())

    def read(self, data):
        at = 24
        magic, self.version, n_tensors, n_keys = struct.unpack_from("<4sIQQ", data)
        assert magic == b"GGUF", magic

        def scalar(code):
            nonlocal at
            value = struct.unpack_from("<" + code, data, at)[0]
            at += struct.calcsize("<" + code)
            return value

        def string():
            nonlocal at
            n = scalar("Q")
            at += n
            return data[at - n:at]

        def value(kind):
            if kind == STRING:
                return string()
            if kind != ARRAY:
                return scalar(SCALARS[kind])
            element, n = scalar("I"), scalar("Q")
            return element, [value(element) for _ in range(n)]

        for _ in range(n_keys):
            name = string().decode()
            kind = scalar("I")
            self.keys[name] = (kind, value(kind))
        infos = []
        for _ in range(n_tensors):
            name = string().decode()
            dims = [scalar("Q") for _ in range(scalar("I"))]
            infos.append((name, dims, scalar("I"), scalar("Q")))
        self.alignment = self.keys.get("general.alignment", (4, 32))[1]
        start = -(-at // self.alignment) * self.alignment
        for name, dims, kind, offset in infos:
            assert offset % self.alignment == 0, name
            body = data[start + offset:start + offset + tensor_bytes(kind, dims)]
            assert len(body) == tensor_bytes(kind, dims), name
            self.tensors[name], self.offsets[name] = (dims, kind, body), start + offset

    def head(self):
        out = [struct.pack("<4sIQQ", b"GGUF", self.version, len(self.tensors), len(self.keys))]

        def string(s):
            out.append(struct.pack("<Q", len(s)) + s)

        def value(kind, v):
            if kind == STRING:
                string(v)
            elif kind == ARRAY:
                out.append(struct.pack("<IQ", v[0], len(v[1])))
                for x in v[1]:
                    value(v[0], x)
            else:
                out.append(struct.pack("<" + SCALARS[kind], v))

        for name, (kind, v) in self.keys.items():
            string(name.encode())
            out.append(struct.pack("<I", kind))
            value(kind, v)
        offset = 0
        for name, (dims, kind, body) in self.tensors.items():
            string(name.encode())
            out.append(struct.pack("<I%dQIQ" % len(dims), len(dims), *dims, kind, offset))
            offset += -(-len(body) // self.alignment) * self.alignment
        return b"".join(out)

    def write(self, path):
        def pad(b):
            return b + b"\0" * (-len(b) % self.alignment)
        with open(path, "wb") as f:
            f.write(pad(self.head()))
            for _, _, body in self.tensors.values():
                f.write(pad(body))

    def copy(self):
        other = Gguf()
        other.version, other.alignment = self.version, self.alignment
        other.keys, other.tensors = dict(self.keys), dict(self.tensors)
        return other


# ---- ternary encodings: codes [M][K] of -1, 0, 1 and one scale --------------------------------------------------------------
def unpack_i2_s(dims, body):
    """-> codes [M][K], scale"""
    k, m = dims
    packed = np.frombuffer(body[:k * m // 4], np.uint8).reshape(m, k // 128, 1, 32)
    codes = (packed >> np.array([6, 4, 2, 0], np.uint8).reshape(1, 1, 4, 1)) & 3
    return codes.reshape(m, k).astype(np.int8) - 1, struct.unpack("<f", body[k * m // 4:][:4])[0]


def fields(codes, block, lanes, shifts):
    """Blocks of `block` codes (0, 1, 2): byte p holds codes p, p + lanes, ... at these shifts."""
    m, k = codes.shape
    c = (codes + 1).astype(np.uint8).reshape(m, k // block, len(shifts), lanes)
    return np.bitwise_or.reduce(c << np.array(shifts, np.uint8).reshape(1, 1, -1, 1), axis=2)  # [m][blocks][lanes]


def i2_s(codes, scale, arm=False):
    body = fields(codes, 64, 16, [6, 4, 2, 0]) if arm else fields(codes, 128, 32, [6, 4, 2, 0])
    return body.tobytes() + struct.pack("<f", scale) + b"\0" * 28


def with_scales(blocks, scale, front=False):
    """blocks [m][n][bytes]: a half in each block, at its end or start"""
    half = np.frombuffer(struct.pack("<e", scale), np.uint8)
    half = np.broadcast_to(half, blocks.shape[:2] + (2,))
    return np.concatenate([half, blocks] if front else [blocks, half], axis=2).tobytes()


def tq2_0(codes, scale):
    m, k = codes.shape
    return with_scales(fields(codes, 128, 32, [0, 2, 4, 6]).reshape(m, k // 256, 64), scale)


def q2_0(codes, scale):
    m, k = codes.shape
    c = (codes + 1).astype(np.uint8).reshape(m, k // 64, 16, 4) << np.array([0, 2, 4, 6], np.uint8)
    return with_scales(np.bitwise_or.reduce(c, axis=3), scale, front=True)


def trits(t, powers):
    """t [...][n] of 0, 1, 2 -> bytes ceil(v * 256 / 243)"""
    v = (t.astype(np.int64) * np.array(powers)).sum(axis=-1)
    return ((v * 256 + 242) // 243).astype(np.uint8)


def tq1_0(codes, scale):
    m, k = codes.shape
    t = (codes + 1).reshape(m, k // 256, 256)
    parts = [(0, 32, 5), (160, 16, 5), (240, 4, 4)]
    body = [trits(t[:, :, a:a + lanes * n].reshape(m, -1, n, lanes).swapaxes(2, 3), [81, 27, 9, 3, 1][:n]) for a, lanes, n in parts]
    return with_scales(np.concatenate(body, axis=2), scale)


def iq2_bn(codes, scale):
    m = codes.shape[0]
    body = fields(codes, 64, 16, [0, 2, 4, 6]).reshape(m, -1)
    scales = np.broadcast_to(np.frombuffer(struct.pack("<f", scale), np.uint8), (m, 4))
    return np.concatenate([scales, body], axis=1).tobytes()


def iq1_bn(codes, scale):
    m, k = codes.shape
    t = (codes + 1).reshape(m, k // 64, 4, 16)
    five = trits(t[..., :15].reshape(m, -1, 12, 5), [1, 3, 9, 27, 81])
    extra = trits(t[..., 15], [1, 3, 9, 27])[..., None]
    body = np.concatenate([five, extra], axis=2).reshape(m, -1)
    scales = np.broadcast_to(np.frombuffer(struct.pack("<e", scale), np.uint8), (m, 2))
    return np.concatenate([scales, body], axis=1).tobytes()
