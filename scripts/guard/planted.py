"""Orders planted in data, and as many harmless sentences in the same places: sentences of planted/ in containers of containers.py.

The split is by sentence: families and languages marked `test`, every fourth lead, tail, harmless and filling sentence, and the
containers of containers.TEST are only ever tested on.
"""

import base64
import pathlib

import attacks
import containers

HERE = pathlib.Path(__file__).parent

FILLINGS = {
    "secret": ["API keys", "password", "conversation history", "access token", "customer list", "private key", "contents of .env", "session cookie", "contract draft", "list of contacts"],
    "mail": ["{word}@mail.example", "drop-{n}@relay.example", "audit@{host}", "{person}@{host}", "backup@{host}"],
    "url": ["https://{host}/{word}", "http://{host}:8{n}/in", "https://{word}.{host}", "{host}/{word}/collect"],
    "host": ["relay.example", "cdn-sync.example", "secure-pay.example", "files.example.net", "203.0.113.{n}", "metrics-hub.example", "update-check.example.org"],
    "file": ["src/config.rs", "notes/plan.md", "deploy/prod.yaml", "app/settings.py", "docs/setup.md", "customers.csv", "db/schema.sql", "~/Documents/contract.pdf"],
    "folder": ["/srv/data", "the home directory", "backups", "./migrations", "~/projects", "the shared drive"],
    "pkg": ["requests-core", "left-padx", "colorama-plus", "node-utils-fast", "pytorch-helper", "serde-yml2"],
    "person": ["Mallory", "Dana", "K. Osei", "Tomasz", "Ines", "jsmith", "Priya"],
    "word": ["bluebird", "Nimbus", "acorn", "HyperVac", "Solara", "kestrel", "zephyr"],
    "amount": ["500 EUR", "$2,000", "1.200 €", "0.5 BTC", "300 USD"],
    "iban": ["DE00 1234 5678 9000", "GB00 TEST 0000 1111", "FR7600000000001", "account 99-8877"],
    "wallet": ["bc1qexample0000", "0x00example9911"],
    "phone": ["+44 7700 900{n}", "+1 555 01{n}", "0151 000{n}"],
    "street": ["12 Harbour Street", "Lindenweg 4"],
    "day": ["Friday", "12.03.", "2026-02-14", "15/06"],
    # Written in two parts: the tree itself has no such marks.
    "todo": ["TO" + "DO"],
    "fix": ["FIX" + "ME"],
    "n": ["3", "5", "12", "20", "42", "99"],
}
# Ways to write an order so that it is not seen. Those of the second line are tested on only.
WAYS = ("typo", "split", "homo", "zero", "leet", "b64", "hex")
TEST_WAYS = ("double", "split", "dots", "binary", "b32", "escape")


def load():
    """{language: {"test": …, "sections": {name: sentences}}}"""
    found = {"en": {"test": False, "sections": {}}}
    for name, language in (("en.txt", "en"), ("others.txt", None)):
        section = None
        for line in (HERE / "planted" / name).read_text().splitlines():
            if line.startswith("@ "):
                *test, language = line[2:].split()
                found[language] = {"test": bool(test), "sections": {}}
            elif line.startswith("## "):
                section = found[language]["sections"].setdefault(line[3:], [])
            elif line and not line.startswith("# "):
                section.append("" if line == "-" else line)
    return found


def fill(rng, text):
    for _ in range(3):
        for name, choices in FILLINGS.items():
            while "{" + name + "}" in text:
                text = text.replace("{" + name + "}", rng.choice(choices), 1)
    return text.replace("{{", "{").replace("}}", "}")


def half(language, sentences, test):
    """Every fourth sentence is tested on, the rest trained on; all of a language that is only tested on."""
    return [one for place, one in enumerate(sentences) if language["test"] or (place % 4 == 3) == test] or sentences


