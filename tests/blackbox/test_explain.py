"""`stagegate explain` of the binary: no configuration, no network, no home, and whatever somebody types."""
import json
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("STAGEGATE_BIN", ROOT / "build/release/stagegate"))


def explain(*words, stdout=subprocess.PIPE):
    return subprocess.run([BINARY, "explain", *words], stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=20, check=False, env={}, cwd="/")


def codes():
    done = explain("--output", "json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)["codes"]


def test_every_code_is_explained():
    listed = codes()
    names = [code["code"] for code in listed]
    assert len(names) == len(set(names)) > 150
    done = explain("--output", "json", *(name.lower().replace("_", "-") for name in names))
    told = json.loads(done.stdout)["codes"]
    assert [code["code"] for code in told] == names
    for brief, full in zip(listed, told):
        assert full["means"] and full["cause"] and full["remedy"] and full["kinds"], full
        assert {key: full[key] for key in brief} == brief


def test_documentation_and_binary_have_the_same_codes():
    names = {code["code"] for code in codes()}
    assert set(re.findall(r"^### (\w+)$", (ROOT / "docs/troubleshooting.md").read_text(), re.M)) == names
    rows = re.findall(r"^\| (\d+) \| \[`(\w+)`\]", (ROOT / "docs/exit-codes.md").read_text(), re.M)
    assert {(name, int(status)) for status, name in rows} == {(code["code"], code["exit_code"]) for code in codes() if code["exit_code"] is not None}


def test_commands_stand_on_lines_of_their_own():
    text = explain("SYNC_FAILED").stdout
    assert re.search(r"^  look    kubectl -n NAMESPACE get application APP ", text, re.M)
    assert all(len(line) <= 80 for line in text.split("\n")[:12] if not line.startswith(("  look", "          ")))


def test_what_is_no_code():
    for word, hint in (("SYNC_FAILD", "did you mean SYNC_FAILED?"), ("Ä\x1b[31m", "lists the codes"), ("", "lists the codes"), ("x" * 100000, "lists the codes")):
        done = explain(word)
        assert (done.returncode, done.stdout) == (2, "")
        assert hint in done.stderr and "\x1b" not in done.stderr and len(done.stderr) < 1000


def test_a_failed_run_names_it(tmp_path):
    done = subprocess.run([BINARY, "check", "--repo", tmp_path], capture_output=True, text=True, timeout=20, check=False, env={})
    assert done.returncode == 3
    command = re.search(r"more: stagegate (explain \w+)$", done.stderr, re.M).group(1)
    assert command == "explain CONFIG_MISSING" and explain("CONFIG_MISSING").returncode == 0


def test_a_full_disk_is_no_success():
    with open("/dev/full", "w", encoding="ascii") as full:
        done = explain("OK", stdout=full)
    assert done.returncode == 10 and "stdout" in done.stderr
