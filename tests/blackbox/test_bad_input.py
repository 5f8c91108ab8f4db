"""Bad input: its own exit code, the cause, what to do, and nothing written anywhere."""
import pytest


@pytest.fixture
def untouched(sandbox):
    """Both branches are afterwards what they were before."""
    before = sandbox.tip("develop"), sandbox.tip("main")
    yield
    assert (sandbox.tip("develop"), sandbox.tip("main")) == before


def says(run, *words):
    for word in words:
        assert word in run.err, f"'{word}' is not said:\n{run}"


pytestmark = pytest.mark.usefixtures("untouched")


@pytest.mark.parametrize("argv, code, words", [
    (["bump", "catlog", "1.0.0"], 5, ["catlog", "catalog"]),
    (["bump", "catalog", "9.0.0", "--env", "dve"], 5, ["dve", "dev"]),
    (["bump", "catalog"], 2, ["SERVICE"]),
    (["bump"], 2, ["service", "as in: bump catalog 1.4.2"]),
    (["promote"], 2, ["service", "as in: promote catalog --to production"]),
    (["promote", "catalog"], 2, ["--to", "as in: promote catalog --to production"]),
    (["gate"], 2, ["service", "as in: gate catalog --to production"]),
    (["gate", "catalog"], 2, ["--to", "as in: gate catalog --to production"]),
    (["mr", "open"], 2, ["service", "as in: mr open catalog --to production"]),
    (["mr", "open", "catalog"], 2, ["--to", "as in: mr open catalog --to production"]),
    (["bump", "catalog", "no tag"], 2, ["no tag"]),
    (["bump", "catalog", "a/b"], 2, ["a/b"]),
    (["bump", "../etc", "1.0.0"], 2, ["../etc"]),
    (["bump", "catalog=1.0.0", "catalog=1.0.1"], 2, ["twice"]),
    (["bump", "catalog", "9.0.0", "--tiemout", "3s"], 2, ["--timeout"]),
    (["bump", "catalog", "9.0.0", "--timeout", "soon"], 2, ["soon"]),
    (["bmup"], 2, ["bump"]),
    (["wait"], 2, ["service"]),
    (["wait", "catlog", "--env", "dev"], 5, ["catalog"]),
    (["wait", "catalog", "--env", "dev", "--revision", "abc"], 2, ["abc"]),
    (["wait", "catalog", "--env", "dev", "--image", "::"], 2, ["::"]),
    (["bump", "catalog", "9.0.0", "--gitops-ref", "mian"], 5, ["mian", "main"]),
    (["bump", "catalog", "9.0.0", "--config", "absent.yaml"], 5, ["absent.yaml"]),
    (["wait", "catalog", "--env", "dev", "--context", "dve"], 3, ["dve", "dev"]),
    (["wait", "catalog", "--env", "dev", "--kubeconfig", "absent"], 3, ["absent"]),
    (["wait", "catalog", "--env", "dev", "--revision", "0123456789012345678901234567890123456789"], 5, ["0123456789"]),
])
def test_words(sg, argv, code, words):
    says(sg(*argv, expect=code), *words)


CONFIG = """version: 1
branch: develop
environments:
  - name: dev
    branch: develop
    application: "{service}-dev"
services:
  - name: "*"
    path: "apps/{service}"
    image: "registry.example.com/shop/{service}"
    update:
      - {file: "FILE", key: "KEY"}
"""


def config(sg, tmp_path, text):
    (tmp_path / "c.yaml").write_text(text)
    return ["--config", "c.yaml"]


@pytest.mark.parametrize("file, key, code, words", [
    ("values-dve.yaml", "image.tag", 5, ["values-dve.yaml"]),
    ("values-dev.yaml", "image.tga", 5, ["image.tga", "tag"]),
    ("values-dev.yaml", "image", 9, ["values-dev.yaml:"]),
    ("values-dev.yaml", "image..tag", 3, ["image..tag"]),
    ("templates/deployment.yaml", "spec", 9, ["deployment.yaml"]),
    ("../../../etc/passwd", "a", 3, [".."]),
])
def test_places(sg, tmp_path, file, key, code, words):
    options = config(sg, tmp_path, CONFIG.replace("FILE", file).replace("KEY", key))
    says(sg("bump", "catalog", "9.0.0", *options, expect=code), *words)


