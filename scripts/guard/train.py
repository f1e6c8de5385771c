"""Trains the weights from train.jsonl and what the crate's example `features` says of it.

    python train.py OUT WEIGHTS

First the window's model, from features of windows; then the signals' weights, from the worst window of each text, as the
crate judges it. The second step needs the wording's value of texts that the window's model was not trained on, so models
without a part of the families each are trained as well.
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
ALPHA = 3e-6
FOLDS = 3
VERSION = 2
# Fewer features than these count as so many; they are in the crate's model.rs.
WORDS_MIN, MEANINGS_MIN = 40, 10
# Windows of one text that the window's model is trained on, beside those that it takes for attacks wrongly.
WINDOWS_MAX = 6
# The share of harmless training texts, unseen by the window's model, that may be marked.
FALSE_ALARMS = 0.020
# How firmly a signal's weight is held near the one it starts from.
HOLD = 2e-3
# Families whose open text says nothing about its words.
HIDDEN = {"own_hidden", "own_encoded"}
# Texts that quote attacks have attacks in them: they must not decide how many of all others are missed. The same sentences
# stand in every container.
LESS = {"own_security": 0.1}
# Speaking about attacks or quoting them only speaks against one.
SIGNS = {"discusses_attacks": -1, "quoted": -1, "quoted_and_discussed": -1}


def group(row):
    """What a text is like: its family, and for orders of mixed families its language."""
    return row["family"] + (row["language"] if row["family"] == "planted_mixed" else "")


def fold(row):
    key = group(row) if row["label"] else row["text"][:200]
    return zlib.crc32(key.encode()) % FOLDS


class Corpus:
    """Pieces as rows of a matrix, and windows as ranges of pieces."""

    def __init__(self, out, names):
        self.rows = [json.loads(line) for line in (out / "train.jsonl").read_text().strip("\n").split("\n")]
        counts = numpy.fromfile(out / "counts", dtype="<u4").astype(numpy.int64)
        features = numpy.fromfile(out / "features", dtype="<u4").astype(numpy.int32)
        total = lambda numbers: numpy.concatenate([[0], numpy.cumsum(numbers)])
        # Two rows a piece: its wording and its meaning.
        self.pieces = sparse.csr_matrix((numpy.ones(len(features), dtype=numpy.float32), features, total(counts)), shape=(len(counts), 1 << BITS))
        windows = numpy.fromfile(out / "windows", dtype="<u4").astype(numpy.int64).reshape(-1, 5)
        self.texts, self.first, self.last, start, end = windows.T
        span = lambda numbers: total(numbers)[self.last + 1] - total(numbers)[self.first]
        self.word_scale = 1 / numpy.sqrt(numpy.maximum(span(counts[0::2]), WORDS_MIN))
        self.meaning_scale = 1 / numpy.sqrt(numpy.maximum(span(counts[1::2]), MEANINGS_MIN))
        raw = numpy.fromfile(out / "signals", dtype="<u4").reshape(-1, 3)
        value = raw[:, 2].copy().view("<f4")
        self.signals = sparse.csr_matrix((value, (raw[:, 0], raw[:, 1])), shape=(len(windows), len(names)))
        self.label = numpy.array([row["label"] for row in self.rows])
        # A window that shows only the edge of an attack is neither.
        place = numpy.zeros((len(self.rows), 2), dtype=numpy.int64)
        for number, row in enumerate(self.rows):
            if row["label"]:
                part = row.get("part", row["text"]).encode()
                at = row["text"].encode().find(part)
                place[number] = (at, at + len(part)) if at >= 0 else (0, 0)
        inside = numpy.minimum(end, place[self.texts, 1]) - numpy.maximum(start, place[self.texts, 0])
        self.labels = numpy.where(self.label[self.texts] == 0, 0, numpy.where(inside * 2 >= end - start, 1, -1))

    def values(self, coefficients, bias):
        """The model's value of every window."""
        each = self.pieces @ coefficients
        sums = lambda part: numpy.concatenate([[0], numpy.cumsum(part, dtype=numpy.float64)])
        words, meanings = sums(each[0::2]), sums(each[1::2])
        inside = lambda part: part[self.last + 1] - part[self.first]
        return (inside(words) * self.word_scale + inside(meanings) * self.meaning_scale + bias).astype(numpy.float32)

    def matrix(self, which):
        """The features of these windows."""
        counts = 2 * (self.last[which] - self.first[which] + 1)
        starts = numpy.concatenate([[0], numpy.cumsum(counts)])
        columns = numpy.arange(starts[-1]) + numpy.repeat(2 * self.first[which] - starts[:-1], counts)
        scales = numpy.where(columns % 2 == 0, numpy.repeat(self.word_scale[which], counts), numpy.repeat(self.meaning_scale[which], counts))
        chosen = sparse.csr_matrix((scales.astype(numpy.float32), columns, starts), shape=(len(which), self.pieces.shape[0]))
        return chosen @ self.pieces

    def best(self, values, use=None):
        """The highest value of a window of each text, and which window it is."""
        order = numpy.lexsort((values, self.texts))
        ends = numpy.flatnonzero(numpy.diff(numpy.append(self.texts[order], -1)))
        best, which = numpy.full(len(self.rows), -9.0), numpy.full(len(self.rows), -1)
        best[self.texts[order[ends]]] = values[order[ends]]
        which[self.texts[order[ends]]] = order[ends]
        return best, which


