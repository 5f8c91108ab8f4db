"""ci/deps and its lock: where sources come from, what happens when they are gone, and that the notices are current."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

DEB822 = """Types: deb deb-src
# URIs: http://commented.invalid/debian
URIs: http://mirror.invalid/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://mirror.invalid/debian-security
Suites: bookworm-security
Components: main
"""
ONE_LINE = """# deb http://commented.invalid/debian bookworm main
deb [arch=amd64] http://mirror.invalid/debian bookworm main contrib
deb http://mirror.invalid/debian-security bookworm-security main
"""
NO_SECURITY = "deb http://mirror.invalid/debian bookworm main\n"
OTHERS_FIRST = """deb http://vendor.invalid/apt nodistro main
deb http://backports.invalid/debian bookworm-backports main
""" + ONE_LINE


def apt_config(folder, name, text):
    """An apt configuration with only this list of sources."""
    for part in ("lists/partial", "archives/partial", "parts"):
        (folder / part).mkdir(parents=True)
    (folder / "parts" / name).write_text(text)
    (folder / "status").write_text("")
    (folder / "apt.conf").write_text(f"""
        Dir::Etc::sourcelist "{folder}/none.list"; Dir::Etc::sourceparts "{folder}/parts";
        Dir::State "{folder}"; Dir::State::Lists "{folder}/lists"; Dir::State::status "{folder}/status"; Dir::Cache "{folder}";
        Acquire::Retries "0";
    """)
    return {"APT_CONFIG": str(folder / "apt.conf")}


def deps(*args, env=None, script=ROOT / "ci/deps"):
    return subprocess.run([script, *args], capture_output=True, text=True, env=os.environ | (env or {}))


def lock_rows(path=ROOT / "ci/deps.lock"):
    return [line.split() for line in path.read_text().splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("name, text", [
    ("debian.sources", DEB822), ("debian.list", ONE_LINE), ("debian.list", NO_SECURITY), ("all.list", OTHERS_FIRST),
])
def test_mirror_comes_from_apt(name, text, tmp_path):
    done = deps("--mirrors", env=apt_config(tmp_path, name, text))
    assert done.stdout.splitlines() == ["main http://mirror.invalid/debian/", "security http://mirror.invalid/debian-security/"], done.stderr


def test_no_mirror_is_an_error(tmp_path):
    done = deps("--mirrors", env=apt_config(tmp_path, "vendor.list", "deb http://vendor.invalid/apt nodistro main\n"))
    assert done.returncode == 1
    assert "no Debian mirror" in done.stderr


def test_lock_is_complete():
    rows = lock_rows()
    assert [row[0] for row in rows] == ["busybox", "ca-certificates", "cjson", "curl", "http-parser", "libgit2", "libyaml", "mbedtls", "musl", "zlib"]
    for row in rows:
        assert len(row) == 5 and re.fullmatch(r"[0-9a-f]{64}", row[3]), row


def test_locked_fails_when_the_mirror_has_nothing(tmp_path):
    (tmp_path / "mirror").mkdir()
    env = apt_config(tmp_path / "apt", "debian.list", f"deb file:{tmp_path}/mirror bookworm main\n") | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = deps("--locked", "host", env=env)
    assert done.returncode == 1 and done.stdout == ""
    name, suite, version = next(row for row in lock_rows() if row[0] == "cjson")[:3]
    assert f"{name} {version} ({suite}), which ci/deps.lock pins, cannot be had from the mirror" in done.stderr
    assert not list((tmp_path / "cache/stagegate").glob("deps/*"))


def test_wrong_bytes_are_refused(tmp_path):
    """A mirror that serves another file under the pinned name."""
    name, _, version, _, folder = lock_rows()[0]
    pool = tmp_path / "mirror" / folder
    pool.mkdir(parents=True)
    (pool / f"{name}_{version.split(':')[-1]}.dsc").write_text("Checksums-Sha256:\n 0000 1 evil.tar.gz\n")
    env = apt_config(tmp_path / "apt", "debian.list", f"deb file:{tmp_path}/mirror bookworm main\n") | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = deps("--locked", "--sources", env=env)
    assert done.returncode == 1 and "cannot be had" in done.stderr
    assert not list((tmp_path / "cache/stagegate/sources").glob("*"))


def test_a_version_that_is_gone_falls_back(tmp_path):
    """On the real mirror: the pinned version never existed, the newest of the release is taken and said."""
    shutil.copytree(ROOT / "ci", tmp_path / "ci")
    lock = tmp_path / "ci/deps.lock"
    lock.write_text(re.sub(r"^(cjson \S+) \S+ \S+", r"\1 1.0-0 " + "0" * 64, lock.read_text(), flags=re.M))
    script = tmp_path / "ci/deps"
    if deps("--locked", "--sources").returncode:
        pytest.skip("the mirror does not answer, or lacks a pinned version itself")
    done = deps("--sources", script=script)
    assert done.returncode == 0, done.stderr
    assert "cjson: the pinned version is gone from the mirror; taking" in done.stderr
    assert re.search(r"^cjson 1\.7\.\S+ /", done.stdout, re.M)
    strict = deps("--locked", "--sources", script=script)
    assert strict.returncode == 1 and "cjson 1.0-0" in strict.stderr


def test_lock_keeps_what_only_the_pool_has(tmp_path):
    """--update-lock when the index of a package names nothing that can be had, but the pinned files are still there."""
    shutil.copytree(ROOT / "ci", tmp_path / "ci")
    row = next(row for row in lock_rows() if row[0] == "cjson")
    cache = tmp_path / "cache/stagegate"
    sources = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "stagegate/sources"
    if not (sources / f"cjson-{row[3]}").is_dir():
        pytest.skip("the pinned source is not in the cache yet")
    (cache / "sources").mkdir(parents=True)
    shutil.copytree(sources / f"cjson-{row[3]}", cache / f"sources/cjson-{row[3]}")
    script = tmp_path / "ci/deps"
    script.write_text(re.sub(r"^packages=.*$", "packages=(cjson)", script.read_text(), flags=re.M)
                      .replace("candidates() { # PACKAGE\n", "candidates() { # PACKAGE\n\treturn 0\n"))
    done = deps("--update-lock", script=script, env={"XDG_CACHE_HOME": str(tmp_path / "cache")})
    assert done.returncode == 0, done.stderr
    assert f"cjson stays at {row[2]}" in done.stderr
    assert [line.split() for line in (tmp_path / "ci/deps.lock").read_text().splitlines()[2:]] == [row]


def test_image_prefix_follows_its_musl():
    """Another C library under the shell of the image is another prefix."""
    text = (ROOT / "ci/deps").read_text()
    keys = [subprocess.run(["bash", "-c", f"{text.rsplit('# bash reads', 1)[0]}\nhere={ROOT}/ci musl={musl}; key_of image one two"],
                           capture_output=True, text=True, check=True).stdout for musl in ("/a/musl-1", "/b/musl-1", "/a/musl-2")]
    assert re.fullmatch(r"[0-9a-f]{16}\n", keys[0])
    assert keys[0] == keys[1] != keys[2]


def test_busybox_config_is_what_was_built():
    """Every option is spelled once; nothing is switched off, since off is what is not there."""
    rows = [line for line in (ROOT / "ci/deps.d/busybox.config").read_text().splitlines() if line and not line.startswith("#")]
    names = [row.split("=")[0] for row in rows]
    assert len(set(names)) == len(names) > 100
    assert all(re.fullmatch(r'CONFIG_[A-Z0-9_]+=(y|[0-9]+|"[^"]*")', row) for row in rows)


def test_notices_are_current():
    done = subprocess.run([ROOT / "ci/third-party", "--check"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_old_notices_are_noticed(tmp_path):
    for name in ("ci/third-party", "ci/deps.lock", "THIRD-PARTY.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    page = tmp_path / "THIRD-PARTY.md"
    page.write_text(page.read_text().replace("| zlib | ", "| zlib | 0", 1))
    done = subprocess.run([tmp_path / "ci/third-party", "--check"], capture_output=True, text=True)
    assert done.returncode == 1 and "zlib" in done.stdout


def test_no_registry_host_is_written_down():
    """Mirrors come from the machine; a host name in the tree would bypass that."""
    files = subprocess.run(["git", "-C", ROOT, "ls-files", "ci", ".ci", "cmake", "src", "tests/build", "tests/sim", "CMakeLists.txt"],
                           capture_output=True, text=True, check=True).stdout.split()
    host = re.compile(r"(deb|security|ftp|snapshot|archive)[.]debian[.]org|registry[.]npmjs[.]org|pypi[.]org|proxy[.]golang[.]org")
    assert files
    assert [name for name in files if host.search((ROOT / name).read_text(errors="replace"))] == []
