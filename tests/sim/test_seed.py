"""The repository: the layout of the overview, the same ids everywhere, YAML that is YAML."""

import fnmatch
import subprocess

import yaml

from sim import gitrepo, seed
from sim import seed_text as text

MAIN = "a0defe46a4ee7d08cc292549b4048af381163138"
DEVELOP = "c1c93d9e92ca1ad914d18d9fbd6a7573dd98d60a"


def files(repo, branch):
    done = subprocess.run(
        ["git", "-C", repo, "ls-tree", "-r", "--name-only", branch], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def show(repo, name):
    return subprocess.run(["git", "-C", repo, "show", name], capture_output=True, check=True).stdout


def test_ids_are_the_same_everywhere(box):
    assert (box.tip("main"), box.tip("develop")) == (MAIN, DEVELOP)
    assert show(box.repo, "HEAD:stagegate.yaml")


def test_ids_do_not_depend_on_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2001-01-01")
    seed.fast_import(str(tmp_path / "x.git"), seed.gitops)
    assert (tmp_path / "x.git/refs/heads/main").read_text().strip() == MAIN


def test_layout(box):
    found = files(box.repo, "main")
    names = sorted(text.SERVICES)
    assert len(names) == 16
    assert sorted({path.split("/")[1] for path in found if path.startswith("apps/")}) == names
    assert {path.split("/")[0] for path in found} == {
        "apps",
        "bootstrap",
        "clusters",
        "infrastructure",
        "README.md",
        ".gitlab-ci.yml",
        "stagegate.yaml",
    }
    assert {path.split("/")[1] for path in found if path.startswith("infrastructure/")} == {
        "argocd",
        "monitoring",
        "logging",
    }
    assert {path.split("/")[1] for path in found if path.startswith("clusters/")} == {"dev", "staging", "production"}
    for name in names:
        if name in text.KUSTOMIZE:
            want = ["base/kustomization.yaml"] + [
                f"overlays/{env}/kustomization.yaml" for env in ("dev", "staging", "prod")
            ]
        else:
            want = ["Chart.yaml", "values.yaml", "templates/deployment.yaml"] + [
                f"values-{env}.yaml" for env in ("dev", "staging", "prod")
            ]
        assert set(f"apps/{name}/{part}" for part in want) <= set(found)
    assert "stagegate.yaml" not in files(box.repo, "develop")


def test_every_yaml_file_is_yaml(box):
    reader = gitrepo.Reader(box.repo)
    for branch in ("main", "develop"):
        for path in files(box.repo, branch):
            if path.endswith(".yaml") and not fnmatch.fnmatch(path, "apps/*/templates/*"):
                assert list(yaml.safe_load_all(reader.read(f"{branch}:{path}")[2])), path
    reader.close()


def test_forms_that_editors_damage(box):
    assert not show(box.repo, "develop:apps/payment/values-dev.yaml").endswith(b"\n")
    assert show(box.repo, "develop:apps/shipping/values-dev.yaml").count(b"\r\n") > 5
    assert b"image: {tag: " in show(box.repo, "develop:apps/pricing/values-dev.yaml")
    assert b"<<: *probes" in show(box.repo, "develop:apps/customer/values-dev.yaml")
    assert b"$imagepolicy" in show(box.repo, "develop:apps/fulfillment/values-dev.yaml")


def test_configuration(box):
    config = yaml.safe_load(show(box.repo, "main:stagegate.yaml"))
    assert [env["name"] for env in config["environments"]] == ["dev", "staging", "production"]
    assert config["environments"][2]["short"] == "prod"
    assert [service["name"] for service in config["services"]] == ["*", "notification", "review", "search"]


def test_manifests_of_the_overview(box):
    docs = list(yaml.safe_load_all(show(box.repo, "develop:bootstrap/root-app-dev.yaml")))
    assert [doc["kind"] for doc in docs] == ["Application", "ApplicationSet"]
    app = yaml.safe_load(show(box.repo, "develop:infrastructure/argocd/applications/production/catalog.yaml"))
    assert app["spec"]["source"]["repoURL"] == "https://gitlab.example.com/gitops/apps.git"
    assert app["spec"]["source"]["helm"]["valueFiles"] == ["../../clusters/production/values.yaml", "values-prod.yaml"]
    assert app["spec"]["syncPolicy"]["automated"] == {"prune": False, "selfHeal": True}
