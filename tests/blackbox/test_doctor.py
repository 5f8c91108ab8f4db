"""doctor: everything is right in the sandbox as it starts; then one thing is broken at a time."""
import json
import ssl
import subprocess
import urllib.request

import pytest

from conftest import running

HOST = "https://127.0.0.1:1"  # nobody listens there
NO_CI_JOB = {"GITLAB_CI": "true", "CI_JOB_ID": "7", "CI_COMMIT_REF_NAME": "feature/x", "CI_COMMIT_REF_PROTECTED": "false"}


class Doctor:
    """The program against a sandbox as after its start."""

    def __init__(self, sandbox, sg):
        self.sandbox, self.sg, self.run = sandbox, sg, None
        sandbox.ctl("reset")
        self.env = {"STAGEGATE_GITLAB_URL": sandbox.env["STAGEGATE_GITLAB_URL"], "STAGEGATE_RETRY_BASE": "1ms"}

    def ctl(self, *words, **more):
        return self.sandbox.ctl(*words, **more)

    def token(self, name):
        return self.sandbox.env[f"SANDBOX_TOKEN_{name}"]

    def look(self, *words, expect=None, env=None):
        """All findings of one run."""
        self.run = self.sg("doctor", "--output", "json", *words, expect=expect, env={**self.env, **(env or {})})
        document = self.run.json
        errors = [row for row in document["findings"] if row["severity"] == "error"]
        assert self.run.code == (1 if errors else 0), self.run
        assert document["reason"] == ("NOT_READY" if errors else "OK")
        return document["findings"]

    def finds(self, severity, check, text="", subject=None, env=None, words=()):
        """Runs it, and returns the finding that must be among its findings."""
        return self.among(self.look(*words, env=env), severity, check, text, subject)

    def among(self, findings, severity, check, text="", subject=None):
        for row in findings:
            if (row["severity"], row["id"]) == (severity, check) and text in row["text"] and subject in (None, row["subject"]):
                assert severity == "ok" or row["hint"] or row["text"].startswith("not checked"), row
                return row
        rows = [row for row in findings if row["id"] == check] or [row for row in findings if row["severity"] != "ok"]
        raise AssertionError(f"no {severity} {check} '{text}' {subject or ''}, but {json.dumps(rows, indent=1)}")

    def kube(self, method, path, body=None):
        """What the cluster's administrator does."""
        request = urllib.request.Request(
            f"{self.sandbox.env['SANDBOX_KUBE_URL']}/apis/argoproj.io/v1alpha1/namespaces/argocd/{path}",
            method=method, data=json.dumps(body).encode() if body else None,
            headers={"Authorization": f"Bearer {self.sandbox.env['SANDBOX_KUBE_TOKEN_ADMIN']}",
                     "Content-Type": "application/merge-patch+json"})
        context = ssl.create_default_context(cafile=self.sandbox.env["STAGEGATE_CA_FILE"])
        with urllib.request.urlopen(request, context=context, timeout=10) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    """One of our own: hours pass in the other tests' one, and the doctor looks at the clocks."""
    yield from running(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def doctor(sandbox, sg):
    yield Doctor(sandbox, sg)
    sandbox.ctl("reset")


# --- as it should be -------------------------------------------------------------------------------------------

def test_the_sandbox_is_sound_and_all_of_it_is_told(doctor):
    findings = doctor.look(expect=0)
    assert {row["severity"] for row in findings} == {"ok"}, doctor.run
    seen = {row["id"] for row in findings}
    assert len(seen) >= 45
    assert len({(row["id"], row["subject"]) for row in findings}) == len(findings), "two of one name"
    for check in ("TOKEN_SCOPE", "BRANCH_MERGE_OTHERS", "APPROVERS_ENOUGH", "SOURCES_READ", "FREEZE_READ",
                  "PIPELINE_POSSIBLE", "CLUSTER_PATCH", "APP_PATH", "APP_PRUNE", "CA_TRUST", "GITLAB_CLOCK"):
        assert check in seen
    assert {row["subject"] for row in findings if row["id"] == "APP_BRANCH"} == {"dev", "staging", "production"}


def test_it_only_reads(doctor):
    before, mrs = doctor.sandbox.git("for-each-ref"), doctor.ctl("mrs")
    doctor.ctl("api-log", "clear")
    doctor.ctl("requests", "clear")
    doctor.look(expect=0)
    assert {row["method"] for row in json.loads(doctor.ctl("api-log"))} == {"GET"}
    kube = json.loads(doctor.ctl("requests"))
    assert {row["path"] for row in kube if row["method"] != "GET"} == {"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"}
    assert (doctor.sandbox.git("for-each-ref"), doctor.ctl("mrs")) == (before, mrs)


def test_the_text_has_a_line_for_each_finding(doctor):
    doctor.ctl("protect", "main", "off")
    run = doctor.sg("doctor", env=doctor.env, expect=1)
    lines = run.out.splitlines()
    assert lines[0].startswith("failed: NOT_READY: 1 error, 0 warnings, 0 notes; ")
    assert lines[1].startswith("error: BRANCH_PROTECTION: main: every Developer may push to it")
    assert lines[2].startswith("  hint: protect it in Settings")
    assert any(line.startswith("ok: BRANCH_PROTECTION: develop: ") for line in lines)


def test_the_document_is_stable(doctor):
    doctor.look(expect=0)
    document = doctor.run.json
    assert (document["schema"], document["command"], document["exit_code"]) == (1, "doctor", 0)
    assert document["repository"].endswith("gitops/apps") and document["config"].startswith("main@")
    for row in document["findings"]:
        assert list(row) == ["severity", "id", "subject", "file", "line", "column", "text", "hint"]
        assert row["file"] is row["line"] is row["column"] is row["hint"] is None


def test_the_junit_report_has_a_case_for_each(doctor):
    doctor.ctl("protect", "main", "off")
    doctor.look("--report-junit", "j.xml")
    with open(f"{doctor.run.folder}/j.xml", encoding="utf-8") as file:
        text = file.read()
    assert 'name="BRANCH_PROTECTION main"' in text and 'failures="1"' in text


@pytest.mark.parametrize("words,says", [(("x",), "takes no words"), (("--env", "dev"), "--env"), (("--poll", "1s"), "--poll")])
def test_words_and_options_that_it_has_not(doctor, words, says):
    assert says in doctor.sg("doctor", *words, env=doctor.env, expect=2).err


def test_nothing_names_a_repository(doctor):
    run = doctor.sg("doctor", env={**doctor.env, "STAGEGATE_GITOPS": None}, expect=2)
    assert "nothing names it" in run.err


def test_every_check_is_explained(doctor):
    for check in {row["id"] for row in doctor.look()}:
        assert "check of doctor" in doctor.sg("explain", check).out


# --- GitLab ----------------------------------------------------------------------------------------------------

def test_another_git_server(doctor):
    env = {"STAGEGATE_GITLAB_URL": None}
    doctor.finds("error", "GITLAB_NAMED", "set STAGEGATE_GITLAB_URL", env=env)


def test_an_old_gitlab(doctor):
    doctor.ctl("fault", "gl-version", "15.11.13")
    doctor.finds("error", "GITLAB_VERSION", "15.11.13")


@pytest.mark.parametrize("seconds,words", [("3600", "1h"), ("-7200", "2h")])
def test_a_clock_that_is_wrong(doctor, seconds, words):
    doctor.ctl("skew", seconds)
    findings = doctor.look()
    doctor.among(findings, "warning", "GITLAB_CLOCK", words)
    doctor.among(findings, "warning", "CLUSTER_CLOCK", words, "dev")
    assert doctor.run.code == 0


def test_no_token(doctor):
    env = {"STAGEGATE_GITLAB_TOKEN": None}
    findings = doctor.look(env=env)
    doctor.among(findings, "error", "TOKEN_GIVEN", "no token was given")
    doctor.among(findings, "note", "PROJECT_FOUND", "not checked: there is no token")


def test_only_the_jobs_token(doctor):
    env = {"STAGEGATE_GITLAB_TOKEN": None, "CI_JOB_TOKEN": doctor.sandbox.env["SANDBOX_JOB_TOKEN_DEV"], "GITLAB_CI": "true",
           "CI_SERVER_URL": doctor.env["STAGEGATE_GITLAB_URL"], "CI_COMMIT_REF_NAME": "main", "CI_COMMIT_REF_PROTECTED": "true"}
    findings = doctor.look(env=env)
    doctor.among(findings, "error", "TOKEN_GIVEN", "the job's own")
    doctor.among(findings, "ok", "JOB_ASKER", "dev started this job")
    doctor.among(findings, "note", "JOB_TOKEN", "may not open or merge")


@pytest.mark.parametrize("name", ["EXPIRED", "REVOKED"])
def test_a_token_that_is_no_longer_good(doctor, name):
    findings = doctor.look(env={"STAGEGATE_GITLAB_TOKEN": doctor.token(name)})
    doctor.among(findings, "ok", "GITLAB_REACHED")
    doctor.among(findings, "error", "TOKEN_ACCEPTED", "401")
    right = {row["id"] for row in findings if row["severity"] == "ok"}
    assert not right & {"TOKEN_SCOPE", "TOKEN_EXPIRY", "TOKEN_KIND", "PROJECT_FOUND", "BRANCH_MERGE_OTHERS"}


def test_the_token_of_a_person(doctor):
    findings = doctor.look(env={"STAGEGATE_GITLAB_TOKEN": doctor.token("DEV")})
    doctor.among(findings, "warning", "TOKEN_KIND", "dev, a person")
    doctor.among(findings, "error", "BRANCH_MERGE_OTHERS", "project_101_bot", "main")
    doctor.among(findings, "error", "BRANCH_MERGE_DENIED", "dev may not merge", "main")
    doctor.among(findings, "error", "BRANCH_PUSH_DENIED", "dev may not push", "develop")


def test_the_token_of_somebody_else(doctor):
    findings = doctor.look(env={"STAGEGATE_GITLAB_TOKEN": doctor.token("OUTSIDER")})
    doctor.among(findings, "error", "REPOSITORY_READ")
    doctor.among(findings, "error", "PROJECT_FOUND", "404 Project Not Found", "gitops/apps")


def test_an_oauth_token(doctor):
    doctor.finds("warning", "TOKEN_KIND", "OAuth", env={"STAGEGATE_GITLAB_TOKEN": doctor.token("OAUTH")})


@pytest.mark.parametrize("name,scope", [("READ_API", "read_api"), ("WRITE_REPOSITORY", "write_repository")])
def test_a_token_whose_scope_is_too_small(doctor, name, scope):
    doctor.finds("error", "TOKEN_SCOPE", scope, env={"STAGEGATE_GITLAB_TOKEN": doctor.token(name)})


def test_a_token_that_ends_soon(doctor):
    doctor.ctl("token-ends", "bot", "5")
    doctor.finds("warning", "TOKEN_EXPIRY", "less than two weeks")


def test_a_role_that_is_too_low(doctor):
    doctor.ctl("level", "bot", "20")
    findings = doctor.look()
    doctor.among(findings, "error", "TOKEN_ROLE", "access level 20")
    doctor.among(findings, "note", "BRANCH_PROTECTION", "not checked", "main")


@pytest.mark.parametrize("fault", ["gl-moved", "gl-moved-host"])
def test_a_project_that_has_moved(doctor, fault):
    doctor.ctl("fault", fault)
    findings = doctor.look()
    doctor.among(findings, "error", "PROJECT_MOVED", "has moved to", "gitops/apps")
    doctor.among(findings, "note", "BRANCH_PROTECTION", "not checked: the project could not be read")


def test_an_archived_project(doctor):
    doctor.ctl("project", "archived", "true")
    doctor.finds("error", "PROJECT_WRITABLE", "archived")


def test_how_the_project_merges(doctor):
    doctor.ctl("project", "merge_method", "ff")
    doctor.ctl("project", "squash_option", "always")
    doctor.ctl("project", "merge_trains_enabled", "true")
    doctor.ctl("project", "only_allow_merge_if_pipeline_succeeds", "false")
    findings = doctor.look()
    doctor.among(findings, "ok", "MERGE_METHOD", "fast-forward")
    doctor.among(findings, "note", "MERGE_SQUASH", "always")
    doctor.among(findings, "error", "MERGE_TRAIN", "nothing is merged into it")
    doctor.among(findings, "note", "PIPELINE_REQUIRED", "is off")


def test_pipelines_that_can_never_succeed(doctor):
    doctor.ctl("push-file", "main", ".gitlab-ci.yml")
    doctor.finds("error", "PIPELINE_POSSIBLE", "has no .gitlab-ci.yml", "main")
    doctor.ctl("project", "builds_access_level", "disabled")
    doctor.finds("error", "PIPELINE_POSSIBLE", "CI/CD is off", "main")


# --- branches --------------------------------------------------------------------------------------------------

def test_a_branch_that_is_not_protected(doctor):
    doctor.ctl("protect", "develop", "off")
    doctor.finds("warning", "BRANCH_PROTECTION", "every Developer", "develop")
    doctor.ctl("protect", "main", "off")
    doctor.finds("error", "BRANCH_PROTECTION", "gates bind nobody", "main")


def test_others_who_may_merge(doctor):
    doctor.ctl("allow-merge", "dev-2")
    findings = doctor.look()
    doctor.among(findings, "error", "BRANCH_MERGE_OTHERS", "dev-2 may merge into it", "main")
    doctor.among(findings, "error", "BRANCH_PUSH_OTHERS", "dev-2 may push to it", "main")
    doctor.among(findings, "note", "BRANCH_PUSH_OTHERS", "it has no gates", "develop")
    doctor.among(findings, "ok", "BRANCH_MERGE_DENIED", "may merge", "main")


@pytest.mark.parametrize("level,severity", [("40", "error"), ("50", "warning")])
def test_others_with_the_role(doctor, level, severity):
    doctor.ctl("level", "dev", level)
    doctor.finds(severity, "BRANCH_MERGE_OTHERS", "dev may merge", "main")


def test_force_push(doctor):
    doctor.ctl("allow-force", "main", "on")
    doctor.finds("error", "BRANCH_FORCE_PUSH", subject="main")


def test_a_pattern_that_covers_our_own_branches(doctor):
    doctor.ctl("protect", "stagegate/*", "on")
    doctor.finds("error", "BRANCH_WORK", "may not force-push", "stagegate/staging/service")
    doctor.ctl("allow-force", "stagegate/*", "on")
    doctor.finds("ok", "BRANCH_WORK", "may force-push")


def test_people_merge(doctor):
    text = doctor.sandbox.show("stagegate.yaml", "main").decode().replace("short: prod\n", "short: prod\n    merge: human\n")
    doctor.ctl("push-file", "main", "stagegate.yaml", stdin=text)
    doctor.ctl("allow-merge", "dev-2")
    findings = doctor.look()
    doctor.among(findings, "note", "BRANCH_MERGE_OTHERS", "people merge here", "main")
    doctor.among(findings, "error", "BRANCH_PUSH_OTHERS", "dev-2 may push", "main")


def test_a_branch_that_is_gone(doctor):
    doctor.ctl("delete-branch", "develop")
    findings = doctor.look()
    doctor.among(findings, "error", "BRANCH_FOUND", subject="develop")
    doctor.among(findings, "note", "APP_FOUND", "not checked", "dev")
    doctor.among(findings, "ok", "APP_BRANCH", subject="production")


@pytest.mark.parametrize("path,name", [("protected_branches", "BRANCH_MERGE_OTHERS"), ("members/all", "BRANCH_MERGE_OTHERS"),
                                       ("freeze_periods", "FREEZE_READ")])
def test_what_the_token_may_not_read_is_never_green(doctor, path, name):
    doctor.ctl("fault", "gl-403", "9", "projects", path)
    findings = doctor.look()
    assert not [row for row in findings if row["id"] == name and row["severity"] == "ok"], doctor.run


# --- people ----------------------------------------------------------------------------------------------------

def test_a_group_that_nobody_can_read(doctor):
    doctor.ctl("group", "platform/release-managers", "hidden")
    findings = doctor.look()
    doctor.among(findings, "error", "APPROVERS_READ", "@platform/release-managers", "production")
    doctor.among(findings, "note", "APPROVERS_ENOUGH", "not checked", "production")


def test_too_few_people(doctor):
    for name in ("manager-2", "manager-3"):
        doctor.ctl("user", name, "blocked")
    doctor.ctl("member", "platform", "head", "remove")
    doctor.finds("warning", "APPROVERS_ENOUGH", "just as many", "production")
    doctor.ctl("member", "platform/release-managers", "manager-1", "expire")
    doctor.finds("error", "APPROVERS_ENOUGH", "0 active people", "production")


def test_a_source_project_that_cannot_be_read(doctor):
    doctor.ctl("member", "shop/pricing", "bot", "remove")
    row = doctor.finds("error", "SOURCES_READ", "pricing (shop/pricing)")
    assert "catalog" not in row["text"]


# --- clusters --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name,check,severity", [
    ("WAIT_RO", "CLUSTER_PATCH", "warning"), ("GET_ONLY", "CLUSTER_WATCH", "warning"), ("DENIED", "CLUSTER_GET", "error"),
    ("BAD_TOKEN", "CLUSTER_REACHED", "error"), ("WRONG_CA", "CLUSTER_REACHED", "error"), ("EXPIRED", "CLUSTER_REACHED", "error")])
