"""Trains the weights from train.jsonl and what the crate's example `features` says of it.

    python train.py windows OUT WEIGHTS      the window's model, from features.jsonl
    python train.py signals OUT WEIGHTS      the signals' weights, from signals.jsonl

The second step needs the wording's value of texts that the window's model was not trained on, so the first one also trains
five models without a fifth of the families each and keeps what they say.
"""

import json
import pathlib
import struct
import sys
import zlib

import numpy
from scipy import optimize, sparse
from sklearn.linear_model import SGDClassifier

BITS = 19
# How strongly the window's model is held back.
ALPHA = 2e-6
FOLDS = 5
VERSION = 1
# The share of harmless training texts, unseen by the window's model, that may be marked.
FALSE_ALARMS = 0.014
# How firmly a signal's weight is held near the one it starts from, and how much of that one it is.
HOLD = 2e-3
PRIOR = 1.0
# Families whose open text says nothing about its words.
HIDDEN = {"own_hidden", "own_encoded"}
# A longer text is not more of an attack, and speaking about attacks or quoting them only speaks against one.
SIGNS = {"discusses_attacks": -1, "quoted": -1, "quoted_and_discussed": -1, "length": -1, "wording_of_all": 0}



def load(out):
    return [json.loads(line) for line in (out / "train.jsonl").read_text().strip("\n").split("\n")]


def fold(row):
    key = row["family"] if row["label"] else row["text"][:200]
    return zlib.crc32(key.encode()) % FOLDS


def windows(out, rows):
    """All windows as rows of a matrix, with the text that each is from and whether it shows an attack."""
    data, columns, starts, texts, labels = [], [], [0], [], []
    with (out / "features.jsonl").open() as lines:
        for number, line in enumerate(lines):
            row = rows[number]
            encoded = row["text"].encode()
            part = row.get("part", "").encode()
            at = encoded.find(part) if row["label"] else -1
            for window in json.loads(line):
                features, counts = numpy.unique(numpy.array(window["features"], dtype=numpy.int32), return_counts=True)
                columns.append(features)
                data.append((counts / numpy.sqrt(max(1, counts.sum()))).astype(numpy.float32))
                starts.append(starts[-1] + len(features))
                start, end = window["span"]
                texts.append(number)
                inside = min(end, at + len(part)) - max(start, at) if at >= 0 else 0
                # A window that shows only the edge of an attack is neither.
                labels.append(0 if not row["label"] else 1 if inside * 2 >= min(end - start, len(part)) else -1)
    matrix = sparse.csr_matrix((numpy.concatenate(data), numpy.concatenate(columns), starts), shape=(len(texts), 1 << BITS))
    return matrix, numpy.array(texts), numpy.array(labels)


def fit(matrix, labels, weights):
    model = SGDClassifier(loss="log_loss", alpha=ALPHA, max_iter=12, tol=None, average=True, random_state=3)
    model.fit(matrix, labels, sample_weight=weights)
    return model.coef_[0].astype(numpy.float32), float(model.intercept_[0])


def train(matrix, texts, labels, use):
    """Twice: the second time without the windows of attacks that the first model took for harmless."""
    counts = numpy.bincount(texts, minlength=texts.max() + 1)
    weights = 1 / numpy.sqrt(counts[texts])
    chosen = use & (labels >= 0)
    for again in (True, False):
        which = numpy.flatnonzero(chosen)
        balance = numpy.where(labels[which] == 1, 0.5 / weights[which][labels[which] == 1].sum(), 0.5 / weights[which][labels[which] == 0].sum())
        coefficients, bias = fit(matrix[which], labels[which], weights[which] * balance * len(which))
        if again:
            values = matrix @ coefficients + bias
            best = numpy.full(texts.max() + 1, -numpy.inf)
            numpy.maximum.at(best, texts, values)
            chosen &= ~((labels == 1) & (values < 0) & (values < best[texts]))
    return coefficients, bias


def per_text(texts, values, count):
    best = numpy.full(count, -numpy.inf)
    numpy.maximum.at(best, texts, values)
    return best


