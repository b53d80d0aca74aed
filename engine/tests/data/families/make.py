#!/usr/bin/env python3
"""make.py - tiny random models of every published BitNet family as safetensors directories, and what they must compute.

Each directory has config.json and safetensors in the published form (FORMATS.md 1.1 to 1.5), and expected.bin: the residual
stream after every layer and the logits of a fixed sequence of ids, computed here in float64 by numpy from the formulas, with
no code of the engine. Usage: make.py [DIRECTORY]; needs numpy. Deterministic: it writes the same bytes each time.

expected.bin, little-endian: int32 n_layers, n_tokens, dim, n_vocab; int32 ids[n_tokens];
float32 residual[n_layers][n_tokens][dim]; float32 logits[n_tokens][n_vocab].
"""
import json
import os
import struct
import sys

import numpy as np

TOKENS = 12
LINEARS = {"q": "self_attn.q_proj", "k": "self_attn.k_proj", "v": "self_attn.v_proj", "o": "self_attn.o_proj",
           "gate": "mlp.gate_proj", "up": "mlp.up_proj", "down": "mlp.down_proj"}

# input_norms: every linear has an RMSNorm of its own before it (use_rms_norm), with the eps of quantization_config.
# form: how the linears are stored. "packed" U8 with bf16 weight_scale; "masters" quantised at load; "plain" never quantised.
FAMILIES = {
    "2b4t": dict(seed=3, form="packed", dtype="BF16", scale="multiply", layers=3, tied=True,
                 sub_norms=("self_attn.attn_sub_norm", "mlp.ffn_sub_norm"),
                 config=dict(architectures=["BitNetForCausalLM"], model_type="bitnet", hidden_size=128, intermediate_size=384,
                             num_attention_heads=4, num_key_value_heads=1, hidden_act="relu2", rms_norm_eps=1e-5,
                             rope_theta=500000.0, max_position_embeddings=4096, vocab_size=64,
                             quantization_config=dict(quant_method="bitnet", linear_class="autobitlinear", quantization_mode="offline"))),
    "2b4t-bf16": dict(seed=5, form="masters", dtype="BF16", layers=2, tied=True,
                      sub_norms=("self_attn.attn_sub_norm", "mlp.ffn_sub_norm"),
                      config=dict(architectures=["BitNetForCausalLM"], model_type="bitnet", hidden_size=64, intermediate_size=256,
                                  num_attention_heads=4, num_key_value_heads=1, hidden_act="relu2", rms_norm_eps=1e-5,
                                  rope_theta=500000.0, max_position_embeddings=4096, vocab_size=72,
                                  quantization_config=dict(quant_method="bitnet", linear_class="autobitlinear", quantization_mode="online"))),
    "1bitllm": dict(seed=7, form="masters", dtype="F16", layers=2, tied=True, inv_freq=True,
                    sub_norms=("self_attn.inner_attn_ln", "mlp.ffn_layernorm"),
                    config=dict(architectures=["BitnetForCausalLM"], model_type="llama", hidden_size=60, intermediate_size=140,
                                num_attention_heads=3, num_key_value_heads=3, hidden_act="silu", rms_norm_eps=1e-5, rope_theta=10000.0,
                                max_position_embeddings=2048, vocab_size=98, weight_bits=1, input_bits=8, rope_scaling=None)),
    "1bitllm-large": dict(seed=23, form="masters", dtype="F16", layers=2, tied=True,  # heads of 96
                          sub_norms=("self_attn.inner_attn_ln", "mlp.ffn_layernorm"),
                          config=dict(architectures=["BitnetForCausalLM"], model_type="llama", hidden_size=192, intermediate_size=128,
                                      num_attention_heads=2, num_key_value_heads=2, hidden_act="silu", rms_norm_eps=1e-5, rope_theta=10000.0,
                                      max_position_embeddings=2048, vocab_size=66, weight_bits=1, input_bits=8, rope_scaling=None)),
    "1bitllm-3b": dict(seed=29, form="masters", dtype="F32", layers=2, tied=True,  # heads of 100, rows of 100 and 270
                       sub_norms=("self_attn.inner_attn_ln", "mlp.ffn_layernorm"),
                       config=dict(architectures=["BitnetForCausalLM"], model_type="llama", hidden_size=100, intermediate_size=270,
                                   num_attention_heads=1, num_key_value_heads=1, hidden_act="silu", rms_norm_eps=1e-5, rope_theta=10000.0,
                                   max_position_embeddings=2048, vocab_size=66, weight_bits=1, input_bits=8, rope_scaling=None)),
    "llama3-1.58": dict(seed=11, form="packed", dtype="BF16", scale="divide", layers=2, tied=False, sub_norms=None,
                        config=dict(architectures=["LlamaForCausalLM"], model_type="llama", hidden_size=128, intermediate_size=384,
                                    num_attention_heads=8, num_key_value_heads=2, hidden_act="silu", rms_norm_eps=1e-5,
                                    rope_theta=500000.0, max_position_embeddings=8192, vocab_size=80, rope_scaling=None,
                                    quantization_config=dict(quant_method="bitnet"))),
    "falcon3-1.58": dict(seed=13, form="packed", dtype="BF16", scale="divide", layers=2, tied=False, sub_norms=None,
                         config=dict(architectures=["LlamaForCausalLM"], model_type="llama", hidden_size=96, intermediate_size=256,
                                     num_attention_heads=4, num_key_value_heads=2, head_dim=32, hidden_act="silu", rms_norm_eps=1e-6,
                                     rope_theta=1000042, max_position_embeddings=8192, vocab_size=88, rope_scaling=None,
                                     quantization_config=dict(quant_method="bitnet", modules_to_not_convert=None))),
    "falcon3-10b-1.58": dict(seed=31, form="packed", dtype="BF16", scale="divide", layers=2, tied=False, sub_norms=None,
                             config=dict(architectures=["LlamaForCausalLM"], model_type="llama", hidden_size=128, intermediate_size=384,
                                         num_attention_heads=6, num_key_value_heads=2, head_dim=64, hidden_act="silu", rms_norm_eps=1e-6,
                                         rope_theta=1000042, max_position_embeddings=32768, vocab_size=70, rope_scaling=None,
                                         quantization_config=dict(quant_method="bitnet", modules_to_not_convert=None))),
    "llama-input-norms": dict(seed=37, form="masters", dtype="BF16", layers=2, tied=False, sub_norms=None, input_norms=True, rope_scale=4.0,
                              config=dict(architectures=["LlamaForCausalLM"], model_type="llama", hidden_size=64, intermediate_size=192,
                                          num_attention_heads=2, num_key_value_heads=1, hidden_act="silu", rms_norm_eps=1e-5, rope_theta=10000.0,
                                          max_position_embeddings=2048, vocab_size=66, rope_scaling=dict(type="linear", factor=4.0),
                                          quantization_config=dict(quant_method="bitnet", linear_class="autobitlinear", quantization_mode="online",
                                                                   use_rms_norm=True, rms_norm_eps=1e-3))),
    "llama-tied": dict(seed=17, form="plain", dtype="BF16", layers=2, tied=True, sub_norms=None,
                       config=dict(architectures=["LlamaForCausalLM"], model_type="llama", hidden_size=64, intermediate_size=160,
                                   num_attention_heads=4, num_key_value_heads=2, hidden_act="silu", rms_norm_eps=1e-5, rope_theta=10000.0,
                                   max_position_embeddings=2048, vocab_size=70)),
    "llama-untied": dict(seed=19, form="plain", dtype="BF16", layers=2, tied=False, sub_norms=None, shards=2,
                         config=dict(architectures=["LlamaForCausalLM"], model_type="llama", hidden_size=48, intermediate_size=136,
                                     num_attention_heads=3, num_key_value_heads=3, hidden_act="silu", rms_norm_eps=1e-6,
                                     rope_theta=500000.0, max_position_embeddings=2048, vocab_size=66)),
}


