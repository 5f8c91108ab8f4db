"""bump over GitLab's API: the same plan as by Git, no clone, nothing lost and nothing twice."""
import itertools
import json
import os
import subprocess

import pytest
import yaml

from conftest import binary

TAGS = itertools.count(1)
FILE = "apps/{}/values-dev.yaml"
COMMITS = "/repository/commits"
CONFIG = "/files/stagegate.yaml/raw"
POST = ("POST", COMMITS)


@pytest.fixture(autouse=True)
def start(sandbox):
    sandbox.ctl("reset")
    yield
    sandbox.ctl("fault", "clear")


@pytest.fixture
def api(sandbox, sg):
    """Runs bump where GitLab is named, with a configuration that has no source projects to ask."""
    sg.env["STAGEGATE_GITLAB_URL"] = sandbox.env["STAGEGATE_GITLAB_URL"]
    configure(sandbox, lambda config: [service.pop("source", None) for service in config["services"]])

    def run(*words, expect=0, env=None, via="auto"):
        sandbox.ctl("api-log", "clear")
        log = len(sandbox.requests(0))
        found = sg("bump", *words, "--publish-via", via, "--output", "json", expect=expect, env=env)
        found.asked = [(row["method"], row["path"].partition("/repository")[2] or row["path"], row["status"])
                       for row in json.loads(sandbox.ctl("api-log"))]
        found.git = [line for line in sandbox.requests(log) if ".git/" in " ".join(line)]
        return found

    return run


def configure(sandbox, change):
    config = yaml.safe_load(sandbox.show("stagegate.yaml", "main"))
    change(config)
    sandbox.ctl("foreign-commit", "main", "stagegate.yaml", yaml.safe_dump(config))


def value(sandbox, service, rev="develop"):
    return yaml.safe_load(sandbox.show(FILE.format(service), rev))["image"]["tag"]


def commits(sandbox, since):
    return sandbox.git("log", "--first-parent", "--format=%s", f"{since}..develop").splitlines()


def once(sandbox, since, service, tag):
    """The change is in the history once, and at the tip."""
    assert commits(sandbox, since).count(f"deploy(dev): {service} {tag}") == 1, commits(sandbox, since)
    assert value(sandbox, service) == tag


def message(sandbox, rev="develop"):
    return sandbox.git("log", "-1", "--format=%B", rev)


# -- the way, and what it costs


def test_three_requests_and_no_clone(sandbox, api):
    before = sandbox.tip()
    run = api("catalog", "9.1.0")
    assert run.asked == [("GET", CONFIG, 200), ("GET", "/files/apps%2Fcatalog%2Fvalues-dev.yaml/raw", 200),
                         ("POST", "/commits", 201)]
    assert not run.git and run.json["publish_via"] == "api" and run.json["tries"] == 1
    assert run.json["commit"] == sandbox.tip() and sandbox.git("rev-parse", "develop^") == before
    once(sandbox, before, "catalog", "9.1.0")


def test_one_request_more_for_each_further_file(sandbox, api):
    before = sandbox.tip()
    run = api("catalog=9.2.0", "order=9.2.0", "payment=9.2.0")
    assert len(run.asked) == 5 and not run.git
    assert len(sandbox.git("diff", "--name-only", before, "develop").splitlines()) == 3
    assert len(sandbox.git("rev-list", f"{before}..develop").splitlines()) == 1


def test_nothing_to_do_writes_nothing(sandbox, api):
    tip = sandbox.tip()
    run = api("catalog", value(sandbox, "catalog"))
    assert run.json["result"] == "unchanged" and run.json["commit"] == tip == sandbox.tip()
    assert [row[0] for row in run.asked] == ["GET", "GET"] and run.json["publish_via"] == "api"


def test_a_dry_run_only_reads(sandbox, api):
    tip = sandbox.tip()
    run = api("catalog", "9.3.0", "--dry-run")
    assert run.json["result"] == "planned" and "9.3.0" in run.json["diff"] and sandbox.tip() == tip
    assert [row[0] for row in run.asked] == ["GET", "GET"]


SERVICES = ["catalog", "admin", "customer", "search", "notification", "analytics", "gateway"]


