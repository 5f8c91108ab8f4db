"""The command line as people type it, before anything is asked of a server: what is likely meant is said."""
import json
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("STAGEGATE_BIN", ROOT / "build/release/stagegate"))
# Nobody listens there: whoever asks the server first ends with 7 or 8.
NOBODY = {"STAGEGATE_GITOPS": "https://127.0.0.1:1/gitops/apps.git", "STAGEGATE_TIMEOUT": "1s"}


def stagegate(*words, **env):
    return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=20, check=False, env={**NOBODY, **env}, cwd="/")


def commands():
    overview = stagegate("--help").stdout.split("commands:\n")[1].split("\n\n")[0]
    return [re.split(r"  +", line.strip())[0] for line in overview.split("\n")]


def test_help_of_each_command_is_the_same_in_all_ways():
    assert len(commands()) > 15
    for name in commands():
        words = name.split()
        ways = [stagegate("help", *words), stagegate("--help", *words), stagegate(*words, "--help"), stagegate(*words, "-h")]
        assert {(way.returncode, way.stderr) for way in ways} == {(0, "")}, name
        assert len({way.stdout for way in ways}) == 1 and f"usage: stagegate {name} [OPTION...]" in ways[0].stdout
        assert not re.search(r"[ \t]$", ways[0].stdout, re.M), name


@pytest.mark.parametrize("words, says", [
    (["bmp"], "did you mean 'bump'?"), (["help", "bmp"], "did you mean 'bump'?"), (["--help", "mr", "opn"], "did you mean 'mr open'?"),
    (["mr", "opn"], "did you mean 'mr open'?"), (["-V"], "did you mean --version?"), (["-v"], "did you mean --version?"),
    (["--quiet", "bump"], "options stand behind the command"), (["bump", "web", "1", "-o", "json"], "did you mean --output?"),
    (["status", "--json"], "did you mean --output json?"), (["wait", "web", "-q"], "did you mean --quiet?"),
    (["status", "-o=json"], "did you mean --output?"), (["status", "--no-color"], "did you mean the variable NO_COLOR=1?"),
    (["promote", "web", "--env", "prod"], "did you mean --to?"), (["wait", "web", "--to", "prod"], "did you mean --env?"),
    (["promote", "web", "--environment", "prod"], "did you mean --to?"), (["bump", "web", "--tag", "1"], "did you mean --image-tag?"),
    (["check", "--output", "yaml"], "'yaml' is not one of text, json\n"), (["status", "--output", "yaml"], "one of text, json, markdown\n"),
])
def test_what_is_not_there(words, says):
    run = stagegate(*words)
    assert (run.returncode, run.stdout) == (2, "") and says in run.stderr, run.stderr


@pytest.mark.parametrize("words, says", [
    (["bump", "web"], "not set"), (["bump", "web="], "not set"), (["bump", "web", ""], "not set"), (["bump", "web", "$CI_COMMIT_TAG"], "not set"),
    (["bump", "", "1.0"], "a service name is empty"), (["bump", "web", "1.0 beta"], "a tag has at most"), (["bump", "web", "feature/x"], "a tag has at most"),
    (["bump", "web", "registry.example.com:5000/shop/web:1.0"], "give the tag alone: 1.0\n"), (["bump", "web", "sha256:abc"], "is no tag"),
    (["bump", "web", "--image-tag", ""], "the value of --image-tag is empty"), (["bump", "web", "1.0", "--env="], "the value of --env is empty"),
    (["wait", "web", "--revision", ""], "the value of --revision is empty"), (["promote", "web", "--to", ""], "the value of --to is empty"),
    (["mr", "open", "web=a b", "--to", "prod"], "a tag has at most"),
])
def test_an_empty_variable_is_told_before_any_server_is_asked(words, says):
    run = stagegate(*words)
    assert run.returncode == 2 and says in run.stderr, run.stderr


@pytest.mark.parametrize("version", ["1.0", "v1", f"sha256:{'a' * 64}", f"1.0@sha512:{'b' * 128}", "1.0.0+build.5", "_"])
def test_what_may_be_a_version_is_asked_for(version):
    assert stagegate("bump", "web", version).returncode in (7, 8)


@pytest.mark.parametrize("env, says", [
    ({"STAGEGATE_GITOPS": "git@gitlab.example.com:gitops/apps.git"}, "https://HOST/GROUP/PROJECT.git"),
    ({"STAGEGATE_GITOPS": "ssh://git@gitlab.example.com/gitops/apps.git"}, "https://HOST/GROUP/PROJECT.git"),
    ({"STAGEGATE_GITOPS": "https://gitlab.example.com/gitops/apps/-/tree/main"}, "give https://gitlab.example.com/gitops/apps.git\n"),
    ({"STAGEGATE_GITOPS": "$GITOPS_REPOSITORY"}, "a variable in it is not set here"),
    ({"STAGEGATE_GITOPS": "gitops/apps"}, "set STAGEGATE_GITLAB_URL"), ({"STAGEGATE_GITOPS": ""}, "the GitOps repository: nothing names it"),
    ({"STAGEGATE_GITOPS": "gitops/apps", "STAGEGATE_GITLAB_URL": "gitlab.example.com"}, "STAGEGATE_GITLAB_URL: this is not an address"),
    ({"STAGEGATE_GITOPS": "gitops/apps", "CI_SERVER_URL": "gitlab.example.com"}, "CI_SERVER_URL: this is not an address"),
])
def test_addresses(env, says):
    run = stagegate("check", **env)
    assert run.returncode in (2, 3) and says in run.stderr, run.stderr