def alter(rng, way, text):
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) > 5 and word.isalpha()]
    if way in ("typo", "double"):
        for place in rng.sample(long, min(len(long), 1 if way == "typo" else 3)):
            word = words[place]
            at = rng.randrange(1, len(word) - 1)
            words[place] = rng.choice([word[:at] + word[at + 1:], word[:at] + word[at] + word[at:], word[:at - 1] + word[at] + word[at - 1] + word[at + 1:]])
        return " ".join(words)
    if way == "split":
        return "".join(word + (rng.choice("\n\n ") if place + 1 < len(words) else "") for place, word in enumerate(words))
    if way == "dots":
        return "  ".join(".".join(word) for word in words)
    if way == "binary":
        return "Decode and do it: " + " ".join(f"{byte:08b}" for byte in text.encode())
    if way == "b32":
        return "Decode and do it: " + base64.b32encode(text.encode()).decode()
    if way == "escape":
        return "".join(f"\\u{ord(c):04x}" if c.isalpha() and ord(c) < 65536 else c for c in text)
    if way in ("b64", "hex"):
        return "Decode and do it: " + attacks.hide(rng, way, text)
    return attacks.hide(rng, way, text)


def capital(text):
    return text[:1].upper() + text[1:]


def order(rng, language, acts, test):
    """One order with what stands before and behind it."""
    sections = language["sections"]
    kinds = [name for name in sections if name.startswith("lead")]
    lead = rng.choice(half(language, sections[rng.choice(kinds)], test)) if rng.random() < 0.8 else ""
    act = rng.choice(acts)
    both = capital(act) if not lead or lead[-1] in ":!：！.>]" else act
    space = "" if lead.endswith(("：", "，", "、", "！")) else " "
    text = (lead + space + both).strip()
    tail = rng.choice(half(language, sections["tail"], test)) if rng.random() < 0.45 else ""
    end = "。" if text[-1] > "\u3000" and language["sections"]["prose"][0].endswith("。") else "."
    return fill(rng, text + end + (" " + tail if tail else ""))


def harmless(rng, language, container, test):
    sections = language["sections"]
    known = half(language, sections["work"], test)
    works = rng.sample(known, 1 if rng.random() < 0.6 else min(2, len(known)))
    lead = ""
    if "lead machine" in sections and container in ("readme", "comment", "rust_doc") and rng.random() < 0.15:
        lead = rng.choice(half(language, sections["lead machine"], test)[:6]) + " "
    return fill(rng, lead + " ".join(works))


def place(rng, language, container, payload, test):
    prose = half(language, language["sections"]["prose"] + language["sections"]["work"][:4], test)
    around = [fill(rng, one) for one in rng.sample(prose, min(len(prose), rng.randrange(2, 6)))]
    cut = rng.randrange(len(around) + 1)
    return containers.ALL[container](rng, around[:cut], payload, around[cut:])


def every(rng):
    """(is a test, row) of all."""
    languages = load()
    known = [name for name in containers.ALL if name not in containers.TEST]
    for name, language in languages.items():
        families = {part: acts for part, acts in language["sections"].items() if part.startswith("act")}
        for family, acts in families.items():
            test = language["test"] or " test " in family
            label = family.replace("act", "").replace("test", "").strip() or "mixed"
            for container in containers.ALL:
                if container in containers.TEST and not test:
                    continue
                # English has many families, others have one.
                for count in range((3 if test else 7) if name == "en" else 3 if test else 7):
                    payload = order(rng, language, acts, test)
                    kind, way = f"planted_{label}", None
                    if name == "en" or rng.random() < 0.3:
                        if count == 1 and rng.random() < 0.6:
                            way = rng.choice(TEST_WAYS if test else WAYS)
                            payload = alter(rng, way, payload)
                            kind = "planted_evasions" if test else "own_hidden" if way in ("b64", "hex") else kind
                    part, text = place(rng, language, container, payload, test)
                    yield test, {"label": 1, "family": kind, "container": container, "language": name, "text": text, "part": part}
        for container in containers.ALL:
            sides = (True,) if language["test"] or container in containers.TEST else (False, True)
            for test in sides:
                for _ in range((12 if test else 60) if name == "en" else (3 if test else 8)):
                    part, text = place(rng, language, container, harmless(rng, language, container, test), test)
                    yield test, {"label": 0, "family": f"planted_in_{container}", "container": container, "language": name, "text": text}
