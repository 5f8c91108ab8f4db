"""The completion scripts in the real shells: the scripts are loaded and asked as the shells ask them, and once through a terminal."""
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("STAGEGATE_BIN", ROOT / "build/release/stagegate"))
LIMIT_S = float(os.environ.get("STAGEGATE_TEST_LIMIT_S", "30"))
SHELLS = ("bash", "zsh", "fish")
OUTPUT_FILES = ["a name.yaml", "kube.conf"]


def stagegate(*args):
    return subprocess.run([BINARY, *args], capture_output=True, text=True, timeout=LIMIT_S, check=False)


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """The scripts as files, and `stagegate` on the PATH."""
    folder = tmp_path_factory.mktemp("scripts")
    for shell in SHELLS:
        done = stagegate("completion", shell)
        assert (done.returncode, done.stderr) == (0, "")
        (folder / shell).write_text(done.stdout)
    (folder / "bin").mkdir()
    (folder / "bin/stagegate").symlink_to(BINARY.resolve())
    return folder


@pytest.fixture
def here(tmp_path):
    """A folder with files and folders to complete."""
    for name in OUTPUT_FILES:
        (tmp_path / name).write_text("")
    (tmp_path / "apps").mkdir()
    return tmp_path


@pytest.mark.parametrize("shell", SHELLS)
def test_shell_accepts_the_script(shell, scripts):
    done = subprocess.run([shell, "-n", scripts / shell], capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_unknown_shell():
    for words in ((), ("tcsh",), ("bash", "zsh")):
        done = stagegate("completion", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert "one of: bash zsh fish" in done.stderr


# --- what each shell offers for a line that ends where the cursor is -------------------------------------------------------------

BASH = """
source "$1"
# the words as readline makes them: "=" is a word of its own
read -ra COMP_WORDS < <(sed 's/=/ = /g' <<< "$2")
[[ $2 == *[' ='] ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_stagegate
printf '%s\\n' "${COMPREPLY[@]}"
"""


def bash(line, scripts, folder):
    done = subprocess.run(["bash", "--norc", "--noprofile", "-c", BASH, "bash", scripts / "bash", line], cwd=folder, capture_output=True, text=True,
                          timeout=LIMIT_S, check=False)
    assert done.stderr == ""
    return [row for row in done.stdout.split("\n") if row]


def fish(line, scripts, folder):
    done = subprocess.run(["fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", scripts / "fish", line], cwd=folder, capture_output=True,
                          text=True, timeout=LIMIT_S, check=False, env={**os.environ, "HOME": str(folder)})
    assert done.stderr == ""
    return [row.split("\t")[0].rstrip("/") for row in done.stdout.split("\n") if row]


# An interactive zsh whose first line is completed and then left; compadd tells what it is given.
ZSHRC = """
autoload -Uz compinit && compinit -u -D
source $SCRIPT
compadd() {
	local -a told=()
	if (( ! ${@[(I)-[DOA]]} )); then
		builtin compadd -O told "$@"
		print -rl -- $told >> $TOLD
	fi
	builtin compadd "$@"
}
zle -C ask complete-word _main_complete
zle-line-init() {
	BUFFER=$LINE CURSOR=$#LINE
	zle ask
	BUFFER=exit
	zle accept-line
}
zle -N zle-line-init
"""


def zsh(line, scripts, folder):
    told = folder / ".told"
    told.write_text("")
    (folder / ".zshrc").write_text(ZSHRC)
    terminal(["zsh", "-i"], folder, scripts, b"", {"TOLD": str(told), "SCRIPT": str(scripts / "zsh"), "LINE": line, "ZDOTDIR": str(folder)})
    return [row.rstrip("/") for row in dict.fromkeys(told.read_text().split("\n")) if row]


def terminal(argv, folder, scripts, keys, more_env=None, until=None):
    """Runs argv on a terminal of its own, types the keys, and returns what it showed."""
    env = {"PATH": f"{scripts}/bin:/usr/bin:/bin", "HOME": str(folder), "TERM": "dumb", "LC_ALL": "C.UTF-8", **(more_env or {})}
    child, master = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execvpe(argv[0], argv, env)
    shown, end = b"", time.monotonic() + LIMIT_S
    if keys:
        os.write(master, keys)
    while time.monotonic() < end and not (until and re.search(until, shown)):
        if select.select([master], [], [], 0.2)[0]:
            try:
                piece = os.read(master, 4096)
            except OSError:
                break
            if not piece:
                break
            shown += piece
    os.kill(child, 9)
    os.waitpid(child, 0)
    os.close(master)
    return shown


ASK = {"bash": bash, "zsh": zsh, "fish": fish}
COMMANDS = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", stagegate("--help").stdout.split("commands:")[1], re.M)

CASES = [
    ("stagegate ", {command.split()[0] for command in COMMANDS}, {"open", "mr open"}),
    ("stagegate mr ", {"open", "status", "merge", "close", "list"}, {"mr", "bump", "--to"}),
    ("stagegate mr me", {"merge"}, {"open"}),
    ("stagegate mr merge --t", {"--to", "--timeout"}, {"--trace=", "open"}),
    ("stagegate mr list --output ", {"text", "json"}, {"markdown", "list"}),
    ("stagegate mr open --kubeconfig k", {"kube.conf"}, {"apps"}),
    ("stagegate help m", {"mr"}, {"mr open"}),
    ("stagegate sta", {"status"}, {"wait"}),
    ("stagegate promote --wait", {"--wait-for-people"}, {"--to"}),
    ("stagegate wait --suspended ", {"wait", "ok", "ask"}, {"text"}),
    ("stagegate bump --output j", {"json"}, {"text"}),
    ("stagegate status --output ", {"text", "json", "markdown"}, {"--env"}),
    ("stagegate explain SYNC_F", {"SYNC_FAILED"}, {"SYNC_WINDOW"}),
    ("stagegate completion ", set(SHELLS), {"--help"}),
    ("stagegate help pro", {"promote"}, {"bump"}),
    ("stagegate wait --kubeconfig k", {"kube.conf"}, {"apps"}),
    ("stagegate check --repo ", {"apps"}, {"kube.conf"}),
    ("stagegate init ", {"gitops"}, {"kube.conf"}),
]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("line, there, not_there", CASES, ids=[case[0] for case in CASES])
def test_offers(shell, line, there, not_there, scripts, here):
    assert shutil.which(shell), f"{shell} is not installed (ci/setup)"
    offered = set(ASK[shell](line, scripts, here))
    assert there <= offered, offered
    assert not not_there & offered, offered


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_every_command(shell, command, scripts, here):
    options = set(re.findall(r"^  (--[a-z-]+)", stagegate(*command.split(), "--help").stdout, re.M))
    offered = set(ASK[shell](f"stagegate {command} --", scripts, here))
    assert options <= offered
    assert offered <= options | {"--help"}


def test_bash_value_behind_equals_sign(scripts, here):
    assert bash("stagegate wait --output=", scripts, here) == ["text", "json"]
    assert bash("stagegate wait --output=j", scripts, here) == ["json"]
    assert bash("stagegate wait --config=k", scripts, here) == ["kube.conf"]


def test_bash_files_with_blanks(scripts, here):
    assert sorted(bash("stagegate wait --config ", scripts, here)) == sorted(OUTPUT_FILES + ["apps"])


def test_bash_on_a_terminal(scripts, here):
    """TAB TAB as a person presses it."""
    keys = b"source " + str(scripts / "bash").encode() + b"\nstagegate explain sync\x15stagegate wait --suspended o\t\nexit\n"
    shown = terminal(["bash", "--norc", "--noprofile", "-i"], here, scripts, keys, {"PS1": "$ "}, until=rb"wait needs the name of a service")
    assert b"--suspended ok " in shown
