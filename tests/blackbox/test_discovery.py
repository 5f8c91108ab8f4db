"""Places without `update:`: the layouts that people have, what is found there, and what is refused."""
import json
import os
import subprocess
import textwrap

import pytest

from conftest import LIMIT_S, Run, binary
from sim import seed, seed_text

IMAGE = "registry.example.com/shop/web"
CONFIG = """
version: 1
environments:
  - {name: dev, application: "{service}-dev"}
  - {name: production, short: prod, application: "{service}-prod"}
services:
  - name: "*"
    path: "apps/{service}"
    image: "registry.example.com/shop/{service}"
"""
URL = "https://gitlab.example.com/gitops/apps.git"


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"))


def stagegate(*words, expect=0, cwd="/"):
    env = {"PATH": "/usr/bin:/bin", **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
    done = subprocess.run([binary(), *map(str, words)], cwd=cwd, env=env, stdin=subprocess.DEVNULL, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT_S)
    run = Run(done, 0, cwd)
    assert run.code == expect, f"expected exit {expect}\n{run}"
    return run


def check(folder, files, config=CONFIG, expect=0):
    write(folder, {"stagegate.yaml": config, **files})
    return stagegate("check", "--repo", folder, "--output", "json", expect=expect)


def places(run):
    return {(row["service"], row["environment"]): f"{row['file']}:{row['line']} {row['place']}={row['value']}"
            if row["file"] else row["reason"] for row in run.json["places"]}


def application(name, source, kind="source"):
    return (f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}, namespace: argocd}}\n"
            f"spec:\n  {kind}:\n{textwrap.indent(textwrap.dedent(source).strip(), '    ')}\n")


CHART = {"apps/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
         "apps/web/values.yaml": f"image:\n  repository: {IMAGE}\n  tag: '0'\n",
         "apps/web/templates/web.yaml": "image: {{ .Values.image.repository }}\n"}
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  template:
    spec:
      containers:
      - name: NAME
        image: registry.example.com/shop/NAME:TAG
"""


def deployment(name, tag):
    return DEPLOYMENT.replace("NAME", name).replace("TAG", tag)


FLUX = """
version: 1
environments:
  - {name: dev, kustomization: apps}
  - {name: production, short: prod, kustomization: apps}
