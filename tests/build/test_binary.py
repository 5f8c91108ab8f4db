"""The release binary keeps what it promises, and the checks that say so refuse other binaries."""
import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CHECK = str(HERE / "check-binary")
BINARY = pathlib.Path(os.environ.get("STAGEGATE_RELEASE", ROOT / "build/release/stagegate"))


def check(path, *args):
    done = subprocess.run([CHECK, str(path), *args], capture_output=True, text=True)
    bad = [line for line in done.stdout.splitlines() if line.startswith("not ok ")]
    assert done.returncode == (1 if bad else 0), done.stderr
    return bad


def linked(folder, *flags):
    program = folder / "program"
    (folder / "program.c").write_text("int main(void) { return 0; }\n")
    subprocess.run(["gcc", "-o", program, folder / "program.c", *flags], check=True, capture_output=True)
    return program


@pytest.fixture
def release():
    if not BINARY.exists():
        pytest.skip(f"{BINARY} is not built")
    return BINARY


def test_release_binary(release):
    assert check(release) == []


def test_runs_without_any_file(release, tmp_path):
    """In an empty root there is no loader, no library and no /dev."""
    inside = tmp_path / "stagegate"
    inside.write_bytes(release.read_bytes())
    inside.chmod(0o755)
    if os.getuid() != 0:
        pytest.skip("chroot needs root")
    done = subprocess.run(["/usr/sbin/chroot", tmp_path, "/stagegate", "version"], capture_output=True, text=True, env={})
    assert done.returncode == 0, done.stderr
    assert "stagegate" in done.stdout


def test_refuses_a_dynamic_binary():
    bad = "\n".join(check("/bin/true"))
    assert "no interpreter" in bad and "needs no shared library" in bad


@pytest.mark.parametrize("flags, finding", [
    (["-static", "-no-pie"], "position independent"),
    (["-static-pie", "-Wl,-z,norelro"], "read-only relocations"),
    (["-pie", "-Wl,-z,lazy"], "bound at start"),
    (["-static-pie", "-Wl,-z,execstack"], "stack is not executable"),
    (["-static-pie"], "stripped"),
    (["-pie", "-Wl,-rpath,/opt"], "no search path"),
    (["-nostdlib", "-static", "-no-pie", "-Wl,-N,-e,main"], "writable and executable"),
])
def test_refuses(flags, finding, tmp_path):
    assert any(finding in line for line in check(linked(tmp_path, *flags)))


def test_refuses_the_build_that_tests_can_kill():
    seam = ROOT / "build/seam/stagegate"
    if not seam.exists():
        pytest.skip(f"{seam} is not built")
    assert ["no seam for tests" in line for line in check(seam)] == [True]


def test_accepts_a_good_one(tmp_path):
    good = linked(tmp_path, "-static-pie", "-s", "-Wl,-z,relro,-z,now,-z,noexecstack")
    assert check(good) == []
    assert any("bytes" in line for line in check(good, "--max-bytes", "1000"))
