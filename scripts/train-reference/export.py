"""Writes a checkpoint for other programs.

    export.py CHECKPOINT.npz --tokenizer tokenizer.json [--full_precision] [--hf DIR] [--gguf FILE]

--hf: model.safetensors (float32 masters), config.json, generation_config.json, tokenizer.json.
--gguf: architecture "bitnet-b1.58"; linears I2_S (absmean of the whole tensor) or, in full precision,
F16 with `bitnet-b1.58.activation_quantization` = "none".
"""
import argparse
import json
import re
import struct
from pathlib import Path

import numpy as np

import gguf
from bpe import LLAMA3_PATTERN, SPECIALS, Tokenizer
from network import HEAD, Shape

ARCHITECTURE = "bitnet-b1.58"
NORM_EPSILON = 1e-5
GGUF_NAMES = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "self_attn.attn_sub_norm": "attn_sub_norm",
    "post_attention_layernorm": "ffn_norm", "mlp.ffn_sub_norm": "ffn_sub_norm",
}
CHAT_TEMPLATE = ("{{ bos_token }}{% for message in messages %}{{ message['role'] | capitalize }}: "
                 "{{ message['content'] | trim }}<|eot_id|>{% endfor %}"
                 "{% if add_generation_prompt %}Assistant:{% endif %}")


# ---- Hugging Face form -------------------------------------------------------------------------
def write_safetensors(path, tensors):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name in sorted(tensors):
        size = tensors[name].size * 4
        header[name] = {"dtype": "F32", "shape": list(tensors[name].shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for name in sorted(tensors):
            f.write(np.ascontiguousarray(tensors[name], dtype="<f4").tobytes())


def hf_config(shape, tokenizer, full_precision):
    config = {
        "architectures": ["BitNetForCausalLM"], "model_type": "bitnet", "hidden_size": shape.dim,
        "intermediate_size": shape.ffn, "num_hidden_layers": shape.layers, "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads, "hidden_act": "relu2", "rms_norm_eps": NORM_EPSILON,
        "rope_theta": shape.theta, "max_position_embeddings": shape.context, "vocab_size": shape.vocabulary,
        "tie_word_embeddings": True, "attention_bias": False, "bos_token_id": tokenizer.bos,
        "eos_token_id": tokenizer.eos, "initializer_range": 0.02, "torch_dtype": "float32"}
    if not full_precision:
        config["quantization_config"] = {"quant_method": "bitnet", "linear_class": "autobitlinear",
                                         "quantization_mode": "online"}
    return config


def hf_tokenizer(tokenizer):
    base = len(tokenizer.tokens)
    added = [{"id": base + i, "content": s, "single_word": False, "lstrip": False, "rstrip": False,
              "normalized": False, "special": True} for i, s in enumerate(tokenizer.specials)]
    split = {"type": "Split", "pattern": {"Regex": LLAMA3_PATTERN}, "behavior": "Isolated", "invert": False}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
             "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": True,
             "vocab": {t: i for i, t in enumerate(tokenizer.tokens)}, "merges": tokenizer.merges}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, byte_level]}, "post_processor": None,
            "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            "model": model}


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8")


def write_hf(directory, tensors, shape, tokenizer, full_precision):
    directory.mkdir(parents=True, exist_ok=True)
    write_safetensors(directory / "model.safetensors", tensors)
    write_json(directory / "config.json", hf_config(shape, tokenizer, full_precision))
    write_json(directory / "generation_config.json",
               {"bos_token_id": tokenizer.bos, "eos_token_id": [tokenizer.eos, tokenizer.eot]})
    write_json(directory / "tokenizer.json", hf_tokenizer(tokenizer))


# ---- GGUF ----------------------------------------------------------------------------------------
def gguf_name(name):
    if name == "model.embed_tokens.weight":
        return "token_embd.weight"
    if name == "model.norm.weight":
        return "output_norm.weight"
    layer, part = re.fullmatch(r"model\.layers\.(\d+)\.(.+)\.weight", name).groups()
    return f"blk.{layer}.{GGUF_NAMES[part]}.weight"


def gguf_metadata(writer, shape, tokenizer, name, full_precision):
    a = ARCHITECTURE
    writer.string("general.architecture", a)
    writer.string("general.name", name)
    writer.string("general.license", "mit")
    for key, value in (("vocab_size", shape.vocabulary), ("context_length", shape.context),
                       ("embedding_length", shape.dim), ("block_count", shape.layers),
                       ("feed_forward_length", shape.ffn), ("rope.dimension_count", HEAD),
                       ("attention.head_count", shape.heads), ("attention.head_count_kv", shape.kv_heads)):
        writer.u32(f"{a}.{key}", value)
    writer.f32(f"{a}.attention.layer_norm_rms_epsilon", NORM_EPSILON)
    writer.f32(f"{a}.rope.freq_base", shape.theta)
    if full_precision:
        writer.string(f"{a}.activation_quantization", "none")
    writer.u32("general.file_type", 1 if full_precision else 40)
    writer.u32("general.quantization_version", 2)
    gguf_tokenizer(writer, tokenizer)


def gguf_tokenizer(writer, tokenizer):
    key = "tokenizer.ggml."
    writer.string(key + "model", "gpt2")
    writer.string(key + "pre", "llama-bpe")
    writer.strings(key + "tokens", tokenizer.tokens + tokenizer.specials)
    writer.i32s(key + "token_type", [gguf.NORMAL] * len(tokenizer.tokens) + [gguf.CONTROL] * len(SPECIALS))
    writer.strings(key + "merges", tokenizer.merges)
    writer.u32(key + "bos_token_id", tokenizer.bos)
    writer.u32(key + "eos_token_id", tokenizer.eos)
    writer.u32(key + "eot_token_id", tokenizer.eot)
    writer.boolean(key + "add_bos_token", True)
    writer.string("tokenizer.chat_template", CHAT_TEMPLATE)


def write_gguf(path, tensors, shape, tokenizer, full_precision):
    writer = gguf.Writer()
    gguf_metadata(writer, shape, tokenizer, path.stem, full_precision)
    for name in sorted(tensors, key=lambda n: [int(x) if x.isdigit() else x for x in re.split(r"(\d+)", n)]):
        w = tensors[name]
        if w.ndim == 1:
            writer.tensor(gguf_name(name), w, gguf.F32)
        elif full_precision or name == "model.embed_tokens.weight":
            writer.tensor(gguf_name(name), w, gguf.F16)
        else:
            writer.tensor(gguf_name(name), w, gguf.I2_S)
    path.parent.mkdir(parents=True, exist_ok=True)
    writer.write(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--tokenizer", required=True, type=Path)
    parser.add_argument("--full_precision", action="store_true")
    parser.add_argument("--hf", type=Path)
    parser.add_argument("--gguf", type=Path)
    args = parser.parse_args()
    tokenizer, shape = Tokenizer(args.tokenizer), Shape()
    with np.load(args.checkpoint) as data:
        tensors = {name: data[name] for name in data.files if name != "step"}
    if args.hf:
        write_hf(args.hf, tensors, shape, tokenizer, args.full_precision)
    if args.gguf:
        write_gguf(args.gguf, tensors, shape, tokenizer, args.full_precision)


if __name__ == "__main__":
    main()