def fit(matrix, labels, weights):
    model = SGDClassifier(loss="log_loss", alpha=ALPHA, max_iter=6, tol=None, average=True, random_state=3)
    model.fit(matrix, labels, sample_weight=weights)
    return model.coef_[0].astype(numpy.float32), float(model.intercept_[0])


def train(corpus, use, family_weight):
    """Twice: the second time without the windows of attacks that the first model took for harmless, and with those harmless
    ones that it took for attacks."""
    chance = numpy.random.default_rng(5)
    ranks = chance.random(len(corpus.texts))
    order = numpy.lexsort((ranks, corpus.texts))
    starts = numpy.searchsorted(corpus.texts[order], numpy.arange(len(corpus.rows)))
    rank = numpy.empty(len(order), dtype=int)
    rank[order] = numpy.arange(len(order)) - starts[corpus.texts[order]]
    sampled = rank < WINDOWS_MAX
    inside = numpy.where(corpus.labels == 1, rank < 4 * WINDOWS_MAX, sampled)
    chosen = use[corpus.texts] & (corpus.labels >= 0) & inside
    for again in (True, False):
        which = numpy.flatnonzero(chosen)
        counts = numpy.bincount(corpus.texts[which], minlength=len(corpus.rows))
        weights = family_weight[corpus.texts[which]] / numpy.sqrt(counts[corpus.texts[which]])
        labels = corpus.labels[which]
        for kind in (0, 1):
            weights[labels == kind] *= len(which) / 2 / weights[labels == kind].sum()
        coefficients, bias = fit(corpus.matrix(which), labels, weights)
        if again:
            values = corpus.values(coefficients, bias)
            best, worst = corpus.best(values)
            chosen &= ~((corpus.labels == 1) & (values < 0) & (values < best[corpus.texts]))
            harmless = worst[(worst >= 0) & use & (corpus.label == 0)]
            chosen[harmless] = True
    return coefficients, bias


def signal_weights(corpus, names, priors, unseen, weight):
    """Which window of a text is its worst depends on the weights: both are found in turn."""
    values = corpus.signals.toarray().astype(numpy.float32)
    values[:, names.index("wording")] = unseen.clip(-4, 12)
    bounds = [(None, None)] + [{1: (0, 4.0), -1: (-2.0, 0)}[SIGNS.get(name, 1)] for name in names]
    found = numpy.concatenate([[-3.0], priors])
    for _ in range(4):
        _, which = corpus.best(values @ found[1:].astype(numpy.float32))
        known = numpy.flatnonzero(which >= 0)
        both = numpy.hstack([numpy.ones((len(known), 1)), values[which[known]]])
        sign = numpy.where(corpus.label[known] == 1, -1, 1)
        share = weight[known]

        def loss(theta):
            margin = both @ theta
            value = share @ numpy.logaddexp(0, sign * margin) + HOLD * ((theta[1:] - priors) ** 2).sum()
            slope = both.T @ (share * sign / (1 + numpy.exp(-sign * margin)))
            slope[1:] += 2 * HOLD * (theta[1:] - priors)
            return value, slope

        found = optimize.minimize(loss, found, jac=True, method="L-BFGS-B", bounds=bounds).x
    best, _ = corpus.best(values @ found[1:].astype(numpy.float32))
    return found[1:], best


