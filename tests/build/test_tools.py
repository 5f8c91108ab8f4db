"""The scripts around the build: packages by group, sources without their checkout, what can be built where."""
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def run(*words, **env):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, env=os.environ | env)


def packages(*groups):
    done = run(ROOT / "ci/setup", "--list", *groups)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_groups_of_packages_do_not_overlap():
    groups = [packages(name) for name in ("build", "test", "cross", "image")]
    everything = sum(groups, [])
    assert all(groups) and len(set(everything)) == len(everything)
    assert packages("build", "test", "cross", "image") == everything
    assert packages() == packages("build", "test")


@pytest.mark.parametrize("word", ["nonsense", "--lst"])
def test_an_unknown_group_is_refused(word):
    done = run(ROOT / "ci/setup", "--check", word)
    assert done.returncode == 2 and word in done.stderr


def stamp(folder, **env):
    """What cmake/Version.cmake writes for sources that are no checkout."""
    (folder / "in").write_text("@SG_VERSION@ @SG_COMMIT@ @SG_DATE@")
    done = run("cmake", "-D", "VERSION=1.2.3", "-D", f"SOURCE={folder}", "-D", f"INPUT={folder}/in", "-D", f"OUTPUT={folder}/out",
               "-P", ROOT / "cmake/Version.cmake", **{"SOURCE_DATE_EPOCH": "", "STAGEGATE_BUILD_VERSION": "", "STAGEGATE_BUILD_COMMIT": ""} | env)
    assert done.returncode == 0, done.stderr
    return (folder / "out").read_text().rstrip("\n")


def test_sources_without_their_checkout(tmp_path):
    assert stamp(tmp_path) == "1.2.3  "
    told = {"STAGEGATE_BUILD_VERSION": "1.2.4-dev", "STAGEGATE_BUILD_COMMIT": "0123456789ab+", "SOURCE_DATE_EPOCH": "86400"}
    assert stamp(tmp_path, **told) == "1.2.4-dev 0123456789ab+ 1970-01-02"


def test_a_checkout_knows_better(tmp_path):
    for words in (["init", "-q"], ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run(["git", "-C", tmp_path, *words], check=True)
    assert stamp(tmp_path, STAGEGATE_BUILD_VERSION="9.9.9").startswith("1.2.3-dev ")


def test_only_known_machines_are_built_for(tmp_path):
    own = run("dpkg", "--print-architecture").stdout.strip()
    assert run(ROOT / "ci/rootfs", "--targets", own).stdout == "musl image\n"
    assert run(ROOT / "ci/rootfs", "--groups", own).stdout == "build\n"
    if own == "amd64":
        assert run(ROOT / "ci/rootfs", "--targets", "arm64").stdout == "musl-arm64 image-arm64\n"
        assert run(ROOT / "ci/rootfs", "--groups", "arm64").stdout == "build cross\n"
    done = run(ROOT / "ci/rootfs", "--targets", "riscv64")
    assert done.returncode == 1 and done.stdout == "" and "riscv64" in done.stderr
    for words in ([own, tmp_path], ["--targets"], []):
        done = run(ROOT / "ci/rootfs", *words)
        assert done.returncode == 2 and "usage" in done.stderr