def test_kubeconfigs(doctor, name, check, severity):
    env = {"KUBECONFIG": doctor.sandbox.env[f"SANDBOX_KUBECONFIG_{name}"]}
    findings = doctor.look(env=env)
    doctor.among(findings, severity, check, subject="dev")
    doctor.among(findings, "ok", "BRANCH_PROTECTION", subject="main")


def test_without_any_right_every_application_is_told(doctor):
    env = {"KUBECONFIG": doctor.sandbox.env["SANDBOX_KUBECONFIG_DENIED"]}
    row = doctor.finds("error", "APP_READ", "and 10 more", "production", env=env)
    assert "cannot get" in row["text"]


def test_rights_are_asked_for_where_the_applications_are(doctor):
    text = doctor.sandbox.show("stagegate.yaml", "main").decode().replace('"{service}-prod"', '"team-a/{service}-prod"')
    doctor.ctl("push-file", "main", "stagegate.yaml", stdin=text)
    findings = doctor.look()
    doctor.among(findings, "error", "CLUSTER_GET", "not allowed in team-a", "production")
    doctor.among(findings, "ok", "CLUSTER_GET", "allowed in argocd", "staging")


def test_a_context_that_is_not_there(doctor):
    findings = doctor.look("--context", "nowhere")
    doctor.among(findings, "error", "CLUSTER_ACCESS", "nowhere", "dev")
    doctor.among(findings, "ok", "TOKEN_SCOPE")


