"""The same network in plain float32 torch with autograd: the yardstick for network.py."""
import torch

from network import HEAD


def norm(x, gain):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * gain


def straight_through(x, rounded):
    return x + (rounded - x).detach()


def int8_per_token(x):
    absmax = x.detach().abs().amax(-1, keepdim=True).clamp(min=1e-5)
    return straight_through(x, (x * (127 / absmax)).round() * (absmax / 127))


def ternary(w):
    mean = w.detach().abs().mean().clamp(min=1e-5)
    return straight_through(w, (w / mean).round().clamp(-1, 1) * mean)


def rotate(x, theta):
    half, length = HEAD // 2, x.shape[-2]
    frequency = theta ** (-torch.arange(half, dtype=torch.float64) / half)
    angle = torch.arange(length, dtype=torch.float64)[:, None] * frequency
    cosine, sine = angle.cos().float(), angle.sin().float()
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cosine - b * sine, b * cosine + a * sine], -1)


def attention(q, k, v, share):
    k, v = (t.repeat_interleave(share, 1) for t in (k, v))
    mask = torch.full((q.shape[-2],) * 2, float("-inf")).triu(1)
    return (q @ k.transpose(2, 3) * HEAD ** -0.5 + mask).softmax(-1) @ v


def logits(tensors, ids, shape, is_ternary):
    """tensors: {Hugging Face name: float32}; ids [batch][length]."""
    batch, length = ids.shape
    code = int8_per_token if is_ternary else (lambda x: x)
    x = tensors["model.embed_tokens.weight"][ids]
    for i in range(shape.layers):
        layer = {k[len(f"model.layers.{i}."):-len(".weight")]: w for k, w in tensors.items()
                 if k.startswith(f"model.layers.{i}.")}

        def linear(name, x):
            w = layer[name]
            return x @ (ternary(w) if is_ternary else w).t()

        def heads(x, count):
            return x.view(batch, length, count, HEAD).transpose(1, 2)
        a = code(norm(x, layer["input_layernorm"]))
        q = rotate(heads(linear("self_attn.q_proj", a), shape.heads), shape.theta)
        k = rotate(heads(linear("self_attn.k_proj", a), shape.kv_heads), shape.theta)
        v = heads(linear("self_attn.v_proj", a), shape.kv_heads)
        mixed = attention(q, k, v, shape.heads // shape.kv_heads).transpose(1, 2).reshape(batch, length, -1)
        x = x + linear("self_attn.o_proj", code(norm(mixed, layer["self_attn.attn_sub_norm"])))
        a = code(norm(x, layer["post_attention_layernorm"]))
        m = torch.relu(linear("mlp.gate_proj", a)).pow(2) * linear("mlp.up_proj", a)
        x = x + linear("mlp.down_proj", code(norm(m, layer["mlp.ffn_sub_norm"])))
    return norm(x, tensors["model.norm.weight"]) @ tensors["model.embed_tokens.weight"].t()
