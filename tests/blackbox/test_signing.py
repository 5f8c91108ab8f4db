"""Commits signed with an SSH key from a file: judged by Git and OpenSSH; keys that do not fit; what the key must not do."""
import base64
import itertools
import os
import re
import shutil
import subprocess

import pytest

from signing import keys
from test_promote import Journey

WHO = "stagegate"
VERSIONS = (f"20.{i}.0" for i in itertools.count(1))
pytestmark = pytest.mark.skipif(keys.missing() is not None, reason=str(keys.missing()))


@pytest.fixture(name="made", scope="module")
def _made(tmp_path_factory):
    """One key of each curve and format, made once."""
    folder = tmp_path_factory.mktemp("keys")
    made = {}

    def key(bits=256, form="openssh"):
        if (bits, form) not in made:
            made[bits, form] = keys.ecdsa(folder, bits, form)
        return made[bits, form]
    return key


class Signing:
    def __init__(self, sandbox, sg, folder):
        self.sandbox, self.sg, self.folder = sandbox, sg, folder
        self.runs = []

    def bump(self, key, *words, expect=0, service="order", tag=None, env=None):
        run = self.sg("bump", service, tag or next(VERSIONS), *words, expect=expect,
                      env={"STAGEGATE_SIGNING_KEY_FILE": str(key), **(env or {})})
        if os.path.isfile(key):
            self.no_key_in(run, key)
        return run

    def no_key_in(self, run, key):
        """No line of the file, and no part of its private number, whatever it is written in."""
        with open(key, encoding="ascii", errors="replace") as text:
            lines = [line.strip() for line in text if line.strip() and not line.startswith("-----")]
        secret = [line for line in lines if len(line) >= 16 and not (os.path.exists(key + ".pub") and line in keys.public(key))]
        for line in secret:
            for part in (line, line[:16], base64.b64encode(line.encode()).decode()[:20]):
                assert part not in run.out + run.err, run

    def verify(self, commit, *signers, cwd=None):
        allowed = keys.allowed_signers(str(self.folder / "allowed"), WHO, *signers)
        return subprocess.run(["git", "-C", cwd or self.sandbox.repository, "-c", f"gpg.ssh.allowedSignersFile={allowed}",
                               "verify-commit", "--verbose", commit], capture_output=True, text=True, check=False)

    def is_good(self, commit, key):
        done = self.verify(commit, key)
        assert done.returncode == 0, done
        assert f'Good "git" signature for {WHO}' in done.stderr and keys.fingerprint(key) in done.stderr, done.stderr

    def header(self, commit):
        raw = self.sandbox.git("cat-file", "commit", commit)
        return raw.split("\n\n", 1)[0].splitlines()


@pytest.fixture(name="signing")
def _signing(sandbox, sg, tmp_path):
    return Signing(sandbox, sg, tmp_path)


@pytest.mark.parametrize("form", ["openssh", "sec1", "pkcs8"])
@pytest.mark.parametrize("bits", keys.BITS)
def test_git_accepts_the_signature_of_every_curve_and_format(signing, made, bits, form):
    signing.bump(made(bits, form))
    commit = signing.sandbox.tip()
    signing.is_good(commit, made(bits, form))
    header = signing.header(commit)
    names = [line.split(" ")[0] for line in header if not line.startswith(" ")]
    assert names == ["tree", "parent", "author", "committer", "gpgsig"]
    at = names.index("gpgsig")
    assert header[at] == "gpgsig -----BEGIN SSH SIGNATURE-----" and header[-1] == " -----END SSH SIGNATURE-----"
    assert all(len(line) <= 71 for line in header[at + 1:])
    other = made(bits, "openssl-sec1")
    assert signing.verify(commit, other).returncode != 0  # a key that nobody allows
    signing.sandbox.git("fsck", "--strict", "--no-dangling", commit)


