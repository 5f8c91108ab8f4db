"""The image at work: GitLab's way to start a job, users and file systems of all kinds, private authorities, proxies."""
import os
import socket
import socketserver
import subprocess
import threading

import pytest
from conftest import CANARY, OTHER, OWN, made, release

# the shape of what GitLab Runner writes for a job: strict mode, variables in one quoted word for eval, files, one echo per command
JOB = r"""set -eo pipefail
set +o noclobber
: | eval $'export CI=true\nexport CI_PROJECT_DIR=/builds/shop/catalog\nexport ODD=\'it\'"\'"\'s $HOME\'\nmkdir -p "/tmp/catalog.tmp"\nprintf \'%s\' $\'one\ntwo\' > "/tmp/catalog.tmp/FILE"\nexport FILE="/tmp/catalog.tmp/FILE"\nchmod 600 "$FILE"\ncd "/tmp"\necho $\'\\x1b[32;1m$ stagegate version\\x1b[0;m\'\nstagegate version\nif [[ -e "$FILE" ]]; then echo "file: $(cat "$FILE" | wc -l) $ODD"; fi\nrm -r -f "/tmp/catalog.tmp"\n'
exit 0
"""


def test_the_default_command_helps(runner):
    assert "usage" in runner.run().out.lower()


def test_a_runner_finds_the_shell_and_runs_its_script(runner):
    done = runner.script(JOB)
    assert "\x1b[32;1m$ stagegate version\x1b[0;m" in done.out and "stagegate 0" in done.out
    assert "file: 1 it's $HOME" in done.out
    assert done.err == ""


@pytest.mark.parametrize("script, code", [
    ("set -eo pipefail; exit 75", 75),
    ("set -eo pipefail; false | cat; echo not here", 1),
    (": | eval $'set -eo pipefail; sh -c \"exit 75\"; echo not here'", 75),
    ("set -eo pipefail; stagegate bump", 2),
    ("set -eo pipefail; sh -c 'kill -TERM $$'", 143),
])
def test_the_end_of_the_script_is_the_end_of_the_job(runner, script, code):
    done = runner.script(script, expect=code)
    assert "not here" not in done.out


@pytest.mark.parametrize("user", ["65532:65532", "31337:0", "1:1", "0:0"])
def test_any_user_can_write_where_jobs_write(runner, user):
    script = 'set -e; for dir in "$HOME" /tmp /builds; do mkdir -p "$dir/x/y"; echo hello >"$dir/x/y/z"; cat "$dir/x/y/z"; done; id -u'
    done = runner.script(script, options=("--network=none", "--cap-drop=all", "--security-opt=no-new-privileges", f"--user={user}"))
    assert done.out.split() == ["hello"] * 3 + [user.split(":")[0]]


def test_a_read_only_root_stays_as_it_is(runner):
    done = runner.script('for dir in / "$HOME" /builds /usr/bin /etc; do touch "$dir/x" 2>/dev/null && echo "$dir"; done; touch /tmp/x && echo tmp')
    assert done.out == "tmp\n"


def test_nothing_is_missing_or_off(runner):
    """Every name in the image starts a program, and the shell has what scripts count on."""
    done = runner.script('cd /usr/bin; for name in *; do case $name in stagegate | busybox) ;; *) '
                         'busybox --list | grep -qxF -e "$name" || echo "$name" ;; esac; done')
    assert done.out == ""
    done = runner.script("a=$(printf '%s\\n' b a | sort | tr '\\n' ' '); [[ \"$a\" == 'a b ' ]] && echo $((6 * 7)) \"${a:0:1}\" $'x\\ty' \"${a/b/c}\"; "
                         "echo '{\"id\": 1}' | sed -n 's/.*\"id\": \\([0-9]*\\).*/\\1/p'; date -u -d @0 +%FT%TZ; echo c3RhZ2U= | base64 -d; "
                         "timeout 5 true && find /etc -type f -name 'pass*' -exec basename {} \\; && ls -la / >/dev/null; echo $?")
    assert done.out == "42 a x\ty a c \n1\n1970-01-01T00:00:00Z\nstagepasswd\n0\n"


class Job:
    """stagegate in the image, against the sandbox, with what GitLab gives a job."""

    def __init__(self, runner, sandbox, folder):
        self.runner, self.sandbox = runner, sandbox
        folder.chmod(0o755)
        self.token = folder / "token"
        self.token.write_text(sandbox.env["STAGEGATE_GITLAB_TOKEN"])
        self.token.chmod(0o644)
        self.ca = folder / "ca.crt"
        self.ca.write_text(open(sandbox.env["STAGEGATE_CA_FILE"], encoding="ascii").read())
        self.ca.chmod(0o644)

    def bump(self, version, *words, ca=True, before="", expect=0, **env):
        given = {"STAGEGATE_GITOPS": self.sandbox.env["STAGEGATE_GITOPS"], "STAGEGATE_GITLAB_TOKEN_FILE": "/run/token", "GITLAB_CI": "true",
                 "CI_COMMIT_REF_PROTECTED": "true"} | env
        if ca:
            given["CI_SERVER_TLS_CA_FILE"] = "/run/ca.crt"
        return self.runner.script(f"set -eo pipefail\n{before}\nstagegate bump catalog {version} {' '.join(words)}\n", env=given,
                                  mounts={self.token: "/run/token", self.ca: "/run/ca.crt"}, expect=expect)