def write(path, scale, bias, start, signals, table):
    head = b"MGW1" + struct.pack("<IIIfff", VERSION, BITS, len(signals), scale, bias, start)
    path.write_bytes(head + numpy.asarray(signals, dtype="<f4").tobytes() + table.tobytes())


def report(rows, best, limit, key):
    groups = {}
    for at, row in enumerate(rows):
        if key in row:
            groups.setdefault((row["label"], row[key]), []).append(best[at] > limit)
    for (label, name), caught in sorted(groups.items()):
        print(f"{label} {key} {name:28} {len(caught):5} {numpy.mean(caught):.3f}", file=sys.stderr)


def main():
    out, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    names, priors = zip(*json.loads((out / "names.json").read_text()))
    corpus = Corpus(out, names)
    rows, label = corpus.rows, corpus.label
    print(len(rows), "texts", len(corpus.texts), "windows", file=sys.stderr)
    folds = numpy.array([fold(row) for row in rows])
    shown = numpy.array([row["family"] not in HIDDEN for row in rows])
    families = {}
    for row in rows:
        families[group(row)] = families.get(group(row), 0) + 1
    # A family counts by the root of its size, attacks and harmless texts alike in sum.
    weight = numpy.array([families[group(row)] ** -0.5 * LESS.get(row["family"], 0.4 if row["family"].startswith("planted_in_") else 1) for row in rows])
    for kind in (0, 1):
        weight[label == kind] /= weight[label == kind].sum()
    unseen = numpy.zeros(len(corpus.texts), dtype=numpy.float32)
    for number in range(FOLDS):
        values = corpus.values(*train(corpus, (folds != number) & shown, weight))
        out_of = folds[corpus.texts] == number
        unseen[out_of] = values[out_of]
        print("fold", number, "of", FOLDS, file=sys.stderr)
    coefficients, bias = train(corpus, shown, weight)
    best, _ = corpus.best(unseen)
    limit = numpy.quantile(best[label == 0], 0.99)
    print("wording alone, unseen families: 1 % false alarms,", f"{(best[label == 1] > limit).mean():.3f} caught", file=sys.stderr)
    scale = float(numpy.quantile(numpy.abs(coefficients[coefficients != 0]), 0.9995)) / 127
    table = numpy.clip(numpy.round(coefficients / scale), -127, 127).astype(numpy.int8)

    signals, best = signal_weights(corpus, names, numpy.array(priors), unseen, weight)
    # Classes of harmless texts count by the root of their size here, too.
    harmless = numpy.flatnonzero(label == 0)
    order = harmless[numpy.argsort(-best[harmless])]
    share = numpy.cumsum(weight[order]) / weight[harmless].sum()
    limit = best[order[numpy.searchsorted(share, FALSE_ALARMS)]] + 1e-3
    # Nobody writes with characters that nobody sees by accident: that alone is held, whatever the texts say.
    hidden = names.index("invisible_text")
    signals[hidden] = max(signals[hidden], limit + 4.5)
    write(target, scale, bias, -limit, signals, table)
    print(f"unseen families: {(best[label == 1] > limit).mean():.3f} caught", file=sys.stderr)
    for name, one in sorted(zip(names, signals), key=lambda pair: -pair[1]):
        print(f"{one:7.2f} {name}", file=sys.stderr)
    missed = [f"{best[at] - limit:.2f} {rows[at]['family']} {rows[at]['text'][:250]!r}\n" for at in range(len(rows)) if label[at] == (best[at] < limit)]
    (out / "missed.txt").write_text("".join(missed))
    for key in ("family", "container", "language"):
        report(rows, best, limit, key)


if __name__ == "__main__":
    main()
