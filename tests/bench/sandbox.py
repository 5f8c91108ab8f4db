"""The server side of a measurement: a sandbox of its own, and the counts of its web server."""
import base64
import json
import os
import shlex
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

from bench.measure import build_launcher


class Sandbox:
    """Starts ci/sandbox in a folder on the machine's disk, and stops it at the end."""

    def __init__(self, root):
        self.root = root
        self.base = os.path.join(root, "build", "bench")
        self.state = os.path.join(self.base, "sandbox")
        self.work = os.path.join(self.base, "work")
        self.env = {}
        self.marks = 0

    def _call(self, *words, **kwargs):
        return subprocess.run([os.path.join(self.root, "ci", "sandbox"), *words, "--dir", self.state],
                              check=True, **kwargs)

    def __enter__(self):
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)
        subprocess.run([os.path.join(self.root, "ci", "sandbox"), "stop", "--dir", self.state],
                       check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.launcher = build_launcher(self.base)
        self._call("start", stdout=sys.stderr)
        text = self._call("env", stdout=subprocess.PIPE, text=True).stdout
        for line in text.splitlines():
            for word in shlex.split(line):
                name, sep, value = word.partition("=")
                if sep:
                    self.env[name] = value
        return self

    def __exit__(self, *_):
        self._call("stop", stdout=sys.stderr)
        shutil.rmtree(self.work, ignore_errors=True)

    def environment(self, **more):
        """What both sides see: no user configuration, temporary files in the same folder."""
        env = {"PATH": os.environ["PATH"], "HOME": self.work, "TMPDIR": self.work, "LC_ALL": "C",
               "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
        env.update(more)
        return env

    def ctl(self, *words):
        return subprocess.run([os.path.join(self.root, "ci", "sandbox"), "ctl", "--dir", self.state, *words],
                              check=True, stdout=subprocess.PIPE, text=True).stdout

    def basic(self):
        token = self.env["STAGEGATE_GITLAB_TOKEN"]
        return "Authorization: Basic " + base64.b64encode(f"oauth2:{token}".encode()).decode()

    def others_mark(self):
        """Requests that the other two servers have answered: GitLab's API and Kubernetes."""
        return len(json.loads(self.ctl("api-log"))) + len(json.loads(self.ctl("requests")))

    def _logs(self):
        """Of Git and of GitLab's API: where requests end, and the file that has their lines."""
        git = self.env["SANDBOX_ACCESS_LOG"]
        return ((self.env["STAGEGATE_GITOPS"].rsplit("/", 2)[0], git),
                (self.env["SANDBOX_API"], os.path.join(os.path.dirname(git), "api.log")))

    def _flush(self, base, path):
        """A request of our own whose line proves that all lines before it are written."""
        self.marks += 1
        url = f"{base}/bench-mark-{self.marks}"
        context = ssl.create_default_context(cafile=self.env["STAGEGATE_CA_FILE"])
        try:
            urllib.request.urlopen(url, context=context).close()
        except urllib.error.HTTPError:
            pass
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with open(path, encoding="utf-8", errors="replace") as log:
                lines = log.read().splitlines()
            if any(f"bench-mark-{self.marks}" in line for line in lines[-20:]):
                return lines
        raise RuntimeError("the web server does not write its access log")

    def wire_mark(self):
        return [len(self._flush(*log)) for log in self._logs()]

    def wire_since(self, marks, api):
        """Of Git's requests, with those to the API where they are wanted."""
        logs = self._logs() if api else self._logs()[:1]
        lines = [line.split() for log, mark in zip(logs, marks) for line in self._flush(*log)[mark:] if "bench-mark-" not in line]
        up = sum(int(fields[2]) for fields in lines)
        down = sum(int(fields[3]) for fields in lines)
        return {"requests": len(lines), "connections": len({fields[0] for fields in lines}),
                "unauthorized": sum(fields[4] == "401" for fields in lines),
                "bytes_up": up, "bytes_down": down, "bytes_total": up + down}