def test_no_argo_cd(doctor):
    doctor.ctl("fault", "k8s-404-plain", "500")
    doctor.finds("error", "CLUSTER_REACHED", subject="dev")


def test_a_cluster_behind_a_login_page(doctor):
    doctor.ctl("fault", "k8s-html", "500")
    doctor.finds("error", "CLUSTER_REACHED", "HTML page", "dev")


@pytest.mark.parametrize("behaviour,check,severity,text", [
    ("wrong-target", "APP_BRANCH", "error", "tracks"), ("wrong-repo", "APP_REPOSITORY", "error", "catalog-prod ("),
    ("out-of-sync", "APP_AUTOSYNC", "warning", "catalog-prod"),
    ("skip-reconcile", "APP_RECONCILED", "error", "annotation skip-reconcile")])
def test_applications(doctor, behaviour, check, severity, text):
    doctor.ctl("app", "catalog-prod", behaviour)
    findings = doctor.look()
    doctor.among(findings, severity, check, text, "production")
    doctor.among(findings, "ok", check, subject="staging")


def test_an_application_that_is_not_there(doctor):
    doctor.kube("DELETE", "applications/catalog-prod")
    doctor.ctl("settle")
    doctor.finds("error", "APP_FOUND", "catalog-prod", "production")


def test_applications_with_another_spec(doctor):
    doctor.kube("PATCH", "applications/order-prod", {"spec": {"syncPolicy": {"automated": {"prune": True, "selfHeal": False}}}})
    doctor.kube("PATCH", "applications/search-prod", {"spec": {"source": {"path": "apps/search/overlays/staging"}}})
    doctor.kube("PATCH", "applications/auth-prod", {"spec": {"source": {"path": "apps/admin"}}})
    doctor.kube("PATCH", "applications/order-dev", {"spec": {"syncPolicy": {"automated": {"prune": False}}}})
    findings = doctor.look()
    doctor.among(findings, "warning", "APP_PRUNE", "order-prod (prunes)", "production")
    doctor.among(findings, "note", "APP_PRUNE", "order-dev", "dev")
    doctor.among(findings, "note", "APP_SELF_HEAL", "order-prod", "production")
    row = doctor.among(findings, "error", "APP_PATH", "another environment's", "production")
    assert "auth-prod (reads apps/admin instead of apps/auth)" in row["text"]


