"""Runs schemathesis over a node's OpenAPI file and judges each operation.

Usage: fuzz.py SCHEMATHESIS URL TOKEN FOLDER. An operation passes if no answer was a server error, every answer was one the
file promises, and at least one request was accepted (2xx): an operation that only ever refuses has not been tested. What
cannot be guessed (a message's id, a code, a password) is prepared and asked for first, by prepare.py.
Prints the reasons and a closing line; the report with every request stays in FOLDER.
"""

import collections
import json
import os
import subprocess
import sys

import prepare

SEED = "1"
EXAMPLES = os.environ.get("MESH_FUZZ_EXAMPLES", "50")
# Every check schemathesis has, except positive_data_acceptance: a request that fits the schema may still be refused, because
# what it names does not exist or is not the asker's. That something is accepted is checked below instead.
EXCLUDED = "positive_data_acceptance"


def main(schemathesis, url, token, folder):
    report = os.path.join(folder, "openapi.ndjson")
    command = [
        schemathesis, "run", f"{url}/openapi.json",
        "--header", f"Authorization: Bearer {token}",
        "--checks", "all", "--exclude-checks", EXCLUDED,
        "--max-examples", EXAMPLES, "--seed", SEED, "--continue-on-failure",
        "--report", "ndjson", "--report-ndjson-path", report,
        "--no-color", "--generation-database", "none",
    ]
    accepted = prepare.walk(url, token)
    subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
    statuses, complaints, selected = read(report)
    for operation, status in accepted.items():
        statuses[operation][status] += 1
    failed = 0
    for operation in sorted(statuses):
        reasons = sorted(complaints[operation])
        if not any(200 <= status < 300 for status in statuses[operation]):
            seen = ", ".join(f"{status} x {count}" for status, count in sorted(statuses[operation].items()))
            reasons.append(f"no request was accepted (seen: {seen})")
        for reason in reasons:
            print(f"✗ {operation}: {reason}")
        failed += bool(reasons)
    missing = max(selected - len(statuses), 0)
    if missing or not selected:
        print(f"✗ {missing} of {selected} operations were never asked")
    failed += missing
    print(f"openapi: {len(statuses) - failed + missing} passed, {failed} failed")
    return 1 if failed or not selected else 0


def read(report):
    """Answers by operation and status, failed checks by operation, and how many operations there are."""
    statuses = collections.defaultdict(collections.Counter)
    complaints = collections.defaultdict(set)
    selected = 0
    with open(report, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            if loaded := event.get("LoadingFinished"):
                selected = loaded["statistic"]["operations"]["selected"]
            recorder = event.get("ScenarioFinished", {}).get("recorder") or {}
            for name, case in recorder.get("cases", {}).items():
                operation = f"{case['value']['method']} {case['value']['path']}"
                answer = (recorder["interactions"].get(name) or {}).get("response")
                # A check may send a method that the file does not have; what it finds is among the checks.
                if operation_is_documented(case) and answer:
                    statuses[operation][answer["status_code"]] += 1
                for check in recorder.get("checks", {}).get(name, []):
                    if check["status"] == "failure":
                        failure = (check.get("failure_info") or {}).get("failure") or {}
                        status = answer["status_code"] if answer else "no answer"
                        complaints[operation].add(f"{check['name']} ({status}): {failure.get('title', '')}")
                        statuses[operation] += collections.Counter()
    return statuses, complaints, selected


def operation_is_documented(case):
    data = case["value"].get("meta", {}).get("phase", {}).get("data") or {}
    return "Unspecified HTTP method" not in (data.get("description") or "")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