def test_ssh_keygen_accepts_it_over_the_commit_without_its_header(signing, made, tmp_path):
    signing.bump(made())
    raw = signing.sandbox.git("cat-file", "commit", signing.sandbox.tip()) + "\n"
    signature = re.search(r"^gpgsig (.*?-----END SSH SIGNATURE-----)\n", raw, re.M | re.S).group(1)
    (tmp_path / "sig").write_text(signature.replace("\n ", "\n") + "\n")
    message = re.sub(r"^gpgsig .*?-----END SSH SIGNATURE-----\n", "", raw, count=1, flags=re.M | re.S)
    allowed = keys.allowed_signers(str(tmp_path / "allowed"), WHO, made())
    command = ["ssh-keygen", "-Y", "verify", "-f", allowed, "-I", WHO, "-n", "git", "-s", str(tmp_path / "sig")]
    done = subprocess.run(command, input=message, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done
    done = subprocess.run(command, input=message.replace("deploy", "Deploy"), capture_output=True, text=True, check=False)
    assert done.returncode != 0


@pytest.mark.parametrize("bits", keys.BITS)
def test_the_same_inputs_give_the_same_commit(signing, made, bits):
    tip, tag = signing.sandbox.tip(), next(VERSIONS)
    signing.bump(made(bits), tag=tag)
    first = signing.sandbox.tip()
    signing.sandbox.git("update-ref", "refs/heads/develop", tip)
    signing.bump(made(bits), tag=tag)
    assert signing.sandbox.tip() == first
    signing.sandbox.git("update-ref", "refs/heads/develop", tip)
    signing.bump(made(bits, "openssl-pkcs8"), tag=tag)
    assert signing.sandbox.tip() != first  # another key


def test_the_same_key_in_another_format_gives_the_same_commit(signing, tmp_path):
    key = keys.ecdsa(tmp_path, 256)
    pem = str(tmp_path / "pem.secret")
    shutil.copy(key, pem)
    shutil.copy(key + ".pub", pem + ".pub")
    keys.run("ssh-keygen", "-p", "-N", "", "-m", "PEM", "-f", pem)
    os.rename(key, key + ".secret")
    tip, tag = signing.sandbox.tip(), next(VERSIONS)
    seen = set()
    for path in (key + ".secret", pem):
        signing.sandbox.git("update-ref", "refs/heads/develop", tip)
        signing.bump(path, tag=tag)
        seen.add(signing.sandbox.tip())
    assert len(seen) == 1


def test_without_a_key_nothing_is_signed(signing):
    signing.sg("bump", "order", next(VERSIONS))
    assert not any(line.startswith("gpgsig") for line in signing.header(signing.sandbox.tip()))


def test_signing_costs_no_request(signing, made):
    before = len(signing.sandbox.requests(0))
    signing.bump(made(521))
    assert len([line for line in signing.sandbox.requests(before) if "/gitops/apps.git" in line[6]]) == 3


def test_the_log_names_the_fingerprint_and_never_the_key(signing, made):
    for words in ((), ("--verbose",), ("--trace", "--verbose"), ("--verbose", "--log-format", "json"), ("--dry-run", "--verbose")):
        run = signing.bump(made(), *words)
        if words:
            assert "signing key " + keys.fingerprint(made()) in run.err, run


def test_signed_work_branches_are_merged_and_found_again(sandbox, sg, made, tmp_path):
    journey = Journey(sandbox, sg)
    sg.env["STAGEGATE_SIGNING_KEY_FILE"] = made(384)
    iid = journey.production_waits()
    signing = Signing(sandbox, sg, tmp_path)
    head = sandbox.tip("stagegate/production/catalog")
    signing.is_good(head, made(384))
    assert journey.promote("catalog", "production", expect=75).json["merge_requests"][0]["iid"] == iid
    assert sandbox.tip("stagegate/production/catalog") == head
    # a run with another key, or with none, takes the request as it is: what counts is the tree
    for key in (made(256), None):
        journey.promote("catalog", "production", expect=75, env={"STAGEGATE_SIGNING_KEY_FILE": key})
        assert sandbox.tip("stagegate/production/catalog") == head


def refused(signing, key, reason, code=3, **more):
    tip = signing.sandbox.tip()
    before = len(signing.sandbox.requests(0))
    run = signing.bump(key, "--output", "json", expect=code, **more)
    assert run.json["reason"] == reason, run
    assert signing.sandbox.tip() == tip
    assert len(signing.sandbox.requests(before)) == 0, "the key is looked at before anybody is asked"
    return run


def test_keys_of_other_kinds_are_refused_by_name(signing, tmp_path):
    for kind, said in (("ed25519", "Ed25519"), ("rsa", "RSA")):
        run = refused(signing, keys.ssh_keygen(str(tmp_path / f"{kind}.secret"), "-t", kind), "SIGNING_KEY_UNSUPPORTED")
        assert said in run.err and "ssh-keygen -t ecdsa -b 256" in run.err
    key = keys.ssh_keygen(str(tmp_path / "encrypted.secret"), "-t", "ecdsa", passphrase="passphrase")
    assert "passphrase" in refused(signing, key, "SIGNING_KEY_ENCRYPTED").err


def test_a_damaged_key_is_refused(signing, made, tmp_path):
    with open(made(), encoding="ascii") as text:
        lines = text.read().splitlines()
    for i, variant in enumerate((lines[:-1], lines[:-3] + lines[-1:], ["x"], [], lines[1:], [lines[0], lines[2], lines[1], *lines[3:]])):
        path = tmp_path / f"bad{i}.secret"
        path.write_text("\n".join(variant) + "\n")
        path.chmod(0o600)
        refused(signing, str(path), "SIGNING_KEY_INVALID")
    refused(signing, made() + ".pub", "SIGNING_KEY_EXPOSED")
    shutil.copy(made() + ".pub", tmp_path / "pub")
    (tmp_path / "pub").chmod(0o600)
    assert "public key" in refused(signing, str(tmp_path / "pub"), "SIGNING_KEY_INVALID").err


def test_what_is_no_file_is_said(signing, tmp_path):
    refused(signing, str(tmp_path / "absent"), "FILE_NOT_FOUND", code=5)
    refused(signing, str(tmp_path), "LOCAL_IO", code=10)
    (tmp_path / "large.secret").write_bytes(b"x" * 70000)
    (tmp_path / "large.secret").chmod(0o600)
    refused(signing, str(tmp_path / "large.secret"), "TOO_LARGE", code=9)


@pytest.mark.parametrize("coded", [False, True])
def test_a_variable_that_holds_the_key_itself_shows_it_nowhere(signing, made, coded):
    """The usual mistake: the variable is not of type File."""
    with open(made(), encoding="ascii") as text:
        value = text.read()
    if coded:
        value = base64.b64encode(value.encode()).decode()
    run = refused(signing, made(), "SIGNING_KEY_INVALID", env={"STAGEGATE_SIGNING_KEY_FILE": value})
    assert "type File" in run.err
    assert value[40:60] not in run.out + run.err


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o620])
def test_a_key_that_others_may_read_is_refused_as_ssh_does(signing, made, tmp_path, mode):
    path = str(tmp_path / "open.secret")
    shutil.copy(made(), path)
    os.chmod(path, mode)
    run = refused(signing, path, "SIGNING_KEY_EXPOSED")
    hint = re.search(r"chmod 600 \S+", run.err).group(0)
    subprocess.run(hint, shell=True, check=True)
    signing.bump(path)