@pytest.mark.parametrize("service", SERVICES)
def test_both_ways_give_the_same_tree_and_the_same_words(sandbox, api, service):
    start = sandbox.tip()
    tag = f"2030.9.{next(TAGS)}" if service == "search" else f"9.4.{next(TAGS)}"
    run = api(service, tag, via="api")
    tree, text = sandbox.git("rev-parse", "develop^{tree}"), message(sandbox)
    author = sandbox.git("log", "-1", "--format=%an <%ae>", "develop")
    sandbox.git("update-ref", "refs/heads/develop", start)
    other = api(service, tag, via="git")
    assert (run.json["publish_via"], other.json["publish_via"]) == ("api", "git")
    assert sandbox.git("rev-parse", "develop^{tree}") == tree and message(sandbox) == text
    assert sandbox.git("log", "-1", "--format=%an <%ae>", "develop") == author
    for key in ("id", "changes", "diff", "config", "advisory", "environment", "branch", "result"):
        assert run.json[key] == other.json[key], key


@pytest.mark.parametrize("service", ["catalog", "customer", "gateway"])
def test_places_that_nobody_named(sandbox, api, service):
    """Looking around costs requests, and finds the same."""
    configure(sandbox, lambda config: [row.pop("update", None) for row in config["services"]])
    runs = [api(service, "9.4.99", "--dry-run", via=via) for via in ("api", "git", "auto")]
    assert runs[0].json["changes"] == runs[1].json["changes"] == runs[2].json["changes"]
    assert runs[0].json["changes"][0]["found_by"] and runs[0].json["diff"] == runs[1].json["diff"]
    assert {row[0] for row in runs[0].asked} == {"GET"} and not runs[0].git and len(runs[2].asked) <= 26


def test_a_folder_that_just_fills_a_page(sandbox, api):
    configure(sandbox, lambda config: [row.pop("update", None) for row in config["services"]])
    blob = sandbox.git("rev-parse", "develop:README.md")
    while len(sandbox.git("ls-tree", "--name-only", "develop:apps/catalog").splitlines()) < 100:
        set_mode(sandbox, f"apps/catalog/notes-{next(TAGS)}.txt", "100644", blob)
    runs = [api("catalog", "9.4.99", "--dry-run", via=via) for via in ("api", "git")]
    assert runs[0].json["changes"] == runs[1].json["changes"] and runs[0].json["changes"][0]["found_by"]


def test_modes_stay(sandbox, api):
    path = FILE.format("catalog")
    blob = sandbox.git("rev-parse", f"develop:{path}")
    set_mode(sandbox, path, "100755", blob)
    api("catalog", "9.5.0")
    assert sandbox.git("ls-tree", "develop", path).startswith("100755 ")
    assert value(sandbox, "catalog") == "9.5.0"


def set_mode(sandbox, path, mode, blob):
    index = os.path.join(sandbox.repository, "index.test")
    env = {**os.environ, "GIT_INDEX_FILE": index, "GIT_AUTHOR_NAME": "x", "GIT_AUTHOR_EMAIL": "x@example.com",
           "GIT_COMMITTER_NAME": "x", "GIT_COMMITTER_EMAIL": "x@example.com"}

    def git(*words):
        return subprocess.run(["git", "-C", sandbox.repository, *words], check=True, env=env, text=True,
                              stdout=subprocess.PIPE).stdout.strip()

    git("read-tree", "develop")
    git("update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}")
    tree = git("write-tree")
    os.unlink(index)
    git("update-ref", "refs/heads/develop", git("commit-tree", tree, "-p", "develop", "-m", "mode"))


@pytest.mark.parametrize("via", ["api", "auto", "git"])
def test_a_symbolic_link_is_refused(sandbox, api, via):
    target = subprocess.run(["git", "-C", sandbox.repository, "hash-object", "-w", "--stdin"], input=b"values.yaml",
                            check=True, stdout=subprocess.PIPE).stdout.decode().strip()
    set_mode(sandbox, FILE.format("catalog"), "120000", target)
    tip = sandbox.tip()
    run = api("catalog", "9.6.0", via=via, expect=9)
    assert "EDIT_REFUSED" in run.err and "symbolic link" in run.err and sandbox.tip() == tip


# -- who chooses


def test_the_configuration_says_git(sandbox, api):
    configure(sandbox, lambda config: config.update(publish={"via": "git"}))
    run = api("catalog", "9.7.0", via="configured")
    assert run.json["publish_via"] == "git" and len(run.git) == 3
    assert [row[0] for row in run.asked] == ["GET"]


def test_the_option_says_git_and_no_api_is_asked(sandbox, api):
    run = api("catalog", "9.7.1", via="git")
    assert run.json["publish_via"] == "git" and len(run.git) == 3 and not run.asked


