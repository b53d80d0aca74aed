"""Runs a GGUF file of ours in plain numpy float64 and compares its losses with the training side.

    check_gguf.py MODEL.gguf CHECKPOINT.npz --data DIR [--full_precision]

It shares no code with network.py but the tokenizer: reads the file, quantises activations to int8 per
token with integer products unless the file says "none", and takes the softmax in float64. Fails when
the mean loss on 4 x 384 held-out tokens differs by more than 0.02 nats (bf16 or float32 in training).
"""
import argparse
import sys
from pathlib import Path

import numpy as np
import torch

import gguf
from network import Network

LARGEST_DIFFERENCE = 0.02


class Model:
    def __init__(self, path):
        self.file = gguf.Reader(path)
        key = "bitnet-b1.58."
        keys = self.file.keys
        self.layers, self.theta = keys[key + "block_count"], keys[key + "rope.freq_base"]
        self.heads, self.kv = keys[key + "attention.head_count"], keys[key + "attention.head_count_kv"]
        self.epsilon = keys[key + "attention.layer_norm_rms_epsilon"]
        self.quantise = keys.get(key + "activation_quantization") != "none"

    def norm(self, x, name):
        gain = self.file.array(name)[0].astype(np.float64)
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + self.epsilon) * gain

    def linear(self, x, name):
        w, scale = self.file.array(name)
        if not self.quantise:
            return x @ w.astype(np.float64).T
        absmax = np.maximum(np.abs(x).max(-1, keepdims=True), 1e-5)
        q = np.clip(np.rint(x * (127 / absmax)), -128, 127)
        return q @ w.astype(np.float64).T * (scale * absmax / 127)

    def rotate(self, x):                                  # [heads][length][size], half-split pairs
        length, half = x.shape[1], x.shape[2] // 2
        angle = np.arange(length)[:, None] * self.theta ** (-np.arange(half) / half)
        a, b = x[..., :half], x[..., half:]
        return np.concatenate([a * np.cos(angle) - b * np.sin(angle), b * np.cos(angle) + a * np.sin(angle)], -1)

    def attention(self, x, block):
        length = len(x)

        def heads(name, count):
            return self.linear(x, f"{block}{name}.weight").reshape(length, count, -1).transpose(1, 0, 2)
        q, k = self.rotate(heads("attn_q", self.heads)), self.rotate(heads("attn_k", self.kv))
        v = heads("attn_v", self.kv)
        k, v = (np.repeat(t, self.heads // self.kv, axis=0) for t in (k, v))
        scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1]) + np.triu(np.full((length, length), -np.inf), 1)
        p = np.exp(scores - scores.max(-1, keepdims=True))
        return (p / p.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(length, -1)

    def losses(self, ids):
        embedding = self.file.array("token_embd.weight")[0].astype(np.float64)
        x = embedding[ids[:-1]]
        for i in range(self.layers):
            block = f"blk.{i}."
            mixed = self.attention(self.norm(x, block + "attn_norm.weight"), block)
            x = x + self.linear(self.norm(mixed, block + "attn_sub_norm.weight"), block + "attn_output.weight")
            a = self.norm(x, block + "ffn_norm.weight")
            gate = np.maximum(self.linear(a, block + "ffn_gate.weight"), 0)
            m = gate * gate * self.linear(a, block + "ffn_up.weight")
            x = x + self.linear(self.norm(m, block + "ffn_sub_norm.weight"), block + "ffn_down.weight")
        logits = self.norm(x, "output_norm.weight") @ embedding.T
        top = logits.max(-1)
        return top + np.log(np.exp(logits - top[:, None]).sum(-1)) - logits[np.arange(len(x)), ids[1:]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gguf", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--full_precision", action="store_true")
    args = parser.parse_args()
    stream = np.load(args.data / "tiny_val.npy").astype(np.int64)
    rows = [stream[i * 384:i * 384 + 385] for i in range(4)]
    model = Model(args.gguf)
    of_file = np.concatenate([model.losses(ids) for ids in rows])
    net = Network(ternary=not args.full_precision).load(args.checkpoint)
    batch = torch.from_numpy(np.stack(rows))
    of_training = net.losses(net.forward(batch[:, :-1].contiguous())[0], batch[:, 1:].reshape(-1)).numpy()
    difference = of_file.mean() - of_training.mean()
    print(f"{args.gguf.name}: file {of_file.mean():.4f}, training side {of_training.mean():.4f} nats/token, "
          f"difference {difference:+.4f}, mean |difference| {np.abs(of_file - of_training).mean():.4f}")
    return 0 if abs(difference) <= LARGEST_DIFFERENCE else 1


if __name__ == "__main__":
    sys.exit(main())