def reconfigure(doctor, old, new):
    text = doctor.sandbox.show("stagegate.yaml", "main").decode()
    assert old in text
    doctor.ctl("push-file", "main", "stagegate.yaml", stdin=text.replace(old, new, 1))


def test_which_way_commits_go(doctor, tmp_path):
    text = doctor.finds("ok", "PUBLISH_WAY")["text"]
    assert "publish.via: auto: commits go over GitLab's API" in text
    assert "no GitLab is named" in doctor.finds("ok", "PUBLISH_WAY", "commits go by Git: ", env={"STAGEGATE_GITLAB_URL": ""})["text"]
    small = {"STAGEGATE_GITLAB_TOKEN": doctor.token("WRITE_REPOSITORY")}
    doctor.finds("warning", "PUBLISH_WAY", "by Git after GitLab's API has refused it", env=small)
    doctor.finds("ok", "PUBLISH_WAY", "--publish-via git: commits go by Git", words=("--publish-via", "git"), env=small)
    reconfigure(doctor, "version: 1\n", "version: 1\npublish: {via: api}\n")
    doctor.finds("ok", "PUBLISH_WAY", "publish.via: api: commits go over GitLab's API")
    doctor.finds("error", "PUBLISH_WAY", "does not have the scope api", env=small)
    doctor.finds("ok", "PUBLISH_WAY", "--publish-via git: commits go by Git", env={"STAGEGATE_PUBLISH_VIA": "git"})
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", str(key)], check=True)
    row = doctor.finds("error", "PUBLISH_WAY", "a signing key is given", words=("--signing-key-file", str(key)))
    assert "leave the key away" in row["hint"]