def test_the_configuration_says_api(sandbox, api):
    configure(sandbox, lambda config: config.update(publish={"via": "api"}))
    assert api("catalog", "9.7.2", via="configured").json["publish_via"] == "api"
    run = api("catalog", "9.7.3", via="configured", expect=3, env={"STAGEGATE_GITLAB_URL": None})
    assert "publish.via: api" in run.err and "STAGEGATE_GITLAB_URL" in run.err


@pytest.mark.parametrize("via", ["auto", "api", "configured"])
def test_a_job_token_may_not_commit(sandbox, api, via):
    """It reads by Git in this sandbox, and pushes nowhere."""
    env = {"STAGEGATE_GITLAB_TOKEN": None, "CI_JOB_TOKEN": sandbox.env["SANDBOX_JOB_TOKEN_DEV"],
           "CI_SERVER_URL": sandbox.env["STAGEGATE_GITLAB_URL"]}
    run = api("catalog", "9.8.0", "--dry-run", via=via, env=env, expect=4 if via == "api" else 0)
    assert via == "api" or run.json["publish_via"] == "git"
    if via == "api":
        assert "CREDENTIAL_MISSING" in run.err and "job's own token" in run.err
    assert not any(row[0] == "POST" or "stagegate.yaml" in row[1] for row in run.asked)


def test_a_signing_key_means_git(sandbox, api, sg):
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", os.path.join(sg.folder, "key.secret")], check=True)
    key = ("--signing-key-file", "key.secret")
    run = api("catalog", "9.9.0", *key)
    assert run.json["publish_via"] == "git" and "SSH SIGNATURE" in sandbox.git("cat-file", "commit", "develop")
    assert not [row for row in run.asked if row[0] == "POST"]
    tip = sandbox.tip()
    run = api("catalog", "9.9.1", *key, via="api", expect=3)
    assert "CONFIG_INVALID" in run.err and "signing key" in run.err and sandbox.tip() == tip
    configure(sandbox, lambda config: config.update(publish={"via": "api"}))
    run = api("catalog", "9.9.1", *key, via="configured", expect=3)
    assert "publish.via: api" in run.err and sandbox.tip() == tip


def test_both_in_one_file_contradict_each_other(sandbox, api, sg):
    configure(sandbox, lambda config: config.update(publish={"via": "api"}, commit={"sign": "required"}))
    run = api("catalog", "9.9.2", via="configured", expect=3)
    assert "commit.sign" in run.err


def test_many_services_go_by_git(sandbox, api):
    """More than 20 are told by the command line; more than 20 files only by the plan."""
    def many(config):
        config["services"] = [{"name": f"part-{at}", "path": "apps/catalog", "update": [
            {"file": "values-{short}.yaml", "key": "image.tag"}]} for at in range(21)]
    configure(sandbox, many)
    run = api(*[f"part-{at}=9.10.0" for at in range(21)], "--dry-run")
    assert run.json["publish_via"] == "git" and not run.asked
    assert api(*[f"part-{at}=9.10.0" for at in range(20)], "--dry-run").json["publish_via"] == "api"
    run = api(*[f"part-{at}=9.10.0" for at in range(21)], "--dry-run", via="api")
    assert run.json["publish_via"] == "api" and len(run.asked) == 2 and not run.git


def test_many_files_go_by_git(sandbox, api):
    before = sandbox.tip()
    files = [f"part-{at}.yaml" for at in range(21)]
    for name in files:
        sandbox.ctl("foreign-commit", "develop", f"apps/catalog/{name}", "image: {tag: 1.0.0}")
    configure(sandbox, lambda config: config.update(services=[{"name": "catalog", "path": "apps/catalog", "update": [
        {"file": name, "key": "image.tag"} for name in files]}]))
    run = api("catalog", "9.10.1")
    assert run.json["publish_via"] == "git" and len(run.git) == 3 and len(run.json["changes"]) == 21
    assert not any(row[0] == "POST" for row in run.asked)
    assert len([row for row in sandbox.git("log", "--format=%s", f"{before}..develop").splitlines()
                if row == "deploy(dev): catalog 9.10.1"]) == 1


@pytest.mark.parametrize("token,via", [("WRITE_REPOSITORY", "git"), ("READ_API", None)])
def test_a_token_of_another_scope(sandbox, api, token, via):
    """auto: what may write by Git goes by Git, whether reading over the API works or not."""
    env = {"STAGEGATE_GITLAB_TOKEN": sandbox.env[f"SANDBOX_TOKEN_{token}"]}
    tip = sandbox.tip()
    if via:
        run = api("catalog", "9.11.0", env=env)
        assert run.json["publish_via"] == "git" and len(run.git) == 3
    else:
        run = api("catalog", "9.11.1", env=env, expect=None)
        assert run.code == 4 and sandbox.tip() == tip
    run = api("catalog", "9.11.2", env=env, via="api", expect=4)
    assert "scope" in run.err


