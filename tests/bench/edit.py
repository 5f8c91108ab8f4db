"""Rows about one value in local files: `stagegate edit --write` against editors of YAML.

Both sides edit copies of the same files. Ours must be the old bytes with another tag, theirs must carry it.
"""
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys

SERVICE = """svc-{0:05}:
  # where it comes from
  image:
    repository: registry.example.com/shop/svc-{0:05}
    tag: "1.{0}.0"  # runs
    pullPolicy: IfNotPresent
  replicaCount: 3
  resources: {{requests: {{cpu: 100m, memory: 128Mi}}}}

"""
TAG = re.compile(rb"(?m)^    tag: (\S+)")


def services(size_bytes):
    parts, size = [], 0
    while size < size_bytes:
        parts.append(SERVICE.format(len(parts)))
        size += len(parts[-1])
    return parts


class Edit:
    """MANY files of SIZE bytes each; the service in the middle gets a new tag."""

    # A run of theirs takes from 10 seconds to minutes: few, and none only to warm caches.
    warm = False

    def __init__(self, name, size_bytes, many=1, most_pairs=1, yq=False, slow=False):
        self.name, self.size_bytes, self.many = name, size_bytes, many
        self.most_pairs, self.yq, self.slow = most_pairs, yq, slow

    def absent(self):
        """Why it cannot be measured here, or None. Debian's `yq` is another program of that name."""
        if not self.yq:
            return None
        path = shutil.which("yq")
        if not path:
            return "yq is not installed"
        return None if "mikefarah" in self.yq_version() else "the yq on the PATH is not mikefarah's"

    @staticmethod
    def yq_version():
        done = subprocess.run(["yq", "--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.stdout.strip()

    def tool(self):
        if self.yq:
            return self.yq_version()
        return f"ruamel.yaml {importlib.metadata.version('ruamel.yaml')} round trip"

    def prepare(self, sandbox, binary):
        self.sandbox, self.binary = sandbox, binary
        parts = services(self.size_bytes)
        self.service = f"svc-{len(parts) // 2:05}"
        self.text = "".join(parts).encode()
        self.offset = self.text.index(f"{self.service}:\n".encode())
        self.folders = {}
        for side in ("ours", "theirs"):
            folder = os.path.join(sandbox.work, self.name, side)
            os.makedirs(folder)
            self.folders[side] = folder
            for number in range(self.many):
                with open(os.path.join(folder, f"{number:05}.yaml"), "wb") as file:
                    file.write(self.text)
        os.sync()
        return self

    def files(self):
        return [f"{number:05}.yaml" for number in range(self.many)]

    def ours(self, index):
        words = ["edit", *self.files(), "--set", f"{self.service}.image.tag=9.0.{index}", "--write", "--output", "json"]
        return [self.binary, *words], self.sandbox.environment(), self.folders["ours"]

    def theirs(self, index):
        if self.yq:
            argv = ["yq", "-i", f'.["{self.service}"].image.tag = "8.0.{index}"', *self.files()]
        else:
            program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "edit_ruamel.py")
            argv = [sys.executable, program, self.service, f"8.0.{index}", *self.files()]
        return argv, self.sandbox.environment(), self.folders["theirs"]

    def expected(self, tag):
        """The old bytes, with the tag in the old one's quotes."""
        hit = TAG.search(self.text, self.offset)
        return self.text[:hit.start(1)] + f'"{tag}"'.encode() + self.text[hit.end(1):]

    def check(self, side, index):
        mine = side == self.ours
        folder = self.folders["ours" if mine else "theirs"]
        wanted = self.expected(f"9.0.{index}")
        for name in self.files():
            with open(os.path.join(folder, name), "rb") as file:
                text = file.read()
            if mine and text != wanted:
                raise RuntimeError(f"{self.name}: {name} is not the old file with another tag")
            hit = TAG.search(text, max(text.find(f"{self.service}:\n".encode()), 0))
            if not mine and (not hit or hit.group(1).strip(b"\"'") != f"8.0.{index}".encode()):
                raise RuntimeError(f"{self.name}: {name} does not carry the tag")
        left = sorted(os.listdir(folder))
        if left != self.files():
            raise RuntimeError(f"{self.name}: other files were left: {left[:3]}")


ROWS = (
    Edit("edit-1mib", 1 << 20, most_pairs=2),
    Edit("edit-10k-files", 300, many=10000),
    Edit("edit-10mib", 10 << 20, slow=True),
    Edit("edit-1mib-yq", 1 << 20, most_pairs=10, yq=True),
    Edit("edit-10mib-yq", 10 << 20, most_pairs=2, yq=True, slow=True),
)