services: [{name: web, path: apps/web, image: registry.example.com/shop/web}]
"""
KUSTOMIZATION = """
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: %s, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""
LAYOUTS = {
    "a chart for each service": (CONFIG, {
        **CHART, "apps/web/values-dev.yaml": "image:\n  tag: '1'\n",
        "apps/web/values-prod.yaml": "image: {tag: '2'}\n"},
        {"dev": "apps/web/values-dev.yaml:2 image.tag=1", "production": "apps/web/values-prod.yaml:1 image.tag=2"}),
    "applications with values files of the cluster": (CONFIG, {
        **CHART, "apps/web/values-dev.yaml": "image:\n  tag: '1'\n",
        "apps/web/values-prod.yaml": "replicas: 2\n",
        "clusters/production/values.yaml": "image: {tag: '2'}\n",
        "clusters/dev/values.yaml": "image: {tag: '9'}\n",
        "clusters/dev/applications/web.yaml": application("web-dev", f"""
            repoURL: {URL}
            path: apps/web
            helm: {{valueFiles: [../../clusters/dev/values.yaml, values-dev.yaml]}}"""),
        "clusters/production/applications/web.yaml": application("web-prod", f"""
            repoURL: {URL}
            path: apps/web
            helm: {{valueFiles: [../../clusters/production/values.yaml, values-prod.yaml]}}""")},
        {"dev": "apps/web/values-dev.yaml:2 image.tag=1",
         "production": "clusters/production/values.yaml:1 image.tag=2"}),
    "several sources with $values": (CONFIG, {
        "apps/web/README.md": "", "env/dev/web.yaml": f"app:\n  image: {{repository: {IMAGE}, tag: '1'}}\n",
        "env/prod/web.yaml": "app:\n  image: {tag: '2'}\n",
        **{f"argocd/{short}.yaml": application(f"web-{short}", f"""
            - {{repoURL: 'https://charts.example.com', chart: service, targetRevision: 1.0.0,
               helm: {{valueFiles: [$values/env/{short}/web.yaml]}}}}
            - {{repoURL: {URL}, ref: values, targetRevision: main}}""", "sources") for short in ("dev", "prod")}},
        {"dev": "env/dev/web.yaml:2 app.image.tag=1", "production": "env/prod/web.yaml:2 app.image.tag=2"}),
    "an umbrella chart": (CONFIG.replace("apps/{service}", "shop").replace('"*"', "web"), {
        "shop/Chart.yaml": "name: shop\ndependencies: [{name: web, version: 1.0.0}, {name: api, version: 1.0.0}]\n",
        **{f"shop/charts/{name}/{file}": text for name in ("web", "api") for file, text in (
            ("Chart.yaml", f"name: {name}\n"),
            ("values.yaml", f"image: {{repository: registry.example.com/shop/{name}, tag: '0'}}\n"))},
        "shop/values-dev.yaml": "api: {image: {tag: '3'}}\nweb: {image: {tag: '1'}}\n",
        "shop/values-prod.yaml": "api: {image: {tag: '3'}}\nweb: {image: {tag: '2'}}\n"},
        {"dev": "shop/values-dev.yaml:2 web.image.tag=1", "production": "shop/values-prod.yaml:2 web.image.tag=2"}),
    "overlays of kustomize": (CONFIG, {
        "apps/web/base/kustomization.yaml": "resources: [web.yaml]\n",
        "apps/web/base/web.yaml": deployment("web", "0"),
        "apps/web/overlays/dev/kustomization.yaml":
            f"resources: [../../base]\nimages:\n- name: {IMAGE}\n  newTag: '1'\n",
        "apps/web/overlays/prod/kustomization.yaml":
            f"resources: [../../base]\nimages: [{{name: x, newName: {IMAGE}, newTag: '2'}}]\n"},
        {"dev": f"apps/web/overlays/dev/kustomization.yaml:4 images[name={IMAGE}].newTag=1",
         "production": "apps/web/overlays/prod/kustomization.yaml:2 images[name=x].newTag=2"}),
    "plain manifests": (CONFIG, {
        "apps/web/dev/web.yaml": deployment("web", "1"), "apps/web/production/web.yaml": deployment("web", "2")},
        {"dev": "apps/web/dev/web.yaml:9 spec.template.spec.containers[name=web].image=registry.example.com/shop/web:1",
         "production": "apps/web/production/web.yaml:9 "
                       "spec.template.spec.containers[name=web].image=registry.example.com/shop/web:2"}),
    "several services in one file of a cluster": (CONFIG.replace("apps/{service}", "clusters/{env}").replace('"*"', "web"), {
        f"clusters/{env}/all.yaml": deployment("api", "7") + "---" + deployment("web", tag)
        for env, tag in (("dev", "1"), ("production", "2"))},
        {"dev": "clusters/dev/all.yaml:19 1:spec.template.spec.containers[name=web].image="
                "registry.example.com/shop/web:1",
         "production": "clusters/production/all.yaml:19 1:spec.template.spec.containers[name=web].image="
                       "registry.example.com/shop/web:2"}),
    "a folder for each service in each cluster": (CONFIG.replace("apps/{service}", "clusters/{env}/{service}")
                                                  .replace('"*"', "web"), {
        "clusters/dev/web/kustomization.yaml": f"images: [{{name: {IMAGE}, newTag: '1'}}]\n",
        "clusters/production/web/values.yaml": f"image: {{repository: {IMAGE}, tag: '2'}}\n"},
        {"dev": f"clusters/dev/web/kustomization.yaml:1 images[name={IMAGE}].newTag=1",
         "production": "clusters/production/web/values.yaml:1 image.tag=2"}),
    "clusters of Flux": (FLUX, {
        **{f"clusters/{env}/apps.yaml": KUSTOMIZATION % f"./teams/{number}" for env, number in (("dev", 1), ("production", 2))},
        "teams/1/shop/web.yaml": deployment("web", "1"), "teams/1/shop/api.yaml": deployment("api", "7"),
        "teams/2/kustomization.yaml": f"resources: [../1/shop/web.yaml]\nimages: [{{name: {IMAGE}, newTag: '2'}}]\n"},
        {"dev": f"teams/1/shop/web.yaml:9 spec.template.spec.containers[name=web].image={IMAGE}:1",
         "production": f"teams/2/kustomization.yaml:2 images[name={IMAGE}].newTag=2"}),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(tmp_path, name):
    config, files, wanted = LAYOUTS[name]
    run = check(tmp_path, files, config)
    assert places(run) == {("web", env): place for env, place in wanted.items()}
    assert run.json["findings"] == [] and all(row["found_by"] for row in run.json["places"])


def test_the_text_shows_them_too(tmp_path):
    config, files, _ = LAYOUTS["a chart for each service"]
    write(tmp_path, {"stagegate.yaml": config, **files})
    lines = [line.split() for line in stagegate("check", "--repo", tmp_path).out.splitlines()]
    assert ["web", "dev", "apps/web/values-dev.yaml:2", "image.tag", "1"] in lines
    assert ["web", "production", "apps/web/values-prod.yaml:1", "image.tag", "2"] in lines


# ---- refusals

def refused(run, reason, *words):
    assert {row["reason"] for row in run.json["places"] if not row["file"]} == {reason}, run
    told = " ".join(f"{row['text']} {row['hint'] or ''}" for row in run.json["findings"])
    for word in words:
        assert word in told, f"'{word}' is not in: {told}"


def test_a_file_that_two_environments_share(tmp_path):
    refused(check(tmp_path, CHART, expect=3), "PLACE_SHARED", "apps/web/values.yaml", "production")


def test_a_base_that_two_environments_share(tmp_path):
    run = check(tmp_path, {
        "apps/web/base/kustomization.yaml": f"images: [{{name: {IMAGE}, newTag: '1'}}]\n",
        "apps/web/overlays/dev/kustomization.yaml": "resources: [../../base]\n",
        "apps/web/overlays/prod/kustomization.yaml": "resources: [../../base]\n"}, expect=3)
    refused(run, "PLACE_SHARED", "apps/web/base/kustomization.yaml")


def test_two_places_are_listed_with_the_lines_to_write(tmp_path):
    files = {**CHART,
             "apps/web/values-dev.yaml": f"image: {{tag: '1'}}\njob:\n  image: {{repository: {IMAGE}, tag: '1'}}\n",
             "apps/web/values-prod.yaml": "image: {tag: '1'}\n"}
    run = check(tmp_path, files, expect=3)
    refused(run, "PLACE_AMBIGUOUS", "apps/web/values-dev.yaml:1 image.tag", "apps/web/values-dev.yaml:3 job.image.tag",
            "{file: \"values-dev.yaml\", key: 'job.image.tag'}")
    line = "{file: \"values-{short}.yaml\", key: 'image.tag'}"
    run = check(tmp_path, files, CONFIG + f"    update: [{line}]\n")
    assert places(run)["web", "dev"] == "apps/web/values-dev.yaml:1 image.tag=1"


@pytest.mark.parametrize("values, reason, word", [
    ("../../../../etc/passwd", "CONFIG_INVALID", "leads out of the repository"),
    ("/etc/passwd", "PLACE_NOT_FOUND", "etc/passwd"),
    ("$other/x.yaml", "PLACE_NOT_FOUND", "no source has that ref"),
    ("values-*.yaml", "PLACE_NOT_FOUND", "is a pattern"),
    ("values-link.yaml", "EDIT_REFUSED", "symbolic link"),
    ("linked/values.yaml", "EDIT_REFUSED", "symbolic link"),
    ("'\\x1bm'", "CONFIG_INVALID", "backslash"),
    ('"\\x1bm"', "CONFIG_INVALID", "control byte"),
    ("a" * 2000, "CONFIG_INVALID", "longer than"),
])
def test_hostile_values_files(tmp_path, values, reason, word):
    secret = tmp_path / "outside.yaml"
    secret.write_text(f"image: {{repository: {IMAGE}, tag: '1'}}\n")
    folder = tmp_path / "gitops"
    write(folder, CHART)
    (folder / "apps/web/values-link.yaml").symlink_to(secret)
    (folder / "apps/web/linked").symlink_to(tmp_path)
    run = check(folder, {"argocd/web.yaml": application("web-dev", f"""
        repoURL: {URL}
        path: apps/web
        helm:
          valueFiles:
          - {values}"""), "apps/web/values-prod.yaml": "image: {tag: '1'}\n"}, expect=3)
    rows = {row["environment"]: row for row in run.json["places"]}
    assert rows["dev"]["reason"] == reason and word in rows["dev"]["cause"], run
    assert "\x1b" not in run.out


def test_an_application_of_another_repository(tmp_path):
    run = check(tmp_path, {**CHART, "apps/web/values-prod.yaml": "image: {tag: '1'}\n",
                           "argocd/web.yaml": application("web-dev", "repoURL: https://x.example.com/a.git\npath: b")},
                expect=3)
    refused(run, "PLACE_NOT_FOUND", "https://x.example.com/a.git", "nothing of this repository")


def test_many_services(tmp_path):
    """3,000 of them, each with an application of its own, in seconds and a few MiB."""
    count = 3000
    files = {f"apps/s{i}/values.yaml": f"image: {{repository: registry.example.com/shop/s{i}, tag: '{i}'}}\n"
             for i in range(count)}
    files.update({f"clusters/dev/applications/s{i}.yaml": application(f"s{i}-dev", f"""
        repoURL: {URL}
        path: apps/s{i}""") for i in range(count)})
    config = CONFIG.replace('  - {name: production, short: prod, application: "{service}-prod"}\n', "")
    write(tmp_path, {"stagegate.yaml": config, **files})
    done = subprocess.run(["/usr/bin/time", "-f", "%M", binary(), "check", "--repo", str(tmp_path), "--output", "json"],
                          env={"PATH": "/usr/bin:/bin"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True,
                          timeout=4 * LIMIT_S)
    rows = json.loads(done.stdout)["places"]
    assert len(rows) == count and {row["place"] for row in rows} == {"image.tag"}
    if "ASAN_OPTIONS" not in os.environ:
        assert int(done.stderr.split()[-1]) < 64 << 10, done.stderr


# ---- in the repository of the sandbox

SANDBOX_CONFIG = """version: 1
branch: main
environments:
  - {name: dev, branch: develop, application: "{service}-dev"}
  - {name: staging, application: "{service}-staging"}
  - {name: production, short: prod, application: "{service}-prod"}
services:
  - name: "*"
    path: "apps/{service}"
    image: "registry.example.com/shop/{service}"
"""


def test_every_service_of_the_sandbox(sandbox, sg, tmp_path):
    """Of both branches, without a network: the file that is known to carry the tag, and the tag in it."""
    found = {}
    for branch in ("develop", "main"):
        folder = tmp_path / branch
        folder.mkdir()
        subprocess.run(["git", "-C", sandbox.repository, "--work-tree", folder, "checkout", branch, "--", "."], check=True)
        run = check(folder, {}, SANDBOX_CONFIG)
        found.update({(row["service"], row["environment"]): row for row in run.json["places"]
                      if (row["environment"] == "dev") == (branch == "develop")})
    shorts = {"dev": "dev", "staging": "staging", "production": "prod"}
    assert len(found) == len(seed_text.SERVICES) * len(shorts)
    for (service, env), row in found.items():
        assert row["file"] == seed.tag_file(service, shorts[env]), row
        assert row["found_by"].startswith(f"the application {service}-{shorts[env]} "), row


def test_a_bump_without_update_is_the_same_change(sandbox, sg, tmp_path):
    """The plan is the one that `update:` gives, byte for byte, and costs not one request more."""
    (tmp_path / "c.yaml").write_text(SANDBOX_CONFIG)
    for service in ("catalog", "pricing", "shipping", "notification", "review"):
        seen = len(sandbox.requests(0))
        named = sg("bump", service, "9.9.9", "--dry-run", "--output", "json").json
        between = len(sandbox.requests(0))
        found = sg("bump", service, "9.9.9", "--dry-run", "--output", "json", "--config", "c.yaml").json
        assert found["diff"] == named["diff"] and found["diff"]
        assert len(sandbox.requests(0)) - between <= between - seen
        assert [row["found_by"] for row in named["changes"]] == [None]
        assert found["changes"][0]["found_by"].startswith(f"the application {service}-dev (")
    text = sg("bump", "catalog", "9.9.9", "--dry-run", "--config", "c.yaml").out
    assert "found by       the application catalog-dev (" in text


def test_a_bump_without_update_writes(sandbox, sg, tmp_path):
    (tmp_path / "c.yaml").write_text(SANDBOX_CONFIG)
    sg("bump", "promotion=9.9.1", "search=9.9.2", "--config", "c.yaml")
    assert b"9.9.1" in sandbox.show(seed.tag_file("promotion", "dev"))
    assert b"9.9.2" in sandbox.show(seed.tag_file("search", "dev"))
    again = sg("bump", "promotion=9.9.1", "search=9.9.2", "--config", "c.yaml", "--output", "json")
    assert again.json["result"] == "unchanged"