@pytest.mark.parametrize("old, new, words", [
    ("environments:", "enviroments:", ["c.yaml:3:", "environments"]),
    ("version: 1", "version: 7", ["c.yaml:1:"]),
    ("version: 1", "version: 1\nversion: 1", ["c.yaml:2:", "version"]),
    ("branch: develop\nenv", "branch: [\nenv", ["c.yaml:"]),
    ("name: dev", "name: dev\n    publish: often", ["c.yaml:", "often"]),
    ("name: dev", "name: dev\n    gates: [{type: sook}]", ["sook", "soak"]),
    ("name: dev", "name: dev\n    publish: commit\n    gates: [{type: approval, count: 1, from: ['@a']}]", ["c.yaml:", "approval"]),
    ("name: dev", "name: dev\n    publish: merge-request\n    gates: [{type: approval, count: 0, from: ['@a']}]", ["c.yaml:", "count"]),
    ("name: dev", "name: dev\n    publish: merge-request\n    gates: [{type: approval}]", ["c.yaml:", "from"]),
    ("name: dev", "name: dev\n    publish: merge-request\n    gates: [{type: freeze, duration: 1h}]", ["c.yaml:", "duration", "soak"]),
    ("name: dev", "name: dev\n    publish: commit\n    merge: human", ["c.yaml:", "merge: human"]),
    ("name: dev", "name: dev\n    after: [stage]", ["c.yaml:", "stage"]),
    ("name: dev", "name: dev\n    after: [dev]", ["c.yaml:", "after itself"]),
    ("version: 1", "version: 1\ngitlab: {former_bots: [bot]}", ["c.yaml:", "former_bots"]),
])
def test_configuration(sg, tmp_path, old, new, words):
    options = config(sg, tmp_path, CONFIG.replace("FILE", "values-dev.yaml").replace("KEY", "image.tag").replace(old, new))
    run = sg("bump", "catalog", "9.0.0", *options, expect=None)
    assert run.code in (3, 9), run
    says(run, *words)


@pytest.mark.parametrize("text", [
    "image:\n  tag: a\n  tag: b\n", "image:\n  tag: &y v1\nother: *y\n", "image: &x\n  tag: v1\nother: *x\n",
    "image:\n  tag: |\n    v1\n", "image:\n  tag: {{ .x }}\n", "image: [tag\n", "a: b\n---\nimage:\n  tag: v1\n", "image:\n\ttag: v1\n", "\x00"])
def test_files_that_cannot_be_edited_exactly(sandbox, sg, text):
    import subprocess
    tips = sandbox.tip()
    subprocess.run(["./ci/sandbox", "ctl", "--dir", sandbox.folder, "push-file", "develop", "apps/review2/values-dev.yaml"],
                   input=text.encode(), check=True, stdout=subprocess.PIPE, cwd=__import__("conftest").ROOT)
    pushed = sandbox.tip()
    try:
        run = sg("bump", "review2", "1.0.0", expect=9)
        says(run, "apps/review2/values-dev.yaml:")
        assert sandbox.tip() == pushed
    finally:
        sandbox.git("update-ref", "refs/heads/develop", tips)


def test_wrong_token(sg):
    says(sg("bump", "catalog", "9.0.0", env={"STAGEGATE_GITLAB_TOKEN": "glpat-wrong-token-0000"}, expect=4), "credential")


def test_no_token(sg):
    says(sg("bump", "catalog", "9.0.0", env={"STAGEGATE_GITLAB_TOKEN": None}, expect=4), "STAGEGATE_GITLAB_TOKEN")


def test_a_token_that_may_only_read(sandbox, sg):
    says(sg("bump", "catalog", "9.0.0", env={"STAGEGATE_GITLAB_TOKEN": sandbox.env["SANDBOX_TOKEN_READER"]}, expect=4), "FORBIDDEN")


def test_a_token_without_access_sees_nothing(sandbox, sg):
    run = sg("bump", "catalog", "9.0.0", env={"STAGEGATE_GITLAB_TOKEN": sandbox.env["SANDBOX_TOKEN_NONE"]}, expect=None)
    assert run.code in (4, 5), run


@pytest.mark.parametrize("name, words", [("EXPIRED", ["expired"]), ("WRONG_HOST", ["127.0.0.1"]), ("OTHER_CA", ["--ca-file"])])
def test_certificates(sandbox, sg, name, words):
    run = sg("bump", "catalog", "9.0.0", env={"STAGEGATE_GITOPS": sandbox.env[f"SANDBOX_URL_{name}"]}, expect=7)
    says(run, *words)


def test_ca_file_that_is_none(sg, tmp_path):
    (tmp_path / "ca.pem").write_text("hello\n")
    says(sg("bump", "catalog", "9.0.0", "--ca-file", "ca.pem", expect=None), "ca.pem")