@pytest.fixture
def job(runner, sandbox, tmp_path):
    return Job(runner, sandbox, tmp_path)


def test_the_private_authority_of_the_instance(job):
    before = job.sandbox.tip()
    done = job.bump("31.1.0")
    assert job.sandbox.tip() != before and job.sandbox.tip()[:12] in done.out


def test_an_authority_that_nobody_named_is_not_trusted(job):
    before = job.sandbox.tip()
    done = job.bump("31.2.0", ca=False, expect=7)
    assert "TLS_FAILED" in done.out + done.err and job.sandbox.tip() == before


def test_the_authorities_of_the_image_are_read(job):
    """They are what is trusted when nothing is named: without the file the same run says that there is none."""
    gone = job.bump("31.2.0", ca=False, expect=None, SSL_CERT_FILE="/etc/ssl/nothing.pem")
    assert "/etc/ssl/nothing.pem" in gone.out + gone.err
    read = job.bump("31.2.0", ca=False, expect=7)
    assert "/etc/ssl/certs/ca-certificates.crt" in read.out + read.err


@pytest.mark.parametrize("before", ["unset HOME", "export HOME=", "export HOME=/nonexistent"])
def test_without_a_home(job, before):
    job.bump("31.3.0", "--dry-run", before=before)


class Proxy(socketserver.ThreadingTCPServer):
    """A proxy that knows CONNECT, finds every name on this machine, and remembers where it was asked to go."""

    daemon_threads = True

    def __init__(self, refuse=False):
        self.asked, self.refuse = [], refuse
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Tunnel(socketserver.StreamRequestHandler):
    def handle(self):
        method, target = self.rfile.readline().decode().split()[:2]
        while self.rfile.readline().strip():
            pass
        self.server.asked.append(f"{method} {target}")
        if self.server.refuse or method != "CONNECT":
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", int(target.rsplit(":", 1)[1]))) as far:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pump, args=(far, self.connection), daemon=True)
            back.start()
            pump(self.connection, far)
            back.join()


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one side is gone: so is the tunnel


@pytest.fixture
def far(sandbox):
    """The repository by a name that no resolver knows, as of a GitLab that only the proxy reaches."""
    return sandbox.env["STAGEGATE_GITOPS"].replace("127.0.0.1", "gitlab.sandbox.test")


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
def test_behind_a_proxy(job, far, name):
    with Proxy() as proxy:
        job.bump("31.4.0", "--dry-run", STAGEGATE_GITOPS=far, **{name: proxy.url})
        assert proxy.asked and set(proxy.asked) == {f"CONNECT {far.split('/')[2]}"}


def test_a_proxy_that_refuses_is_named(job, far):
    with Proxy(refuse=True) as proxy:
        done = job.bump("31.4.0", "--dry-run", expect=7, STAGEGATE_GITOPS=far, HTTPS_PROXY=proxy.url)
        assert "the proxy refuses the way" in done.err and proxy.asked


def test_around_the_proxy(job, far):
    """The name does not resolve here: had it gone through the proxy, it would have arrived."""
    with Proxy() as proxy:
        done = job.bump("31.4.0", "--dry-run", expect=7, STAGEGATE_GITOPS=far, HTTPS_PROXY=proxy.url, NO_PROXY="sandbox.test",
                        STAGEGATE_RETRY_BASE="1ms")
        assert "UNREACHABLE" in done.out + done.err and proxy.asked == []


# --- the other machine, by an emulator of its instructions -----------------------------------------------------------------------

EMULATOR = "qemu-aarch64-static"


@pytest.fixture
def other():
    if not OTHER:
        pytest.skip("this machine is the other one")
    return made()[OTHER]


def test_the_other_machine_has_the_same_program(other):
    emulated = subprocess.run([EMULATOR, other.rootfs / "usr/bin/stagegate", "version"], check=True, text=True, stdout=subprocess.PIPE).stdout
    assert emulated == subprocess.run([release(OWN), "version"], check=True, text=True, stdout=subprocess.PIPE).stdout


def test_the_shell_of_the_other_machine(other):
    done = subprocess.run([EMULATOR, other.rootfs / "usr/bin/busybox", "sh"], input="set -eo pipefail\nprintf '%s\\n' $'a\\tb'; [[ x == x ]]; exit 75\n",
                          check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (75, "a\tb\n")


def test_the_other_machine_talks_to_the_sandbox(other, sandbox, tmp_path):
    """TLS, Git and YAML in the instructions of the other machine."""
    env = {"PATH": os.environ["PATH"]} | {name: sandbox.env[name] for name in ("STAGEGATE_GITOPS", "STAGEGATE_GITLAB_TOKEN", "STAGEGATE_CA_FILE")} | {"TMPDIR": str(tmp_path)}
    before = sandbox.tip()
    done = subprocess.run([EMULATOR, other.rootfs / "usr/bin/stagegate", "bump", "catalog", "31.5.0"], check=False, text=True, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    assert done.returncode == 0, done.stdout
    assert sandbox.tip() != before and sandbox.tip()[:12] in done.stdout and CANARY not in done.stdout
