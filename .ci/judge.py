"""Reads pytest's JUnit file: fails when no test ran, or one was skipped without saying why.

Failures are pytest's own exit code; this looks at what that code does not tell.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

# What pytest writes when a skip carries no reason.
NO_REASON = {"", "unconditional skip"}


def main(path: Path) -> int:
    """0 when the run can be trusted."""
    cases = list(ET.parse(path).iter("testcase"))  # noqa: S314 - pytest wrote the file
    skips = [skip.get("message", "").strip() for case in cases for skip in case.iter("skipped")]
    silent = sum(reason in NO_REASON for reason in skips)
    ran = len(cases) - len(skips)
    sys.stdout.write(f"{ran} tests ran, {len(skips)} were skipped.\n")
    for reason, n in Counter(skips).most_common():
        sys.stdout.write(f"  {n} x {reason or '(no reason)'}\n")
    if ran == 0:
        sys.stderr.write("No test ran.\n")
    if silent:
        sys.stderr.write(f"{silent} tests were skipped without a reason.\n")
    return 1 if ran == 0 or silent else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
