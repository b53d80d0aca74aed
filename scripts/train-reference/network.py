"""The 2B4T architecture at small scale, forward and hand-written backward.

torch multiplies matrices of the type that storage.py chooses; kernels.c does everything else. One Network is either ternary
(BitNet b1.58: absmean weights, int8 activations per token) or full precision, and may be switched.
"""
import copy
import ctypes
import math
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from storage import STORED

LIBRARY = Path(os.environ.get("KERNELS", Path(__file__).with_name("kernels.so")))
HEAD = 64


class Kernels:
    """Calls a function of kernels.so: tensors become pointers, int long, float float, bool int."""

    def __init__(self, path):
        self.library = ctypes.CDLL(str(path))

    @staticmethod
    def _argument(x):
        if x is None:
            return ctypes.c_void_p(0)
        if isinstance(x, torch.Tensor):
            return ctypes.c_void_p(x.data_ptr())
        if isinstance(x, bool):
            return ctypes.c_int(x)
        return ctypes.c_long(x) if isinstance(x, int) else ctypes.c_float(x)

    def __getattr__(self, name):
        function = getattr(self.library, name)
        return lambda *arguments: function(*map(self._argument, arguments)) and None


kernels = Kernels(LIBRARY)


@dataclass
class Shape:
    vocabulary: int = 4096
    dim: int = 256
    layers: int = 8
    heads: int = 4
    kv_heads: int = 2
    ffn: int = 768
    context: int = 2048
    theta: float = 500000.0

    @property
    def qkv(self):
        return (self.heads + 2 * self.kv_heads) * HEAD

    def matrices(self):
        yield "embedding", (self.vocabulary, self.dim)
        for i in range(self.layers):
            yield f"{i}.qkv", (self.qkv, self.dim)
            yield f"{i}.output", (self.dim, self.dim)
            yield f"{i}.gate_up", (2 * self.ffn, self.dim)
            yield f"{i}.down", (self.dim, self.ffn)

    def gains(self):
        for i in range(self.layers):
            yield f"{i}.attention_norm", (self.dim,)
            yield f"{i}.attention_sub_norm", (self.dim,)
            yield f"{i}.ffn_norm", (self.dim,)
            yield f"{i}.ffn_sub_norm", (self.ffn,)
        yield "norm", (self.dim,)

    def linears(self):
        """(fused matrix, first row, rows, name in a Hugging Face checkpoint): each has its own scale."""
        q, kv = self.heads * HEAD, self.kv_heads * HEAD
        for i in range(self.layers):
            layer = f"model.layers.{i}."
            yield f"{i}.qkv", 0, q, layer + "self_attn.q_proj.weight"
            yield f"{i}.qkv", q, kv, layer + "self_attn.k_proj.weight"
            yield f"{i}.qkv", q + kv, kv, layer + "self_attn.v_proj.weight"
            yield f"{i}.output", 0, self.dim, layer + "self_attn.o_proj.weight"
            yield f"{i}.gate_up", 0, self.ffn, layer + "mlp.gate_proj.weight"
            yield f"{i}.gate_up", self.ffn, self.ffn, layer + "mlp.up_proj.weight"
            yield f"{i}.down", 0, self.dim, layer + "mlp.down_proj.weight"

    def other_names(self):
        yield "embedding", "model.embed_tokens.weight"
        for i in range(self.layers):
            layer = f"model.layers.{i}."
            yield f"{i}.attention_norm", layer + "input_layernorm.weight"
            yield f"{i}.attention_sub_norm", layer + "self_attn.attn_sub_norm.weight"
            yield f"{i}.ffn_norm", layer + "post_attention_layernorm.weight"
            yield f"{i}.ffn_sub_norm", layer + "mlp.ffn_sub_norm.weight"
        yield "norm", "model.norm.weight"


