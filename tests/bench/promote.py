"""A promotion that finds everything live already, against the pile of shell that does the same reads."""
import os
import shutil
import subprocess

# The reads of one look: the files of both branches, is the branch protected, who am I, merge requests of the
# service, and the application twice, so that a success is seen twice. kubectl where there is one, else curl.
SCRIPT = """set -e
git -c http.sslCAInfo="$CA" -c http.extraHeader="$AUTH" clone -q --depth 1 --no-single-branch "$URL" "$DIR"
want=$(git -C "$DIR" show "origin/develop:apps/$SERVICE/values-dev.yaml" | sed -n 's/^  *tag: *//p')
have=$(git -C "$DIR" show "origin/main:apps/$SERVICE/values-staging.yaml" | sed -n 's/^  *tag: *//p')
[ "$(echo "$want" | tr -d '\\"')" = "$(echo "$have" | tr -d '\\"')" ]
api() { curl -sSf --cacert "$CA" -H "PRIVATE-TOKEN: $TOKEN" "$API/$1"; }
api "projects/gitops%2Fapps/repository/branches/main" | grep -q '"protected": *true'
api "user" | grep -q '"id"'
api "projects/gitops%2Fapps/merge_requests?source_branch=stagegate%2Fstaging%2F$SERVICE&state=all" | grep -q merged
for look in 1 2; do
	app=$($APP)
	case $app in *'"Synced"'*) ;; *) exit 1 ;; esac
	case $app in *'"Healthy"'*) ;; *) exit 1 ;; esac
done
"""


class Steady:
    """Both sides look at the same service, which runs in staging what runs in dev."""

    name = "promote-steady"
    everything = True  # three servers: only requests can be counted for all of them
    service = "catalog"

    def tool(self):
        return "git + curl + " + ("kubectl" if self.kubectl else "curl")

    def prepare(self, sandbox, binary):
        self.sandbox, self.binary = sandbox, binary
        self.kubectl = self.working_kubectl()
        self.run("bump", self.service, "9.1.0")
        self.run("wait", self.service, "--env", "dev")
        sandbox.ctl("clock", "1860")
        self.run("promote", self.service, "--to", "staging", "--mr-poll", "50ms")
        return self

    def working_kubectl(self):
        path = shutil.which("kubectl")
        done = path and subprocess.run([path, "version", "--client"], check=False, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
        return path if done and done.returncode == 0 else None

    def environment(self):
        env = self.sandbox.env
        names = ("STAGEGATE_GITOPS", "STAGEGATE_CA_FILE", "STAGEGATE_GITLAB_TOKEN", "STAGEGATE_GITLAB_URL", "KUBECONFIG")
        return self.sandbox.environment(**{name: env[name] for name in names})

    def run(self, *words):
        subprocess.run([self.binary, *words], env=self.environment(), cwd=self.sandbox.work, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ours(self, _index):
        return [self.binary, "promote", self.service, "--to", "staging"], self.environment(), self.sandbox.work

    def theirs(self, _index):
        env = self.sandbox.env
        folder = os.path.join(self.sandbox.work, "clone")
        shutil.rmtree(folder, ignore_errors=True)
        path = f"apis/argoproj.io/v1alpha1/namespaces/argocd/applications/{self.service}-staging"
        app = (f"{self.kubectl} --context staging get applications.argoproj.io {self.service}-staging -o json" if self.kubectl
               else f"curl -sSf --cacert {env['STAGEGATE_CA_FILE']} -H @{self.header()} {env['SANDBOX_KUBE_URL']}/{path}")
        return ["/bin/sh", "-c", SCRIPT], self.sandbox.environment(
            CA=env["STAGEGATE_CA_FILE"], AUTH=self.sandbox.basic(), URL=env["STAGEGATE_GITOPS"], DIR=folder,
            TOKEN=env["STAGEGATE_GITLAB_TOKEN"], API=env["SANDBOX_API"], KUBECONFIG=env["KUBECONFIG"],
            SERVICE=self.service, APP=app), self.sandbox.work

    def header(self):
        path = os.path.join(self.sandbox.work, "header.secret")
        with open(path, "w", encoding="ascii") as file:
            file.write(f"Authorization: Bearer {self.sandbox.env['SANDBOX_KUBE_TOKEN']}\n")
        return path

    def check(self, _side, _index):
        """Nothing was written: the one merge request is merged, and there is no other."""
        rows = self.sandbox.ctl("mrs").splitlines()
        if len(rows) != 1 or "merged" not in rows[0]:
            raise RuntimeError(f"{self.name}: {rows}")


STEADY = Steady()
