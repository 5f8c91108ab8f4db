"""The newcomer's path: the commands of README.md and docs/getting-started.md, as they stand there."""
import os
import re
import subprocess
import time

import pytest

from conftest import ROOT, binary

BUILD = ["./ci/setup", "./ci/build release", 'export PATH="$PWD/build/release:$PATH"']


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def blocks(text):
    """The shell blocks of a document, without the lines that build the binary: that is done already."""
    found = re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
    lines = [line for block in found for line in block.splitlines()]
    assert lines[:3] == BUILD, "the document begins with the build"
    return lines[3:]


def section(text, title):
    match = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert match, f"no section '{title}'"
    return match.group(1)


def follow(lines, folder):
    """(what was said, seconds) of somebody who types the lines in a checkout, with nothing set."""
    (folder / "tmp").mkdir()
    env = {"PATH": f"{os.path.dirname(binary())}:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(folder), "TMPDIR": str(folder / "tmp"),
           "XDG_RUNTIME_DIR": str(folder), "LC_ALL": "C.UTF-8"}
    start = time.monotonic()
    try:
        done = subprocess.run(["bash", "-euo", "pipefail"], input="\n".join(lines) + "\n", cwd=ROOT, env=env, timeout=300, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    finally:
        subprocess.run([os.path.join(ROOT, "ci/sandbox"), "stop"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.stdout
    assert "CANARY" not in done.stdout
    return done.stdout, time.monotonic() - start


@pytest.mark.parametrize("name", ["docs/getting-started.md", "README.md"])
def test_from_an_empty_folder_to_live_in_dev(name, tmp_path):
    text = read(name)
    lines = blocks(section(text, "First five minutes") if name == "README.md" else text)
    for command in ("init gitops", "bump catalog", "wait catalog"):
        assert any(f"stagegate {command}" in line for line in lines), command
    said, seconds = follow(lines, tmp_path)
    assert "done: committed" in said and "image.tag  0.1.0 -> 0.2.0" in said
    assert "done: catalog-dev: the application runs it" in said
    assert said.rstrip().endswith("sandbox: stopped")
    assert seconds < 300
    if name != "README.md":
        assert re.search(r"^done: 0 errors, 0 warnings, \d+ notes?; \d\d+ right$", said, re.M), said
        assert "done: 3 of 3 run what Git says, synced and healthy" in said


def test_with_kubectl_as_in_a_real_cluster(tmp_path):
    """What the document says besides: kubectl applies the root Application."""
    tools = subprocess.run([os.path.join(ROOT, "ci/kubernetes-tools"), "--cached"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if tools.returncode:
        pytest.skip("no kubectl at hand (ci/kubernetes-tools fetches it)")
    text = read("docs/getting-started.md")
    command = "kubectl --context dev apply -f bootstrap/root-app-dev.yaml"
    assert f"`{command}`" in text
    applied = re.compile(r'"\$sandbox" ctl apply < (bootstrap/root-app-(dev|staging|prod)\.yaml)')
    lines = [applied.sub(rf"KUBECONFIG=$SANDBOX_KUBECONFIG_ADMIN {tools.stdout.strip()}/kubectl --context \2 apply -f \1", line)
             for line in blocks(text)]
    assert sum("kubectl" in line for line in lines) == 3
    said, _ = follow(lines, tmp_path)
    assert "application.argoproj.io/root-app-dev created" in said and "done: catalog-dev: the application runs it" in said


def test_again_is_the_same(tmp_path):
    """Somebody who types the last step twice is told that it is done."""
    lines = blocks(read("docs/getting-started.md"))
    at = lines.index("stagegate bump catalog 0.2.0")
    said, _ = follow(lines[:at + 2] + lines[at:], tmp_path)
    assert "\nunchanged: " in said and "0.2.0 (already)" in said
    assert re.search(r"catalog +0\.2\.0, Synced, Healthy", said)
