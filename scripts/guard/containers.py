"""What texts stand in: each container takes sentences, one to plant, and more sentences, and gives the planted part as it
stands there and the whole."""

import json
import textwrap

# Containers that are only ever tested on.
TEST = {"diff", "csv", "ical", "notebook", "shell", "rss"}


def together(rng, before, payload, after, way):
    """Sentences around a payload, joined; the payload keeps its form."""
    joined = lambda parts: way.join(parts)
    return joined([part for part in (joined(before), payload, joined(after)) if part])


def escaped(text):
    return json.dumps(text, ensure_ascii=False)[1:-1]


def prose(rng, before, payload, after):
    return payload, together(rng, before, payload, after, rng.choice([" ", "\n\n", "\n"]))


def tool_json(rng, before, payload, after):
    place = rng.choice(["description", "content", "text", "notes", "body", "review", "summary", "snippet"])
    rows = [{"id": rng.randrange(9999), "name": rng.choice(["item", "order", "page"]), place: " ".join(before) or "ok"},
            {"id": rng.randrange(9999), "rating": rng.randrange(6), place: together(rng, before[:1], payload, after[:1], " ")},
            {"id": rng.randrange(9999), place: " ".join(after) or "none", "ok": True}]
    chosen = rows[1:2] if rng.random() < 0.4 else rows
    return escaped(payload), json.dumps({"results": chosen, "total": len(chosen)}, ensure_ascii=False, indent=rng.choice([None, 2]))


def leaf_json(rng, before, payload, after):
    place = rng.choice(["title", "comment", "status", "address", "subject", "bio", "product"])
    return escaped(payload), json.dumps({"id": rng.randrange(9999), place: payload, "date": "2026-01-0%d" % rng.randrange(1, 9)}, ensure_ascii=False)


def tool_yaml(rng, before, payload, after):
    place = rng.choice(["description", "notes", "details", "message"])
    lines = ["- id: %d" % rng.randrange(999), "  %s: %s" % (place, " ".join(before) or "none"), "- id: %d" % rng.randrange(999),
             "  %s: %s" % (place, payload.replace("\n", "\n    ")), "  state: open"]
    return payload.replace("\n", "\n    "), "\n".join(lines)


def mail(rng, before, payload, after):
    head = "From: %s@mail.example\nTo: team@ours.example\nSubject: %s\nDate: Mon, 2 Feb 2026 10:00:00 +0000\n\n" % (rng.choice(["ines", "shop", "billing"]), rng.choice(["Re: meeting", "Invoice", "Question", "Update"]))
    return payload, head + "Hello,\n\n" + together(rng, before, payload, after, rng.choice([" ", "\n\n"])) + "\n\nRegards\n" + rng.choice(["Ines", "The team"])


def readme(rng, before, payload, after):
    parts = ["# " + rng.choice(["fastgrid", "Parser", "Notes", "tinyhttp"]), " ".join(before), rng.choice(["## Setup", "## Usage", "## Notes"]),
             rng.choice(["", "- ", "> "]) + payload, " ".join(after), "```sh\nmake build\n```"]
    return payload, "\n\n".join(part for part in parts if part)


def page(rng, before, payload, after):
    inner = rng.choice(["<p>%s</p>", "<li>%s</li>", "<div class=\"note\">%s</div>", "<td>%s</td>"]) % payload
    rows = "".join("<p>%s</p>\n" % one for one in before) + inner + "\n" + "".join("<p>%s</p>\n" % one for one in after)
    return payload, "<html><head><title>%s</title></head>\n<body>\n<h1>News</h1>\n%s</body></html>" % (rng.choice(["Shop", "Blog", "Docs"]), rows)


def page_hidden(rng, before, payload, after):
    inner = rng.choice(["<!-- %s -->", "<span style=\"display:none\">%s</span>", "<img src=\"a.png\" alt=\"%s\">", "<div style=\"font-size:0px\">%s</div>", "<meta name=\"description\" content=\"%s\">"]) % payload
    return payload, "<p>%s</p>\n%s\n<p>%s</p>" % (" ".join(before), inner, " ".join(after))


def comment(rng, before, payload, after):
    sign = rng.choice(["# ", "// ", "-- ", "; "])
    code = {"# ": ["import os\n\ndef load(path):\n", "    return open(path).read()\n"], "// ": ["const fs = require('fs');\nfunction load(path) {\n", "  return fs.readFileSync(path);\n}\n"],
            "-- ": ["SELECT id, name\n", "FROM users WHERE active = 1;\n"], "; ": ["[server]\n", "port = 8080\n"]}[sign]
    note = before[0] if before else ""
    wrapped = [payload] if rng.random() < 0.5 or "\n" in payload else textwrap.wrap(payload, rng.randrange(40, 90), break_long_words=False, break_on_hyphens=False)
    part = ("\n" + sign).join(line for whole in wrapped for line in whole.split("\n"))
    return part, (sign + note + "\n" if note else "") + code[0] + sign + part + "\n" + code[1]


