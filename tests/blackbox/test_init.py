"""`stagegate init`: what it writes works, and it never harms what is there."""
import json
import os
import pathlib
import re
import stat
import subprocess

import pytest
import yaml

import skeleton
from conftest import LIMIT_S, ROOT, Run, binary

URL = "https://gitlab.example.com/gitops/apps.git"
ENVIRONMENTS = {"dev": "dev", "staging": "staging", "prod": "production"}
CONTRACTS = pathlib.Path(os.environ.get("STAGEGATE_CONTRACTS") or os.path.join(ROOT, "../shared/contracts"))
CRDS = CONTRACTS / "data/argocd/crds/argocd-v3.5.1"


def clean_env(**more):
    kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    return {"PATH": "/usr/bin:/bin", **kept, **more}


def stagegate(*words, expect=0, cwd="/", strace=None, **env):
    trace = ["strace", "-f", "-qq", "-o", "/dev/null", *strace] if strace else []
    env = clean_env(**env)
    if strace:  # the leak check of a sanitizer build does not work there
        env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    done = subprocess.run([*trace, binary(), *map(str, words)], cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT_S, check=False)
    run = Run(done, 0, cwd)
    assert expect is None or run.code == expect, f"expected exit {expect}: {words}\n{run}"
    return run


def init(folder, *words, **more):
    return stagegate("init", "gitops", folder, "--gitops", URL, *words, **more)


def states(run):
    return {row["path"]: row["state"] for row in run.json["files"]}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("init") / "gitops"
    init(folder, "--services", "catalog,order", "--image-prefix", "registry.example.com/shop")
    return folder


# ---- what is written works

def test_check_finds_nothing(made):
    run = stagegate("check", "--repo", made, "--output", "json")
    assert run.json["findings"] == [] and run.json["warnings"] == []
    assert run.json["sentence"] == "sound: 3 environments, 6 places read"


def test_editors_find_the_schema(made):
    text = (made / "stagegate.yaml").read_text()
    name = re.fullmatch(r"# yaml-language-server: \$schema=\./(\S+)", text.split("\n")[0]).group(1)
    assert (made / name).read_text() == stagegate("check", "--schema").out
    jsonschema = pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed (ci/setup)")
    schema = json.loads((made / name).read_text())
    jsonschema.Draft7Validator(schema).validate(yaml.safe_load(text))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate(yaml.safe_load(text.replace("publish: commit", "publish: comit")))


def test_every_yaml_file_is_one(made):
    checked = 0
    for path, text in skeleton.files(made).items():
        assert text.endswith("\n") and "\t" not in text and not re.search("@[A-Z_]+@", text), path
        assert not any(line != line.rstrip() for line in text.split("\n")), path
        if path.endswith((".yaml", ".yml")) and not skeleton.is_template(path):
            assert skeleton.documents(text), path
            checked += 1
    assert checked > 25


def test_names_that_yaml_reads_as_something_else_stay_texts(tmp_path):
    """In no place does a value become a boolean, a number, null or a date."""
    folder = tmp_path / "x"
    init(folder, "--services", "on,yes,null,y", "--main-branch", "1e3", "--dev-branch", "2024-01-01", "--namespace", "0x1f",
         "--approvers", "@1,@a/b", "--image-prefix", "1.5")
    stagegate("check", "--repo", folder)
    config = yaml.safe_load((folder / "stagegate.yaml").read_text())
    assert config["branch"] == "1e3" and config["environments"][0]["branch"] == "2024-01-01"
    assert config["environments"][2]["cluster"]["namespace"] == "0x1f"
    assert config["environments"][2]["gates"][2]["from"] == ["@1", "@a/b"]
    for name in ("on", "yes", "null", "y"):
        assert yaml.safe_load((folder / f"apps/{name}/Chart.yaml").read_text())["name"] == name
        assert yaml.safe_load((folder / f"apps/{name}/values.yaml").read_text())["image"]["repository"] == f"1.5/{name}"
    for path, doc in skeleton.manifests(folder):
        assert doc["metadata"]["namespace"] == "0x1f", path
        if doc["kind"] == "Application":
            assert doc["spec"]["source"]["targetRevision"] in ("1e3", "2024-01-01"), path
    rendered = skeleton.Rendered(folder, tmp_path)
    for _, app in skeleton.applications(folder):
        if app["spec"].get("source", {}).get("path", "").startswith("apps/"):
            for doc in rendered.application(app)[1]:
                assert isinstance(doc["metadata"]["name"], str)


