"""Files of the machine, when the program dies while it writes them: each is the old one or the new one, whole, and the same command again makes
all of them new. What it leaves beside them are neighbours that nobody reads (src/io/fs.h)."""
import os
import pathlib
import re
import shutil
import tempfile
import types

import pytest

from crash import Crash, share

OLD, NEW = "1.4.1", "1.4.2"
NEIGHBOUR = re.compile(r"\.stagegate-([A-Za-z0-9]{6}|[0-9a-f]{16})$")


class Local:
    """The program without a server: what Crash needs of it."""

    def __init__(self, blackbox, folder):
        env = {"STAGEGATE_GITOPS": "", "STAGEGATE_CA_FILE": "", "STAGEGATE_GITLAB_TOKEN": "", "KUBECONFIG": ""}
        self.sg = blackbox.Stagegate(types.SimpleNamespace(env=env), folder)
        self.sg.env = {name: value for name, value in self.sg.env.items() if value}
        self.crash, self.work = Crash(self.sg), pathlib.Path(folder, "work")

    def files(self):
        """{path: bytes} of what is there, and the same of the neighbours."""
        every = {path.relative_to(self.work).as_posix(): path.read_bytes() for path in sorted(self.work.rglob("*")) if path.is_file()}
        beside = {path for path in every if NEIGHBOUR.search(path)}
        return {path: text for path, text in every.items() if path not in beside}, {path: every[path] for path in beside}


def edit(count):
    """(words, files before) of an edit of so many files."""
    def story(work):
        old = {f"chart-{number}/values.yaml": f"image: {{repository: r.example.com/shop/web, tag: {OLD}}}  # {number}\n" for number in range(count)}
        for path, text in old.items():
            (work / path).parent.mkdir(parents=True)
            (work / path).write_text(text)
        return ("edit", *(str(work / path) for path in old), "--image", f"r.example.com/shop/web:{NEW}", "--write"), old
    return story


def init(work):
    """Folders, and files where nothing was."""
    work.mkdir()
    return ("init", "gitops", str(work / "new"), "--gitops", "https://git.example.com/gitops/apps.git", "--services", "catalog",
            "--image-prefix", "registry.example.com/shop"), {}


# few files are made durable one by one, more of them by file system (src/io/fs_stage.c)
STORIES = {"edit of three": edit(3), "edit of ten": edit(10), "init": init}


@pytest.fixture
def local(blackbox, tmp_path):
    """In memory where that is to be had: it is about the order of the calls, not about the disk."""
    memory = pathlib.Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Local(blackbox, folder)


@pytest.mark.parametrize("name", STORIES)
def test_it_dies_while_it_writes_files(local, name):
    def begin():
        shutil.rmtree(local.work, ignore_errors=True)
        return STORIES[name](local.work)

    words, _ = begin()
    moments = local.crash.moments(*words)
    whole, beside = local.files()
    assert len(moments) > 20 and not beside
    for number, what in share(moments):
        words, old = begin()
        assert local.crash.at(number, *words), what
        files, beside = local.files()
        for path, text in files.items():
            assert text in (old.get(path, "").encode(), whole[path]), f"{what}: {path} is there in part"
        assert set(old) <= set(files), f"{what}: a file is gone"
        known = {text.encode() for text in old.values()} | set(whole.values()) | {b""}
        assert len(beside) <= max(len(old), 1) and set(beside.values()) <= known, f"{what}: {beside}"
        local.sg(*words)
        assert local.files()[0] == whole, what


def test_every_kind_of_effect_has_its_turn(local):
    """The list is not only of what is easy."""
    seen = set()
    for story in STORIES.values():
        shutil.rmtree(local.work, ignore_errors=True)
        seen |= {re.match(r"\d+ (before|after) (?:\(int\))?(\w+)\(", row).groups() for row in local.crash.moments(*story(local.work)[0])}
    calls = {"fsync", "syncfs", "syscall", "unlink", "unlinkat", "linkat", "mkdir", "mkdirat", "mkostemp", "openat"}
    assert seen == {(when, call) for when in ("before", "after") for call in calls}


def test_a_number_beyond_the_last_kills_nobody(local):
    words, _ = STORIES["edit of three"](local.work)
    assert not local.crash.at(10000, *words) and NEW in (local.work / "chart-0/values.yaml").read_text()
    assert os.listdir(local.sg.tmp) == []
