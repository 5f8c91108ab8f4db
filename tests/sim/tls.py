"""A private certificate authority made by openssl: server, client, and the bad certificates."""

import os
import subprocess

CONFIG = """[ca]
default_ca = own
[own]
dir = {dir}
new_certs_dir = {dir}
database = {dir}/index.txt
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
organizationName = optional
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
[right]
subjectAltName = IP:127.0.0.1,IP:::1,DNS:localhost,DNS:gitlab.sandbox.test
[wrong]
subjectAltName = DNS:other.example.com
[client]
extendedKeyUsage = clientAuth
"""
PAST = ("20200101000000Z", "20210101000000Z")
NOW = ("20240101000000Z", "20991231235959Z")


def _run(*args):
    done = subprocess.run(["openssl", *args], capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"openssl {args[0]}: {done.stderr.decode(errors='replace').strip()}")


def make(folder):
    """Fills folder: ca.pem, {server,expired,wrong-host,client,other-ca}.{pem,key}."""
    os.makedirs(folder, mode=0o700)
    config = os.path.join(folder, "openssl.cnf")
    with open(config, "w", encoding="ascii") as out:
        out.write(CONFIG.format(dir=folder))
    with open(os.path.join(folder, "index.txt"), "w", encoding="ascii"):
        pass
    path = lambda name: os.path.join(folder, name)
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", config)
    for ca, name in (("ca", "sandbox CA"), ("other-ca-root", "another CA")):
        _run(
            "req",
            "-x509",
            *new,
            "-keyout",
            path(ca + ".key"),
            "-out",
            path(ca + ".pem"),
            "-subj",
            f"/CN={name}",
            "-days",
            "3650",
            "-extensions",
            "authority",
        )
    for name, subject, ext, (begin, end), ca in (
        ("server", "/CN=localhost", "right", NOW, "ca"),
        ("expired", "/CN=localhost", "right", PAST, "ca"),
        ("wrong-host", "/CN=other.example.com", "wrong", NOW, "ca"),
        ("client", "/CN=cert-user/O=ci", "client", NOW, "ca"),
        ("other-ca", "/CN=localhost", "right", NOW, "other-ca-root"),
    ):
        _run("req", "-new", *new, "-keyout", path(name + ".key"), "-out", path(name + ".csr"), "-subj", subject)
        _run(
            "ca",
            "-batch",
            "-notext",
            "-config",
            config,
            "-cert",
            path(ca + ".pem"),
            "-keyfile",
            path(ca + ".key"),
            "-in",
            path(name + ".csr"),
            "-out",
            path(name + ".pem"),
            "-startdate",
            begin,
            "-enddate",
            end,
            "-extensions",
            ext,
        )
        os.unlink(path(name + ".csr"))
