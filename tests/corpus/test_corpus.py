"""The corpus runner: it finds nothing wrong with our editor, and everything wrong with editors that are."""
import json
import os
import pathlib
import random
import subprocess
import sys

import pytest

pytest.importorskip("yaml", reason="python3-yaml is not installed (ci/setup)")
pytest.importorskip("ruamel.yaml", reason="python3-ruamel.yaml is not installed (ci/setup)")

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CONTRACTS = pathlib.Path(os.environ.get("STAGEGATE_CONTRACTS") or ROOT / "../shared/contracts")
BINARY = os.environ.get("STAGEGATE_BIN") or str(ROOT / "build/release/stagegate")
KEYS = ["schema", "files", "unparsable", "templated", "scalars", "edits", "refusals", "refusals_by_reason", "violations", "seconds"]
sys.path.insert(0, str(HERE))

import corpus as corpus_module  # noqa: E402
import places  # noqa: E402
from readers import events11  # noqa: E402


def corpus(folder, out, binary=BINARY, expect=0):
    done = subprocess.run([HERE / "run", folder, "--json", out], env={"PATH": "/usr/bin:/bin", "STAGEGATE_BIN": str(binary)}, capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == expect, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    report = json.loads(out.read_text())
    assert list(report) == KEYS
    return report, done.stderr


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "in"
    made.mkdir()
    return made


# ---- our own data

def test_the_inputs_of_the_table(tmp_path):
    if not (CONTRACTS / "data/yaml").is_dir():
        pytest.skip("no folder of inputs here (STAGEGATE_CONTRACTS)")
    before = {path.name: path.read_bytes() for path in (CONTRACTS / "data/yaml").iterdir()}
    report, _ = corpus(CONTRACTS / "data/yaml", tmp_path / "r.json")
    assert report["files"] == 12 and report["edits"] >= 12 and report["violations"] == 0
    assert report["scalars"] == report["edits"] + report["refusals"]
    assert sum(report["refusals_by_reason"].values()) == report["refusals"]
    assert before == {path.name: path.read_bytes() for path in (CONTRACTS / "data/yaml").iterdir()}


@pytest.mark.parametrize("name", ["tests/data", "src/scaffold", "docs", "templates"])
def test_our_own_files(name, tmp_path):
    found = subprocess.run([HERE / "run", ROOT / name, "--json", tmp_path / "r.json"], env={"PATH": "/usr/bin:/bin", "STAGEGATE_BIN": BINARY},
                           capture_output=True, text=True, timeout=60, check=False)
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["violations"] == 0 and "crashes=0" in found.stdout, found.stderr
    assert found.returncode == (0 if report["edits"] else 1)


# ---- what is counted

def test_files_and_scalars_are_counted(folder, tmp_path):
    (folder / "chart/templates").mkdir(parents=True)
    (folder / "chart/Chart.yaml").write_text("name: x\nappVersion: 1.0\nversion: 1.0\n")
    (folder / "chart/templates/a.yaml").write_text("image: '{{ .Values.image }}'\n")
    (folder / "chart/values.yaml").write_text("image: {repository: a, tag: , digest: '', other: 1}\nimages:\n- x:1\n- name: x\n  newTag: 1\n  newName: y\n")
    (folder / "free.yaml").write_text("a: {{ .x }}\nimage: a\n")
    (folder / "accident.yml").write_text("{{ x }}: 1\n")
    (folder / "quoted.yaml").write_text("image: '{{ x }}'\n")
    (folder / "broken.yaml").write_text("a: [\n")
    (folder / "latin.yaml").write_bytes(b"image: \xe4\n")
    (folder / "twice.yaml").write_text("image: a\nimage: b\nx: {image: c}\n")
    (folder / "notes.txt").write_text("image: a\n")
    (folder / "link.yaml").symlink_to("quoted.yaml")
    report, err = corpus(folder, tmp_path / "r.json")
    assert {key: report[key] for key in KEYS[1:7]} == {"files": 9, "unparsable": 2, "templated": 3, "scalars": 11, "edits": 9, "refusals": 2}, err
    assert report["refusals_by_reason"] == {"EDIT_DUPLICATE": 2}
    assert 'refused 2 times: EDIT_DUPLICATE: the key "..." stands twice (first at line N); first: ' + str(folder / "twice.yaml: ") in err


def test_a_file_that_is_too_large_is_asked_once(folder, tmp_path):
    (folder / "a.yaml").write_text("image: a\n" + "l: " + "[" * 70 + "]" * 70 + "\ntag: b\nx: {image: c}\n")
    calls = tmp_path / "calls"
    editor = wrong_editor(tmp_path, f"open({str(calls)!r}, 'a').write('x')")
    report, err = corpus(folder, tmp_path / "r.json", editor, expect=1)
    assert report["scalars"] == report["refusals"] == 3 and calls.read_text() == "x"
    assert report["refusals_by_reason"] == {"TOO_LARGE": 3} and "TOO_LARGE: nested deeper than N levels" in err


def test_nothing_edited_is_a_failure(folder, tmp_path):
    (folder / "a.yaml").write_text("x: 1\n")
    report, _ = corpus(folder, tmp_path / "r.json", expect=1)
    assert report["files"] == 1 and report["edits"] == 0


def test_the_command_line(tmp_path):
    for words in ([], [tmp_path / "none", "--json", tmp_path / "r"], [tmp_path]):
        assert subprocess.run([HERE / "run", *words], capture_output=True, timeout=60, check=False).returncode == 2


def paths(text):
    return [place.path for place in places.find(events11(text))]


def test_paths():
    assert paths("image: a\n") == ['"image"']
    assert paths('"a.b\\"": {image: a}\nl: [{tag: b}, [x, {digest: c}]]\n') == ['"a.b\\""."image"', '"l"[0]."tag"', '"l"[1][1]."digest"']
    assert paths("image: a\n---\n- image: b\n") == ['0:"image"', '1:[0]."image"']
    assert paths("? {image: a}\n: {image: b}\nimage: c\n? [x]\n: 1\ntag: d\n") == [None, '"image"', '"tag"']
    assert paths("images: [a, {image: b}, [c]]\nimage: [d]\nx: {images: e}\n") == ['"images"[0]', '"images"[1]."image"']
    assert paths("a: &a {image: a}\nb: *a\n*a : {tag: c}\nimage: *a\n") == ['"a"."image"', None]


# ---- editors that are wrong

TRUE_EDIT = "import subprocess, sys, pathlib\nargs = sys.argv[1:]\npath = pathlib.Path(args[1])\nbefore = path.read_bytes()\n" \
            "done = subprocess.run([{binary!r}, *args], capture_output=True)\nafter = path.read_bytes()\nsys.stdout.buffer.write(done.stdout)\n"
GOOD = "# head\nimage:\n  repository: r:5000/a\n  tag: 'v1'   # {\"$x\": 1}\nlist:\n- {image: a, n: 1}\n- image: &a b\n"


def wrong_editor(tmp_path, code):
    path = tmp_path / "editor"
    path.write_text("#!/usr/bin/python3\n" + TRUE_EDIT.format(binary=BINARY) + code + "\nsys.exit(done.returncode)\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("code, what", [
    ("path.write_bytes(after.rstrip())", "other bytes behind the last value"),
    ("path.write_bytes(after.replace(b'   #', b' #'))", "other bytes before line"),
    ("path.write_bytes(after.replace(b'# head', b'# Head'))", "other bytes before line"),
    ("path.write_bytes(after.replace(b'\\n', b'\\r\\n'))", "other bytes before line"),
    ("path.write_bytes(after.replace(b'n: 1', b'n: 2'))", "another event"),
    ("path.write_bytes(after.replace(b'n: 1', b'\"n\": 1'))", "another event"),
    ("path.write_bytes(after.replace(b'&a ', b''))", "reads as"),
    ("path.write_bytes(after.replace(b'list:', b'list: ['))", "no YAML 1.1 any more"),
    ("path.write_bytes(after + b'more: 1\\n')", "events became"),
    ("import re; path.write_bytes(re.sub(rb'\"([^\"$\\n]*)\"', rb'\\1', after))", "is no text for YAML"),
    ("path.write_bytes(after + b'\\xff')", "no UTF-8 any more"),
    ("path.write_bytes(before)", "reads as"),
    ("path.write_bytes(before + b'#'); print('{\"reason\": \"EDIT_REFUSED\", \"cause\": \"x\", \"where\": \"\"}'); sys.exit(9)", "and the file changed"),
])
def test_damage_is_a_violation(folder, tmp_path, code, what):
    (folder / "a.yaml").write_text(GOOD)
    if "sys.exit(9)" in code:
        code = "sys.stdout.buffer.flush()\n" + code
    editor = wrong_editor(tmp_path, code)
    if "sys.exit(9)" in code:
        editor.write_text(editor.read_text().replace("sys.stdout.buffer.write(done.stdout)\n", ""))
    report, err = corpus(folder, tmp_path / "r.json", editor, expect=1)
    assert report["violations"] >= 1 and what in err, err


