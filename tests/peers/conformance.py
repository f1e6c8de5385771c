"""Runs scenarios of the MCP conformance suite against a server and judges each of their checks.

Usage: conformance.py CONFORMANCE URL FOLDER REVISION SCENARIO…, or with `--requirements` in the place of the scenarios: then
everything that REVISION requires. Prints the failed checks and a closing line; what was sent and answered stays in FOLDER.
"""

import json
import pathlib
import re
import subprocess
import sys

# Of what the suite runs for a revision, these are reported but not required: pending ones, and those added after its release.
NOT_REQUIRED = {"server-session-lifecycle", "json-schema-2020-12", "server-sse-polling"}


def main(conformance, url, folder, revision, *scenarios):
    base = [conformance, "server", "--url", url]
    passed = failed = 0
    if scenarios == ("--requirements",):
        runs = [(revision, ["--requirements", revision], NOT_REQUIRED)]
    else:
        runs = [(name, ["--scenario", name, "--spec-version", revision], set()) for name in scenarios]
    for name, arguments, not_required in runs:
        output = pathlib.Path(folder) / f"conformance-{revision}-{name}"
        result = subprocess.run(
            [*base, *arguments, "-o", str(output)], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        found = 0
        for scenario, check in checks(output, not_required):
            found += check["status"] in ("SUCCESS", "FAILURE")
            passed += check["status"] == "SUCCESS"
            if check["status"] == "FAILURE":
                failed += 1
                print(f"  {scenario}: {check['id']}: {check.get('errorMessage') or check.get('description', '')}")
        if not found:
            failed += 1
            print(f"  {name}: the suite made no check and ended with {result.returncode}:\n{result.stdout}{result.stderr}")
    print(f"mcp: {passed} passed, {failed} failed")
    return 1 if failed else 0


def checks(output, not_required):
    """Every check of the run; its folder is named server-SCENARIO-TIME."""
    for path in sorted(output.glob("*/checks.json")):
        scenario = re.fullmatch(r"server-(.+)-\d{4}-\d\d-\d\dT.*", path.parent.name)[1]
        if scenario not in not_required:
            for check in json.loads(path.read_text(encoding="utf-8")):
                if not for_fixtures_only(check):
                    yield scenario, check


def for_fixtures_only(check):
    """A check that needs a tool of the suite's own. The node with fixtures has those and must pass it; the shipped one has not."""
    return check["status"] == "FAILURE" and (check.get("details") or {}).get("untestable") is True


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
