"""GPT-2, BERT and ViT in NumPy, in double precision, from tensors as their publications name and shape them."""

from typing import NamedTuple

import numpy as np
from scipy.special import erf


class Layout(NamedTuple):
    """The sizes of a small network in a published layout."""

    width: int = 24
    depth: int = 2
    heads: int = 3
    vocabulary: int = 50
    places: int = 16
    patch: int = 4
    classes: int = 7


def drawn(shapes, seed=0):
    """Random tensors of these shapes; scales of normalizations are near 1."""
    random = np.random.default_rng(seed)
    scales = ("ln_1.weight", "ln_2.weight", "ln_f.weight", "LayerNorm.weight", "layernorm.weight")
    tensors = {name: random.normal(0, 0.3, shape).astype("float32") for name, shape in shapes.items()}
    return {
        name: tensor + 1 if name.endswith(scales) or ("layernorm_" in name and name.endswith("weight")) else tensor
        for name, tensor in tensors.items()
    }


def gpt2_tensors(layout, seed=0):
    width, shapes = layout.width, {"wte.weight": (layout.vocabulary, layout.width)}
    shapes |= {"wpe.weight": (layout.places, width), "ln_f.weight": (width,), "ln_f.bias": (width,)}
    for number in range(layout.depth):
        kernels = {
            "attn.c_attn": (width, 3 * width),
            "attn.c_proj": (width, width),
            "mlp.c_fc": (width, 4 * width),
            "mlp.c_proj": (4 * width, width),
        }
        for name, shape in kernels.items():
            shapes |= {f"h.{number}.{name}.weight": shape, f"h.{number}.{name}.bias": shape[1:]}
        for name in ("ln_1", "ln_2"):
            shapes |= {f"h.{number}.{name}.weight": (width,), f"h.{number}.{name}.bias": (width,)}
    return drawn(shapes, seed)


def encoder_tensors(layout, names, seed=0):
    """The blocks of BERT or ViT, kernels as PyTorch has them; `names` are those of its layers."""
    width, shapes = layout.width, {}
    kernels = [(width, width)] * 4 + [(4 * width, width), (width, 4 * width)]
    for number in range(layout.depth):
        inside = f"encoder.layer.{number}"
        for name, shape in zip(names[:6], kernels, strict=True):
            shapes |= {f"{inside}.{name}.weight": shape, f"{inside}.{name}.bias": shape[:1]}
        for name in names[6:]:
            shapes |= {f"{inside}.{name}.weight": (width,), f"{inside}.{name}.bias": (width,)}
    return drawn(shapes, seed)


BERT_NAMES = [f"attention.self.{name}" for name in ("query", "key", "value")]
BERT_NAMES += ["attention.output.dense", "intermediate.dense", "output.dense"]
BERT_NAMES += ["attention.output.LayerNorm", "output.LayerNorm"]
VIT_NAMES = [f"attention.attention.{name}" for name in ("query", "key", "value")]
VIT_NAMES += ["attention.output.dense", "intermediate.dense", "output.dense", "layernorm_before", "layernorm_after"]


def bert_tensors(layout, seed=0):
    width = layout.width
    shapes = {
        "embeddings.word_embeddings.weight": (layout.vocabulary, width),
        "embeddings.position_embeddings.weight": (layout.places, width),
        "embeddings.token_type_embeddings.weight": (2, width),
        "embeddings.LayerNorm.weight": (width,),
        "embeddings.LayerNorm.bias": (width,),
        "pooler.dense.weight": (width, width),
        "pooler.dense.bias": (width,),
    }
    return drawn(shapes, seed) | encoder_tensors(layout, BERT_NAMES, seed + 1)


def vit_tensors(layout, patches, channels, seed=0):
    width = layout.width
    shapes = {
        "embeddings.cls_token": (1, 1, width),
        "embeddings.position_embeddings": (1, patches + 1, width),
        "embeddings.patch_embeddings.projection.weight": (width, channels, layout.patch, layout.patch),
        "embeddings.patch_embeddings.projection.bias": (width,),
        "layernorm.weight": (width,),
        "layernorm.bias": (width,),
        "classifier.weight": (layout.classes, width),
        "classifier.bias": (layout.classes,),
    }
    return drawn(shapes, seed) | encoder_tensors(layout, VIT_NAMES, seed + 1)


def normalized(x, tensors, name, epsilon):
    mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon) * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]


