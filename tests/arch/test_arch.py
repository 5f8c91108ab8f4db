"""The real tree keeps every rule; every tree below rejects/ is refused for the reason in its file `expect`."""
import os
import pathlib
import re
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CHECK = str(HERE / "check")
RULES = re.search(r"^PLAIN = \[(.*)\]", pathlib.Path(CHECK).read_text(), re.M).group(1).split(", ") + ["headers", "symbols", "state", "binary"]
CASES = sorted(path.parent.name for path in (HERE / "rejects").glob("*/expect"))


def run(*args):
    done = subprocess.run([CHECK, *map(str, args)], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


def compiled(tree, into):
    """Objects of a tiny tree, laid out as CMake lays them; sources that do not compile are none of these checks' business."""
    for source in (tree / "src").rglob("*.c"):
        target = into / (source.relative_to(tree / "src").as_posix() + ".o")
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["gcc", "-std=c17", "-D_POSIX_C_SOURCE=200809L", "-I", tree / "src", "-c", "-o", target, source], capture_output=True)
    return into


def deps_include():
    cached = ROOT / "build/dev/CMakeCache.txt"
    if cached.exists():
        match = re.search(r"^STAGEGATE_DEPS:\w+=(.*)$", cached.read_text(), re.M)
        if match:
            return ["--include", match.group(1) + "/include"]
    return []


@pytest.mark.parametrize("rule", RULES)
def test_tree_keeps(rule):
    args = ["--root", ROOT, "--check", rule, *deps_include()]
    if rule in ("symbols", "state"):
        objects = ROOT / "build/dev/src"
        if not objects.exists():
            pytest.skip("build/dev is not built")
        args += ["--objects", objects]
    if rule == "binary":
        binary = pathlib.Path(os.environ.get("STAGEGATE_RELEASE", ROOT / "build/release/stagegate"))
        if not binary.exists():
            pytest.skip(f"{binary} is not built")
        args += ["--binary", binary]
    assert run(*args) == []


def test_there_are_cases():
    assert len(CASES) > 20


@pytest.mark.parametrize("case", CASES)
def test_tiny_tree(case, tmp_path):
    tree = HERE / "rejects" / case
    expect = (tree / "expect").read_text().strip()
    wanted = expect.split(":")[0]
    objects = compiled(tree, tmp_path) if wanted in ("", "symbols", "state") else None
    args = ["--root", tree]
    for rule in [wanted] if wanted else [rule for rule in RULES if rule != "binary"]:
        args += ["--check", rule]
    if objects:
        args += ["--objects", objects]
    found = run(*args)
    if not expect:
        assert found == []
    else:
        assert any(line.startswith(expect) for line in found), found


@pytest.mark.parametrize("word, finding", [
    ("STAGEGATE_FAKE_CLOCK", 'contains "STAGEGATE_FAKE_CLOCK"'),
    ("--insecure", 'contains "--insecure"'),
    ("STAGEGATE_UNTOLD", "STAGEGATE_UNTOLD is read but no page of the documentation tells of it"),
])
def test_binary_is_refused(word, finding, tmp_path):
    (tmp_path / "src/base").mkdir(parents=True)
    (tmp_path / "src/base/num.h").write_text("")
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text("STAGEGATE_TOLD")
    (tmp_path / "docs/reports.md").write_text("STAGEGATE_TOLD_IN_DOCS")
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF\0STAGEGATE_TOLD\0STAGEGATE_TOLD_IN_DOCS\0" + word.encode() + b"\0")
    found = run("--root", tmp_path, "--check", "binary", "--binary", program)
    assert any(finding in line for line in found), found
    assert not any("STAGEGATE_TOLD" in line for line in found), found