def test_who_is_named_in_merge_requests(doctor):
    short = "    short: prod\n"
    reconfigure(doctor, short, short + "    merge_request: {reviewers: ['@manager-1', '@dev'], assignees: ['@dev']}\n")
    assert "exist: 2" in doctor.finds("ok", "REQUEST_PEOPLE", subject="production")["text"]
    reconfigure(doctor, "'@dev']}", "'@nobody-here', '@manager-blocked']}")
    text = doctor.finds("error", "REQUEST_PEOPLE", subject="production")["text"]
    assert "@nobody-here, @manager-blocked (blocked or not active)" in text and "manager-1" not in text
    doctor.ctl("fault", "gl-403", "1", "GET", "/users")
    doctor.finds("error", "REQUEST_PEOPLE", "403", subject="production")


def test_an_application_of_another_environment_without_update(doctor):
    """The folders of the environments are found as every command finds the places."""
    lines = doctor.sandbox.show("stagegate.yaml", "main").decode().splitlines(keepends=True)
    text = "".join(line for line in lines if "update:" not in line and "- {file:" not in line)
    assert len(text) < len("".join(lines))
    doctor.ctl("push-file", "main", "stagegate.yaml", stdin=text)
    doctor.among(doctor.look(), "ok", "APP_PATH", subject="production")
    doctor.kube("PATCH", "applications/search-prod", {"spec": {"source": {"path": "apps/search/overlays/staging"}}})
    findings = doctor.look()
    doctor.among(findings, "error", "APP_PATH", "search-prod (reads apps/search/overlays/staging, which is another environment's)",
                 "production")
    doctor.among(findings, "ok", "APP_PATH", subject="staging")


