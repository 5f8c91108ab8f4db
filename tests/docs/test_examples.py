"""The examples of the documentation that no other test runs: they parse, and say what is so elsewhere."""
import os
import pathlib
import re
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))]
ROLE_VERBS = ["get", "list", "watch", "patch"]


def blocks(kind):
    """(page and line, text) of each block of that language."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(rf"^```{kind}\n(.*?)^```", text, re.M | re.S):
            yield f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}", match.group(1)


def checked(text, folder):
    """What `check` says of a configuration without a repository around it."""
    (folder / "stagegate.yaml").write_text(text, encoding="utf-8")
    binary = os.environ.get("STAGEGATE_BIN", ROOT / "build/release/stagegate")
    return subprocess.run([binary, "check", "--repo", folder], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("where, text", blocks("yaml"))
def test_yaml_parses(where, text):
    assert [document for document in yaml.safe_load_all(text) if document], where


@pytest.mark.parametrize("where, text", blocks("sh"))
def test_shell_parses(where, text):
    done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{where}: {done.stderr}"


def rules(text):
    return [rule for document in yaml.safe_load_all(text) if document["kind"] == "Role" for rule in document["rules"]]


def verbs(texts):
    """What the rules of all texts allow together: {(group, resource): verbs}"""
    allowed = {}
    for rule in (rule for text in texts for rule in rules(text)):
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                allowed.setdefault((group, resource), set()).update(rule["verbs"])
    return allowed


def test_the_role_has_the_verbs_that_doctor_asks_for_and_init_writes():
    documented = verbs((ROOT / f"docs/rbac/{name}.yaml").read_text(encoding="utf-8") for name in ("read", "refresh", "reasons"))
    beside = {"appprojects", "applicationsets"}
    assert documented == {("argoproj.io", "applications"): set(ROLE_VERBS), **{("argoproj.io", resource): {"get"} for resource in beside}}
    skeleton = (ROOT / "src/scaffold/gitops/infrastructure/argocd/stagegate-access.yaml").read_text(encoding="utf-8")
    assert verbs([skeleton]) == documented
    asked = re.findall(r'\{"(\w+)", &rights->', (ROOT / "src/step/survey_cluster.c").read_text(encoding="utf-8"))
    assert asked == ROLE_VERBS
    table = (ROOT / "docs/argocd-permissions.md").read_text(encoding="utf-8").split("## What each verb is for")[1]
    assert set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`[^|]*) \|", table.split("\n\n")[1], re.M)))) == {*ROLE_VERBS, *beside}


def test_the_gates_are_a_configuration(tmp_path):
    (gates,) = (text for where, text in blocks("yaml") if where.startswith("docs/gates.md"))
    head = """version: 1
environments:
  - {name: dev, publish: commit, application: "{service}-dev"}
  - name: production
    publish: merge-request
    application: "{service}-prod"
"""
    services = 'services:\n  - {name: web, path: apps/web, source: shop/web, image: registry.example.com/web, update: [{file: v.yaml, key: t}]}\n'
    (tmp_path / "apps/web").mkdir(parents=True)
    (tmp_path / "apps/web/v.yaml").write_text("t: '1'\n")
    done = checked(head + "".join(f"    {line}\n" for line in gates.splitlines()) + services, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    done = checked(head + "".join(f"    {line}\n" for line in gates.splitlines()).replace("soak", "soka") + services, tmp_path)
    assert done.returncode == 3 and "soak" in done.stdout + done.stderr