@pytest.mark.parametrize("code, what", [
    ("sys.exit(139)", "exit 139"),
    ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "exit -11"),
    ("sys.exit(9)", "without a document"),
])
def test_a_crash_is_a_failure(folder, tmp_path, code, what):
    (folder / "a.yaml").write_text(GOOD)
    editor = wrong_editor(tmp_path, code)
    editor.write_text(editor.read_text().replace("sys.stdout.buffer.write(done.stdout)\n", ""))
    report, err = corpus(folder, tmp_path / "r.json", editor, expect=1)
    assert report["edits"] == 0 and what in err, err


def test_an_editor_that_refuses_all_is_a_failure(folder, tmp_path):
    (folder / "a.yaml").write_text(GOOD)
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\necho '{\"reason\": \"EDIT_REFUSED\", \"cause\": \"no\", \"where\": \"\"}'\nexit 9\n")
    editor.chmod(0o755)
    report, _ = corpus(folder, tmp_path / "r.json", editor, expect=1)
    assert report["refusals"] == report["scalars"] == 4 and report["refusals_by_reason"] == {"EDIT_REFUSED": 4}


def test_one_wrong_value_of_many_is_named(folder, tmp_path):
    """Only what is wrong alone is a violation of its own."""
    (folder / "a.yaml").write_text(GOOD)
    code = "path.write_bytes(after.replace(b'# {\"$x\": 1}', b'') if any(a.startswith('--set=\"image\".\"tag\"') for a in args) else after)"
    report, err = corpus(folder, tmp_path / "r.json", wrong_editor(tmp_path, code), expect=1)
    assert report["violations"] == 1 and report["edits"] == 4 and '"image"."tag"' in err, err


