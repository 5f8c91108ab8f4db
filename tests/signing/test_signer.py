"""io/signer.h by signer_tool: every key that OpenSSH and OpenSSL make of the kinds that it reads, judged by them."""
import os
import random
import re
import subprocess

import pytest

import keys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOL = os.path.abspath(os.environ.get("STAGEGATE_SIGNER_TOOL")
                       or os.path.join(ROOT, "build", "dev", "tests", "signing", "signer_tool"))
CONTRACTS = os.environ.get("STAGEGATE_CONTRACTS") or os.path.join(ROOT, "../shared/contracts")
WHO = "bot@example.com"
pytestmark = pytest.mark.skipif(keys.missing() is not None, reason=str(keys.missing()))


def tool(*words):
    if not os.access(TOOL, os.X_OK):
        pytest.skip(f"{TOOL} has not been built (ci/build dev)")
    done = subprocess.run([TOOL, *[str(word) for word in words]], capture_output=True, text=True, timeout=120, check=False)
    assert "ERROR: " not in done.stderr and "runtime error" not in done.stderr, done.stderr
    return done


def refused(path, code, *words):
    done = tool(path)
    assert done.returncode == 3, done
    assert done.stderr.startswith(f"SIGNING_KEY_{code}: "), done.stderr
    assert done.stdout == ""
    for word in words:
        assert word in done.stderr, done.stderr
    return done.stderr


