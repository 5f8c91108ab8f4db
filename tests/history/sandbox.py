"""The server side: a sandbox of its own, whose GitOps repository gets the services of orchard.py."""
import base64
import json
import os
import shlex
import shutil
import subprocess
import tempfile

from history import orchard
from sim import gitrepo

PERSON = "dev"


class Sandbox:
    """Running between enter and exit, in a folder of its own; what is in it stays until forget()."""

    def __init__(self, root, workers):
        self.root, self.workers = root, workers
        os.makedirs(os.path.join(root, "build", "history"), exist_ok=True)
        self.folder = tempfile.mkdtemp(prefix="run-", dir=os.path.join(root, "build", "history"))
        self.state = os.path.join(self.folder, "sandbox")
        self.env = {}

    def _call(self, *words, check=True):
        return subprocess.run([os.path.join(self.root, "ci", "sandbox"), *words, "--dir", self.state], check=check,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout

    def __enter__(self):
        self._call("start")
        for line in self._call("env").splitlines():
            for word in shlex.split(line):
                name, sep, value = word.partition("=")
                if sep:
                    self.env[name] = value
        try:
            self._seed()
        except BaseException:
            self._call("stop")
            raise
        return self

    def __exit__(self, *_):
        self._call("stop")

    def forget(self):
        shutil.rmtree(self.folder)

    @property
    def repository(self):
        return self.env["SANDBOX_REPOSITORY"]

    def _seed(self):
        services = [service for pair in orchard.services(self.workers) for service in pair]
        gitrepo.put(self.repository, "main", {"stagegate.yaml": orchard.configuration(services).encode()}, "history: configuration\n")
        gitrepo.put(self.repository, orchard.BRANCH, {**orchard.files(self.workers), "history/notes.txt": b"notes\n"}, "history: services\n")
        self._call("ctl", "allow-merge", PERSON)

    def say_nothing_of_rates(self):
        self._call("ctl", "fault", "gl-no-rate")

    def tip(self):
        return gitrepo.git(self.repository, "rev-parse", f"refs/heads/{orchard.BRANCH}")

    def work(self, name):
        folder = os.path.join(self.folder, "work", name)
        os.makedirs(folder)
        return folder

    def environment(self):
        """Of a run of the program."""
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        for name in ("STAGEGATE_GITOPS", "STAGEGATE_CA_FILE", "STAGEGATE_GITLAB_TOKEN"):
            env[name] = self.env[name]
        return env

    def person(self):
        """Of plain git: nothing of the machine's settings, the token in a header and not in a command line."""
        token = base64.b64encode(f"{PERSON}:{self.env['SANDBOX_TOKEN_DEV']}".encode()).decode()
        settings = {"http.extraHeader": f"Authorization: Basic {token}", "http.sslCAInfo": self.env["STAGEGATE_CA_FILE"],
                    "user.name": "A Person", "user.email": "person@example.com", "advice.detachedHead": "false",
                    "gc.auto": "0", "maintenance.auto": "false"}
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
               "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_COUNT": str(len(settings))}
        for number, (name, value) in enumerate(settings.items()):
            env[f"GIT_CONFIG_KEY_{number}"], env[f"GIT_CONFIG_VALUE_{number}"] = name, value
        return env

    def pushes(self):
        """How many pushes of the program's own token the web server has answered so far."""
        wire = 0
        with open(self.env["SANDBOX_ACCESS_LOG"], encoding="utf-8", errors="replace") as log:
            for line in log:
                fields = line.split()
                wire += fields[5] == "POST" and fields[6].endswith("/git-receive-pack") and fields[8] == "bot"
        return wire

    def commits_by_api(self):
        """The same for commits that GitLab was asked to make."""
        rows = json.loads(self._call("ctl", "api-log"))
        return sum(row["method"] == "POST" and row["path"].endswith("/repository/commits") for row in rows)