def test_sync_windows(doctor):
    window = {"kind": "deny", "schedule": "0 22 * * *", "duration": "8h", "applications": ["*-prod"]}
    doctor.kube("PATCH", "appprojects/default", {"spec": {"syncWindows": [window]}})
    try:
        findings = doctor.look()
        doctor.among(findings, "note", "APP_WINDOWS", "deny 0 22 * * * for 8h", "production")
        doctor.among(findings, "ok", "APP_WINDOWS", subject="dev")
    finally:
        doctor.kube("PATCH", "appprojects/default", {"spec": {"syncWindows": None}})


# --- what does not answer is a finding, not the end ----------------------------------------------------------------

def test_without_git_and_gitlab(doctor):
    env = {"STAGEGATE_GITOPS": f"{HOST}/gitops/apps.git", "STAGEGATE_GITLAB_URL": HOST}
    findings = doctor.look(env=env)
    doctor.among(findings, "error", "REPOSITORY_READ")
    doctor.among(findings, "error", "GITLAB_REACHED")
    doctor.among(findings, "note", "CONFIG_USABLE", "not checked")
    doctor.among(findings, "note", "TOKEN_SCOPE", "not checked: GitLab did not answer")


def test_without_a_cluster(doctor, tmp_path):
    config = tmp_path / "kubeconfig"
    entries = "".join(f"- {{name: {name}, context: {{cluster: c, user: u}}}}\n" for name in ("dev", "staging", "prod"))
    config.write_text(f"""apiVersion: v1
kind: Config
clusters: [{{name: c, cluster: {{server: "{HOST}"}}}}]
users: [{{name: u, user: {{token: nobody}}}}]
contexts:
{entries}""")
    findings = doctor.look(env={"KUBECONFIG": str(config)})
    for env in ("dev", "staging", "production"):
        doctor.among(findings, "error", "CLUSTER_REACHED", subject=env)
    doctor.among(findings, "ok", "APPROVERS_ENOUGH")