@pytest.mark.parametrize("fault", ["gl-502", "gl-401", "gl-403", "gl-404", "gl-html", "gl-garbage", "gl-truncate", "gl-reset",
                                   "gl-429", "gl-429-plain"])
@pytest.mark.parametrize("count", ["1", "9"])
def test_an_api_that_fails_to_read(sandbox, api, fault, count):
    before, tag = sandbox.tip(), f"9.12.{next(TAGS)}"
    sandbox.ctl("fault", fault, count, "GET")
    run = api("catalog", tag, env={"STAGEGATE_RETRY_BASE": "1ms"})
    assert run.json["publish_via"] in ("api", "git")
    once(sandbox, before, "catalog", tag)


def test_the_api_alone_names_its_cause(sandbox, api):
    sandbox.ctl("fault", "gl-html", "9", "GET")
    run = api("catalog", "9.13.0", via="api", expect=9, env={"STAGEGATE_RETRY_BASE": "1ms"})
    assert "ANSWER_INVALID" in run.err


@pytest.mark.parametrize("fault", ["gl-moved", "gl-moved-host"])
def test_a_moved_project(sandbox, api, fault):
    sandbox.ctl("fault", fault)
    run = api("catalog", "9.14.0", via="api", expect=7)
    assert "REDIRECTED" in run.err


def test_a_tag_of_the_branchs_name_is_not_read(sandbox, api):
    before = sandbox.tip()
    sandbox.git("update-ref", "refs/tags/develop", sandbox.tip("main"))
    try:
        api("catalog", "9.15.0", via="api")
    finally:
        sandbox.git("update-ref", "-d", "refs/tags/develop")
    once(sandbox, before, "catalog", "9.15.0")


def test_another_configuration_branch_binds_nobody(sandbox, api):
    sandbox.git("update-ref", "refs/heads/proposal", sandbox.tip("main"))
    try:
        run = api("catalog", "9.16.0", "--gitops-ref", "proposal", via="api")
        assert run.json["advisory"] is True and run.json["config"].startswith("proposal@")
        assert api("catalog", "9.16.1", "--gitops-ref", "main", via="api").json["advisory"] is False
        run = api("catalog", "9.16.2", "--gitops-ref", "nope", via="api", expect=5)
        assert "BRANCH_NOT_FOUND" in run.err
    finally:
        sandbox.git("update-ref", "-d", "refs/heads/proposal")


@pytest.mark.parametrize("via", ["api", "git"])
def test_what_is_not_there(sandbox, api, via):
    run = api("nothing-like-it", "9.17.0", via=via, expect=5)
    assert "SERVICE_UNKNOWN" in run.err and not any(row[0] == "POST" for row in run.asked)


