"""The pipelines of docs/pipelines.md, run: what they promise happens in Git, in GitLab and in the cluster."""
import json
import xml.etree.ElementTree

import pytest
from conftest import examples

HALF_AN_HOUR, TWO_HOURS = "1860", "7260"
EXAMPLES = examples()


def test_an_application_builds_bumps_and_waits(repository, project):
    app = project("shop/catalog", EXAMPLES["application"])
    app.write("build-and-push.sh", "#!/bin/sh\necho IMAGE_TAG=21.4.2 >build.env\n", executable=True)
    run = app()
    assert run.jobs == {"build": "PASS", "bump-dev": "PASS", "wait-dev": "PASS"}, run.text
    assert repository.tag("catalog", "dev", "develop") == "21.4.2"
    bump = dict(line.split("=", 1) for line in app.artifact("bump-dev", "stagegate.env").read_text().splitlines())
    wait = json.loads(app.artifact("wait-dev", "stagegate.json").read_text())
    assert bump["STAGEGATE_TAG"] == "21.4.2" and len(bump) <= 20
    assert wait["verdicts"][0]["revision_wanted"] == bump["STAGEGATE_COMMIT"] == repository("rev-parse", "develop")
    assert wait["verdicts"][0]["image_wanted"] == "registry.example.com/shop/catalog:21.4.2"

    run = app()
    assert "unchanged" in run.text and repository("rev-parse", "develop") == bump["STAGEGATE_COMMIT"], "the same pipeline again"


def test_a_monorepo_writes_several_tags_in_one_commit(repository, project):
    app = project("shop/all", EXAMPLES["monorepo"])
    app.write("build-what-changed.sh", "#!/bin/sh\necho 'BUMPS=order=22.2.3 payment=22.0.0' >build.env\n"
              "echo 'BUILT=order payment' >>build.env\n", executable=True)
    before = repository("rev-list", "--count", "develop")
    run = app()
    assert set(run.jobs.values()) == {"PASS"} and len(run.jobs) == 3, run.text
    assert int(repository("rev-list", "--count", "develop")) == int(before) + 1
    assert (repository.tag("order", "dev", "develop"), repository.tag("payment", "dev", "develop")) == ("22.2.3", "22.0.0")
    verdicts = json.loads(app.artifact("wait-dev", "stagegate.json").read_text())["verdicts"]
    assert [row["service"] for row in verdicts] == ["order", "payment"]


def test_a_mirrored_template_and_image(repository, project):
    app = project("shop/shipping", EXAMPLES["mirrored"])
    job = app.preview()["bump-dev"]
    assert job["image"]["name"] == "registry.internal.example/mirrors/stagegate:0.1.0" and job["tags"] == ["internal"]
    run = app()
    assert run.jobs == {"bump-dev": "PASS"}, run.text
    assert len(repository.tag("shipping", "dev", "develop")) == 8


@pytest.mark.parametrize("way", ["api", "git"])
def test_a_commit_goes_the_way_that_the_component_says(repository, project, way):
    app = project("shop/shipping", EXAMPLES["mirrored"].replace("services: shipping", f"services: shipping\n      publish-via: {way}"))
    run = app()
    assert run.jobs == {"bump-dev": "PASS"}, run.text
    report = json.loads(app.artifact("bump-dev", "stagegate.json").read_text())
    assert report["publish_via"] == way and report["commit"] == repository("rev-parse", "develop")


VERSIONS = {"catalog": "1.4.2", "order": "4.3.8"}


def live_in_dev(box, project):
    """VERSIONS run in dev, and have done so for long enough."""
    app = project("shop/start", EXAMPLES["monorepo"])
    bumps = " ".join(f"{service}={tag}" for service, tag in VERSIONS.items())
    app.write("build-what-changed.sh", f"#!/bin/sh\necho 'BUMPS={bumps}' >build.env\necho 'BUILT={' '.join(VERSIONS)}' >>build.env\n",
              executable=True)
    app()
    box.ctl("clock", HALF_AN_HOUR)


def versions(repository, env):
    return {service: repository.tag(service, env, "main") for service in VERSIONS}


def requests(box):
    """Numbers of the open merge requests."""
    return [line.split()[0].lstrip("!") for line in box.ctl("mrs").splitlines() if "opened" in line]


def test_the_gitops_repository_promotes_past_an_approval(box, repository, project):
    """A schedule takes it as far as it may, and the run after the approval takes it to the end."""
    live_in_dev(box, project)
    gitops = project("gitops/apps", EXAMPLES["gitops"])
    gitops.take("main")
    before = versions(repository, "prod")

    run = gitops(source="schedule")
    assert run.jobs["promote-staging"] == "PASS", run.text
    assert versions(repository, "staging") == VERSIONS
    box.ctl("clock", TWO_HOURS)

    run = gitops(source="schedule")
    assert run.jobs == {"promote-staging": "PASS", "promote-production": "WARN"}, run.text
    waiting = requests(box)
    assert len(waiting) == 2 and versions(repository, "prod") == before, box.ctl("mrs")
    said = dict(line.split("=", 1) for line in gitops.artifact("promote-production", "stagegate.env").read_text().splitlines())
    assert (said["STAGEGATE_RESULT"], said["STAGEGATE_EXIT_CODE"]) == ("pending", "75")
    assert sorted(said["STAGEGATE_MR_IID"].split(",")) == sorted(waiting)

    for iid in waiting:
        box.ctl("approve", "manager-1", iid)
    run = gitops("--manual", "promote-production", source="web")
    assert run.jobs == {"promote-production": "PASS"}, run.text
    assert versions(repository, "prod") == VERSIONS and not requests(box)

    gitops.take("main")
    run = gitops(source="push", CI_DEFAULT_BRANCH="main")
    assert run.jobs == {"check": "PASS", "wait-production": "PASS"}, run.text
    wait = json.loads(gitops.artifact("wait-production", "stagegate.json").read_text())
    assert {row["revision_wanted"] for row in wait["verdicts"]} == {repository("rev-parse", "main")}
    assert {row["reason"] for row in wait["verdicts"]} == {"DEPLOYED"}