def block_comment(rng, before, payload, after):
    lines = textwrap.wrap(payload, 70, break_long_words=False, break_on_hyphens=False) if "\n" not in payload else payload.split("\n")
    part = "\n * ".join(lines)
    return part, "/*\n * %s\n * %s\n */\nint load(const char *path) {\n    return open(path, 0);\n}\n" % (before[0] if before else "Loads a file.", part)


def rust_doc(rng, before, payload, after):
    part = "\n/// ".join(payload.split("\n"))
    return part, "/// %s\n///\n/// %s\npub fn load(path: &Path) -> Result<String> {\n    fs::read_to_string(path)\n}\n" % (before[0] if before else "Loads a file.", part)


def log(rng, before, payload, after):
    lines, part = [], payload.replace("\n", " ")
    for at, one in enumerate(before[:2] + [part] + after[:2]):
        lines.append("2026-02-03T10:%02d:%02dZ %s %s: %s" % (at, rng.randrange(60), rng.choice(["INFO", "WARN", "ERROR"]), rng.choice(["web", "worker", "db"]), one))
    return part, "\n".join(lines)


def issue(rng, before, payload, after):
    head = "**%s** opened this issue\n\n### What happened\n%s\n\n### Steps\n1. start the program\n2. %s\n\n" % (rng.choice(["dana", "kim42", "octo"]), " ".join(before), after[0] if after else "wait")
    return payload, head + payload + "\n\n---\nlabels: bug, help wanted"


def chat(rng, before, payload, after):
    lines = ["[10:0%d] %s: %s" % (at, rng.choice(["ana", "bo", "kim"]), one) for at, one in enumerate(before[:3])]
    lines.append("[10:07] guest: " + payload)
    return payload, "\n".join(lines + ["[10:09] ana: " + one for one in after[:1]])


def tool_description(rng, before, payload, after):
    body = together(rng, before[:1], payload, [], " ")
    return escaped(payload), json.dumps({"name": rng.choice(["get_weather", "search", "add"]), "description": body, "inputSchema": {"type": "object", "properties": {"query": {"type": "string"}}}}, ensure_ascii=False)


def search_results(rng, before, payload, after):
    rows = ["%d. %s\n   https://site%d.example/page\n   %s" % (at + 1, rng.choice(["Guide", "Forum", "Wiki"]), at, one) for at, one in enumerate(before[:2] + [payload] + after[:2])]
    return payload, "\n".join(rows)


def commit(rng, before, payload, after):
    return payload, "%s\n\n%s\n%s\n\nSigned-off-by: %s <%s@ours.example>" % (rng.choice(["Fix the parser", "Update dependencies", "Add a cache"]), " ".join(before[:1]), payload, "Kim", "kim")


def diff(rng, before, payload, after):
    part = payload.replace("\n", "\n+")
    return part, "diff --git a/README.md b/README.md\n--- a/README.md\n+++ b/README.md\n@@ -1,4 +1,5 @@\n %s\n+%s\n %s\n" % (before[0] if before else "Intro.", part, after[0] if after else "End.")


def csv(rng, before, payload, after):
    cell = lambda text: '"%s"' % text.replace('"', '""')
    part = payload.replace('"', '""')
    return part, "id,name,comment\n1,Dana,%s\n2,Kim,%s\n3,Bo,%s\n" % (cell(" ".join(before[:1])), cell(payload), cell(" ".join(after[:1])))


def ical(rng, before, payload, after):
    part = payload.replace("\n", " ")
    return part, "BEGIN:VEVENT\nDTSTART:20260203T100000Z\nSUMMARY:%s\nDESCRIPTION:%s\nLOCATION:Room 4\nEND:VEVENT" % (rng.choice(["Review", "Lunch"]), part)


def notebook(rng, before, payload, after):
    cells = [{"cell_type": "markdown", "source": before[:2]}, {"cell_type": "code", "source": ["import pandas as pd\n", "df = pd.read_csv('a.csv')"], "outputs": [{"text": [payload]}]}]
    return escaped(payload), json.dumps({"cells": cells, "nbformat": 4}, ensure_ascii=False, indent=1)


def shell(rng, before, payload, after):
    part = payload.replace("\n", "\n# ")
    return part, "#!/bin/sh\nset -e\n# %s\ncd \"$(dirname \"$0\")\"\n# %s\nmake && make install\n" % (before[0] if before else "Builds it.", part)


def rss(rng, before, payload, after):
    return payload, "<rss version=\"2.0\"><channel><title>News</title>\n<item><title>%s</title><description>%s</description></item>\n<item><title>Update</title><description>%s</description></item>\n</channel></rss>" % (rng.choice(["Weather", "Market"]), " ".join(before), payload)


ALL = {one.__name__: one for one in (prose, tool_json, leaf_json, tool_yaml, mail, readme, page, page_hidden, comment, block_comment, rust_doc, log, issue, chat,
                                     tool_description, search_results, commit, diff, csv, ical, notebook, shell, rss)}