def test_applications_are_those_of_the_layout(made):
    apps = {doc["metadata"]["name"]: doc for _, doc in skeleton.applications(made)}
    assert set(apps) == {f"{name}-{env}" for name in ("catalog", "order") for env in ENVIRONMENTS} | {
        f"root-app-{env}" for env in ENVIRONMENTS} | {"microservices", "infrastructure-argocd", "infrastructure-monitoring"}
    for env, folder in ENVIRONMENTS.items():
        app, root = apps[f"catalog-{env}"]["spec"], apps[f"root-app-{env}"]["spec"]
        branch = "develop" if env == "dev" else "main"
        assert app["source"] == {"repoURL": URL, "targetRevision": branch, "path": "apps/catalog",
                                 "helm": {"valueFiles": [f"../../clusters/{folder}/values.yaml", f"values-{env}.yaml"]}}
        assert app["destination"] == {"server": "https://kubernetes.default.svc", "namespace": f"catalog-{env}"}
        assert root["source"] == {"repoURL": URL, "targetRevision": branch, "path": f"clusters/{folder}/applications"}
        for spec in (app, root):
            assert spec["syncPolicy"]["automated"] == {"prune": env == "dev", "selfHeal": True}
        assert sorted(os.listdir(made / root["source"]["path"])) == ["catalog.yaml", "order.yaml"]


def test_the_application_set_makes_the_same_application(made):
    """What its template says for apps/catalog is the manifest of clusters/dev, so that one may replace the other."""
    docs = dict((doc["metadata"]["name"], doc) for _, doc in skeleton.applications(made))
    spec = docs["microservices"]["spec"]
    assert spec["generators"][0]["git"]["directories"] == [{"path": "apps/*"}] and spec["goTemplate"] is True
    text = yaml.safe_dump(spec["template"]).replace("{{.path.basename}}", "catalog").replace("{{.path.path}}", "apps/catalog")
    assert "{{" not in text
    template, manifest = yaml.safe_load(text), docs["catalog-dev"]
    assert template["spec"] == manifest["spec"] and template["metadata"] == manifest["metadata"]