def test_a_gitlab_that_hangs(doctor):
    doctor.ctl("fault", "gl-slow", "2000")
    findings = doctor.look("--request-timeout", "100ms")
    doctor.among(findings, "error", "GITLAB_REACHED")
    doctor.among(findings, "note", "BRANCH_PROTECTION", "not checked", "main")
    doctor.among(findings, "ok", "APP_BRANCH", subject="dev")
    assert doctor.run.seconds < 5


def test_a_cluster_that_hangs(doctor):
    doctor.ctl("fault", "k8s-slow", "2000")
    findings = doctor.look("--request-timeout", "100ms")
    doctor.among(findings, "error", "CLUSTER_REACHED", subject="production")
    doctor.among(findings, "ok", "TOKEN_SCOPE")
    assert doctor.run.seconds < 5


@pytest.mark.parametrize("fault", ["gl-html", "gl-garbage", "gl-truncate", "gl-502", "gl-reset", "gl-429-plain", "gl-401"])
def test_a_gitlab_that_answers_nonsense(doctor, fault):
    doctor.ctl("fault", fault, "9999")
    findings = doctor.look("--timeout", "20s")
    assert doctor.run.code == 1
    right = {row["id"] for row in findings if row["severity"] == "ok"}
    assert not right & {"TOKEN_SCOPE", "TOKEN_ACCEPTED", "PROJECT_FOUND", "BRANCH_PROTECTION", "APPROVERS_READ", "FREEZE_READ"}
    doctor.among(findings, "ok", "APP_BRANCH", subject="production")


