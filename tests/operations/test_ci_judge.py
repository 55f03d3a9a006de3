"""CI trusts a run only when tests ran and every skip says why."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

JUDGE = Path(__file__).parents[2] / ".ci" / "judge.py"
RAN = '<testcase name="a"/>'
SKIPPED = '<testcase name="b"><skipped message="no chromium here"/></testcase>'
SILENT = '<testcase name="c"><skipped message="unconditional skip"/></testcase>'


@pytest.mark.parametrize(
    ("cases", "code", "said"),
    [
        (RAN, 0, "1 tests ran, 0 were skipped."),
        (RAN + SKIPPED, 0, "1 x no chromium here"),
        (RAN + SILENT, 1, "1 tests were skipped without a reason."),
        ("", 1, "No test ran."),
        (SKIPPED, 1, "No test ran."),
    ],
)
def test_a_run_is_judged(tmp_path, capsys, cases, code, said) -> None:
    report = tmp_path / "tests.xml"
    report.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")

    judged = runpy.run_path(str(JUDGE))["main"](report)

    printed = capsys.readouterr()
    assert judged == code
    assert said in printed.out + printed.err