@pytest.mark.parametrize("form", keys.FORMATS)
@pytest.mark.parametrize("bits", keys.BITS)
def test_every_format_gives_the_public_line_and_fingerprint_of_ssh_keygen(tmp_path, bits, form):
    path = keys.ecdsa(tmp_path, bits, form)
    done = tool(path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [keys.public(path), keys.fingerprint(path)]


def verify(folder, name, namespace, signers):
    with open(folder / name, "rb") as message:
        return subprocess.run(["ssh-keygen", "-Y", "verify", "-f", signers, "-I", WHO, "-n", namespace,
                               "-s", folder / f"{name}.sig"], stdin=message, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("bits", keys.BITS)
def test_ssh_keygen_verifies_every_signature(tmp_path, bits):
    """So many that numbers with leading zeros and with a first bit that is set are among them."""
    path = keys.ecdsa(tmp_path, bits)
    count = 150
    seed = random.Random(bits)
    for i in range(count):
        (tmp_path / str(i)).write_bytes(seed.randbytes(i * 7 % 500))
    signers = keys.allowed_signers(tmp_path / "signers", WHO, path)
    assert tool(path, "git", tmp_path, count).returncode == 0
    for i in range(count):
        done = verify(tmp_path, str(i), "git", signers)
        assert done.returncode == 0 and "Good" in done.stdout, (i, done)
    first = (tmp_path / "0.sig").read_text()
    assert tool(path, "git", tmp_path, 1).returncode == 0
    assert (tmp_path / "0.sig").read_text() == first
    (tmp_path / "0").write_bytes(b"another")
    assert verify(tmp_path, "0", "git", signers).returncode != 0
    assert verify(tmp_path, "1", "file", signers).returncode != 0


def test_the_armor_is_openssh_s_own(tmp_path):
    """But for the two numbers, which OpenSSH draws by lot."""
    path = keys.ecdsa(tmp_path, 256)
    (tmp_path / "0").write_bytes(b"message")
    assert tool(path, "git", tmp_path, 1).returncode == 0
    ours = (tmp_path / "0.sig").read_text().splitlines()
    keys.run("ssh-keygen", "-q", "-Y", "sign", "-f", path, "-n", "git", tmp_path / "0", input="y\n")
    theirs = (tmp_path / "0.sig").read_text().splitlines()
    assert ours[0] == theirs[0] and ours[-1] == theirs[-1]
    assert ours[1:3] == theirs[1:3]
    assert len(ours) == len(theirs)
    assert [len(line) for line in ours[:-2]] == [len(line) for line in theirs[:-2]]


@pytest.mark.parametrize("words, said", [
    (("-t", "ed25519"), "Ed25519"), (("-t", "rsa", "-b", "2048"), "RSA"), (("-t", "rsa", "-b", "2048", "-m", "PEM"), "RSA"),
    (("-t", "rsa", "-b", "2048", "-m", "PKCS8"), "RSA")])
def test_other_kinds_of_ssh_keygen_are_named(tmp_path, words, said):
    text = refused(keys.ssh_keygen(str(tmp_path / "key"), *words), "UNSUPPORTED", said, "ssh-keygen -t ecdsa -b 256")
    hint = re.search(r"ssh-keygen -t .*", text).group(0).replace("stagegate-signing-key", str(tmp_path / "new"))
    subprocess.run(hint, shell=True, check=True, capture_output=True)  # what is said to do works
    assert tool(tmp_path / "new").returncode == 0


@pytest.mark.parametrize("words, said", [
    (("genpkey", "-algorithm", "ed25519"), "Ed25519"), (("genpkey", "-algorithm", "ed448"), "Ed448"),
    (("genpkey", "-algorithm", "x25519"), "X25519"), (("genpkey", "-algorithm", "RSA"), "RSA"),
    (("genpkey", "-algorithm", "RSA-PSS"), "RSA"),
    (("ecparam", "-genkey", "-name", "secp256k1"), "another curve"),
    (("ecparam", "-genkey", "-name", "secp224r1"), "another curve"),
    (("ecparam", "-genkey", "-name", "brainpoolP256r1"), "another curve"),
    (("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"), "another curve")])
def test_other_kinds_of_openssl_are_named(tmp_path, words, said):
    path = tmp_path / "key"
    keys.run("openssl", *words, "-out", path)
    refused(path, "UNSUPPORTED", said)


@pytest.mark.parametrize("words", [
    ("ecparam", "-genkey", "-name", "prime256v1", "-param_enc", "explicit"),
    ("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit")])
def test_a_curve_by_its_numbers_is_not_taken(tmp_path, words):
    path = tmp_path / "key"
    keys.run("openssl", *words, "-out", path)
    refused(path, "UNSUPPORTED", "by numbers")


@pytest.mark.parametrize("form", ["sec1", "pkcs8"])
def test_a_key_without_its_public_part_says_how_to_add_it(tmp_path, form):
    path = keys.ecdsa(tmp_path, 256, form)
    bare = tmp_path / "bare"
    keys.run("openssl", "ec", "-in", path, "-no_public", "-out", bare)
    if form == "pkcs8":
        keys.run("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", bare, "-out", tmp_path / "bare8")
        bare = tmp_path / "bare8"
    refused(bare, "INVALID", "lacks its public part", "ssh-keygen -p -N '' -f COPY")
    bare.chmod(0o600)
    keys.run("ssh-keygen", "-p", "-N", "", "-f", bare)
    done = tool(bare)
    assert done.returncode == 0 and done.stdout.splitlines()[0] == keys.public(path)


@pytest.mark.parametrize("form", [(), ("-m", "PEM"), ("-m", "PKCS8")])
def test_encrypted_keys_say_how_to_take_the_passphrase_off(tmp_path, form):
    path = keys.ssh_keygen(str(tmp_path / "key"), "-t", "ecdsa", *form, passphrase="passphrase")
    text = refused(path, "ENCRYPTED", "passphrase")
    if form:
        keys.run("openssl", "pkey", "-in", path, "-passin", "pass:passphrase", "-out", tmp_path / "copy")
    else:
        assert "ssh-keygen -p -N ''" in text
        keys.run("ssh-keygen", "-p", "-P", "passphrase", "-N", "", "-f", path)
    assert tool(tmp_path / "copy" if form else path).returncode == 0


def test_the_public_key_is_not_the_private_one(tmp_path):
    refused(keys.ecdsa(tmp_path, 256) + ".pub", "INVALID", "public key")


@pytest.mark.parametrize("form", keys.FORMATS[:3])
def test_a_damaged_file_is_refused_or_the_same_key(tmp_path, form):
    """Each line lost, doubled, swapped with the next, a letter changed."""
    path = keys.ecdsa(tmp_path, 384, form)
    with open(path, encoding="ascii") as text:
        lines = text.read().splitlines()
    seed = random.Random(form)
    variants = [lines[:i] + lines[i + 1:] for i in range(len(lines))]
    variants += [lines[:i] + [lines[i]] + lines[i:] for i in range(1, len(lines) - 1)]
    variants += [lines[:i] + [lines[i + 1], lines[i]] + lines[i + 2:] for i in range(1, len(lines) - 2)]
    for _ in range(60):
        copy = list(lines)
        row = seed.randrange(1, len(copy) - 1)
        column = seed.randrange(len(copy[row]))
        copy[row] = copy[row][:column] + seed.choice("ABCxyz019+/=#") + copy[row][column + 1:]
        variants.append(copy)
    bad = tmp_path / "bad"
    refusals = 0
    for variant in variants:
        bad.write_text("\n".join(variant) + "\n")
        done = tool(bad)
        if done.returncode == 0:
            assert done.stdout.splitlines()[0] == keys.public(path)
            continue
        refusals += 1
        assert done.returncode == 3 and done.stderr.startswith("SIGNING_KEY_"), done
    assert refusals > len(variants) // 2


@pytest.mark.skipif(not os.path.isdir(CONTRACTS), reason="no contracts here (STAGEGATE_CONTRACTS): OpenSSH's own test keys are not at hand")
@pytest.mark.parametrize("name, code", [
    ("sshkey_ecdsa_1", None), ("sshkey_ecdsa_2", None), ("sshkey_ecdsa_n", None), ("sshsig_ecdsa", None),
    ("sshkey_ecdsa_1_pw", "ENCRYPTED"), ("sshkey_ecdsa_n_pw", "ENCRYPTED"), ("sshkey_ed25519_1", "UNSUPPORTED")])
def test_the_test_keys_of_openssh(name, code):
    path = os.path.join(CONTRACTS, "data/security/openssh", name)
    if code:
        refused(path, code)
        return
    done = tool(path)
    assert done.returncode == 0, done.stderr
    beside = path + ".pub" if os.path.exists(path + ".pub") else None
    if beside:
        with open(beside, encoding="ascii") as text:
            assert done.stdout.splitlines()[0] == " ".join(text.read().split()[:2])