def test_user_info_in_the_url_is_refused(sandbox, sg):
    url = sandbox.env["STAGEGATE_GITOPS"].replace("https://", "https://user:hunter22@")
    run = sg("bump", "catalog", "9.0.0", env={"STAGEGATE_GITOPS": url}, expect=None)
    assert run.code in (2, 3), run
    assert "hunter22" not in run.err + run.out


def test_plain_http_to_another_machine_is_refused(sg):
    run = sg("bump", "catalog", "9.0.0", env={"STAGEGATE_GITOPS": "http://git.example.com/a/b.git"}, expect=None)
    assert run.code in (2, 3), run
    says(run, "https")


@pytest.mark.parametrize("fault, code, words", [
    ("git-moved", 7, ["platform/gitops.git", "--gitops"]),
    ("git-moved-hosts", 7, []),
    ("git-404", 5, ["not"]),
    ("git-403", 4, ["FORBIDDEN", "hint"]),
    ("git-html", 9, []),
    ("git-corrupt-pack", 9, []),
])
def test_servers(sg, faults, fault, code, words):
    faults("git-moved-host" if fault == "git-moved-hosts" else fault)
    says(sg("bump", "catalog", "9.0.0", "--timeout", "3s", "--retry-base", "20ms", expect=code), *words)


@pytest.mark.parametrize("fault", ["git-500", "git-503", "git-reset", "git-truncate-refs", "git-truncate-pack"])
def test_servers_that_never_recover(sg, faults, fault):
    faults(fault, "1000")
    run = sg("bump", "catalog", "9.0.0", "--timeout", "1500ms", "--retry-base", "20ms", expect=None)
    assert run.code in (7, 8, 9), run


@pytest.mark.parametrize("fault", ["push-hook-declined", "protected"])
def test_pushes_that_are_declined(sg, faults, fault):
    faults(fault, *(["develop"] if fault == "protected" else []))
    run = sg("bump", "catalog", "9.0.0", expect=4)
    says(run, "develop")


def test_unknown_application(sandbox, sg, tmp_path):
    text = CONFIG.replace("FILE", "values-dev.yaml").replace("KEY", "image.tag").replace("{service}-dev", "{service}-nowhere")
    says(sg("wait", "catalog", "--env", "dev", *config(sg, tmp_path, text), "--context", "dev", expect=5), "catalog-nowhere")


@pytest.mark.parametrize("kubeconfig, code, words", [("DENIED", 4, ["forbidden"]), ("BAD_TOKEN", 4, [])])
def test_cluster_credentials(sandbox, sg, kubeconfig, code, words):
    run = sg("wait", "catalog", "--env", "dev", env={"KUBECONFIG": sandbox.env[f"SANDBOX_KUBECONFIG_{kubeconfig}"]}, expect=code)
    says(run, *words)


@pytest.mark.parametrize("fault, code", [("k8s-404-plain", 5), ("k8s-html", 9), ("k8s-garbage", 9)])
def test_cluster_answers(sg, faults, fault, code):
    faults(fault, "1000")
    run = sg("wait", "catalog", "--env", "dev", "--timeout", "1500ms", "--retry-base", "20ms", expect=None)
    assert run.code in (code, 7, 8), run
    assert run.code != 0


def test_stdout_that_cannot_be_written(sg):
    import subprocess
    from conftest import binary
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([binary(), "version"], env=sg.env, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 10


def test_tokens_leave_the_environment(sandbox, sg, faults):
    """While a run talks to a slow server, its environment block holds none of the tokens any more."""
    import os
    import subprocess
    from conftest import binary
    faults("git-hang")
    child = subprocess.Popen([binary(), "bump", "catalog", "9.0.0"], cwd=sg.folder, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, env={**sg.env, "GITLAB_TOKEN": "glpat-CANARY-second",
                                                          "CI_JOB_TOKEN": "glcbt-CANARY-third"})
    try:
        deadline = os.times().elapsed + 10
        while not os.listdir(sg.tmp) and os.times().elapsed < deadline:
            pass  # its temporary folder is made after the token was taken
        with open(f"/proc/{child.pid}/environ", "rb") as environ:
            block = environ.read()
        assert b"STAGEGATE_GITOPS" in block and b"CANARY" not in block
        with open(f"/proc/{child.pid}/cmdline", "rb") as cmdline:
            assert b"CANARY" not in cmdline.read()
    finally:
        child.terminate()
        assert b"CANARY" not in child.communicate(timeout=20)[1]
    assert child.returncode == 143 and os.listdir(sg.tmp) == []