def test_no_configuration(sandbox, api):
    index = sandbox.git("ls-tree", "main").splitlines()
    tree = subprocess.run(["git", "-C", sandbox.repository, "mktree"], check=True, text=True, stdout=subprocess.PIPE,
                          input="\n".join(row for row in index if not row.endswith("\tstagegate.yaml")) + "\n").stdout.strip()
    new = subprocess.run(["git", "-C", sandbox.repository, "-c", "user.name=x", "-c", "user.email=x@example.com", "commit-tree",
                          tree, "-p", "main", "-m", "x"], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
    sandbox.git("update-ref", "refs/heads/main", new)
    for via in ("api", "auto", "git"):
        assert "CONFIG_MISSING" in api("catalog", "9.18.0", via=via, expect=3).err


# -- races and lost answers


def test_the_edit_is_applied_again_after_a_lost_race(sandbox, api):
    before = sandbox.tip()
    sandbox.ctl("fault", "gl-race", "2")
    run = api("catalog", "9.20.0")
    assert run.json["tries"] == 3 and run.json["publish_via"] == "api"
    once(sandbox, before, "catalog", "9.20.0")
    assert len(commits(sandbox, before)) == 3  # the two others' are there, too


@pytest.mark.parametrize("gates, code", [([{"type": "freeze"}], 6), ([], 0)])
def test_after_a_lost_race_it_goes_by_the_configuration_of_now(sandbox, sg, api, gates, code):
    before = value(sandbox, "catalog")
    sandbox.ctl("fault", "gl-race", "1000")
    with sg.started("bump", "catalog", "9.20.1", "--publish-via", "api", "--verbose") as run:
        run.says("push try 1")
        configure(sandbox, lambda config: config["environments"][0].update(gates=gates) if gates else config.update(branch="develop"))
        if not gates:
            sandbox.ctl("fault", "clear")
        assert run.ends() == code, run.text
    assert value(sandbox, "catalog") == (before if gates else "9.20.1") and ("became another one" in run.text) is bool(gates)


def test_a_race_lost_by_git_after_the_api_gave_up_reads_the_configuration_there(sandbox, api):
    before = sandbox.tip()
    sandbox.ctl("fault", "gl-403", "1", "POST", "commits")
    sandbox.ctl("fault", "push-old-value")
    run = api("catalog", "9.20.2")
    assert run.json["publish_via"] == "git" and run.json["tries"] == 2
    once(sandbox, before, "catalog", "9.20.2")


def test_a_stale_replica_loses_nothing(sandbox, api):
    """What was read is older than the branch: the check of the file says so, and it is read again."""
    api("catalog", "9.21.0")
    before = sandbox.tip()
    sandbox.ctl("fault", "gl-lag")
    run = api("catalog", "9.21.1")
    assert run.json["tries"] == 2
    once(sandbox, before, "catalog", "9.21.1")


def test_a_change_of_another_file_in_between_is_no_harm(sandbox, api):
    before = sandbox.tip()
    sandbox.ctl("fault", "gl-lag")
    sandbox.ctl("push-foreign", "develop", "order")
    run = api("catalog", "9.22.0")
    assert run.json["tries"] == 1
    assert sandbox.git("rev-parse", "develop^") == sandbox.git("rev-list", "-1", f"{before}..develop^")
    once(sandbox, before, "catalog", "9.22.0")


def between(sandbox, service="catalog"):
    return "# came between" in sandbox.show(FILE.format(service)).decode()


def test_a_change_that_was_taken_away_is_put_back(sandbox, api):
    """GitLab checks the file before it commits: who comes between is found out, and nothing of theirs is lost."""
    before = sandbox.tip()
    sandbox.ctl("fault", "gl-between")
    run = api("catalog", "9.23.0")
    assert [row["reason"] for row in run.json["warnings"]] == ["CAME_BETWEEN"]
    assert commits(sandbox, before) == ["deploy(dev): keep what came in between", "deploy(dev): catalog 9.23.0", "came between"]
    assert value(sandbox, "catalog") == "9.23.0" and between(sandbox)
    assert run.json["commit"] == sandbox.git("rev-parse", "develop^")
    assert sandbox.git("log", "--format=%(trailers:key=Stagegate-Image)", "-1", "develop").strip() == ""
    assert len(sandbox.git("diff", "develop~2", "develop", "--numstat").splitlines()) == 1
    tip = sandbox.tip()
    assert api("catalog", "9.23.0").json["result"] == "unchanged" and sandbox.tip() == tip


@pytest.mark.parametrize("fault,kept", [("gl-502-after", True), ("gl-reset-after", True), ("gl-502", True), ("gl-reset", True),
                                        ("gl-502 9", False), ("gl-403 9", False)])
def test_the_answer_to_that_is_lost(sandbox, api, fault, kept):
    name, _, count = fault.partition(" ")
    before = sandbox.tip()
    sandbox.ctl("fault", "gl-between")
    sandbox.ctl("fault", name, f"1+{count or 1}", *POST)
    run = api("catalog", "9.23.1", expect=0 if kept else 6)
    assert between(sandbox) == kept and value(sandbox, "catalog") == "9.23.1"
    if kept:
        assert [row["reason"] for row in run.json["warnings"]] == ["CAME_BETWEEN"]
        assert len(commits(sandbox, before)) == 3
    else:
        assert "could not be put back" in run.err


def test_a_change_that_cannot_be_put_back_is_said(sandbox, api):
    """Twice in a row somebody comes between."""
    sandbox.ctl("fault", "gl-between", "2")
    run = api("catalog", "9.23.2", expect=6)
    assert "CONFLICT" in run.err and "git diff" in run.err and "could not be put back" in run.err


NEWER = ("OLDER", (), "--allow-older")
OTHER = ("UNEXPECTED_VALUE", ("--expect-current", "9.23.4"), "taken back by")


@pytest.mark.parametrize("reason,words,hint", [NEWER, OTHER])
def test_the_guard_holds_for_what_came_in_between(sandbox, api, reason, words, hint):
    """A newer version, or another one than the expected: theirs stays, and ours is taken back."""
    api("catalog", "9.23.4", "--allow-older", "--reason", "a start")
    before = sandbox.tip()
    sandbox.ctl("fault", "gl-overtake", "9.23.4", "9.24.0" if reason == "OLDER" else "9.23.5")
    run = api("catalog", "9.23.6", *words, expect=6)
    assert reason in run.err and "taken back by" in run.err and hint in run.err
    theirs = sandbox.git("rev-parse", "develop~2")
    assert sandbox.git("rev-parse", f"{theirs}^") == before
    assert sandbox.git("rev-parse", "develop^{tree}") == sandbox.git("rev-parse", f"{theirs}^{{tree}}")
    assert sandbox.git("rev-parse", "--short=12", "develop").strip() in run.err


def test_on_purpose_it_goes_over_what_came_in_between(sandbox, api):
    api("catalog", "9.23.4", "--allow-older", "--reason", "a start")
    sandbox.ctl("fault", "gl-overtake", "9.23.4", "9.24.0")
    run = api("catalog", "9.23.6", "--allow-older", "--reason", "9.24 fails")
    assert value(sandbox, "catalog") == "9.23.6"
    assert {row["reason"] for row in run.json["warnings"]} == {"CAME_BETWEEN", "WENT_BACK"}


def test_one_that_is_read_back_is_said(sandbox, api):
    sandbox.ctl("fault", "gl-between")
    sandbox.ctl("fault", "gl-502-after", "1", *POST)
    run = api("catalog", "9.23.3", expect=6)
    assert "CONFLICT" in run.err and "took away a change" in run.err and sandbox.git("rev-parse", "develop^")[:12] in run.err


LOST = [("gl-502-after", 1), ("gl-500-after", 1), ("gl-reset-after", 1), ("gl-garbage", 1), ("gl-truncate", 1),
        ("gl-502", 2), ("gl-reset", 2), ("gl-html", 2)]


@pytest.mark.parametrize("fault,tries", LOST)
@pytest.mark.parametrize("via", ["auto", "api"])
def test_a_lost_answer_is_read_back(sandbox, api, fault, tries, via):
    """Before or after GitLab did it: once, and the commit is named."""
    before, tag = sandbox.tip(), f"9.24.{next(TAGS)}"
    sandbox.ctl("fault", fault, "1", *POST)
    run = api("catalog", tag, via=via)
    assert run.json["result"] == "done" and run.json["commit"] == sandbox.tip() and run.json["publish_via"] == "api"
    assert run.json["tries"] == tries
    once(sandbox, before, "catalog", tag)


def test_a_lost_answer_and_others_behind_it(sandbox, api):
    before = sandbox.tip()
    sandbox.ctl("fault", "gl-502-after", "1", *POST)
    sandbox.ctl("fault", "gl-lag", "1")  # the first look
    run = api("catalog", "9.25.0")
    assert run.json["result"] == "done"
    once(sandbox, before, "catalog", "9.25.0")


def test_an_answer_that_stays_lost_is_unknown(sandbox, api):
    tip = sandbox.tip()
    sandbox.ctl("fault", "gl-502", "99", *POST)
    run = api("catalog", "9.26.0", "--timeout", "3s", expect=11, env={"STAGEGATE_RETRY_BASE": "1ms"})
    assert "OUTCOME_UNKNOWN" in run.err and "Stagegate-Id" in run.err and sandbox.tip() == tip


def test_a_forged_trailer_is_not_believed(sandbox, api):
    """A commit that only says it is ours, beside a lost answer that did not arrive."""
    plan = api("catalog", "9.27.0", "--dry-run").json
    before = sandbox.tip()
    sandbox.ctl("foreign-commit", "develop", FILE.format("catalog"),
                sandbox.show(FILE.format("catalog")).decode() + "# other\n")
    forged = subprocess.run(["git", "-C", sandbox.repository, "-c", "user.name=x", "-c", "user.email=x@example.com",
                             "commit-tree", "develop^{tree}", "-p", before, "-m", f"x\n\nStagegate-Id: {plan['id']}\n"],
                            check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
    sandbox.git("update-ref", "refs/heads/develop", before)
    sandbox.ctl("fault", "gl-reset", "1", *POST)
    sandbox.ctl("fault", "gl-lag", "1")
    sandbox.git("update-ref", "refs/heads/develop", forged)
    run = api("catalog", "9.27.0")
    assert run.json["commit"] == sandbox.tip() != forged
    once(sandbox, before, "catalog", "9.27.0")
    assert "# other" in sandbox.show(FILE.format("catalog")).decode()


def test_a_killed_run_is_repeated(sandbox, api, sg):
    before = sandbox.tip()
    for step in range(1, 60, 2):
        tag = f"9.28.{step}"
        start = sandbox.tip()
        done = sg.traced("bump", "catalog", tag, "--publish-via", "api", strace=[
            "-o", "/dev/null", "-e", "trace=sendto,write,recvfrom",
            "-e", f"inject=sendto,write,recvfrom:signal=SIGKILL:when={step}"])
        sg.sweep()
        api("catalog", tag, via="api")
        once(sandbox, start, "catalog", tag)
        if done.returncode == 0:
            return
    raise AssertionError(f"the run never finished; {commits(sandbox, before)}")


@pytest.mark.parametrize("via", ["api", "mixed"])
def test_many_writers_each_land_once(sandbox, api, sg, via):
    before = sandbox.tip()
    services = ["checkout", "customer", "fulfillment", "gateway", "order", "payment", "pricing", "promotion"]
    children = [subprocess.Popen([binary(), "bump", name, "9.29.0", "--publish-via",
                                  "git" if via == "mixed" and at % 2 else "api"], env=sg.env, cwd=sg.folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for at, name in enumerate(services)]
    for child, name in zip(children, services):
        out, _ = child.communicate(timeout=60)
        assert child.returncode == 0, f"{name}: {out.decode()}"
    assert sorted(commits(sandbox, before)) == sorted(f"deploy(dev): {name} 9.29.0" for name in services)
    assert all(value(sandbox, name) == "9.29.0" for name in services)


@pytest.mark.parametrize("via", ["api", "mixed"])
def test_many_writers_of_one_file(sandbox, api, sg, via):
    """GitLab compares the file: every one of them has to read it again, and each value is there at the end."""
    count, path = 6, "apps/catalog/shared.yaml"
    sandbox.ctl("foreign-commit", "develop", path, "\n".join(f"part-{at}:\n  tag: 1.0.0" for at in range(count)))
    configure(sandbox, lambda config: config.update(services=[
        {"name": f"part-{at}", "path": "apps/catalog", "update": [{"file": "shared.yaml", "key": f"part-{at}.tag"}]}
        for at in range(count)]))
    before = sandbox.tip()
    children = [subprocess.Popen([binary(), "bump", f"part-{at}", "2.0.0", "--publish-via",
                                  "git" if via == "mixed" and at % 2 else "api"], env=sg.env, cwd=sg.folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for at in range(count)]
    for child in children:
        out, _ = child.communicate(timeout=60)
        assert child.returncode == 0, out.decode()
    assert sandbox.show(path).decode() == "".join(f"part-{at}:\n  tag: 2.0.0\n" for at in range(count))
    assert sorted(commits(sandbox, before)) == sorted(f"deploy(dev): part-{at} 2.0.0" for at in range(count))


def test_two_runs_of_the_same_change(sandbox, api, sg):
    before = sandbox.tip()
    children = [subprocess.Popen([binary(), "bump", "catalog", "9.30.0", "--publish-via", "api"], env=sg.env,
                                 cwd=sg.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(4)]
    for child in children:
        out, _ = child.communicate(timeout=60)
        assert child.returncode == 0, out.decode()
    once(sandbox, before, "catalog", "9.30.0")


# -- a file that several services share


@pytest.fixture
def shared(sandbox, api):
    """Two services in one file, which the branch's last commit has changed."""
    path = "apps/catalog/shared.yaml"
    sandbox.ctl("foreign-commit", "develop", path, "left:\n  tag: 1.0.0\nright:\n  tag: 1.0.0\nnew:\n  tag: 1.0.0")
    configure(sandbox, lambda config: config.update(services=[
        {"name": name, "path": "apps/catalog", "update": [{"file": "shared.yaml", "key": f"{name}.tag"}]}
        for name in ("left", "right")]))
    return path


READS = [("GET", CONFIG, 200), ("GET", "/files/apps%2Fcatalog%2Fshared.yaml/raw", 200)]
DONE = ("POST", "/commits", 201)


def test_a_shared_file_that_was_just_changed_is_asked_about(sandbox, api, shared):
    run = api("left", "2.0.0")
    assert run.asked == [*READS, ("GET", "/commits", 200), DONE] and run.json["tries"] == 1
    assert b"left:\n  tag: 2.0.0" in sandbox.show(shared)


def test_a_shared_file_that_was_not_just_changed_costs_three(sandbox, api, shared):
    sandbox.ctl("push-foreign", "develop", "order")
    assert api("left", "2.0.0").asked == [*READS, DONE]


def test_a_file_of_one_that_was_just_changed_costs_three(sandbox, api, shared):
    configure(sandbox, lambda config: config["services"].pop())
    assert api("left", "2.0.0").asked == [*READS, DONE]


def test_a_dry_run_does_not_ask_about_others(api, shared):
    assert api("left", "2.0.0", "--dry-run").asked == READS


@pytest.mark.parametrize("via", ["auto", "api"])
@pytest.mark.parametrize("fault", ["gl-401", "gl-403", "gl-404", "gl-429", "gl-502", "gl-html", "gl-garbage", "gl-truncate", "gl-reset"])
def test_an_answer_about_others_that_fails_costs_nothing(sandbox, api, shared, fault, via):
    before = sandbox.tip()
    sandbox.ctl("fault", fault, "1", "GET", "/commits")
    run = api("left", "2.0.0", via=via)
    about = run.asked[2:-1]  # a connection that is found closed is opened anew
    assert run.asked[-1] == DONE and {row[:2] for row in about} == {("GET", "/commits")} and run.json["publish_via"] == "api"
    assert len(about) == 1 or fault == "gl-reset"
    assert commits(sandbox, before) == ["deploy(dev): left 2.0.0"]


# -- refusals


@pytest.mark.parametrize("fault", ["gl-decline", "gl-decline-list"])
def test_a_push_rule_is_no_race(sandbox, api, fault):
    tip = sandbox.tip()
    sandbox.ctl("fault", fault, "9")
    run = api("catalog", "9.31.0", expect=4)
    assert "HOOK_DECLINED" in run.err and "does not follow the pattern" in run.err and sandbox.tip() == tip
    assert len([row for row in run.asked if row[0] == "POST"]) == 1


@pytest.mark.parametrize("via", ["api", "auto", "git"])
@pytest.mark.parametrize("rule, words", [
    (("message", "JIRA-[0-9]+"), "message does not follow"),
    (("author", "@corp[.]example$"), "email"),
    (("branch", "^(main|release/.*)$"), "Branch name 'develop'"),
    (("size", "0.00001"), "values-dev.yaml' is larger"),
])
def test_what_a_push_rule_has_against_it_is_said(sandbox, api, rule, words, via):
    sandbox.ctl("push-rule", *rule)
    tip = sandbox.tip()
    run = api("catalog", "9.31.1", via=via, expect=4)
    assert "HOOK_DECLINED" in run.err and words in run.err and sandbox.tip() == tip
    sandbox.ctl("push-rule", rule[0], "off")
    api("catalog", "9.31.1", via=via)
    once(sandbox, tip, "catalog", "9.31.1")


def test_a_protected_branch(sandbox, api):
    sandbox.ctl("protect", "develop", "on")
    tip = sandbox.tip()
    env = {"STAGEGATE_GITLAB_TOKEN": sandbox.env["SANDBOX_TOKEN_DEV"]}
    for via in ("api", "auto"):
        run = api("catalog", "9.32.0", env=env, via=via, expect=4)
        assert "BRANCH_PROTECTED" in run.err and sandbox.tip() == tip and not run.git


def test_rights_that_were_lost(sandbox, api):
    tip = sandbox.tip()
    sandbox.ctl("fault", "gl-lose-rights")
    assert "FORBIDDEN" in api("catalog", "9.33.0", via="api", expect=4).err
    assert api("catalog", "9.33.1", expect=4) and sandbox.tip() == tip


def test_an_older_version_is_refused(sandbox, api):
    api("catalog", "9.34.1")
    tip = sandbox.tip()
    run = api("catalog", "9.34.0", expect=6)
    assert "OLDER" in run.err and tip[:12] in run.err and sandbox.tip() == tip
    run = api("catalog", "9.34.0", "--expect-current", "1.0.0", expect=6)
    assert "UNEXPECTED_VALUE" in run.err and sandbox.tip() == tip


def test_promotions_say_that_they_go_by_git(sandbox, api, sg):
    configure(sandbox, lambda config: config.update(publish={"via": "api"}))
    run = sg("promote", "catalog", "--to", "staging", "--dry-run", "--output", "json", expect=None)
    assert run.json["publish_via"] == "git" and [row["reason"] for row in run.json["warnings"]] == ["VIA_GIT"]
