"""Throwaway keys in every format, made by ssh-keygen and openssl when a test asks for one."""
import os
import shutil
import subprocess

BITS = {256: "prime256v1", 384: "secp384r1", 521: "secp521r1"}
FORMATS = ("openssh", "sec1", "pkcs8", "openssl-sec1", "openssl-pkcs8")


def run(*argv, **more):
    return subprocess.run([str(word) for word in argv], capture_output=True, text=True, timeout=60, check=True, **more)


def ssh_keygen(path, *words, passphrase=""):
    run("ssh-keygen", "-q", "-N", passphrase, "-C", "throwaway", "-f", path, *words)
    return path


def ecdsa(folder, bits, form="openssh"):
    """The path of a new private key; its .pub stands beside it."""
    path = os.path.join(str(folder), f"key-{bits}-{form}")
    if form == "openssh":
        return ssh_keygen(path, "-t", "ecdsa", "-b", str(bits))
    if form in ("sec1", "pkcs8"):
        return ssh_keygen(path, "-t", "ecdsa", "-b", str(bits), "-m", "PEM" if form == "sec1" else "PKCS8")
    if form == "openssl-sec1":  # with a block of parameters before it
        run("openssl", "ecparam", "-genkey", "-name", BITS[bits], "-out", path)
    else:
        run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{BITS[bits]}", "-out", path)
    os.chmod(path, 0o600)
    with open(path + ".pub", "w", encoding="ascii") as out:
        out.write(run("ssh-keygen", "-y", "-f", path).stdout)
    return path


def public(path):
    """Type and base64 of the .pub beside the key."""
    with open(path + ".pub", encoding="ascii") as text:
        return " ".join(text.read().split()[:2])


def fingerprint(path):
    return run("ssh-keygen", "-l", "-E", "sha256", "-f", path + ".pub").stdout.split()[1]


def allowed_signers(path, who, *keys):
    with open(path, "w", encoding="ascii") as out:
        out.writelines(f'{who} namespaces="git" {public(key)}\n' for key in keys)
    return path


def missing():
    """What is not on this machine, or None."""
    for tool in ("ssh-keygen", "openssl"):
        if not shutil.which(tool):
            return f"no {tool} here"
    return None
