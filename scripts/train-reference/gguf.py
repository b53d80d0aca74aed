"""A small GGUF v3 writer and reader: what the reference models need, no more."""
import mmap
import struct

import numpy as np

F32, F16, I2_S = 0, 1, 36                     # tensor types (36 as in bitnet.cpp)
NORMAL, CONTROL = 1, 3                        # token types
ALIGNMENT = 32
U32, I32, FLOAT, BOOLEAN, STRING, ARRAY = 4, 5, 6, 7, 8, 9
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", U32: "I", I32: "i", FLOAT: "f", BOOLEAN: "?", 10: "Q", 11: "q", 12: "d"}


def padded(data):
    return data + b"\0" * (-len(data) % ALIGNMENT)


def as_string(text):
    raw = text.encode("utf-8")
    return struct.pack("<Q", len(raw)) + raw


def absmean_ternary(w):
    """(codes -1/0/1, scale): one scale for the whole tensor."""
    scale = np.float32(max(1e-5, np.abs(w.astype(np.float64)).mean()))
    return np.clip(np.rint(w / scale), -1, 1).astype(np.int8), scale


def i2_s(w):
    """128 weights in 32 bytes: byte p holds weights p, 32+p, 64+p, 96+p from the top bits down."""
    codes, scale = absmean_ternary(w)
    quarters = (codes + 1).astype(np.uint8).reshape(-1, 4, 32)
    data = quarters[:, 0] << 6 | quarters[:, 1] << 4 | quarters[:, 2] << 2 | quarters[:, 3]
    return data.tobytes() + padded(struct.pack("<f", scale))


def from_i2_s(data, count):
    data, scale = data[:count // 4], struct.unpack("<f", data[count // 4:count // 4 + 4])[0]
    packed = np.frombuffer(data, dtype=np.uint8).reshape(-1, 1, 32)
    codes = packed >> np.array([6, 4, 2, 0], dtype=np.uint8)[None, :, None] & 3
    return (codes.reshape(-1).astype(np.int8) - 1), scale


class Writer:
    def __init__(self):
        self.keys, self.tensors = [], []

    def _key(self, key, kind, value):
        self.keys.append(as_string(key) + struct.pack("<I", kind) + value)

    def u32(self, key, value):
        self._key(key, U32, struct.pack("<I", value))

    def f32(self, key, value):
        self._key(key, FLOAT, struct.pack("<f", value))

    def boolean(self, key, value):
        self._key(key, BOOLEAN, struct.pack("<?", value))

    def string(self, key, value):
        self._key(key, STRING, as_string(value))

    def strings(self, key, values):
        self._key(key, ARRAY, struct.pack("<IQ", STRING, len(values)) + b"".join(map(as_string, values)))

    def i32s(self, key, values):
        self._key(key, ARRAY, struct.pack(f"<IQ{len(values)}i", I32, len(values), *values))

    def tensor(self, name, w, kind):
        data = i2_s(w) if kind == I2_S else w.astype("<f4" if kind == F32 else "<f2").tobytes()
        self.tensors.append((name, w.shape[::-1], kind, padded(data)))

    def write(self, path):
        head = struct.pack("<4sIQQ", b"GGUF", 3, len(self.tensors), len(self.keys)) + b"".join(self.keys)
        offset = 0
        for name, dims, kind, data in self.tensors:
            head += as_string(name) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, kind, offset)
            offset += len(data)
        with open(path, "wb") as f:
            f.write(padded(head))
            for _, _, _, data in self.tensors:
                f.write(data)


class Reader:
    """keys: {key: value}; tensors: {name: (shape as in PyTorch, type, bytes from the start of the data)}."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
        self.at = 0
        magic, version, tensors, keys = self._take("4sIQQ")
        assert magic == b"GGUF" and version in (2, 3), "not a GGUF file of version 2 or 3"
        self.keys = {}
        for _ in range(keys):
            key = self._string()
            self.keys[key] = self._value(*self._take("I"))
        self.tensors = {}
        for _ in range(tensors):
            name = self._string()
            dims = self._take(f"{self._take('I')[0]}Q")
            kind, offset = self._take("IQ")
            self.tensors[name] = (dims[::-1], kind, offset)
        self.begin = self.at + -self.at % ALIGNMENT

    def _take(self, form):
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def _string(self):
        length, = self._take("Q")
        self.at += length
        return self.data[self.at - length:self.at].decode("utf-8")

    def _value(self, kind):
        if kind == STRING:
            return self._string()
        if kind == ARRAY:
            of, count = self._take("IQ")
            return [self._value(of) for _ in range(count)]
        return self._take(SCALARS[kind])[0]

    def _bytes(self, name, count):
        offset = self.begin + self.tensors[name][2]
        return self.data[offset:offset + count]

    def array(self, name):
        """(values float32 or ternary codes int8, scale)"""
        shape, kind, _ = self.tensors[name]
        count = int(np.prod(shape))
        if kind == I2_S:
            codes, scale = from_i2_s(self._bytes(name, count // 4 + 32), count)
            return codes.reshape(shape), scale
        form, size = ("<f4", 4) if kind == F32 else ("<f2", 2)
        return np.frombuffer(self._bytes(name, count * size), form).astype(np.float32).reshape(shape), 1.0
