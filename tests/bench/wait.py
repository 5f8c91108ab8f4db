"""Rows about waiting: how fast a change is seen, what thousands cost, what a good one costs, what nothing costs."""
import http.client
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time

from bench.measure import Failed

HERE = os.path.dirname(os.path.abspath(__file__))
MANY = 5000
EVENTS = 200
IDLE_S = 40


class Cluster:
    """apiserver.py as a process of its own, and its kubeconfig."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        port_file = os.path.join(sandbox.work, "apiserver.port")
        if os.path.exists(port_file):
            os.unlink(port_file)
        self.process = subprocess.Popen([sys.executable, os.path.join(HERE, "apiserver.py"), port_file])
        while not os.path.exists(port_file) or not open(port_file, encoding="ascii").read():
            if self.process.poll() is not None:
                raise RuntimeError("the API server of the measurement does not start")
            time.sleep(0.01)
        self.port = int(open(port_file, encoding="ascii").read())
        self.kubeconfig = os.path.join(sandbox.work, "bench.kubeconfig")
        with open(self.kubeconfig, "w", encoding="ascii") as out:
            json.dump({"apiVersion": "v1", "kind": "Config", "current-context": "dev",
                       "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{self.port}"}}],
                       "contexts": [{"name": "dev", "context": {"cluster": "c", "user": "u", "namespace": "argocd"}}],
                       "users": [{"name": "u", "user": {}}]}, out)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def steer(self, action, **given):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("POST", f"/bench/{action}", json.dumps(given))
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def asked(self):
        """What was asked since the last `set`, by kind."""
        counts = {"requests": 0, "lists": 0, "pages": 0, "watches": 0, "gets": 0, "patches": 0}
        for method, path, query in self.steer("log")["log"]:
            counts["requests"] += 1
            if method == "PATCH":
                counts["patches"] += 1
            elif "watch=" in query:
                counts["watches"] += "sendInitialEvents" not in query
            elif path.endswith("/applications"):
                counts["pages"] += 1
                counts["lists"] += "continue=" not in query
            else:
                counts["gets"] += 1
        return counts


class Wait:
    """What the rows share: the sandbox's own repository, the application catalog-dev, both tools."""

    slow = True
    service = "catalog"

    def __init__(self, name):
        self.name = name

    def prepare(self, sandbox, binary):
        self.sandbox, self.binary = sandbox, binary
        tools = subprocess.run([os.path.join(sandbox.root, "ci", "kubernetes-tools")], stdout=subprocess.PIPE, text=True,
                               check=True).stdout.strip()
        self.kubectl = os.path.join(tools, "kubectl")
        return self

    def tool(self):
        done = subprocess.run([self.kubectl, "version", "--client"], stdout=subprocess.PIPE, text=True, check=True)
        return f"kubectl {done.stdout.split()[2]} wait --for=jsonpath"

    def git(self, *words):
        return subprocess.run(["git", "-C", self.sandbox.env["SANDBOX_REPOSITORY"], *words], stdout=subprocess.PIPE,
                              text=True, check=True).stdout.strip()

    def set(self, cluster, health):
        values = self.git("show", f"develop:apps/{self.service}/values-dev.yaml")
        tag = next(line.split(":")[1].strip().strip("\"'") for line in values.splitlines() if line.strip().startswith("tag:"))
        cluster.steer("set", names=[f"{self.service}-dev"], suffix="-dev", health=health, branch="develop",
                      repo=self.sandbox.env["STAGEGATE_GITOPS"], revision=self.git("rev-parse", "develop"),
                      image="registry.example.com/shop/{name}:" + tag)

    def environment(self, cluster):
        names = ("STAGEGATE_GITOPS", "STAGEGATE_CA_FILE", "STAGEGATE_GITLAB_TOKEN", "STAGEGATE_GITLAB_URL")
        return self.sandbox.environment(KUBECONFIG=cluster.kubeconfig, **{n: self.sandbox.env[n] for n in names})

    def ours(self):
        return [self.binary, "wait", self.service, "--env", "dev", "--timeout", "5m"]

    def theirs(self):
        return [self.kubectl, "wait", f"application/{self.service}-dev", "-n", "argocd", "--timeout=300s",
                "--for=jsonpath={.status.health.status}=Healthy"]

    def start(self, argv, env):
        return subprocess.Popen(argv, env=env, cwd=self.sandbox.work, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def once(self, argv, env):
        """A whole run: wall, CPU, peak memory."""
        report = os.path.join(self.sandbox.base, "measured.txt")
        done = subprocess.run([self.sandbox.launcher, report, *argv], env=env, cwd=self.sandbox.work,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
        return self.costs(report, argv, done.stdout)

    @staticmethod
    def costs(report, argv, output):
        with open(report, encoding="ascii") as file:
            wall_us, cpu_us, peak_kib, status = map(int, file.read().split())
        if status != 0:
            raise Failed(f"{argv[0]} ended with {status}:\n{output.decode('utf-8', 'replace')[-2000:]}")
        return {"wall_ms": wall_us / 1000, "cpu_ms": cpu_us / 1000, "rss_mib": peak_kib / 1024}


def quantile(values, share):
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))], 3)