def test_files_of_gitlab_s_own_are_taken_as_they_are(signing, made, tmp_path):
    project = tmp_path / "builds" / "shop"
    folder = tmp_path / "builds" / "shop.tmp"
    folder.mkdir(parents=True)
    path = str(folder / "STAGEGATE_SIGNING_KEY_FILE")
    with open(made(), encoding="ascii") as text, open(path, "w", encoding="ascii") as out:
        out.write(text.read().rstrip("\n"))  # GitLab keeps what was pasted, often without the last newline
    os.chmod(path, 0o666)
    try:
        signing.bump(path, env={"CI_PROJECT_DIR": str(project)})
        signing.is_good(signing.sandbox.tip(), made())
        outside = str(folder / "../open.secret")
        shutil.copy(path, outside)
        os.chmod(outside, 0o666)
        refused(signing, outside, "SIGNING_KEY_EXPOSED", env={"CI_PROJECT_DIR": str(project)})
    finally:
        os.remove(path)


def test_required_signatures_are_asked_for_before_anything_is_written(sandbox, sg, made, tmp_path):
    signing = Signing(sandbox, sg, tmp_path)
    config = sandbox.show("stagegate.yaml", "main").decode()
    sandbox.ctl("push-file", "main", "stagegate.yaml", stdin=config + "\ncommit: {sign: required}\n")
    try:
        tip, tag = sandbox.tip(), next(VERSIONS)
        run = sg("bump", "order", tag, "--output", "json", expect=3)
        assert run.json["reason"] == "SIGNING_KEY_MISSING" and "STAGEGATE_SIGNING_KEY_FILE" in run.err
        assert sandbox.tip() == tip
        sg("bump", "order", tag, "--dry-run")
        signing.bump(made(), tag=tag)
        signing.is_good(sandbox.tip(), made())
        sg("bump", "order", tag)  # there is nothing to sign
    finally:
        sandbox.ctl("reset")