def test_by_hand_nothing_runs_until_somebody_plays_it(project):
    gitops = project("gitops/apps", EXAMPLES["gitops"])
    assert gitops(source="web").jobs == {}


def test_a_gate_is_asked_and_writes_nothing(repository, project):
    before = repository("for-each-ref")
    gitops = project("gitops/apps", EXAMPLES["gate"])
    run = gitops()
    assert run.jobs == {"gate-production": "WARN"}, run.text
    gates = json.loads(gitops.artifact("gate-production", "stagegate.json").read_text())["gates"]
    assert ("soak", "wait", "SOAKING") in {(row["type"], row["state"], row["reason"]) for row in gates}
    suite = xml.etree.ElementTree.parse(gitops.left("gate-production", "stagegate.xml")).getroot()[0]
    assert suite.get("failures") == suite.get("errors") == "0" and int(suite.get("skipped")) > 1
    assert repository("for-each-ref") == before


def test_a_job_that_breaks_off_leaves_its_reports(project):
    app = project("shop/catalog", EXAMPLES["application"].replace("services: catalog", "services: nothing"))
    app.write("build-and-push.sh", "#!/bin/sh\necho IMAGE_TAG=21.4.4 >build.env\n", executable=True)
    run = app(expect=1)
    assert run.jobs == {"build": "PASS", "bump-dev": "FAIL"}, run.text
    assert json.loads(app.left("bump-dev", "stagegate.json").read_text())["reason"] == "SERVICE_UNKNOWN"
    assert "STAGEGATE_REASON=SERVICE_UNKNOWN" in app.left("bump-dev", "stagegate.env").read_text()
    assert xml.etree.ElementTree.parse(app.left("bump-dev", "stagegate.xml")).getroot()[0].get("errors") == "1"


def test_a_deployment_that_fails_fails_the_job_that_makes_it(box, project):
    box.ctl("app", "catalog-dev", "sync-failed")
    app = project("shop/catalog", EXAMPLES["application"])
    app.write("build-and-push.sh", "#!/bin/sh\necho IMAGE_TAG=21.4.5 >build.env\n", executable=True)
    run = app(expect=1)
    assert run.jobs == {"build": "PASS", "bump-dev": "PASS", "wait-dev": "FAIL"}, run.text
    suite = xml.etree.ElementTree.parse(app.left("wait-dev", "stagegate.xml")).getroot()[0]
    assert suite[0][0].get("type") == "SYNC_FAILED" and suite[0].get("name") == "catalog: application argocd/catalog-dev"


@pytest.mark.parametrize("good, bad", [("action: prepare", "action: deploy"), ("when: always", "when: sometimes"),
                                       ("version: $CI_COMMIT_SHORT_SHA", "version: 1.5"), ("services: shipping", "service: shipping"),
                                       ("services: shipping", "services: shipping\n      publish-via: ssh")])
def test_the_engine_finds_what_is_wrong(project, good, bad):
    """Keywords by the JSON schema of GitLab's editor, inputs by their headers."""
    app = project("shop/catalog", EXAMPLES["mirrored"].replace(good, bad))
    template = (app.folder / "templates/bump.yml").read_text()
    app.write("templates/bump.yml", template.replace(good, bad))
    run = app(expect=1)
    assert run.jobs == {} and "nvalid" in run.text, run.text


@pytest.mark.parametrize("text", ["$(touch pwned) `touch pwned` ; touch pwned", "\"; touch pwned; \" *", "--config /dev/null"])
def test_no_input_reaches_a_shell(repository, project, text):
    """Services and version come from outside: a tag's name, a variable of whoever started the pipeline."""
    before = repository("for-each-ref")
    quoted = json.dumps(text)
    app = project("shop/catalog", EXAMPLES["mirrored"].replace("services: shipping", f"services: {quoted}")
                  .replace("version: $CI_COMMIT_SHORT_SHA", f"version: {quoted}"))
    run = app(expect=1)
    assert run.jobs == {"bump-dev": "FAIL"}, run.text
    assert repository("for-each-ref") == before
    assert not list(app.folder.rglob("pwned"))


@pytest.mark.parametrize("name", ["application", "gate"])
def test_nothing_of_ours_runs_on_an_unprotected_branch_or_for_a_merge_request(project, name):
    app = project("shop/catalog", EXAMPLES[name])
    ours = {job for job in app.listed() if job != "build"}
    assert ours
    assert not ours & set(app.listed(CI_COMMIT_REF_PROTECTED="false"))
    assert not ours & set(app.listed(source="merge_request_event"))
