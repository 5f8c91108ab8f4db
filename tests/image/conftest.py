"""The container image as runners and clusters use it: as any user, on a read-only root, without capabilities."""
import collections
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tarfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

CANARY = "CANARY"
LIMIT_S = 60
OWN = subprocess.run(["dpkg", "--print-architecture"], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
OTHER = {"amd64": "arm64"}.get(OWN)
Done = collections.namedtuple("Done", "code out err")


def prefix(arch):
    """Where ci/deps has what goes into the image beside the binary."""
    target = "image" if arch == OWN else f"image-{arch}"
    return pathlib.Path(subprocess.run([ROOT / "ci/deps", target], check=True, text=True, stdout=subprocess.PIPE).stdout.strip())


def release(arch):
    return ROOT / "build" / ("release" if arch == OWN else f"release-{arch}") / "stagegate"


class Image:
    """One image as ci/image made it."""

    def __init__(self, arch, told):
        self.arch, self.told = arch, told
        self.archive = ROOT / f"build/image/stagegate-{arch}.tar"
        self.rootfs = ROOT / f"build/image/{arch}/rootfs"
        with tarfile.open(self.archive) as archive:
            self.blobs = {pathlib.PurePath(member.name).name: archive.extractfile(member).read() for member in archive if member.isfile()}
        (entry,) = json.loads(self.blobs["index.json"])["manifests"]
        self.digest = entry["digest"]
        self.manifest = json.loads(self.blob(self.digest))
        self.settings = json.loads(self.blob(self.manifest["config"]["digest"]))
        self.config = self.settings["config"]

    def blob(self, digest):
        data = self.blobs[digest.removeprefix("sha256:")]
        assert hashlib.sha256(data).hexdigest() == digest.removeprefix("sha256:")
        return data


def make(*archs, **env):
    """What ci/image says about each architecture."""
    done = subprocess.run([ROOT / "ci/image", *archs], check=False, text=True, env=os.environ | env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    return {line.split(":")[0]: line for line in done.stdout.splitlines()}


@functools.lru_cache(maxsize=None)
def build_all():
    """The images by architecture, and what names all of them (read now: the next run of ci/image for one machine takes it away)."""
    assert os.getuid() == 0, "ci/image needs root"
    told = make(*filter(None, (OWN, OTHER)))
    index = OTHER and subprocess.run(["skopeo", "inspect", "--raw", f"oci-archive:{ROOT}/build/image/stagegate.tar"], check=True,
                                     stdout=subprocess.PIPE).stdout
    return {arch: Image(arch, told[arch]) for arch in (OWN, OTHER) if arch}, index, told.get("all")


def made():
    return build_all()[0]


@pytest.fixture(scope="session")
def image():
    return made()[OWN]


@pytest.fixture(scope="session", params=[arch for arch in (OWN, OTHER) if arch])
def each(request):
    """The image of each architecture."""
    return made()[request.param]


class Runner:
    """podman with a storage of its own. Containers are run as strict clusters run them, unless a test says otherwise."""

    STRICT = ("--read-only", "--read-only-tmpfs=false", "--tmpfs=/tmp:rw,mode=1777", "--cap-drop=all", "--security-opt=no-new-privileges",
              "--network=host", "--user=31337:31337")

    def __init__(self, folder, image):
        self.env = {"PATH": os.environ["PATH"], "HOME": str(folder), "CONTAINERS_CONF": str(ROOT / "ci/containers.conf"), "LC_ALL": "C.UTF-8"}
        self.podman = ["podman", "--root", str(folder / "root"), "--runroot", str(folder / "run"), "--storage-driver", "vfs"]
        self.name = "localhost/stagegate:test"
        loaded = self.call("load", "--quiet", "--input", str(image.archive)).out
        self.call("tag", loaded.split("Loaded image: ")[1].strip(), self.name)

    def call(self, *words, stdin=b"", expect=0):
        done = subprocess.run([*self.podman, *words], env=self.env, input=stdin, check=False, timeout=LIMIT_S,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        done = Done(done.returncode, done.stdout.decode(errors="surrogateescape"), done.stderr.decode(errors="surrogateescape"))
        assert expect is None or done.code == expect, done
        assert CANARY not in done.out + done.err, "a secret in the log"
        return done

    def run(self, *command, options=STRICT, env=None, mounts=None, stdin="", expect=0):
        words = list(options)
        for name, value in (env or {}).items():
            words.append(f"--env={name}={value}")
        for source, target in (mounts or {}).items():
            words.append(f"--volume={source}:{target}:ro")
        return self.call("run", "--rm", "--interactive", *words, self.name, *command, stdin=stdin.encode(), expect=expect)

    def script(self, text, **how):
        """As a runner does it: a shell is looked for, and it gets the script on its standard input."""
        return self.run("sh", "-c", DETECTOR, stdin=text, **how)

    def close(self):
        self.call("rm", "--all", "--force", expect=None)


# where GitLab Runner looks for a shell, in this order; the first that can be executed replaces the detector
SHELLS = ("/usr/local/bin/bash", "/usr/bin/bash", "/bin/bash", "/usr/local/bin/sh", "/usr/bin/sh", "/bin/sh", "/busybox/sh")
DETECTOR = "".join(f"{'el' if row else ''}if [ -x {shell} ]; then\n\texec {shell} $@\n" for row, shell in enumerate(SHELLS)) \
    + "else\n\techo shell not found\n\texit 1\nfi\n\n"


@pytest.fixture(scope="session")
def runner(tmp_path_factory, image):
    folder = tmp_path_factory.mktemp("podman")
    made_runner = Runner(folder, image)
    yield made_runner
    made_runner.close()
    shutil.rmtree(folder, ignore_errors=True)


class Sandbox:
    def __init__(self, folder):
        self.folder = folder
        self.call("start")
        words = [word.partition("=") for line in self.call("env").splitlines() for word in shlex.split(line)]
        self.env = {name: value for name, sep, value in words if sep}

    def call(self, *words):
        done = subprocess.run([ROOT / "ci/sandbox", *words, "--dir", self.folder], check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def tip(self):
        return subprocess.run(["git", "-C", self.env["SANDBOX_REPOSITORY"], "rev-parse", "develop"], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.strip()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    box = Sandbox(str(tmp_path_factory.mktemp("sandbox") / "state"))
    yield box
    box.call("stop")


def compressed_bytes(told):
    return int(re.search(r" (\d+) bytes compressed", told).group(1))