@pytest.mark.skipif(not CRDS.is_dir(), reason="no contracts here (STAGEGATE_CONTRACTS): the CRDs of Argo CD are not at hand")
def test_argo_cd_takes_them(made):
    jsonschema = pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed (ci/setup)")
    schemas = {}
    for kind in skeleton.APPLICATIONS:
        crd = yaml.load((CRDS / f"{kind.lower()}-crd.yaml").read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        schemas[kind] = skeleton.closed(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"])
    for path, doc in skeleton.applications(made):
        errors = [f"{path}: {list(error.absolute_path)}: {error.message}"
                  for error in jsonschema.Draft4Validator(schemas[doc["kind"]]).iter_errors(doc)]
        assert errors == []
        wrong = json.loads(json.dumps(doc))
        wrong["spec"]["nonsense"] = 1
        assert list(jsonschema.Draft4Validator(schemas[doc["kind"]]).iter_errors(wrong)), "the schema refuses nothing"


def test_charts_render(made, tmp_path):
    rendered = skeleton.Rendered(made, tmp_path)
    seen = 0
    for path, app in skeleton.applications(made):
        source = app["spec"].get("source", {})
        if not source.get("path", "").startswith("apps/"):
            continue
        kind, docs = rendered.application(app)
        by_kind = {doc["kind"]: doc for doc in docs}
        name, env = app["metadata"]["name"].rsplit("-", 1)
        deployment, service = by_kind["Deployment"], by_kind["Service"]
        pod = deployment["spec"]["template"]
        container = pod["spec"]["containers"][0]
        assert (kind, len(docs)) == ("Helm", 2), path
        assert container["image"] == f"registry.example.com/shop/{name}:0.1.0"
        assert deployment["spec"]["replicas"] == (2 if env == "prod" else 1)
        assert deployment["spec"]["selector"]["matchLabels"] == pod["metadata"]["labels"] == service["spec"]["selector"]
        assert service["spec"]["ports"][0]["targetPort"] == container["ports"][0]["name"]
        assert {container[probe]["httpGet"]["port"] for probe in ("livenessProbe", "readinessProbe")} == {container["ports"][0]["name"]}
        assert {row["name"]: row["value"] for row in container["env"]} == {
            "LOG_LEVEL": "debug" if env == "dev" else "info", "ENVIRONMENT": ENVIRONMENTS[env], "DOMAIN": f"{env}.example.com"}
        assert set(container["resources"]) == {"requests", "limits"}
        seen += 1
    assert seen == 6


def helm(*words):
    done = subprocess.run([os.path.join(ROOT, "ci/kubernetes-tools"), "--cached"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        pytest.skip("no helm at hand (ci/kubernetes-tools fetches it)")
    done = subprocess.run([os.path.join(done.stdout.strip(), "helm"), *map(str, words)], env=clean_env(HOME="/nonexistent"),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_helm_takes_the_charts(made):
    """Alone, and with the values that the Applications name."""
    for name in ("catalog", "order"):
        assert "1 chart(s) linted, 0 chart(s) failed" in helm("lint", "--strict", made / "apps" / name)
    for _, app in skeleton.applications(made):
        source = app["spec"].get("source", {})
        if "helm" in source:
            files = [word for path in source["helm"]["valueFiles"] for word in ("-f", made / source["path"] / path)]
            assert "0 chart(s) failed" in helm("lint", "--strict", made / source["path"], *files)


def test_helm_renders_what_the_sandbox_renders(made, tmp_path):
    """So what the other tests say of the manifests holds for the real program."""
    rendered = skeleton.Rendered(made, tmp_path)
    seen = 0
    for _, app in skeleton.applications(made):
        source, name = app["spec"].get("source", {}), app["metadata"]["name"]
        if "helm" not in source:
            continue
        files = [word for path in source["helm"]["valueFiles"] for word in ("-f", made / source["path"] / path)]
        ours = {doc["kind"]: doc for doc in rendered.application(app)[1]}
        for doc in ours.values():
            assert doc["metadata"].pop("namespace") == name
        assert {doc["kind"]: doc for doc in skeleton.documents(helm("template", name, made / source["path"], *files))} == ours
        seen += 1
    assert seen == 6


def test_templates_stay_in_the_words_that_helm_has(made):
    """No expression meets a value that the chart itself does not have: `helm lint` and `helm template` need no other file."""
    for name in ("catalog", "order"):
        values = yaml.safe_load((made / f"apps/{name}/values.yaml").read_text())
        chart = yaml.safe_load((made / f"apps/{name}/Chart.yaml").read_text())
        assert (chart["apiVersion"], chart["name"], chart["type"]) == ("v2", name, "application")
        found = [word for path in (made / f"apps/{name}/templates").iterdir() for word in skeleton.expressions(path.read_text())]
        assert len(found) > 10
        for expression in found:
            head, *pipes = [part.strip() for part in expression.split("|")]
            assert set(pipes) <= {"quote", "toJson"}, expression
            if head == ".Chart.Name":
                continue
            assert head.startswith(".Values."), expression
            value = values
            for part in head.split(".")[2:]:
                value = value[part]
            assert value is not None, expression


# ---- pipelines

def pipeline(folder):
    doc, = skeleton.documents((folder / ".gitlab-ci.yml").read_text())
    return doc


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    folder = tmp_path_factory.mktemp("application")
    stagegate("init", "pipeline", folder, "--gitops", "gitops/apps", "--services", "catalog")
    return folder


def component(row):
    """(name, inputs) of an include."""
    match = re.fullmatch(r"\$CI_SERVER_FQDN/platform/stagegate/([a-z]+)@\d+\.\d+\.\d+", row["component"])
    assert match, row
    return match.group(1), row["inputs"]


def test_an_application_builds_bumps_and_waits(application):
    doc = pipeline(application)
    assert doc["stages"] == ["build", "deploy", "verify"] and list(doc) == ["stages", "build", "include"]
    (bump, bump_inputs), (wait, wait_inputs) = map(component, doc["include"])
    assert (bump, wait) == ("bump", "wait")
    for inputs in (bump_inputs, wait_inputs):
        assert (inputs["services"], inputs["environment"], inputs["gitops"]) == ("catalog", "dev", "gitops/apps")
        assert inputs["rules"] == doc["build"]["rules"]
    assert bump_inputs["version"] == "$CI_COMMIT_TAG" and wait_inputs["revision"] == "$STAGEGATE_COMMIT"
    assert doc["build"]["variables"]["IMAGE"] == "$CI_REGISTRY_IMAGE"


def test_a_pipeline_knows_its_project_and_its_registry(tmp_path):
    stagegate("init", "pipeline", tmp_path / "x", "--gitops", URL, "--job-image", "mirror.example.com:5000/stagegate:1", "--components", "tools/stagegate")
    doc = pipeline(tmp_path / "x")
    assert [row["inputs"]["services"] for row in doc["include"]] == ["$CI_PROJECT_NAME"] * 2
    assert {row["inputs"]["gitops"] for row in doc["include"]} == {URL}
    assert {row["inputs"]["image"] for row in doc["include"]} == {"mirror.example.com:5000/stagegate:1"}
    assert all(row["component"].startswith("$CI_SERVER_FQDN/tools/stagegate/") for row in doc["include"])
    stagegate("init", "pipeline", tmp_path / "y", "--gitops", URL, "--services", "yes", "--image-prefix", "registry.example.com/shop")
    doc = pipeline(tmp_path / "y")
    assert doc["build"]["variables"]["IMAGE"] == "registry.example.com/shop/yes" and doc["include"][0]["inputs"]["services"] == "yes"


def test_the_gitops_repository_promotes_and_checks(made):
    doc = pipeline(made)
    assert doc["stages"] == ["check", "promote", "live"] and doc["variables"]["SERVICES"]["value"] == "catalog order"
    jobs = [component(row) for row in doc["include"]]
    assert [(name, inputs["environment"], inputs["stage"]) for name, inputs in jobs] == [
        ("promote", "staging", "promote"), ("promote", "production", "promote"), ("wait", "staging", "live"), ("wait", "production", "live")]
    assert {inputs["services"] for _, inputs in jobs} == {"$SERVICES"}
    for name, inputs in jobs:
        wanted = '$CI_COMMIT_REF_PROTECTED == "true"' if name == "promote" else '$CI_COMMIT_BRANCH == "main"'
        assert all(wanted in rule["if"] for rule in inputs["rules"])
        for path in inputs["rules"][0].get("changes", []):
            assert len(list(made.glob(path))) == 2, path
    command, *words = doc["check"]["script"][0].split()
    assert command == "stagegate" and stagegate(*[word for word in words if word != "--report-junit" and word != "check.xml"], cwd=made).code == 0


@pytest.mark.parametrize("which", ["made", "application"])
def test_components_take_the_inputs(which, request):
    """Held against the headers of templates/: every input exists, fits, and none that must be given is missing."""
    if not os.path.isdir(os.path.join(ROOT, "templates")):
        pytest.skip("there is no templates/")
    doc = pipeline(request.getfixturevalue(which))
    kinds = {"string": str, "number": (int, float), "boolean": bool, "array": list}
    for row in doc["include"]:
        name, inputs = component(row)
        with open(os.path.join(ROOT, "templates", f"{name}.yml"), encoding="utf-8") as file:
            known = next(yaml.load_all(file, skeleton.Strict))["spec"]["inputs"]
        assert set(inputs) <= set(known), name
        assert {key for key, spec in known.items() if "default" not in spec} <= set(inputs), name
        for key, value in inputs.items():
            spec = known[key]
            assert isinstance(value, kinds[spec.get("type", "string")]), (name, key)
            assert value in spec.get("options", [value]), (name, key)
            assert "regex" not in spec or re.search(spec["regex"], value), (name, key)
        assert inputs["stage"] in doc["stages"]


def test_a_pipeline_that_is_there_stays(tmp_path):
    (tmp_path / ".gitlab-ci.yml").write_text("mine: {script: [true]}\n")
    run = stagegate("init", "pipeline", tmp_path, "--gitops", "gitops/apps", "--output", "json")
    assert states(run) == {".gitlab-ci.yml": "kept"} and run.json["result"] == "unchanged"
    assert (tmp_path / ".gitlab-ci.yml").read_text() == "mine: {script: [true]}\n"


@pytest.mark.parametrize("words, why", [
    ([], "which GitOps repository?"),
    (["--gitops", "apps"], "--gitops"),
    (["--gitops", "a/b c"], "--gitops"),
    (["--gitops", "a/b", "--services", "a,b"], "one service"),
    (["--gitops", "a/b", "--main-branch", "main"], "--main-branch belongs to init gitops"),
    (["--gitops", "a/b", "--approvers", "@a"], "--approvers belongs to init gitops"),
    (["--gitops", "a/b", "--job-image", "a b"], "--job-image"),
    (["--gitops", "a/b", "--components", "a b"], "--components"),
])
def test_bad_values_for_a_pipeline(tmp_path, words, why):
    run = stagegate("init", "pipeline", tmp_path, *words, expect=2, CI_PROJECT_PATH="shop/catalog", CI_SERVER_URL="https://gitlab.example.com")
    assert why in run.err and os.listdir(tmp_path) == []


# ---- alerts

def promtool():
    done = subprocess.run([os.path.join(ROOT, "ci/promtool"), "--cached"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        pytest.skip("no promtool at hand (ci/promtool fetches it)")
    return done.stdout.strip()


INFO = 'argocd_app_info{{namespace="argocd", name="{name}", project="default", autosync_enabled="{auto}", repo="' + URL + \
    '", dest_server="https://kubernetes.default.svc", dest_namespace="{name}", sync_status="{sync}", health_status="{health}", operation=""}}'
SYNCS = 'argocd_app_sync_total{{namespace="argocd", name="{name}", project="default", dest_server="https://kubernetes.default.svc", phase="{phase}", dry_run="{dry}"}}'


def info(values, name="catalog-dev", sync="Synced", health="Healthy", auto="true"):
    return {"series": INFO.format(name=name, sync=sync, health=health, auto=auto), "values": values}


def syncs(values, phase="Failed", dry="false", name="catalog-dev"):
    return {"series": SYNCS.format(name=name, phase=phase, dry=dry), "values": values}


# name: (series with one value each minute, {minute: names of the alerts that fire then})
ALERTS = {
    "all is well": ([info("1x60"), syncs("5x60", phase="Succeeded")], {0: [], 30: [], 60: []}),
    "out of sync": ([info("1x60", sync="OutOfSync")], {14: [], 16: ["ApplicationOutOfSync"]}),
    "out of sync while its health changes": (
        [info("1x7 stale", sync="OutOfSync"), info("_x7 1x60", sync="OutOfSync", health="Progressing")],
        {14: [], 16: ["ApplicationOutOfSync"]}),
    "in sync again": ([info("1x5 stale", sync="OutOfSync"), info("_x5 1x60")], {16: [], 30: []}),
    "cannot be compared": ([info("1x60", sync="Unknown")], {16: ["ApplicationSyncUnknown"]}),
    "degraded": ([info("1x60", health="Degraded")], {9: [], 11: ["ApplicationUnhealthy"]}),
    "a rollout goes on": ([info("1x60", health="Progressing")], {11: [], 60: []}),
    "the first failure of a sync": ([info("1x60"), syncs("_x20 1x40")], {19: [], 22: ["ApplicationSyncFailed"], 40: []}),
    "another failure of a sync": ([info("1x60"), syncs("1x30 2x30")], {25: [], 33: ["ApplicationSyncFailed"], 45: []}),
    "a sync with an error": ([info("1x60"), syncs("_x20 1x40", phase="Error")], {22: ["ApplicationSyncFailed"]}),
    "a dry run that failed": ([info("1x60"), syncs("_x20 1x40", dry="true")], {22: []}),
    "auto-sync switched off": ([info("1x90", auto="false")], {59: [], 61: ["ApplicationAutoSyncOff"]}),
    "nobody measures": ([info("1x5 stale")], {5: [], 15: [], 25: ["ArgoCDMetricsAbsent"]}),
}
NAMES = ("ApplicationOutOfSync", "ApplicationSyncUnknown", "ApplicationUnhealthy", "ApplicationSyncFailed", "ApplicationAutoSyncOff", "ArgoCDMetricsAbsent")


@pytest.fixture(scope="module")
def rules(made, tmp_path_factory):
    """The rules as Prometheus itself reads them: the operator takes them out of the PrometheusRule."""
    path = tmp_path_factory.mktemp("rules") / "rules.yaml"
    doc, = skeleton.documents((made / "infrastructure/monitoring/alerts.yaml").read_text())
    assert (doc["apiVersion"], doc["kind"], list(doc["spec"])) == ("monitoring.coreos.com/v1", "PrometheusRule", ["groups"])
    path.write_text(yaml.safe_dump({"groups": doc["spec"]["groups"]}))
    return path


def test_alert_rules_are_rules(rules):
    done = subprocess.run([promtool(), "check", "rules", "--lint=all", "--lint-fatal", str(rules)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0 and f"SUCCESS: {len(NAMES)} rules found" in done.stdout, done.stdout
    names = [rule["alert"] for group in yaml.safe_load(rules.read_text())["groups"] for rule in group["rules"]]
    assert tuple(names) == NAMES
    assert "argocd_app_sync_status" not in rules.read_text()


def test_alerts_fire_when_they_should(rules, tmp_path):
    """Every story asks about every alert: those that are not named must not fire."""
    judge = promtool()
    tests = []
    for name, (series, minutes) in ALERTS.items():
        checks = [{"eval_time": f"{minute}m", "alertname": alert, "exp_alerts": [{}] if alert in firing else []}
                  for minute, firing in minutes.items() for alert in NAMES]
        tests.append({"name": name, "interval": "1m", "input_series": series, "alert_rule_test": checks})
    labels = {"ArgoCDMetricsAbsent": {"severity": "critical"}}
    # promtool compares labels and annotations whole: they are computed here, once more, by hand
    groups = yaml.safe_load(rules.read_text())["groups"]
    by_name = {rule["alert"]: rule for group in groups for rule in group["rules"]}
    for test in tests:
        for check in test["alert_rule_test"]:
            rule = by_name[check["alertname"]]
            for alert in check["exp_alerts"]:
                found = labels.get(check["alertname"]) or labels_of(check["alertname"], test["name"], rule)
                alert["exp_labels"] = found
                alert["exp_annotations"] = {key: filled(text, found) for key, text in rule["annotations"].items()}
    path = tmp_path / "test.yaml"
    path.write_text(yaml.safe_dump({"rule_files": [str(rules)], "evaluation_interval": "1m", "tests": tests}))
    done = subprocess.run([judge, "test", "rules", str(path)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout


def labels_of(alert, story, rule):
    found = {"name": "catalog-dev", "project": "default", "severity": rule["labels"]["severity"]}
    if alert == "ApplicationSyncFailed":
        found["phase"] = "Error" if "error" in story else "Failed"
    else:
        found["dest_namespace"] = "catalog-dev"
    if alert == "ApplicationUnhealthy":
        found["health_status"] = "Degraded"
    return found


def filled(text, labels):
    for name, value in labels.items():
        text = text.replace("{{ $labels.%s }}" % name, value)
    return text


def test_the_monitor_finds_the_controller(made):
    doc, = skeleton.documents((made / "infrastructure/monitoring/service-monitor.yaml").read_text())
    assert doc["metadata"]["namespace"] == "argocd" and doc["spec"] == {
        "selector": {"matchLabels": {"app.kubernetes.io/name": "argocd-metrics"}}, "endpoints": [{"port": "metrics"}]}


def test_access_is_what_a_wait_needs(made):
    docs = {doc["kind"]: doc for path, doc in skeleton.manifests(made) if path.startswith("infrastructure/argocd/")}
    assert docs["Role"]["rules"] == [
        {"apiGroups": ["argoproj.io"], "resources": ["applications"], "verbs": ["get", "list", "watch", "patch"]},
        {"apiGroups": ["argoproj.io"], "resources": ["appprojects", "applicationsets"], "verbs": ["get"]}]
    assert docs["RoleBinding"]["roleRef"]["name"] == docs["Role"]["metadata"]["name"]
    assert docs["RoleBinding"]["subjects"] == [{"kind": "ServiceAccount", "name": "stagegate", "namespace": "argocd"}]


# ---- what is there stays

def test_again_changes_nothing(made):
    before = {path: os.stat(made / path).st_mtime_ns for path in skeleton.files(made)}
    run = init(made, "--services", "catalog,order", "--image-prefix", "registry.example.com/shop", "--output", "json")
    assert run.json["result"] == "unchanged" and run.json["reason"] == "NOTHING_TO_DO"
    assert set(states(run).values()) == {"present"}
    assert before == {path: os.stat(made / path).st_mtime_ns for path in skeleton.files(made)}


def test_another_service_is_added(tmp_path):
    init(tmp_path, "--services", "catalog")
    run = init(tmp_path, "--services", "order", "--output", "json")
    created = {path for path, state in states(run).items() if state == "created"}
    assert created and all("order" in path for path in created)
    assert {path: state for path, state in states(run).items() if path not in created and state != "present"} == {".gitlab-ci.yml": "kept"}
    assert stagegate("check", "--repo", tmp_path, "--output", "json").json["findings"] == []


def test_other_contents_are_left_alone_and_named(tmp_path):
    (tmp_path / "README.md").write_text("mine\n")
    (tmp_path / "stagegate.yaml").mkdir()
    (tmp_path / ".gitignore").symlink_to("README.md")
    run = init(tmp_path, "--output", "json")
    kept = {path for path, state in states(run).items() if state == "kept"}
    assert kept == {"README.md", "stagegate.yaml", ".gitignore"}
    assert "3 with other contents are left alone" in run.json["sentence"]
    assert (tmp_path / "README.md").read_text() == "mine\n" and os.readlink(tmp_path / ".gitignore") == "README.md"
    text = init(tmp_path).out
    assert text.startswith("unchanged: nothing to write") and "kept     README.md" in text


def test_a_dry_run_writes_nothing(tmp_path):
    folder = tmp_path / "new"
    run = init(folder, "--dry-run", "--output", "json")
    assert run.json["result"] == "planned" and set(states(run).values()) == {"planned"}
    assert "+kind: ApplicationSet\n" in run.json["diff"]
    assert not folder.exists()
    assert "+version: 1\n" in init(folder, "--dry-run").out
    init(folder)
    again = init(folder, "--dry-run", "--output", "json")
    assert again.json["result"] == "unchanged" and again.json["diff"] is None


def test_it_works_in_this_folder(tmp_path):
    stagegate("init", "gitops", "--gitops", URL, cwd=tmp_path)
    assert (tmp_path / "stagegate.yaml").is_file()
    folder = tmp_path / "a/b/c"
    init(folder, "--quiet")
    assert (folder / "apps/catalog/Chart.yaml").is_file()


def test_modes_follow_the_umask(tmp_path):
    old = os.umask(0o027)
    try:
        init(tmp_path / "x")
    finally:
        os.umask(old)
    assert stat.S_IMODE(os.stat(tmp_path / "x/apps/catalog").st_mode) == 0o750
    assert stat.S_IMODE(os.stat(tmp_path / "x/stagegate.yaml").st_mode) == 0o640


# ---- what cannot be

def test_a_link_on_the_way_is_refused_before_anything_is_written(tmp_path):
    folder, outside = tmp_path / "x", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (folder / "infrastructure").symlink_to(outside)
    run = init(folder, expect=10)
    assert "infrastructure" in run.err and "no folder" in run.err
    assert os.listdir(folder) == ["infrastructure"] and os.listdir(outside) == []


@pytest.mark.parametrize("where", ["file", "file/below", "/proc/no/such"])
def test_no_folder_to_write_to(tmp_path, where):
    (tmp_path / "file").write_text("x")
    run = init(tmp_path / where, expect=10)
    assert "LOCAL_IO" in run.err and (tmp_path / "file").read_text() == "x"


def test_a_read_only_folder(tmp_path):
    """As somebody who may not write there: root always may."""
    if os.getuid() != 0:
        os.chmod(tmp_path, 0o555)
        init(tmp_path / "x", expect=10)
        return
    run = init("/sys/stagegate", expect=10)
    assert "cannot make the folder /sys/stagegate" in run.err


@pytest.mark.parametrize("words, why", [
    (["--services", "Catalog"], "--services"),
    (["--services", "../x"], "--services"),
    (["--services", "a,,b"], "--services"),
    (["--services", "a,a"], "stands twice"),
    (["--services", "a" * 56], "--services"),
    (["--image-prefix", "registry.example.com/shop:1.0"], "--image-prefix"),
    (["--image-prefix", "a\nb"], "--image-prefix"),
    (["--main-branch", "$(touch x)"], "--main-branch"),
    (["--main-branch", 'a"b'], "--main-branch"),
    (["--dev-branch", "a b"], "--dev-branch"),
    (["--namespace", "Argo"], "--namespace"),
    (["--approvers", "maria"], "--approvers"),
    (["--gitops", "http://gitlab.example.com/a/b"], "--gitops"),
    (["--gitops", "https://u:p@gitlab.example.com/a/b"], "GitOps repository"),
    (["--gitops", "https://gitlab.example.com/only"], "who approves"),
    (["--gitops", "gitops/apps"], "no GitLab is named"),
])
def test_bad_values_write_nothing(tmp_path, words, why):
    run = init(tmp_path, *words, expect=None)
    assert run.code in (2, 3) and why in run.err, run
    assert os.listdir(tmp_path) == []
    assert "u:p" not in run.err


@pytest.mark.parametrize("words", [[], ["nothing"], ["gitops", "a", "b"], ["gitops", ""]])
def test_bad_words(tmp_path, words):
    stagegate("init", *words, "--gitops", URL, cwd=tmp_path, expect=2)
    assert os.listdir(tmp_path) == []


def test_which_repository_is_asked_for(tmp_path):
    run = stagegate("init", "gitops", tmp_path, expect=2)
    assert "the GitOps repository: nothing names it" in run.err and "--gitops" in run.err
    assert os.listdir(tmp_path) == []


def test_a_job_knows_its_own_project(tmp_path):
    job = {"CI_SERVER_URL": "https://git.example.org/gitlab", "CI_PROJECT_PATH": "teams/shop/deploy"}
    stagegate("init", "gitops", tmp_path, **job)
    apps = {doc["metadata"]["name"]: doc for _, doc in skeleton.applications(tmp_path)}
    assert apps["root-app-dev"]["spec"]["source"]["repoURL"] == "https://git.example.org/gitlab/teams/shop/deploy.git"
    config = yaml.safe_load((tmp_path / "stagegate.yaml").read_text())
    assert config["environments"][2]["gates"][2]["from"] == ["@teams/shop"]


def test_it_needs_no_network(tmp_path):
    run = stagegate("init", "gitops", tmp_path / "x", "--gitops", URL, strace=["-e", "inject=socket,connect:error=EPERM"])
    assert run.out.startswith("done: ")


# ---- killed, full, odd

def tree(folder):
    return {path: text for path, text in skeleton.files(folder).items() if not os.path.basename(path).startswith(".stagegate-")}


@pytest.mark.parametrize("when", [1, 7, 24])
def test_killed_half_way_and_run_again(tmp_path, made, when):
    folder, words = tmp_path / "x", ["--services", "catalog,order", "--image-prefix", "registry.example.com/shop"]
    run = init(folder, *words, expect=None, strace=["-e", f"inject=linkat:signal=KILL:when={when}"])
    assert run.code != 0
    whole = tree(made)
    assert all(whole[path] == text for path, text in tree(folder).items()), "a file is there in part"
    init(folder, *words)
    assert tree(folder) == whole
    left = [path for path in skeleton.files(folder) if path not in whole]
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    status = subprocess.run(["git", "status", "--porcelain", "-uall"], cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout
    assert len(left) == 1 and left[0] not in status, "what a killed run left would be committed"


@pytest.mark.parametrize("call", ["fsync", "linkat"])
def test_a_full_disk(tmp_path, made, call):
    folder, words = tmp_path / "x", ["--services", "catalog,order", "--image-prefix", "registry.example.com/shop"]
    run = init(folder, *words, expect=10, strace=["-e", f"inject={call}:error=ENOSPC:when=9+"])
    assert "No space left on device" in run.err
    whole = tree(made)
    assert all(whole[path] == text for path, text in skeleton.files(folder).items())
    init(folder, *words)
    assert skeleton.files(folder) == whole


def test_a_file_system_without_hard_links(tmp_path, made):
    folder, words = tmp_path / "x", ["--services", "catalog,order", "--image-prefix", "registry.example.com/shop"]
    init(folder, *words, strace=["-e", "inject=linkat:error=EPERM"])
    assert skeleton.files(folder) == tree(made)


def test_two_at_once_make_one(tmp_path, made):
    folder = tmp_path / "x"
    argv = [binary(), "init", "gitops", str(folder), "--gitops", URL, "--services", "catalog,order", "--image-prefix", "registry.example.com/shop"]
    children = [subprocess.Popen(argv, env=clean_env(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(4)]
    for child in children:
        out, _ = child.communicate(timeout=LIMIT_S)
        assert child.returncode == 0, out
        assert "kept" not in out
    assert skeleton.files(folder) == skeleton.files(made)
