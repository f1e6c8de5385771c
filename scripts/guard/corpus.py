"""Makes train.jsonl and test.jsonl from the pinned packages, and the manifest with the hash of the test split.

    python corpus.py PACKAGES OUT

The split is fixed: attacks by family (attacks.TEST_FAMILIES), harmless texts by package or class. Texts of one split that
are near to a text of the other are taken out of the training.
"""

import hashlib
import json
import pathlib
import random
import re
import sys
import zlib

import attacks
import benign
import planted

HISTORY = "13ae1a1"
PER_FAMILY_MAX = {"in_the_wild": 700, "code": 900, "agent_instructions": 1700, "diffs": 700, "languages_documentation": 900}


def shingles(text):
    words = re.findall(r"\w+", text.lower())
    return {zlib.crc32(" ".join(words[at:at + 4]).encode()) for at in range(max(1, len(words) - 3))}


def without_near(rows, tests, share=0.5):
    """The rows of which less than this share of word quadruples stands in one test text."""
    index = {}
    for number, row in enumerate(tests):
        for one in shingles(row.get("part", row["text"])):
            index.setdefault(one, []).append(number)
    kept = []
    for row in rows:
        own = shingles(row.get("part", row["text"]))
        counts = {}
        for one in own:
            for number in index.get(one, ())[:50]:
                counts[number] = counts.get(number, 0) + 1
        if max(counts.values(), default=0) < share * len(own):
            kept.append(row)
    return kept


def unique(rows):
    seen = set()
    for row in rows:
        key = hashlib.sha256(" ".join(row["text"].split()).encode()).digest()
        if key not in seen and row["text"].strip():
            seen.add(key)
            yield row


def carriers(rng, rows, hosts, share):
    """Some attacks again, inside harmless texts."""
    for row in rows:
        if rng.random() < share and len(row["part"]) < 900:
            host = rng.choice(hosts)["text"][:1500]
            lines = host.splitlines(keepends=True)
            at = rng.randrange(len(lines) + 1)
            text = "".join(lines[:at]) + ("" if at == 0 or lines[at - 1].endswith("\n") else "\n") + row["part"] + "\n" + "".join(lines[at:])
            yield {**row, "text": text, "inside": True}


def hidden(rng, rows, family, share):
    for row in rows:
        if rng.random() < share and len(row["part"]) < 400:
            way = rng.choice(("b64", "hex", "leet", "zero", "tags", "wide", "homo", "rot", "spaced"))
            part = attacks.hide(rng, way, row["part"])
            lead = rng.choice(("", "Please read: ", "Note: ", "data = "))
            yield {**row, "family": family, "text": lead + part, "part": part}


def limited(rng, rows):
    families = {}
    for row in rows:
        families.setdefault(row["family"], []).append(row)
    for family, members in sorted(families.items()):
        most = PER_FAMILY_MAX.get(family, len(members))
        yield from (members if len(members) <= most else rng.sample(members, most))


def build(root):
    rng, rng_test = random.Random(11), random.Random(12)
    bad = list(unique(attacks.every(root)))
    bad_test = [row for row in bad if row["family"] in attacks.TEST_FAMILIES]
    bad_train = [row for row in bad if row["family"] not in attacks.TEST_FAMILIES]
    short = lambda rows: [" ".join(row["part"].split()) for row in rows if 20 < len(row["part"]) < 160 and "\"" not in row["part"]]
    good_train = list(benign.own(random.Random(13), [text for text in short(bad_train) if max(text) < "\uff00"]))
    good_test = list(benign.quoting(random.Random(14), short(bad_test)))
    for package, kind, text in benign.packages(random.Random(15), root):
        (good_test if package in benign.TEST_PACKAGES else good_train).append(benign.item(kind, text))
    for test, row in benign.history(random.Random(16), HISTORY):
        (good_test if test else good_train).append(row)
    for place, row in enumerate(benign.logs(random.Random(17), 300)):
        (good_test if place % 3 == 0 else good_train).append(row)
    for path in (root / "spikee/spikee/data/workspace/datasets").glob("*-fp/standalone_user_inputs.jsonl"):
        for place, line in enumerate(path.read_text().splitlines()):
            row = benign.item("questions", json.loads(line)["text"])
            (good_test if place % 2 else good_train).append(row)
    hosts = [row for row in good_train if row["family"] in ("documentation", "code", "agent_instructions", "webhooks", "own_mail", "languages_documentation", "commit_messages", "diffs")]
    hosts_test = [row for row in good_test if row["family"] in ("documentation", "code", "webhooks", "commit_messages")]
    bad_train += list(carriers(rng, bad_train, hosts, 0.35)) + list(hidden(rng, bad_train, "own_hidden", 0.12))
    bad_test += [{**row, "family": "inside_documents"} for row in carriers(rng_test, bad_test, hosts_test, 0.25)]
    bad_test += list(hidden(rng_test, [row for row in bad_test if row["family"] in ("prompt_hijack", "sorry", "debug", "steal_prompt_garak", "emergency")], "hidden_test", 0.5))
    for tested, row in planted.every(random.Random(18)):
        ((good_test, bad_test) if tested else (good_train, bad_train))[row["label"]].append(row)
    test = list(limited(rng_test, unique(bad_test + good_test)))
    train = without_near(list(limited(rng, unique(bad_train + good_train))), test)
    return train, test


def write(path, rows):
    text = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows)
    path.write_text(text)
    return hashlib.sha256(text.encode()).hexdigest()


def main():
    root, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    train, test = build(root)
    hashes = {"train": write(out / "train.jsonl", train), "test": write(out / "test.jsonl", test)}
    counts = {}
    for name, rows in (("train", train), ("test", test)):
        for row in rows:
            kinds = counts.setdefault(name, {}).setdefault("attacks" if row["label"] else "harmless", {})
            kinds[row["family"]] = kinds.get(row["family"], 0) + 1
    manifest = {"sha256": hashes, "history": HISTORY, "texts": counts}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    print(json.dumps(manifest, indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