def rotary_tables(shape):
    frequency = shape.theta ** (-torch.arange(HEAD // 2, dtype=torch.float64) / (HEAD // 2))
    angle = torch.arange(shape.context + 64, dtype=torch.float64)[:, None] * frequency
    return angle.cos().float().contiguous(), angle.sin().float().contiguous()


def views(flat, layout):
    out, offset = {}, 0
    for name, size in layout:
        count = math.prod(size)
        out[name] = flat[offset:offset + count].view(size)
        offset += count
    return out


class Coded:
    """Rows in code form (see kernels.c) with what their backward needs."""

    def __init__(self, rows, width):
        self.codes = torch.empty(rows, width, dtype=STORED)
        self.inverse, self.scale = torch.empty(rows), torch.empty(rows)

    def parts(self):
        return self.codes, self.inverse, self.scale


class Network:
    def __init__(self, shape=None, ternary=True, seed=1):
        self.shape, self.ternary = shape or Shape(), ternary
        layout = [*self.shape.matrices(), *self.shape.gains()]
        self.size = sum(math.prod(s) for _, s in layout)
        self.flat, self.flat_gradient = torch.zeros(self.size), torch.zeros(self.size)
        self.master = views(self.flat, layout)           # float32, what the optimiser moves
        self.layout, self.gradient = layout, views(self.flat_gradient, layout)
        matrices = list(self.shape.matrices())
        self.weight = views(torch.zeros(sum(math.prod(s) for _, s in matrices), dtype=STORED), matrices)
        self.cosines, self.sines = rotary_tables(self.shape)
        self._initialise(torch.Generator().manual_seed(seed))
        self.refresh()

    def helper(self):
        """A second pair of hands: the same weights, gradients of its own."""
        other = copy.copy(self)
        other.flat_gradient = torch.zeros_like(self.flat_gradient)
        other.gradient = views(other.flat_gradient, self.layout)
        return other

    def _initialise(self, generator):
        for name, size in self.shape.matrices():
            deviation = 0.04 if name == "embedding" else 1 / math.sqrt(size[1])
            if name.endswith((".output", ".down")):
                deviation /= math.sqrt(2 * self.shape.layers)
            self.master[name].copy_(torch.randn(size, generator=generator) * deviation)
        for name, _ in self.shape.gains():
            self.master[name].fill_(1)

    def refresh(self):
        """Computes the weights used from the masters."""
        cast = kernels.ternary_weights if self.ternary else kernels.cast_weights
        for name, first, rows, _ in self.shape.linears():
            master = self.master[name][first:first + rows]
            cast(master, self.weight[name][first:first + rows], master.numel())
        embedding = self.master["embedding"]
        kernels.cast_weights(embedding, self.weight["embedding"], embedding.numel())

    # ---- attention, in blocks of queries so that half of the score matrix is never computed ------
    def _blocks(self, length):
        step = min(length, 128 if length <= 1024 else 256)
        return [(t, min(length, t + step)) for t in range(0, length, step)]

    def _grouped(self, q, k, v, length):
        groups = k.shape[0] * self.shape.kv_heads
        share = self.shape.heads // self.shape.kv_heads
        return (q.view(groups, share, length, HEAD), k.view(groups, length, HEAD), v.view(groups, length, HEAD))

    def _attend(self, q, k, v, length, keep):
        q, k, v = self._grouped(q, k, v, length)
        groups, share = q.shape[:2]
        mixed, kept = torch.empty_like(q), []
        for begin, end in self._blocks(length):
            block = q[:, :, begin:end].reshape(groups, -1, HEAD)
            scores = block @ k[:, :end].transpose(1, 2)
            kernels.softmax_causal(scores, groups * block.shape[1], end - begin, end, begin, HEAD ** -0.5)
            mixed[:, :, begin:end] = (scores @ v[:, :end]).view(groups, share, end - begin, HEAD)
            if keep:
                kept.append(scores)
        return mixed, kept

    def _attend_backward(self, q, k, v, kept, d_mixed, length):
        q, k, v = self._grouped(q, k, v, length)
        groups, share = q.shape[:2]
        d_mixed = d_mixed.view(q.shape)
        dq, dk, dv = torch.empty_like(q), torch.zeros_like(k), torch.zeros_like(v)
        for (begin, end), probabilities in zip(self._blocks(length), kept):
            d_block = d_mixed[:, :, begin:end].reshape(groups, -1, HEAD)
            q_block = q[:, :, begin:end].reshape(groups, -1, HEAD)
            d_scores = d_block @ v[:, :end].transpose(1, 2)
            kernels.softmax_causal_backward(probabilities, d_scores, groups * d_block.shape[1], end - begin, end,
                                            begin, HEAD ** -0.5)
            dv[:, :end] += probabilities.transpose(1, 2) @ d_block
            dk[:, :end] += d_scores.transpose(1, 2) @ q_block
            dq[:, :, begin:end] = (d_scores @ k[:, :end]).view(groups, share, end - begin, HEAD)
        return dq, dk, dv

    # ---- forward ---------------------------------------------------------------------------------
    def _add_norm(self, x, out, out_scale, gain, ternary):
        rows, width = x.shape
        coded = Coded(rows, width)
        total = x if out is None else torch.empty_like(x)
        kernels.add_norm_code(x, out, out_scale, total, gain, *coded.parts(), rows, width, ternary)
        return total, coded

    def _layer(self, i, x, out, out_scale, batch, length, keep):
        s, rows = self.shape, batch * length

        def weight(name):
            return self.weight[f"{i}.{name}"].t()

        def gain(name):
            return self.master[f"{i}.{name}"]
        x, attention_in = self._add_norm(x, out, out_scale, gain("attention_norm"), self.ternary)
        qkv = attention_in.codes @ weight("qkv")
        q = torch.empty(batch, s.heads, length, HEAD, dtype=STORED)
        k, v = (torch.empty(batch, s.kv_heads, length, HEAD, dtype=STORED) for _ in "kv")
        kernels.split_and_rotate(qkv, attention_in.scale, self.cosines, self.sines, q, k, v, batch, length, s.heads,
                                 s.kv_heads)
        mixed, kept = self._attend(q, k, v, length, keep)
        attention_out = Coded(rows, s.dim)
        kernels.attention_norm_code(mixed, gain("attention_sub_norm"), *attention_out.parts(), batch, length, s.heads,
                                    self.ternary)
        out = attention_out.codes @ weight("output")
        middle, ffn_in = self._add_norm(x, out, attention_out.scale, gain("ffn_norm"), self.ternary)
        gate_up = ffn_in.codes @ weight("gate_up")
        ffn_out = Coded(rows, s.ffn)
        kernels.ffn_norm_code(gate_up, ffn_in.scale, gain("ffn_sub_norm"), *ffn_out.parts(), rows, s.ffn, self.ternary)
        out = ffn_out.codes @ weight("down")
        cache = (x, attention_in, q, k, v, kept, mixed, attention_out, middle, ffn_in, gate_up, ffn_out)
        return middle, out, ffn_out.scale, cache if keep else None

    def forward(self, ids, keep=False):
        """ids [batch][length] -> normalised final states [batch*length][dim] (and caches)."""
        batch, length = ids.shape
        x, out, out_scale, caches = self.master["embedding"][ids.reshape(-1)], None, None, []
        for i in range(self.shape.layers):
            x, out, out_scale, cache = self._layer(i, x, out, out_scale, batch, length, keep)
            caches.append(cache)
        last, final = self._add_norm(x, out, out_scale, self.master["norm"], False)
        return final.codes, (caches, last, final)

    def logits(self, states):
        return states @ self.weight["embedding"].t()

    def losses(self, states, targets, block=4096):
        out = torch.empty(targets.numel())
        for a in range(0, targets.numel(), block):
            logits = self.logits(states[a:a + block])
            kernels.cross_entropy(logits, targets[a:a + block].contiguous(), None, out[a:a + block], *logits.shape)
        return out

    # ---- backward --------------------------------------------------------------------------------
    def _head_backward(self, states, targets, weights, block=2048):
        losses, d_states = torch.empty(targets.numel()), torch.empty_like(states)
        embedding, d_embedding = self.weight["embedding"], self.gradient["embedding"]
        for a in range(0, targets.numel(), block):
            part = slice(a, a + block)
            d = self.logits(states[part])
            kernels.cross_entropy(d, targets[part], weights[part], losses[part], *d.shape)
            d_states[part] = d @ embedding
            d_embedding += d.t() @ states[part]
        return losses, d_states

    def _linear_backward(self, name, d_out, coded):
        self.gradient[name] += d_out.t() @ coded.codes
        return d_out @ self.weight[name]

    def _norm_backward(self, d_codes, coded, x, gain, dx, accumulate):
        kernels.norm_code_backward(d_codes, coded.scale, x, coded.inverse, self.master[gain], dx, self.gradient[gain],
                                   *x.shape, accumulate)

    def _layer_backward(self, i, cache, dx, batch, length):
        s, rows = self.shape, batch * length
        x, attention_in, q, k, v, kept, mixed, attention_out, middle, ffn_in, gate_up, ffn_out = cache
        d_out = torch.empty(rows, s.dim, dtype=STORED)
        kernels.scale_rows(dx, ffn_out.scale, d_out, rows, s.dim)
        d_codes = self._linear_backward(f"{i}.down", d_out, ffn_out)
        d_gate_up, gain = torch.empty_like(gate_up), f"{i}.ffn_sub_norm"
        kernels.ffn_norm_code_backward(d_codes, ffn_out.scale, gate_up, ffn_in.scale, ffn_out.inverse,
                                       self.master[gain], d_gate_up, self.gradient[gain], rows, s.ffn)
        d_codes = self._linear_backward(f"{i}.gate_up", d_gate_up, ffn_in)
        self._norm_backward(d_codes, ffn_in, middle, f"{i}.ffn_norm", dx, True)

        kernels.scale_rows(dx, attention_out.scale, d_out, rows, s.dim)
        d_codes = self._linear_backward(f"{i}.output", d_out, attention_out)
        d_mixed, gain = torch.empty_like(mixed), f"{i}.attention_sub_norm"
        kernels.attention_norm_code_backward(d_codes, attention_out.scale, mixed, attention_out.inverse,
                                             self.master[gain], d_mixed, self.gradient[gain], batch, length, s.heads)
        dq, dk, dv = self._attend_backward(q, k, v, kept, d_mixed, length)
        d_qkv = torch.empty(rows, s.qkv, dtype=STORED)
        kernels.split_and_rotate_backward(dq, dk, dv, attention_in.scale, self.cosines, self.sines, d_qkv, batch,
                                          length, s.heads, s.kv_heads)
        d_codes = self._linear_backward(f"{i}.qkv", d_qkv, attention_in)
        self._norm_backward(d_codes, attention_in, x, f"{i}.attention_norm", dx, True)

    def loss_and_gradient(self, ids, targets, weights):
        """targets, weights: flat; adds to the gradients of sum(weight * loss); returns the losses."""
        batch, length = ids.shape
        states, (caches, last, final) = self.forward(ids, keep=True)
        losses, d_states = self._head_backward(states, targets, weights)
        dx = torch.empty(batch * length, self.shape.dim)
        self._norm_backward(d_states, final, last, "norm", dx, False)
        for i in reversed(range(self.shape.layers)):
            self._layer_backward(i, caches.pop(), dx, batch, length)
        kernels.embedding_backward(dx, ids.reshape(-1), self.gradient["embedding"], *dx.shape)
        return losses

    # ---- checkpoints: Hugging Face names, float32 masters ---------------------------------------------
    def named(self, tensors=None):
        tensors = tensors or self.master
        out = {name: tensors[key] for key, name in self.shape.other_names()}
        out.update({name: tensors[key][first:first + rows] for key, first, rows, name in self.shape.linears()})
        return out

    def save(self, path, step, kind=np.float32):
        part = Path(str(path) + ".part.npz")
        np.savez(part, step=step, **{k: v.numpy().astype(kind) for k, v in self.named().items()})
        part.replace(path)

    def load(self, path):
        with np.load(path) as data:
            for name, tensor in self.named().items():
                tensor.copy_(torch.from_numpy(data[name]))
        self.refresh()
        return self


def shape_record(shape):
    return asdict(shape)
