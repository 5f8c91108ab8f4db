"""tests/docs/check sees what it is for: each case spoils one document of a copy of the tree."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("STAGEGATE_BIN", ROOT / "build/release/stagegate")).resolve()
TOOL = ROOT / "build/dev/tests/docs/docs_tool"
STRAY = 'void stray(void)\n{\n\tsg_report_warn(report,\n\t\tfine ? "READ_ONLY" : "STRAY_CODE", "%s", "NO_CODE");\n}\n'


def cut(path, pattern, text=""):
    before = path.read_text()
    after = re.sub(pattern, text, before, count=1, flags=re.M)
    assert after != before, f"{path} has no {pattern}"
    path.write_text(after)


CASES = {
    "command-list": (lambda tree: cut(tree / "README.md", r"^\| \[`stagegate gate`\].*\n"), "README.md is not what the tables say"),
    "option": (lambda tree: cut(tree / "docs/commands.md", r"^\| `--dry-run`.*\n"), "docs/commands.md is not what the tables say"),
    "exit-code": (lambda tree: cut(tree / "docs/exit-codes.md", r"\| 75 \|", "| 1 |"), "docs/exit-codes.md is not what the tables say"),
    "advice": (lambda tree: cut(tree / "docs/troubleshooting.md", r"^- \*\*Why\.\*\* .*\n"), "docs/troubleshooting.md is not what the tables say"),
    "man-page-gone": (lambda tree: (tree / "docs/man/stagegate-wait.1").unlink(), "docs/man is not what the tables say"),
    "man-page-too-many": (lambda tree: (tree / "docs/man/stagegate-x.1").write_text(".TH X 1\n"), "docs/man is not what the tables say"),
    "man-page-broken": (lambda tree: cut(tree / "docs/man/stagegate.1", r"^\.SH COMMANDS", ".XX COMMANDS"), "docs/man/stagegate.1: mandoc"),
    "picture": (lambda tree: cut(tree / "docs/flow.svg", "soak", "soap"), "docs/flow.svg is not what docs/flow.py draws"),
    "code-without-table": (lambda tree: (tree / "src/step/stray.c").write_text(STRAY), "src/step/stray.c: STRAY_CODE is in no table of codes"),
}


@pytest.fixture
def tree(tmp_path):
    """What the check reads, as a copy."""
    for name in ("docs", "src"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "README.md", tmp_path)
    (tmp_path / "tests/docs").mkdir(parents=True)
    shutil.copy(ROOT / "tests/docs/check", tmp_path / "tests/docs")
    return tmp_path


def check(tree, *more):
    done = subprocess.run([tree / "tests/docs/check", TOOL, BINARY, *more], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.mark.parametrize("name", CASES)
def test_spoilt_documents_are_seen(name, tree):
    spoil, finding = CASES[name]
    spoil(tree)
    status, said = check(tree)
    assert status == 1 and finding in said, said


def test_write_makes_it_good_again(tree):
    for name in ("option", "advice", "man-page-gone", "man-page-too-many", "picture"):
        CASES[name][0](tree)
    check(tree, "--write")
    assert check(tree) == (0, "")
    for path in ("docs/commands.md", "docs/troubleshooting.md", "docs/man/stagegate-wait.1", "docs/flow.svg"):
        assert (tree / path).read_bytes() == (ROOT / path).read_bytes()
