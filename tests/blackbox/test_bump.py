"""bump: one exact change, one commit, once."""
import random
import subprocess

import pytest

from conftest import ROOT


def lines_changed(sandbox, old, new):
    """The changed lines between two commits as (minus, plus) without their signs."""
    diff = sandbox.git("diff", "--no-color", "--unified=0", old, new)
    body = [line for line in diff.split("\n") if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    return [line[1:] for line in body if line[0] == "-"], [line[1:] for line in body if line[0] == "+"]


def test_helm_value(sandbox, sg):
    before = sandbox.tip()
    old = sandbox.show("apps/admin/values-dev.yaml")
    run = sg("bump", "admin", "9.1.0")
    after = sandbox.tip()
    assert sandbox.git("rev-parse", f"{after}^") == before
    assert after[:12] in run.out
    new = sandbox.show("apps/admin/values-dev.yaml")
    minus, plus = lines_changed(sandbox, before, after)
    assert len(minus) == len(plus) == 1 and "9.1.0" in plus[0]
    assert len(new) - len(old) == len(plus[0]) - len(minus[0])


def test_trailers_and_dates(sandbox, sg):
    sg("bump", "analytics", "9.1.0", env={
        "CI_PIPELINE_CREATED_AT": "2026-01-02T03:04:05Z",
        "CI_PIPELINE_URL": "https://gitlab.example.com/shop/analytics/-/pipelines/7"})
    commit = sandbox.tip()
    trailers = sandbox.git("log", "-1", "--format=%(trailers)", commit)
    for line in ("Stagegate-Service: analytics", "Stagegate-Env: dev", "Stagegate-Image: analytics 9.1.0",
                 "Stagegate-Pipeline: https://gitlab.example.com/shop/analytics/-/pipelines/7"):
        assert line in trailers.splitlines()
    assert "Stagegate-Id: " in trailers
    assert sandbox.git("log", "-1", "--format=%ad", "--date=format:%Y-%m-%dT%H:%M:%S%z", commit) \
        == "2026-01-02T03:04:05+0000"


def test_author_date_without_a_pipeline_follows_the_parent(sandbox, sg):
    sg("bump", "analytics", "9.1.1")
    child, parent = sandbox.git("log", "-2", "--format=%at %ct", "develop").splitlines()
    assert int(child.split()[0]) == int(parent.split()[1]) + 1


def test_kustomize_image(sandbox, sg):
    before = sandbox.tip()
    sg("bump", "search", "9.1.0")
    minus, plus = lines_changed(sandbox, before, sandbox.tip())
    assert len(minus) == len(plus) == 1 and "newTag" in plus[0] and "9.1.0" in plus[0]


def test_several_services_are_one_commit(sandbox, sg):
    before = sandbox.tip()
    sg("bump", "auth=9.1.0", "order=9.2.0", "review=9.3.0", "--env", "dev")
    after = sandbox.tip()
    assert sandbox.git("rev-parse", f"{after}^") == before
    _, plus = lines_changed(sandbox, before, after)
    assert len(plus) == 3
    message = sandbox.git("log", "-1", "--format=%B", after)
    assert message.splitlines()[0] == "deploy(dev): 3 services"
    assert message.count("Stagegate-Service: ") == 3


def test_already_there_writes_nothing(sandbox, sg):
    sg("bump", "customer", "9.1.0")
    tip = sandbox.tip()
    run = sg("bump", "customer", "9.1.0", "--output", "json")
    assert sandbox.tip() == tip
    assert run.json["result"] == "unchanged"
    assert run.json["commit"] == tip


def test_dry_run_shows_the_diff_and_writes_nothing(sandbox, sg):
    tip = sandbox.tip()
    run = sg("bump", "customer", "9.9.9", "--dry-run")
    assert sandbox.tip() == tip
    assert "+++ b/apps/customer/values-dev.yaml" in run.out and "9.9.9" in run.out


def test_same_wish_and_parent_give_the_same_commit(sandbox, sg):
    tip = sandbox.tip()
    sg("bump", "payment", "9.1.0")
    first = sandbox.tip()
    sandbox.git("update-ref", "refs/heads/develop", tip)
    sg("bump", "payment", "9.1.0")
    assert sandbox.tip() == first


@pytest.mark.parametrize("fetch, filters, count", (("whole", "true", 3), ("part", "false", 3), ("part", "true", 4)))
def test_few_requests_on_one_connection(sandbox, sg, fetch, filters, count):
    tip = sandbox.tip()
    sandbox.git("config", "uploadpack.allowFilter", filters)
    before = len(sandbox.requests(0))
    try:
        sg("bump", "pricing", "9.1.0", "--git-fetch", fetch)
    finally:
        sandbox.git("config", "uploadpack.allowFilter", "true")
        sandbox.git("update-ref", "refs/heads/develop", tip)
    lines = [line for line in sandbox.requests(before) if "/gitops/apps.git" in line[6]]
    assert len(lines) == count
    assert len({line[0] for line in lines}) == 1
    assert all(line[4] != "401" for line in lines)


def test_gated_environments_are_refused(sandbox, sg):
    for env in ("staging", "production"):
        tip = sandbox.tip("main")
        run = sg("bump", "catalog", "9.9.9", "--env", env, expect=4)
        assert "gate" in run.err and env in run.err
        assert sandbox.tip("main") == tip


def test_reports(sandbox, sg, tmp_path):
    run = sg("bump", "shipping", "9.1.0", "--output", "json", "--report-json", "r.json",
             "--report-dotenv", "r.env")
    assert (tmp_path / "r.json").read_text() == run.out
    document = run.json
    assert document["schema"] == 1 and document["result"] == "done" and document["commit"] == sandbox.tip()
    lines = (tmp_path / "r.env").read_text().splitlines()
    assert f"STAGEGATE_COMMIT={sandbox.tip()}" in lines
    assert len(lines) <= 20 and all(line and not line.startswith("#") for line in lines)


def test_no_child_process_ever(sandbox, sg, tmp_path):
    """strace sees every program that the run starts: itself, and no other."""
    trace = tmp_path / "trace.secret"
    done = sg.traced("bump", "gateway", "9.1.0", strace=["-e", "trace=execve", "-o", str(trace)])
    assert done.returncode == 0, done.stdout.decode()
    assert trace.read_text().count("execve(") == 1


def test_services_come_from_a_variable_and_share_a_tag(sandbox, sg):
    """So that a pipeline passes a list without a shell that splits it."""
    sg("bump", "--image-tag", "14.4.4", env={"STAGEGATE_SERVICES": " order\n payment=14.4.5 "})
    assert b"14.4.4" in sandbox.show("apps/order/values-dev.yaml")
    assert b"14.4.5" in sandbox.show("apps/payment/values-dev.yaml")
    sg("bump", "order", "payment", env={"STAGEGATE_IMAGE_TAG": "14.4.6", "STAGEGATE_SERVICES": "nothing"})
    assert b"14.4.6" in sandbox.show("apps/order/values-dev.yaml")
    run = sg("bump", "order", "14.4.7", "--image-tag", "14.4.8", expect=5)
    assert "14.4.7" in run.err and "SERVICE_UNKNOWN" in run.err
    run = sg("bump", "--image-tag", "14.4.9", expect=2)
    assert "needs a service" in run.err


def test_words_of_a_variable_are_only_words(sandbox, sg):
    before = sandbox.tip()
    run = sg("bump", "--image-tag", "1", env={"STAGEGATE_SERVICES": "--dry-run $(touch${IFS}x) `id`"}, expect=2)
    assert 'the service name "--dry-run" begins with' in run.err
    assert sandbox.tip() == before


def test_services_come_from_a_file(sandbox, sg, tmp_path):
    before = sandbox.tip()
    (tmp_path / "versions").write_bytes(b"\xef\xbb\xbf# what is live\r\norder=24.0.1 payment=24.0.2\r\n\n\t# more\nreview=24.0.3 # why=not")
    run = sg("bump", "auth=24.0.4", "--from-file", "versions", "--output", "json")
    assert [row["service"] for row in run.json["changes"]] == ["auth", "order", "payment", "review"]
    assert sandbox.git("rev-parse", "develop^") == before
    (tmp_path / "names").write_text("order\npayment\n")
    sg("bump", "--image-tag", "24.1.0", env={"STAGEGATE_FROM_FILE": "names"})
    assert b"24.1.0" in sandbox.show("apps/order/values-dev.yaml") and b"24.1.0" in sandbox.show("apps/payment/values-dev.yaml")


def test_a_file_is_all_or_nothing(sandbox, sg, tmp_path):
    before = sandbox.tip()
    (tmp_path / "versions").write_text("order=25.0.0\nno-such-service=1\n")
    sg("bump", "--from-file", "versions", expect=5)
    assert sandbox.tip() == before


@pytest.mark.parametrize("content,code,words", [
    (None, 5, ["versions"]), (b"", 2, ["needs a service"]), (b"# order=1\n", 2, ["needs a service"]),
    (b"order 25.0.0\n", 2, ["versions:1:1: 'order' is not SERVICE=TAG"]), (b"order=25\0.0", 2, ["versions:1:9: ", "zero byte"]),
    (b"\xef\xbb\xbforder=1\r\n\t payment\r\n", 2, ["versions:2:3: 'payment' is not SERVICE=TAG"]),
    (b"# a\norder=25.0.0 payment=1\n\n  order=25.0.1\n", 2, ["versions:4:3: order is named twice, first at versions:2:1"]),
    (b"order=\n", 2, ["versions:1:1: 'order=' is not SERVICE=TAG"]), (b"--dry-run\n", 2, ["versions:1:1: '--dry-run' is not"]),
    (b"# " + b"x" * (1 << 20), 9, ["TOO_LARGE"]), (b"a=1\n" * 10001, 9, ["TOO_LARGE", "versions:10001:1: more than 10000 words"]),
    (b"\xff\xfe=1\n", 2, ["versions:1:1: ", "service name"]), ("\u00fcx=1 \u00fc".encode(), 2, ["versions:1:6: "]),
    (b"order=25.0.0\nno-such-service=1\n", 5, ["versions:2:1: no-such-service in dev", "SERVICE_UNKNOWN"]),
    (b"order=25.0.0 payment=a/b\n", 2, ["versions:1:14: payment: "])], ids=range(15))
def test_files_that_are_no_list(sandbox, sg, tmp_path, content, code, words):
    before = sandbox.tip()
    if content is not None:
        (tmp_path / "versions").write_bytes(content)
    run = sg("bump", "--from-file", "versions", expect=code)
    assert all(word in run.err for word in words) and sandbox.tip() == before, run


def test_a_service_of_the_command_line_and_of_the_file(sandbox, sg, tmp_path):
    before = sandbox.tip()
    (tmp_path / "versions").write_text("payment=1\norder=25.0.1\n")
    run = sg("bump", "order=25.0.0", "--from-file", "versions", expect=2)
    assert "versions:2:1: order is named twice" in run.err and "first at" not in run.err and sandbox.tip() == before, run


@pytest.mark.parametrize("mib, code", [(5, 0), (13, 9)])
def test_a_large_file_is_edited_or_refused(sandbox, sg, mib, code):
    """Not compressible, so that it is as large on the way, too."""
    before = sandbox.tip()
    text = b"image:\n  tag: v1\n# " + random.Random(1).randbytes(mib << 19).hex().encode() + b"\nlast: 1\n"
    subprocess.run(["./ci/sandbox", "ctl", "--dir", sandbox.folder, "push-file", "develop", "apps/review2/values-dev.yaml"],
                   input=text, check=True, stdout=subprocess.PIPE, cwd=ROOT)
    try:
        run = sg("bump", "review2", "1.0.0", expect=code)
        if code:
            assert "TOO_LARGE" in run.err and "values-dev.yaml" in run.err
        else:
            assert sandbox.show("apps/review2/values-dev.yaml") == text.replace(b"v1", b"1.0.0")
    finally:
        sandbox.git("update-ref", "refs/heads/develop", before)


DIGESTS = """version: 1
environments:
  - {name: dev, branch: develop, cluster: {context: dev}, application: "{service}-dev"}
services:
  - name: digested
    path: digested
    update:
      - {file: values.yaml, key: image.tag}
      - {file: values.yaml, key: image.digest, part: digest}
"""


@pytest.mark.parametrize("algorithm,digits", [("sha256", 64), ("sha512", 128)])
@pytest.mark.parametrize("tag", ["2", ""])
def test_a_digest_of_any_algorithm_is_a_digest(sandbox, sg, tmp_path, algorithm, digits, tag):
    """A tag and a digest each go to their own place; one that is not named has no value to be written."""
    old, new = f"{algorithm}:{'a' * digits}", f"{algorithm}:{'b' * digits}"
    text = f"image:\n  tag: '1'\n  digest: {old}\n"
    sandbox.ctl("push-file", "develop", "digested/values.yaml", stdin=text)
    (tmp_path / "conf.yaml").write_text(DIGESTS if tag else DIGESTS.replace("      - {file: values.yaml, key: image.tag}\n", ""))
    sg("bump", f"digested={tag}@{new}" if tag else f"digested={new}", "--config", "conf.yaml")
    assert sandbox.show("digested/values.yaml").decode() == text.replace(old, new).replace("'1'", f"'{tag or 1}'")


def push_file(sandbox, path, text):
    subprocess.run(["./ci/sandbox", "ctl", "--dir", sandbox.folder, "push-file", "develop", path], input=text, check=True, stdout=subprocess.PIPE, cwd=ROOT)


@pytest.mark.parametrize("before, after", [
    (b"image:\n  repository: web # c\n# d\nlast: 1\n", b"image:\n  repository: web # c\n  tag: 1.0.0\n# d\nlast: 1\n"),
    (b"{\n  \"image\": {}\n}\n", b"{\n  \"image\": {\"tag\": \"1.0.0\"}\n}\n"),
    (b"image: # c\nlast: 1\n", b"image: # c\n  tag: 1.0.0\nlast: 1\n"),
])
def test_a_missing_tag_is_added(sandbox, sg, before, after):
    """The configuration names the place, so that nobody has to write a first value."""
    tip, path = sandbox.tip(), "apps/review2/values-dev.yaml"
    push_file(sandbox, path, before)
    try:
        run = sg("bump", "review2", "1.0.0", "--output", "json")
        change, = run.json["changes"]
        assert sandbox.show(path) == after
        assert (change["from"], change["to"], change["noop"]) == (None, "1.0.0", False)
        assert f"- {path} image.tag added: 1.0.0\n" in sandbox.git("log", "-1", "--format=%B", "develop")
        assert sg("bump", "review2", "1.0.0", "--output", "json").json["result"] == "unchanged"
    finally:
        sandbox.git("update-ref", "refs/heads/develop", tip)


@pytest.mark.parametrize("text, code, what", [(b"image:\n  tga: 1.0.0\n", 5, "did you mean \"tga\"?"), (b"imag: {tag: 1}\n", 5, "image")])
def test_a_typing_error_adds_nothing(sandbox, sg, text, code, what):
    tip, path = sandbox.tip(), "apps/review2/values-dev.yaml"
    push_file(sandbox, path, text)
    try:
        pushed = sandbox.tip()
        run = sg("bump", "review2", "1.0.0", expect=code)
        assert what in run.err and sandbox.tip() == pushed
    finally:
        sandbox.git("update-ref", "refs/heads/develop", tip)