def attended(query, key, value, heads, visible):
    """Softmax attention of (B, T, D) split into heads; `visible` broadcasts to (B, H, T, T)."""
    query, key, value = (
        np.reshape(each, (*each.shape[:2], heads, -1)).transpose(0, 2, 1, 3) for each in (query, key, value)
    )
    scores = query @ key.transpose(0, 1, 3, 2) / np.sqrt(query.shape[-1])
    scores = np.where(visible, scores, -np.inf)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    return (weights @ value).transpose(0, 2, 1, 3).reshape(*query.shape[:1], query.shape[2], -1)


def gpt2(tensors, tokens, layout):
    """Logits (B, T, V) of GPT-2: pre-norm, GELU by the hyperbolic tangent, tied output."""

    def linear(x, name):
        return x @ tensors[f"{name}.weight"].astype("float64") + tensors[f"{name}.bias"]

    x = tensors["wte.weight"].astype("float64")[tokens] + tensors["wpe.weight"][: tokens.shape[1]]
    causal = np.tril(np.ones((tokens.shape[1],) * 2, bool))
    for number in range(layout.depth):
        inside = f"h.{number}"
        fused = linear(normalized(x, tensors, f"{inside}.ln_1", 1e-5), f"{inside}.attn.c_attn")
        heads = attended(*np.split(fused, 3, axis=-1), layout.heads, causal)
        x = x + linear(heads, f"{inside}.attn.c_proj")
        hidden = linear(normalized(x, tensors, f"{inside}.ln_2", 1e-5), f"{inside}.mlp.c_fc")
        hidden = 0.5 * hidden * (1 + np.tanh(np.sqrt(2 / np.pi) * (hidden + 0.044715 * hidden**3)))
        x = x + linear(hidden, f"{inside}.mlp.c_proj")
    return normalized(x, tensors, "ln_f", 1e-5) @ tensors["wte.weight"].T


def encoded(x, tensors, layout, names, visible, pre_norm):
    """The blocks of BERT (post-norm) or ViT (pre-norm), with exact GELU."""

    def linear(x, name):
        return x @ tensors[f"{name}.weight"].T.astype("float64") + tensors[f"{name}.bias"]

    for number in range(layout.depth):
        *dense, first, second = (f"encoder.layer.{number}.{name}" for name in names)
        query, key, value, output, expand, contract = dense
        y = normalized(x, tensors, first, 1e-12) if pre_norm else x
        heads = attended(linear(y, query), linear(y, key), linear(y, value), layout.heads, visible)
        x = x + linear(heads, output)
        x = x if pre_norm else normalized(x, tensors, first, 1e-12)
        hidden = linear(normalized(x, tensors, second, 1e-12) if pre_norm else x, expand)
        x = x + linear(0.5 * hidden * (1 + erf(hidden / np.sqrt(2))), contract)
        x = x if pre_norm else normalized(x, tensors, second, 1e-12)
    return x


def bert(tensors, tokens, types, layout):
    """What BERT says of each token (B, T, D), and of the whole (B, D); token 0 is padding."""
    x = tensors["embeddings.word_embeddings.weight"].astype("float64")[tokens]
    x = x + tensors["embeddings.position_embeddings.weight"][: tokens.shape[1]]
    x = x + tensors["embeddings.token_type_embeddings.weight"][types]
    x = normalized(x, tensors, "embeddings.LayerNorm", 1e-12)
    x = encoded(x, tensors, layout, BERT_NAMES, (tokens != 0)[:, None, None, :], pre_norm=False)
    return x, np.tanh(x[:, 0] @ tensors["pooler.dense.weight"].T + tensors["pooler.dense.bias"])


def vit(tensors, images, layout):
    """Logits (B, classes) of ViT for images (B, height, width, channels)."""
    count, height, width, channels = images.shape
    side = layout.patch
    patches = images.reshape(count, height // side, side, width // side, side, channels)
    patches = patches.transpose(0, 1, 3, 5, 2, 4).reshape(count, -1, channels * side * side).astype("float64")
    kernel = tensors["embeddings.patch_embeddings.projection.weight"].reshape(layout.width, -1)
    x = patches @ kernel.T + tensors["embeddings.patch_embeddings.projection.bias"]
    first = np.broadcast_to(tensors["embeddings.cls_token"], (count, 1, layout.width))
    x = np.concatenate([first, x], axis=1) + tensors["embeddings.position_embeddings"]
    x = encoded(x, tensors, layout, VIT_NAMES, True, pre_norm=True)
    x = normalized(x, tensors, "layernorm", 1e-12)[:, 0]
    return x @ tensors["classifier.weight"].T + tensors["classifier.bias"]