def test_required_signatures_hold_for_merge_requests(sandbox, sg, made, tmp_path):
    journey = Journey(sandbox, sg)
    journey.dev()
    config = sandbox.show("stagegate.yaml", "main").decode()
    sandbox.ctl("push-file", "main", "stagegate.yaml", stdin=config + "\ncommit: {sign: required}\n")
    try:
        run = journey.promote("catalog", "staging", expect=3)
        assert run.json["reason"] == "SIGNING_KEY_MISSING", run
        assert journey.ctl("mrs").strip() == ""
        journey.promote("catalog", "staging", env={"STAGEGATE_SIGNING_KEY_FILE": made()})
        Signing(sandbox, sg, tmp_path).is_good(sandbox.tip("main") + "^2", made())
    finally:
        sandbox.ctl("reset")


def findings(sg, sandbox, key=None):
    run = sg("doctor", "--output", "json", expect=None,
             env={"STAGEGATE_GITLAB_URL": sandbox.env["STAGEGATE_GITLAB_URL"], "STAGEGATE_SIGNING_KEY_FILE": key})
    return {row["id"]: row for row in run.json["findings"] if row["id"].startswith("SIGNING")}


def test_doctor_says_what_to_register_and_whose_address_commits_need(sandbox, sg, made, tmp_path):
    sandbox.ctl("reset")
    assert findings(sg, sandbox) == {}
    seen = findings(sg, sandbox, made(521))
    assert seen["SIGNING_KEY"]["severity"] == "ok"
    assert keys.fingerprint(made(521)) in seen["SIGNING_KEY"]["text"] and keys.public(made(521)) in seen["SIGNING_KEY"]["text"]
    row = seen["SIGNING_EMAIL"]
    assert row["severity"] == "warning" and "noreply@stagegate.invalid" in row["text"] and "commit.author.email" in row["hint"]
    address = re.search(r"the address of \S+ is (\S+):", row["text"]).group(1)
    # the public line as it is shown can be registered
    line = re.search(r"ecdsa-sha2-nistp521 \S+", seen["SIGNING_KEY"]["text"]).group(0)
    (tmp_path / "shown.pub").write_text(line + "\n")
    assert keys.run("ssh-keygen", "-l", "-f", tmp_path / "shown.pub").stdout.split()[1] == keys.fingerprint(made(521))
    config = sandbox.show("stagegate.yaml", "main").decode()
    commit = f"\ncommit: {{sign: required, author: {{email: {address}}}}}\n"
    sandbox.ctl("push-file", "main", "stagegate.yaml", stdin=config + commit)
    try:
        assert {row["severity"] for row in findings(sg, sandbox, made()).values()} == {"ok"}
        seen = findings(sg, sandbox)
        assert seen["SIGNING_KEY"]["severity"] == "error" and "docs/signing.md" in seen["SIGNING_KEY"]["hint"]
    finally:
        sandbox.ctl("reset")


def test_doctor_names_what_is_wrong_with_a_key(sandbox, sg, tmp_path):
    key = keys.ssh_keygen(str(tmp_path / "ed.secret"), "-t", "ed25519")
    row = findings(sg, sandbox, key)["SIGNING_KEY"]
    assert row["severity"] == "error" and "Ed25519" in row["text"] and "ssh-keygen -t ecdsa" in row["hint"]
    row = findings(sg, sandbox, str(tmp_path / "absent"))["SIGNING_KEY"]
    assert row["severity"] == "error" and "absent" in row["text"]