def test_a_password_in_an_address_is_not_shown():
    run = stagegate("check", STAGEGATE_GITOPS="oauth2:glpat-CANARY@gitlab.example.com/gitops/apps")
    assert run.returncode == 2 and "CANARY" not in run.stderr, run.stderr


@pytest.mark.parametrize("words, env", [
    (["bump", "web", "1", "--nonsense", "--output", "json"], {}), (["bump", "web", "1", "-x", "--timeout", "soon", "--output=json"], {}),
    (["bump", "web", "1"], {"STAGEGATE_ENV": "dev", "STAGEGATE_DRY_RUN": "perhaps", "STAGEGATE_OUTPUT": "json"}),
])
def test_a_program_reads_usage_errors_too(words, env):
    run = stagegate(*words, **env)
    assert run.returncode == 2 and run.stderr
    assert {key: json.loads(run.stdout)[key] for key in ("command", "result", "reason", "exit_code")} == {
        "command": "bump", "result": "error", "reason": "USAGE", "exit_code": 2}


@pytest.mark.parametrize("path, status, says", [("-", 2, "--output says in which form"), ("/nowhere/report", 5, "cannot write /nowhere/report")])
@pytest.mark.parametrize("report", ["json", "dotenv", "junit"])
def test_a_report_that_cannot_be_written_is_said_once(tmp_path, report, path, status, says):
    run = stagegate("bump", "web", "1.0", f"--report-{report}", path, "--report-" + ("junit" if report == "json" else "json"), tmp_path / "other")
    assert run.returncode == status and says in run.stderr and run.stderr.count(f"--report-{report}") == 1, run.stderr
    assert (tmp_path / "other").stat().st_size and not os.path.exists("/-")


def check(folder, text):
    (folder / "stagegate.yaml").write_text(text)
    return stagegate("check", "--repo", folder)


HEAD = 'version: 1\nenvironments:\n  - name: dev\n    application: APPLICATION\nservices:\n  - name: NAME\n    path: "PATH"\n'


@pytest.mark.parametrize("application, name, path, says", [
    ("{service}-dev", '"*"', "apps/{service}", "4:27: error: did not find expected key (while parsing a block mapping, from line 3)\n  hint: a text that begins with { is written in quotes"),
    ('"{service}-dev"', "*", "apps/{service}", "a text that begins with * or & is written in quotes"),
    ("@me", '"*"', "apps/{service}", "a text that begins with this character is written in quotes"),
    ('"{sevice}-dev"', '"*"', "apps/{service}", "hint: other words stand in no braces"),
    ('"{service}-dev"', '"*"', "apps/{service}/", "has a slash too many"),
    ('"{service}-dev"', '"*"', "app/{service}", 'has no "app"\n  hint: `path: app/{service}` says that the services are there'),
])
def test_what_is_often_wrong_in_a_configuration(tmp_path, application, name, path, says):
    (tmp_path / "apps").mkdir()
    run = check(tmp_path, HEAD.replace("APPLICATION", application).replace("NAME", name).replace("PATH", path))
    assert run.returncode == 3 and says in run.stdout, run.stdout


def check_path(folder, path):
    return check(folder, HEAD.replace("APPLICATION", '"{service}-dev"').replace("NAME", '"*"').replace("PATH", path))


@pytest.mark.parametrize("path", ["apps/{service}", "apps/svc-{service}"])
def test_no_service_at_all_is_said(tmp_path, path):
    (tmp_path / "apps").mkdir()
    if path != "apps/{service}":
        (tmp_path / "apps" / "svc-web").mkdir()
    run = check_path(tmp_path, path)
    assert run.returncode == 0, run.stdout
    assert f"warning: dev: no service is found by `path: {path}`, so none was looked at" in run.stdout, run.stdout


def test_services_are_found_in_the_folder_of_their_environment(tmp_path):
    (tmp_path / "envs/dev/web").mkdir(parents=True)
    (tmp_path / "envs/dev/web/kustomization.yaml").write_text('resources: []\nimages:\n  - name: registry.example.com/web\n    newTag: "1.0"\n')
    run = check_path(tmp_path, "envs/{env}/{service}")
    assert run.returncode == 0 and "envs/dev/web/kustomization.yaml:4" in run.stdout, run.stdout
