"""Writes the tiny models of the tests and what numpy computes for them.

    python write_models.py FOLDER

Needs onnx and numpy of PyPI. Weights are multiples of 1/64 from a fixed seed, so the same bytes come out everywhere. The
numbers in expected.json come from the plain numpy functions below, not from running the files.
"""

import json
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

F, I = TensorProto.FLOAT, TensorProto.INT64
OPSET = helper.make_opsetid("", 17)


class Weights:
    """Seeded numbers on a grid."""

    def __init__(self, seed):
        self.random = np.random.RandomState(seed)

    def __call__(self, *shape, scale=1.0):
        return (np.round(self.random.standard_normal(shape) * scale * 64) / 64).astype(np.float32)


class Graph:
    def __init__(self, name):
        self.name, self.nodes, self.initializers = name, [], []

    def const(self, name, value, dtype=None):
        self.initializers.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def add(self, op, inputs, output, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def save(self, path, inputs, outputs):
        graph = helper.make_graph(self.nodes, self.name, inputs, outputs, self.initializers)
        model = helper.make_model(graph, opset_imports=[OPSET], ir_version=9, producer_name="rt-fixtures")
        save(model, path)


def info(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


# --- encoders: what stands behind every vector and every score -----------------------------------------------------------

VOCAB, WIDTH = 12, 6


def encoder_weights():
    w = Weights(1)
    return {"words": w(VOCAB, WIDTH), "types": w(2, WIDTH), "mix": w(WIDTH, WIDTH, scale=0.5)}


def encoder_graph(graph, weights):
    """tanh((token + type + mean over the text) @ mix): every token sees the others, and the mask matters."""
    words = graph.add("Gather", [graph.const("words", weights["words"]), "input_ids"], "word")
    types = graph.add("Gather", [graph.const("types", weights["types"]), "token_type_ids"], "type")
    tokens = graph.add("Add", [words, types], "token")
    mask = graph.add("Cast", ["attention_mask"], "mask_float", to=F)
    wide = graph.add("Unsqueeze", [mask, graph.const("last", [2], np.int64)], "mask_wide")
    total = graph.add("ReduceSum", [graph.add("Mul", [tokens, wide], "kept"), graph.const("along", [1], np.int64)], "total")
    count = graph.add("ReduceSum", [wide, "along"], "count")
    seen = graph.add("Add", [tokens, graph.add("Div", [total, count], "mean")], "seen")
    return graph.add("Tanh", [graph.add("MatMul", [seen, graph.const("mix", weights["mix"])], "mixed")], "last_hidden_state")


def encode(weights, ids, types):
    tokens = weights["words"][ids] + weights["types"][types]
    return np.tanh((tokens + tokens.mean(axis=0)) @ weights["mix"])


TEXT_INPUTS = [info(name, I, ["batch", "tokens"]) for name in ("input_ids", "attention_mask", "token_type_ids")]


def write_embedder(folder):
    weights = encoder_weights()
    graph = Graph("embedder")
    output = encoder_graph(graph, weights)
    graph.save(folder / "embedder.onnx", TEXT_INPUTS, [info(output, F, ["batch", "tokens", WIDTH])])
    hidden = [encode(weights, ids, [0] * len(ids)) for ids in ([2, 4, 5, 3], [2, 6, 3])]
    unit = lambda vector: (vector / np.linalg.norm(vector)).tolist()
    return {
        "texts": ["a b", "c"],
        "mean": [unit(h.mean(axis=0)) for h in hidden],
        "cls": [unit(h[0]) for h in hidden],
        "last": [unit(h[-1]) for h in hidden],
        "mean4": [unit(h.mean(axis=0)[:4]) for h in hidden],
    }


def write_scores(folder, name, labels, cases):
    """A head over the first token: one score for a pair, or one for each label."""
    weights = encoder_weights()
    head = Weights(2)(WIDTH, labels)
    graph = Graph(name)
    hidden = encoder_graph(graph, weights)
    first = graph.add("Gather", [hidden, graph.const("zero", 0, np.int64)], "first", axis=1)
    output = graph.add("MatMul", [first, graph.const("head", head)], "logits")
    graph.save(folder / f"{name}.onnx", TEXT_INPUTS, [info(output, F, ["batch", labels])])
    return {"logits": [(encode(weights, ids, types)[0] @ head).tolist() for ids, types in cases]}


# --- decoder: two layers of attention with the cache that optimum exports -------------------------------------------------

LETTERS, HIDDEN, HEADS, LAYERS, POSITIONS = 16, 8, 2, 2, 128
HEAD = HIDDEN // HEADS


def decoder_weights():
    w = Weights(7)
    layer = lambda: {name: w(HIDDEN, HIDDEN, scale=0.4) for name in ("q", "k", "v", "o")}
    return {
        "words": w(LETTERS, HIDDEN),
        "places": w(POSITIONS, HIDDEN, scale=0.5),
        "layers": [layer() for _ in range(LAYERS)],
        "head": w(HIDDEN, LETTERS),
    }


def write_decoder(folder):
    weights = decoder_weights()
    graph = Graph("decoder")
    words = graph.add("Gather", [graph.const("words", weights["words"]), "input_ids"], "word")
    places = graph.add("Gather", [graph.const("places", weights["places"]), "position_ids"], "place")
    x = graph.add("Add", [words, places], "x")
    # A query sees the keys up to its own position that are not masked.
    length = graph.add("Gather", [graph.add("Shape", ["attention_mask"], "mask_shape"), graph.const("one", 1, np.int64)], "length")
    keys = graph.add("Range", [graph.const("zero", 0, np.int64), length, "one"], "keys")
    query = graph.add("Unsqueeze", ["position_ids", graph.const("query_axes", [1, 3], np.int64)], "query")
    before = graph.add("LessOrEqual", [keys, query], "before")
    mask = graph.add("Cast", ["attention_mask"], "mask_bool", to=TensorProto.BOOL)
    seen = graph.add("And", [before, graph.add("Unsqueeze", [mask, graph.const("mask_axes", [1, 2], np.int64)], "mask_wide")], "seen")
    bias = graph.add("Where", [seen, graph.const("open", 0, np.float32), graph.const("closed", -1e9, np.float32)], "bias")
    graph.const("heads", [0, 0, HEADS, HEAD], np.int64)
    graph.const("joined", [0, 0, HIDDEN], np.int64)
    graph.const("scale", HEAD**-0.5, np.float32)
    inputs = [info("input_ids", I, ["batch", "tokens"]), info("attention_mask", I, ["batch", "total"])]
    inputs += [info("position_ids", I, ["batch", "tokens"])]
    outputs = [info("logits", F, ["batch", "tokens", LETTERS])]
    for n, layer in enumerate(weights["layers"]):
        part = {}
        for name in "qkv":
            flat = graph.add("MatMul", [x, graph.const(f"{name}{n}", layer[name])], f"{name}{n}_flat")
            split = graph.add("Reshape", [flat, "heads"], f"{name}{n}_split")
            part[name] = graph.add("Transpose", [split], f"{name}{n}_heads", perm=[0, 2, 1, 3])
        for name, full in (("k", "key"), ("v", "value")):
            past, present = f"past_key_values.{n}.{full}", f"present.{n}.{full}"
            inputs.append(info(past, F, ["batch", HEADS, "past", HEAD]))
            outputs.append(info(present, F, ["batch", HEADS, "total", HEAD]))
            part[name] = graph.add("Concat", [past, part[name]], present, axis=2)
        turned = graph.add("Transpose", [part["k"]], f"k{n}_turned", perm=[0, 1, 3, 2])
        scores = graph.add("Mul", [graph.add("MatMul", [part["q"], turned], f"raw{n}"), "scale"], f"scores{n}")
        weighed = graph.add("Softmax", [graph.add("Add", [scores, bias], f"masked{n}")], f"weights{n}", axis=-1)
        mixed = graph.add("Transpose", [graph.add("MatMul", [weighed, part["v"]], f"mixed{n}")], f"back{n}", perm=[0, 2, 1, 3])
        out = graph.add("MatMul", [graph.add("Reshape", [mixed, "joined"], f"flat{n}"), graph.const(f"o{n}", layer["o"])], f"out{n}")
        x = graph.add("Add", [x, out], f"x{n + 1}")
    graph.add("MatMul", [x, graph.const("head", weights["head"])], "logits")
    graph.save(folder / "decoder.onnx", inputs, outputs)
    prompt = [2, 6, 7, 8, 3, 9]
    answer = []
    for _ in range(12):
        answer.append(int(np.argmax(decode(weights, prompt + answer)[-1])))
    return {"prompt": prompt, "greedy": answer, "logits": decode(weights, prompt)[-1].tolist()}


def decode(weights, ids):
    """All logits of a text, without any cache."""
    n = len(ids)
    x = weights["words"][ids] + weights["places"][:n]
    hidden = np.triu(np.full((n, n), -1e9, np.float32), 1)
    for layer in weights["layers"]:
        q, k, v = (np.transpose((x @ layer[name]).reshape(n, HEADS, HEAD), (1, 0, 2)) for name in "qkv")
        scores = q @ np.transpose(k, (0, 2, 1)) * HEAD**-0.5 + hidden
        weighed = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weighed /= weighed.sum(axis=-1, keepdims=True)
        x = x + np.transpose(weighed @ v, (1, 0, 2)).reshape(n, HIDDEN) @ layer["o"]
    return x @ weights["head"]


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    # The ids of TINY_TOKENIZER: [CLS] a b [SEP] is 2 4 5 3.
    pairs = [([2, 4, 3, 4, 5, 3], [0, 0, 0, 1, 1, 1]), ([2, 4, 3, 9, 9, 3], [0, 0, 0, 1, 1, 1])]
    texts = [([2, 4, 5, 3], [0] * 4), ([2, 9, 3], [0] * 3)]
    expected = {
        "embedder": write_embedder(folder),
        "reranker": {"query": "a", "documents": ["a b", "f f"], **write_scores(folder, "reranker", 1, pairs)},
        "classifier": {"texts": ["a b", "f"], **write_scores(folder, "classifier", 3, texts)},
        "decoder": write_decoder(folder),
    }
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