def test_a_cluster_that_forbids_everything(doctor):
    doctor.ctl("fault", "k8s-403", "999")
    findings = doctor.look()
    doctor.among(findings, "error", "APP_READ", "403", "production")
    doctor.among(findings, "note", "CLUSTER_PATCH", "not checked", "production")
    right = {row["id"] for row in findings if row["severity"] == "ok"}
    assert not [check for check in right if check.startswith(("APP_", "CLUSTER_GET"))]


@pytest.mark.parametrize("fault", ["gl-502", "gl-reset", "gl-429", "k8s-503", "k8s-429", "k8s-reset", "k8s-garbage"])
def test_what_passes_is_no_finding(doctor, fault):
    doctor.ctl("fault", fault, "1")
    findings = doctor.look(expect=0)
    assert not [row for row in findings if row["severity"] == "error"], doctor.run


def test_answers_with_more_than_is_known(doctor):
    doctor.ctl("fault", "gl-unknown-keys")
    assert {row["severity"] for row in doctor.look(expect=0)} == {"ok"}, doctor.run


# --- configuration and job -----------------------------------------------------------------------------------------

def test_a_configuration_that_cannot_be_used(doctor):
    doctor.ctl("push-file", "main", "stagegate.yaml", stdin="version: 1\nenviroments: []\n")
    findings = doctor.look()
    doctor.among(findings, "error", "CONFIG_USABLE", "stagegate.yaml:2:1")
    doctor.among(findings, "ok", "TOKEN_SCOPE")
    assert not [row for row in findings if row["id"].startswith("CLUSTER")]


def test_a_configuration_that_is_not_there(doctor):
    doctor.ctl("push-file", "main", "stagegate.yaml")
    findings = doctor.look()
    doctor.among(findings, "ok", "REPOSITORY_READ")
    doctor.among(findings, "error", "CONFIG_USABLE", "no stagegate.yaml")


def test_a_local_configuration_is_advice(doctor, tmp_path):
    (tmp_path / "s.yaml").write_bytes(doctor.sandbox.show("stagegate.yaml", "main"))
    doctor.finds("error", "CONFIG_BINDS", "gates are advice", words=("--config", str(tmp_path / "s.yaml")))


def test_a_job_on_a_ref_that_is_not_protected(doctor):
    findings = doctor.look(env={**NO_CI_JOB, "STAGEGATE_GITLAB_TOKEN": None})
    doctor.among(findings, "warning", "JOB_REF", "feature/x")
    doctor.among(findings, "error", "JOB_ASKER", "CI_JOB_TOKEN")
    doctor.among(findings, "error", "TOKEN_GIVEN", "protected CI/CD variables are absent")


def test_the_signal_ends_it(doctor):
    doctor.ctl("fault", "gl-slow", "5000")
    with doctor.sg.started("doctor", "--verbose", env=doctor.env) as run:
        run.says("certificate authorities")
        run.child.terminate()
        assert run.ends() == 128 + 15