@pytest.mark.parametrize("seed", range(3))
def test_random_texts_read_back(seed, folder):
    """Whatever text: quoted where one of the readers needs it, in every style, in blocks and in braces."""
    chance = random.Random(seed)
    alphabets = ["0123456789:._+-eETZxobnulyY, ", "0123456789abcdefxoE+-._:,~nyYNtf<=TZ #'\"\\{}[]&*!|>%@`?\u00e4\u2028\x85\t"]
    styles = [chance.choice(["v", "'v'", '"v"', "1.0", ""]) for _ in range(300)]
    text = "".join(f"k{i}: {{image: {style} }}\n" if i % 2 else f"k{i}:\n  image: {style} # c\n" for i, style in enumerate(styles))
    events = events11(text)
    texts = ["".join(chance.choice(chance.choice(alphabets)) for _ in range(chance.randint(0, 8))) for _ in styles]
    wishes = [(place, value) for place, value in zip(places.find(events), texts) if value != place.event.value]
    file = corpus_module.File(BINARY, pathlib.Path("f.yaml"), text, events, folder)
    file.check(wishes)
    assert not file.result.notes and not file.result.reasons, (file.result.notes, file.result.reasons)
    assert file.result.counts["edits"] == len(wishes) > 250


def test_readers_are_not_ours():
    """Pure Python: a C loader would be libyaml again."""
    import readers
    assert readers.yaml.SafeLoader.__mro__[1].__module__ == "yaml.reader"
    assert "clib" not in type(readers.ruamel.yaml.YAML(typ="safe", pure=True).parser).__module__
