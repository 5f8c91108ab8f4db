"""What is in the image, what it says about itself, and that it is made twice the same."""
import hashlib
import json
import os
import re
import stat
import subprocess

import pytest
from conftest import OWN, ROOT, Image, build_all, compressed_bytes, make, prefix, release

MAX_BYTES = 2621440
# folders, and who may write to them: everybody where a job must be able to, whatever user it runs as
FOLDERS = {"builds": 0o1777, "etc": 0o755, "etc/ssl": 0o755, "etc/ssl/certs": 0o755, "home": 0o755, "home/stagegate": 0o1777, "tmp": 0o1777,
           "usr": 0o755, "usr/bin": 0o755, "usr/share": 0o755, "usr/share/doc": 0o755, "usr/share/doc/stagegate": 0o755}
PROGRAMS = {"usr/bin/busybox", "usr/bin/stagegate"}
FILES = {"etc/group", "etc/passwd", "etc/ssl/certs/ca-certificates.crt", "usr/share/doc/stagegate/LICENSE",
         "usr/share/doc/stagegate/THIRD-PARTY.md"}
# what generated scripts, and the scripts that people write into jobs, call
NEEDED = """sh cat mkdir chmod rm grep printf env sleep echo test [ cp mv ln ls touch find xargs sed awk cut tr head tail sort uniq wc tee date
            id mktemp dirname basename readlink realpath kill timeout true false expr base64 sha256sum tar gzip""".split()


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def applets(arch):
    return set((prefix(arch) / "bin/applets").read_text().split())


def test_every_file_is_accounted_for(each):
    seen = {}
    for top, folders, files in os.walk(each.rootfs):
        for name in folders + files:
            path = os.path.join(top, name)
            seen[os.path.relpath(path, each.rootfs)] = os.lstat(path)
    links = {f"usr/bin/{name}" for name in applets(each.arch)} | {"bin"}
    assert set(seen) == FOLDERS.keys() | PROGRAMS | FILES | links
    modes = FOLDERS | dict.fromkeys(PROGRAMS, 0o755) | dict.fromkeys(FILES, 0o644) | dict.fromkeys(links, 0o777)
    assert {path: stat.S_IMODE(about.st_mode) for path, about in seen.items()} == modes
    assert {(about.st_uid, about.st_gid) for about in seen.values()} == {(0, 0)}
    assert {path for path, about in seen.items() if stat.S_ISLNK(about.st_mode)} == links
    assert {os.readlink(each.rootfs / link) for link in links - {"bin"}} == {"busybox"} and os.readlink(each.rootfs / "bin") == "usr/bin"
    assert all(stat.S_ISDIR(seen[path].st_mode) for path in FOLDERS) and all(stat.S_ISREG(seen[path].st_mode) for path in PROGRAMS | FILES)
    assert set(NEEDED) <= applets(each.arch)


def test_files_are_those_of_the_tree(each):
    for inside, outside in {"usr/bin/stagegate": release(each.arch), "usr/bin/busybox": prefix(each.arch) / "bin/busybox",
                            "etc/ssl/certs/ca-certificates.crt": prefix(each.arch) / "certs.pem",
                            "usr/share/doc/stagegate/LICENSE": ROOT / "LICENSE",
                            "usr/share/doc/stagegate/THIRD-PARTY.md": ROOT / "THIRD-PARTY.md"}.items():
        assert (each.rootfs / inside).read_bytes() == outside.read_bytes(), f"{inside} is not {outside}"


@pytest.mark.parametrize("program", ["stagegate", "busybox"])
def test_programs_are_hardened(each, program):
    done = subprocess.run([ROOT / "tests/build/check-binary", each.rootfs / "usr/bin" / program], text=True, stdout=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stdout
    machine = subprocess.run(["readelf", "-h", each.rootfs / "usr/bin" / program], check=True, text=True, stdout=subprocess.PIPE).stdout
    assert {"amd64": "X86-64", "arm64": "AArch64"}[each.arch] in machine


def test_it_says_what_it_is(each):
    assert (each.settings["architecture"], each.settings["os"]) == (each.arch, "linux")
    assert "Entrypoint" not in each.config
    assert each.config["User"] == "65532:65532" and each.config["Cmd"] == ["stagegate", "--help"]
    assert each.config["Env"] == ["PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/home/stagegate"]
    first = subprocess.run([release(OWN), "version"], check=True, text=True, stdout=subprocess.PIPE).stdout.splitlines()[0]
    version, commit = re.fullmatch(r"stagegate (\S+) \((\S+)\)", first).groups()
    labels = {name.removeprefix("org.opencontainers.image."): text for name, text in each.config["Labels"].items()}
    assert labels.pop("io.buildah.version")
    assert labels.pop("description")
    assert labels == {"title": "stagegate", "version": version, "revision": commit,
                      "licenses": "Apache-2.0 AND curl AND GPL-2.0-only AND MIT AND MPL-2.0 AND Zlib"}


def test_it_is_small(each):
    (layer,) = each.manifest["layers"]
    total = layer["size"] + each.manifest["config"]["size"]
    assert total == compressed_bytes(each.told) <= MAX_BYTES
    assert layer["size"] == len(each.blob(layer["digest"]))


def test_the_sources_under_the_gpl_go_with_it(image):
    folder = ROOT / "build/image/sources"
    lock = {row.split()[0]: row.split() for row in (ROOT / "ci/deps.lock").read_text().splitlines() if not row.startswith("#")}
    for name in ("busybox", "libgit2"):
        (dsc,) = folder.glob(f"{name}_*.dsc")
        assert sha256(dsc) == lock[name][3]
        for digest, file in re.findall(r"^ ([0-9a-f]{64}) \d+ (\S+)$", dsc.read_text(), re.M):
            assert sha256(folder / file) == digest
    assert (folder / "build/busybox.config").read_bytes() == (ROOT / "ci/deps.d/busybox.config").read_bytes()


def test_where_the_sources_are_is_said_when_it_is_known(image):
    """A GitLab job knows it; the machine's names are nobody's business."""
    url = "https://gitlab.example.com/platform/stagegate"
    labelled = Image(OWN, make(OWN, CI_PROJECT_URL=url)[OWN])
    labels = labelled.config.pop("Labels")
    assert labels.pop("org.opencontainers.image.source") == url
    assert labels == image.config["Labels"] and labelled.manifest["layers"] == image.manifest["layers"]
    assert os.uname().nodename not in json.dumps(labelled.settings) and str(ROOT) not in json.dumps(labelled.settings)


def test_the_same_sources_give_the_same_image(image):
    """At another time, in another time zone, with other rights for new files."""
    old = os.umask(0o077)
    try:
        assert make(OWN, TZ="Asia/Tokyo", LC_ALL="C.UTF-8") == {OWN: image.told}
    finally:
        os.umask(old)


def test_one_name_for_both_machines():
    images, index, told = build_all()
    if OWN == "arm64":
        pytest.skip("this machine has no cross compiler for the other one")
    assert f"sha256:{hashlib.sha256(index).hexdigest()}," in told
    assert {(row["platform"]["architecture"], row["digest"]) for row in json.loads(index)["manifests"]} \
        == {(arch, image.digest) for arch, image in images.items()} and set(images) == {"amd64", "arm64"}