class Reaction(Wait):
    """From the moment the server sends the change to the end of the process."""

    def react(self, cluster, argv):
        self.set(cluster, "Progressing")
        process = self.start(argv, self.environment(cluster))
        cluster.steer("watched")
        time.sleep(0.05)  # it settles: what is measured is a process that waits
        begin = cluster.steer("become", health="Healthy")["start_ns"]
        status = process.wait()
        end = time.monotonic_ns()
        if status != 0:
            raise Failed(f"{argv[0]} ended with {status}")
        cluster.steer("unwatched")
        return (end - begin) / 1e6

    def measure(self, pairs):
        events = max(pairs * EVENTS // 10, 1)
        ours, theirs = [], []
        with Cluster(self.sandbox) as cluster:
            for index in range(events + 1):
                for argv, times in ((self.ours(), ours), (self.theirs(), theirs)):
                    reaction = self.react(cluster, argv)
                    if index:
                        times.append(reaction)
        sides = [{"events": events, "p50_ms": quantile(times, 0.5), "p99_ms": quantile(times, 0.99)}
                 for times in (ours, theirs)]
        return {"name": self.name, "ours": sides[0], "theirs": {"tool": self.tool(), **sides[1]},
                "ratio": {key: round(sides[0][f"{key}_ms"] / sides[1][f"{key}_ms"], 3) for key in ("p50", "p99")}}


class Good(Wait):
    """An application that is good already. Requests are those to the cluster; ours reads Git besides."""

    def measure(self, pairs):
        sides = ([], [])
        with Cluster(self.sandbox) as cluster:
            for index in range(pairs + 1):
                for argv, runs in zip((self.ours(), self.theirs()), sides):
                    self.set(cluster, "Healthy")
                    mark = self.sandbox.wire_mark()
                    figures = self.once(argv, self.environment(cluster))
                    figures["requests"] = cluster.asked()["requests"]
                    figures["requests_git"] = self.sandbox.wire_since(mark, False)["requests"]
                    if index:
                        runs.append(figures)
        ours, theirs = ({key: round(statistics.median(run[key] for run in runs), 3) for key in runs[0]} for runs in sides)
        ours["runs"] = theirs["runs"] = pairs
        return {"name": self.name, "ours": ours, "theirs": {"tool": self.tool(), **theirs},
                "ratio": {key: round(ours[f"{key}"] / theirs[f"{key}"], 3) for key in ("wall_ms", "cpu_ms", "rss_mib")}}


def cpu_ms_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


class Idle(Wait):
    """A process that waits for something that does not come."""

    def idle(self, cluster, argv):
        self.set(cluster, "Progressing")
        process = self.start(argv, self.environment(cluster))
        cluster.steer("watched")
        time.sleep(1)
        before = cpu_ms_of(process.pid)
        time.sleep(IDLE_S)
        spent = cpu_ms_of(process.pid) - before
        process.send_signal(signal.SIGTERM)
        process.wait()
        cluster.steer("unwatched")
        return {"seconds": IDLE_S, "cpu_percent": round(spent / (IDLE_S * 10), 4)}

    def measure(self, _pairs):
        with Cluster(self.sandbox) as cluster:
            ours, theirs = (self.idle(cluster, argv) for argv in (self.ours(), self.theirs()))
        return {"name": self.name, "ours": ours, "theirs": {"tool": self.tool(), **theirs}, "ratio": {}}


CONFIG = """version: 1
branch: develop
environments:
  - {name: dev, branch: develop, publish: commit, application: "{service}", cluster: {context: dev}}
services:
  - name: "*"
    path: "apps/{service}"
    image: "registry.example.com/shop/{service}"
    update:
      - {file: "values-{short}.yaml", key: image.tag, part: tag}
"""


class Many(Wait):
    """All services of an environment: progressing first, then all of them healthy."""

    project = "gitops/many.git"

    def repository(self, count):
        root = os.path.dirname(os.path.dirname(self.sandbox.env["SANDBOX_REPOSITORY"]))
        target = os.path.join(root, self.project)
        shutil.rmtree(target, ignore_errors=True)
        subprocess.run(["git", "init", "-q", "--bare", "-b", "develop", target], check=True)
        out = ["commit refs/heads/develop\ncommitter bench <bench@example.com> 1767225600 +0000\ndata 5\nfirst\n"]
        files = {"stagegate.yaml": CONFIG}
        for name in self.names(count):
            files[f"apps/{name}/values-dev.yaml"] = (
                f"# {name}\nreplicaCount: 1\nimage:\n  repository: registry.example.com/shop/{name}\n  tag: \"1.0.0\"\n")
        for path, text in files.items():
            out.append(f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n")
        subprocess.run(["git", "-C", target, "fast-import", "--quiet"], input="".join(out).encode(), check=True)
        subprocess.run(["git", "-C", target, "config", "http.receivepack", "true"], check=True)
        return subprocess.run(["git", "-C", target, "rev-parse", "develop"], stdout=subprocess.PIPE, text=True,
                              check=True).stdout.strip()

    @staticmethod
    def names(count):
        return [f"svc-{number:05}" for number in range(count)]

    def run(self, cluster, count):
        revision = self.repository(count)
        url = self.sandbox.env["STAGEGATE_GITOPS"].replace("gitops/apps.git", self.project)
        cluster.steer("set", names=self.names(count), health="Progressing", branch="develop", repo=url,
                      revision=revision, image="registry.example.com/shop/{name}:1.0.0")
        env = {**self.environment(cluster), "STAGEGATE_GITOPS": url}
        report = os.path.join(self.sandbox.base, "measured.txt")
        argv = [self.binary, "wait", "--all", "--env", "dev", "--timeout", "10m", "--quiet"]
        with open(os.path.join(self.sandbox.work, "many.out"), "w+b") as output:
            process = subprocess.Popen([self.sandbox.launcher, report, *argv], env=env, cwd=self.sandbox.work,
                                       stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
            while not cluster.steer("log")["log"] and process.poll() is None:
                time.sleep(0.05)
            if process.poll() is None:
                cluster.steer("watched")
                cluster.steer("become", health="Healthy")
            process.wait()
            output.seek(0)
            figures = self.costs(report, argv, output.read())
        return {"applications": count, **{key: round(value, 1) for key, value in figures.items()}, **cluster.asked()}

    def measure(self, _pairs):
        with Cluster(self.sandbox) as cluster:
            few = self.run(cluster, MANY // 4)
            many = self.run(cluster, MANY)
        many["cpu_ms_per_application"] = round(many["cpu_ms"] / MANY, 3)
        many["cpu_ms_per_application_of_a_quarter"] = round(few["cpu_ms"] / (MANY // 4), 3)
        return {"name": self.name, "ours": many, "theirs": {"tool": "none: kubectl wait opens a watch for each"}, "ratio": {}}


ROWS = (Reaction("wait-reaction"), Many("wait-5000"), Good("wait-good"), Idle("wait-idle"))