def step_windows(out, target):
    rows = load(out)
    matrix, texts, labels = windows(out, rows)
    folds = numpy.array([fold(row) for row in rows])
    shown = numpy.array([row["family"] not in HIDDEN for row in rows])
    best = numpy.zeros(len(rows))
    for number in range(FOLDS):
        use = (folds[texts] != number) & shown[texts]
        coefficients, bias = train(matrix, texts, labels, use)
        found = per_text(texts, matrix @ coefficients + bias, len(rows))
        best[folds == number] = found[folds == number]
        print("fold", number, "of", FOLDS, file=sys.stderr)
    coefficients, bias = train(matrix, texts, labels, shown[texts])
    empty = ~numpy.isfinite(best)
    best[empty] = bias
    numpy.save(out / "unseen.npy", best)
    label = numpy.array([row["label"] for row in rows])
    limit = numpy.quantile(best[label == 0], 0.99)
    print("wording alone, unseen families: 1 % false alarms,", f"{(best[label == 1] > limit).mean():.3f} caught", file=sys.stderr)
    scale = float(numpy.quantile(numpy.abs(coefficients[coefficients != 0]), 0.9995)) / 127
    table = numpy.clip(numpy.round(coefficients / scale), -127, 127).astype(numpy.int8)
    write(target, scale, bias, read(target)[2], read(target)[3], table)


def read(path):
    raw = path.read_bytes()
    _, _, count, scale, bias, start = struct.unpack("<IIIfff", raw[4:28])
    signals = numpy.frombuffer(raw[28:28 + 4 * count], dtype="<f4")
    return scale, bias, start, signals, numpy.frombuffer(raw[28 + 4 * count:], dtype=numpy.int8)


def write(path, scale, bias, start, signals, table):
    head = b"MGW1" + struct.pack("<IIIfff", VERSION, BITS, len(signals), scale, bias, start)
    path.write_bytes(head + numpy.asarray(signals, dtype="<f4").tobytes() + table.tobytes())


def step_signals(out, target):
    rows = load(out)
    names, priors = zip(*json.loads((out / "names.json").read_text()))
    priors = numpy.array(priors) * PRIOR
    values = numpy.array([json.loads(line) for line in (out / "signals.jsonl").read_text().splitlines()])
    values[:, names.index("wording")] = numpy.load(out / "unseen.npy").clip(-4, 12)
    label = numpy.array([row["label"] for row in rows])
    families = {}
    for row in rows:
        families[row["family"]] = families.get(row["family"], 0) + 1
    # A family counts by the root of its size, attacks and harmless texts alike in sum.
    weight = numpy.array([families[row["family"]] ** -0.5 for row in rows])
    for kind in (0, 1):
        weight[label == kind] /= weight[label == kind].sum()
    bounds = [(None, None)] + [{1: (0, 4.0), -1: (-2.0, 0), 0: (0, 0)}[SIGNS.get(name, 1)] for name in names]
    both = numpy.hstack([numpy.ones((len(rows), 1)), values])

    def loss(theta):
        margin = both @ theta
        sign = numpy.where(label == 1, -1, 1)
        value = weight @ numpy.logaddexp(0, sign * margin) + HOLD * ((theta[1:] - priors) ** 2).sum()
        slope = both.T @ (weight * sign / (1 + numpy.exp(-sign * margin)))
        slope[1:] += 2 * HOLD * (theta[1:] - priors)
        return value, slope

    found = optimize.minimize(loss, numpy.concatenate([[-3.0], priors]), jac=True, method="L-BFGS-B", bounds=bounds).x
    margin = both[:, 1:] @ found[1:]
    # Classes of harmless texts count by the root of their size here, too.
    harmless = numpy.flatnonzero(label == 0)
    order = harmless[numpy.argsort(-margin[harmless])]
    share = numpy.cumsum(weight[order]) / weight[harmless].sum()
    limit = margin[order[numpy.searchsorted(share, FALSE_ALARMS)]] + 1e-3
    # Nobody writes with characters that nobody sees by accident: that alone is held, whatever the texts say.
    hidden = 1 + names.index("invisible_text")
    found[hidden] = max(found[hidden], limit + 4.5)
    scale, bias, _, _, table = read(target)
    write(target, scale, bias, -limit, found[1:], table)
    print(f"unseen families: {(margin[label == 1] > limit).mean():.3f} caught", file=sys.stderr)
    for name, one in sorted(zip(names, found[1:]), key=lambda pair: -pair[1]):
        print(f"{one:7.2f} {name}", file=sys.stderr)
    (out / "missed.txt").write_text("".join(f"{margin[at] - limit:.2f} {rows[at]['family']} {rows[at]['text'][:250]!r}\n" for at in range(len(rows)) if label[at] == (margin[at] < limit)))
    for kind in sorted(families):
        which = numpy.array([row["family"] == kind for row in rows])
        print(f"{int(label[which][0])} {kind:28} {which.sum():5} {(margin[which] > limit).mean():.3f}", file=sys.stderr)


if __name__ == "__main__":
    {"windows": step_windows, "signals": step_signals}[sys.argv[1]](pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