# ---- numbers and files ------------------------------------------------------------------------------------------------
def bf16_bits(x):
    u = np.asarray(x, np.float32).view(np.uint32)
    return ((u + 0x7FFF + ((u >> 16) & 1)) >> 16).astype(np.uint16)


def stored(x, dtype):
    """(bytes as stored, the float64 values they stand for)"""
    x = np.asarray(x, np.float32)
    if dtype == "BF16":
        bits = bf16_bits(x)
        return bits, (bits.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    if dtype == "F32":
        return x, x.astype(np.float64)
    half = x.astype(np.float16)
    return half, half.astype(np.float64)


class Checkpoint:
    """Tensors on their way to disk, in the order of the safetensors library: widest type first, then by name."""

    def __init__(self):
        self.tensors = {}

    def add(self, name, dtype, values):
        self.tensors[name] = (dtype, np.ascontiguousarray(values))

    def write_file(self, path, names):
        width = {"F32": 4, "BF16": 2, "F16": 2, "U8": 1}
        header, blobs, at = {"__metadata__": {"format": "pt"}}, [], 0
        for name in sorted(names, key=lambda n: (-width[self.tensors[n][0]], n)):
            dtype, values = self.tensors[name]
            header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": [at, at + values.nbytes]}
            blobs.append(values.tobytes())
            at += values.nbytes
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        with open(path, "wb") as f:
            f.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))

    def write(self, directory, n_shards):
        names = sorted(self.tensors)
        if n_shards == 1:
            return self.write_file(os.path.join(directory, "model.safetensors"), names)
        weight_map = {}
        for i in range(n_shards):
            file = "model-%05d-of-%05d.safetensors" % (i + 1, n_shards)
            part = names[i * len(names) // n_shards:(i + 1) * len(names) // n_shards]
            self.write_file(os.path.join(directory, file), part)
            weight_map.update({name: file for name in part})
        size = sum(v.nbytes for _, v in self.tensors.values())
        write_json(os.path.join(directory, "model.safetensors.index.json"), {"metadata": {"total_size": size}, "weight_map": weight_map})


def write_json(path, value):
    with open(path, "w") as f:
        json.dump(value, f, indent=2)
        f.write("\n")


# ---- making a model ----------------------------------------------------------------------------------------------------
def pack(codes):
    """[M][K] of -1, 0, 1 -> U8 [M/4][K]: bits 2i, 2i+1 of packed row r hold row r + i * M/4 (FORMATS.md 1.3)"""
    quarters = (codes + 1).astype(np.uint8).reshape(4, codes.shape[0] // 4, codes.shape[1])
    return quarters[0] | quarters[1] << 2 | quarters[2] << 4 | quarters[3] << 6


def absmean(w):
    """codes and scale of a master weight (FORMATS.md 1.2); the scale is kept as float32, as files and engines keep it"""
    mean = max(1e-5, np.abs(w).mean())
    return np.clip(np.rint(w / mean), -1, 1), float(np.float32(mean))


def make_linear(rng, family, checkpoint, name, rows, cols, gain):
    """Stores one linear; returns (matrix, scale): codes and what one stands for, or (values, None) when it is not quantised."""
    w = rng.standard_normal((rows, cols)) * gain / np.sqrt(cols)
    if family["form"] == "packed":
        codes, mean = absmean(w)
        bits, value = stored([mean if family["scale"] == "multiply" else 1 / mean], family["dtype"])
        checkpoint.add(name + ".weight", "U8", pack(codes))
        checkpoint.add(name + ".weight_scale", family["dtype"], bits)
        return codes, float(value[0] if family["scale"] == "multiply" else np.float32(1 / value[0]))
    bits, values = stored(w, family["dtype"])
    checkpoint.add(name + ".weight", family["dtype"], bits)
    return absmean(values) if family["form"] == "masters" else (values, None)


def make_norm(rng, family, checkpoint, name, n):
    bits, values = stored(1 + 0.3 * rng.standard_normal(n), family["dtype"])
    checkpoint.add(name + ".weight", family["dtype"], bits)
    return values


def make_table(rng, family, checkpoint, name, rows, cols):
    bits, values = stored(0.25 * rng.standard_normal((rows, cols)), family["dtype"])
    checkpoint.add(name + ".weight", family["dtype"], bits)
    return values


def make_model(family, checkpoint):
    rng, c = np.random.Generator(np.random.PCG64(family["seed"])), family["config"]
    dim, ffn, heads, kv = c["hidden_size"], c["intermediate_size"], c["num_attention_heads"], c["num_key_value_heads"]
    hd = c.get("head_dim", dim // heads)
    shapes = {"q": (heads * hd, dim, 1.6), "k": (kv * hd, dim, 1.6), "v": (kv * hd, dim, 1), "o": (dim, heads * hd, 0.7),
              "gate": (ffn, dim, 1.2), "up": (ffn, dim, 1), "down": (dim, ffn, 0.7)}
    model = {"embed": make_table(rng, family, checkpoint, "model.embed_tokens", c["vocab_size"], dim), "layers": []}
    for i in range(family["layers"]):
        prefix, layer = "model.layers.%d." % i, {}
        for key, (rows, cols, gain) in shapes.items():
            layer[key] = make_linear(rng, family, checkpoint, prefix + LINEARS[key], rows, cols, gain)
            if family.get("input_norms"):
                layer[key + "_in"] = make_norm(rng, family, checkpoint, prefix + LINEARS[key] + ".rms_norm", cols)
        layer["attn_norm"] = make_norm(rng, family, checkpoint, prefix + "input_layernorm", dim)
        layer["ffn_norm"] = make_norm(rng, family, checkpoint, prefix + "post_attention_layernorm", dim)
        if family["sub_norms"]:
            layer["attn_sub"] = make_norm(rng, family, checkpoint, prefix + family["sub_norms"][0], heads * hd)
            layer["ffn_sub"] = make_norm(rng, family, checkpoint, prefix + family["sub_norms"][1], ffn)
        if family.get("inv_freq"):  # old checkpoints carry it; readers must ignore it
            checkpoint.add(prefix + "self_attn.rotary_emb.inv_freq", "F32", (10000.0 ** (-np.arange(hd // 2) * 2 / hd)).astype(np.float32))
        model["layers"].append(layer)
    model["norm"] = make_norm(rng, family, checkpoint, "model.norm", dim)
    model["head"] = model["embed"] if family["tied"] else make_table(rng, family, checkpoint, "lm_head", c["vocab_size"], dim)
    return model


# ---- the forward pass, from the formulas -------------------------------------------------------------------------------
def rmsnorm(x, w, eps):
    return x if w is None else x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + eps) * w


closest_tie = 1.0


def linear(x, matrix_and_scale):
    """x [T][K] -> [T][M]; a ternary matrix takes x as int8 codes per token"""
    global closest_tie
    matrix, scale = matrix_and_scale
    if scale is None:
        return x @ matrix.T
    s = 127 / np.maximum(1e-5, np.abs(x).max(axis=-1, keepdims=True))
    closest_tie = min(closest_tie, np.abs(np.abs(x * s - np.floor(x * s)) - 0.5).min())
    codes = np.clip(np.rint(x * s), -128, 127)
    return codes @ matrix.T * scale / s


def rope(x, theta, scale):
    """x [T][heads][d], position t / scale: pairs (i, i + d/2)"""
    half = x.shape[-1] // 2
    angle = np.arange(x.shape[0])[:, None, None] / scale * theta ** (-2.0 * np.arange(half) / x.shape[-1])
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * np.cos(angle) - b * np.sin(angle), b * np.cos(angle) + a * np.sin(angle)], axis=-1)


def attention(q, k, v, theta, scale):
    """q [T][H][d], k and v [T][KV][d] -> [T][H * d]; head h reads kv head h // (H / KV)"""
    t, heads, d = q.shape
    q, k = rope(q, theta, scale), rope(k, theta, scale)
    k, v = np.repeat(k, heads // k.shape[1], axis=1), np.repeat(v, heads // v.shape[1], axis=1)
    score = np.einsum("thd,shd->hts", q, k) / np.sqrt(d)
    score = np.where(np.tril(np.ones((t, t), bool)), score, -np.inf)
    p = np.exp(score - score.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    return np.einsum("hts,shd->thd", p, v).reshape(t, heads * d)


def forward(family, model, ids):
    c = family["config"]
    eps, theta, heads, kv = c["rms_norm_eps"], c["rope_theta"], c["num_attention_heads"], c["num_key_value_heads"]
    in_eps, scale = c.get("quantization_config", {}).get("rms_norm_eps", 1e-6), family.get("rope_scale", 1)
    x, after = model["embed"][ids], []
    for layer in model["layers"]:
        def apply(key, value):
            return linear(rmsnorm(value, layer.get(key + "_in"), in_eps), layer[key])
        a = rmsnorm(x, layer["attn_norm"], eps)
        q, k, v = (apply(key, a).reshape(len(ids), n, -1) for key, n in (("q", heads), ("k", kv), ("v", kv)))
        x = x + apply("o", rmsnorm(attention(q, k, v, theta, scale), layer.get("attn_sub"), eps))
        b = rmsnorm(x, layer["ffn_norm"], eps)
        gate, up = apply("gate", b), apply("up", b)
        gate = np.maximum(gate, 0) ** 2 if c["hidden_act"] == "relu2" else gate / (1 + np.exp(-gate))
        x = x + apply("down", rmsnorm(gate * up, layer.get("ffn_sub"), eps))
        after.append(x)
    return np.array(after), rmsnorm(x, model["norm"], eps) @ model["head"].T


def write_expected(path, ids, residual, logits):
    with open(path, "wb") as f:
        f.write(np.array([residual.shape[0], residual.shape[1], residual.shape[2], logits.shape[1]], "<i4").tobytes())
        f.write(ids.astype("<i4").tobytes() + residual.astype("<f4").tobytes() + logits.astype("<f4").tobytes())


def make(directory, name, family):
    global closest_tie
    closest_tie = 1.0
    os.makedirs(directory, exist_ok=True)
    checkpoint = Checkpoint()
    model = make_model(family, checkpoint)
    ids = np.random.Generator(np.random.PCG64(1)).integers(0, family["config"]["vocab_size"], TOKENS)
    residual, logits = forward(family, model, ids)
    # A value this close to a rounding tie could fall either way in another order of summation; then take another seed.
    assert closest_tie > 1e-7, "%s: a value lies %g from a rounding tie" % (name, closest_tie)
    config = dict(family["config"], num_hidden_layers=family["layers"], tie_word_embeddings=family["tied"], bos_token_id=1, eos_token_id=2,
                  torch_dtype={"BF16": "bfloat16", "F16": "float16", "F32": "float32"}[family["dtype"]])
    write_json(os.path.join(directory, "config.json"), config)
    checkpoint.write(directory, family.get("shards", 1))
    write_expected(os.path.join(directory, "expected.bin"), ids, residual, logits)
    top = np.sort(logits, axis=-1)
    print("%-17s residual rms %.3f, smallest lead of the best logit %.4f, closest rounding tie %.1e"
          % (name, np.sqrt((residual ** 2).mean()), (top[:, -1] - top[:, -2]).min(), closest_tie))


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    for name, family in FAMILIES.items():
        make(os.path.join(root, name), name, family)


if __name__ == "__main__":
    main()
