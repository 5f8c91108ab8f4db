"""`stagegate edit`: local files, exactly or not at all."""
import json
import os
import stat
import subprocess

import pytest

from conftest import LIMIT_S, Run, binary

DIGEST = "sha256:" + "0123456789abcdef" * 4
VALUES = b"# head\r\nimage:\r\n    repository: r.example.com:5000/shop/web  # where\r\n    tag: 'v1'   # {\"$x\": \"y\"}\r\nlast: 1"
MANIFESTS = """\
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      initContainers:
      - {name: migrate, image: "r.example.com:5000/shop/web:1.0"}
      containers:
        - image: r.example.com:5000/shop/web:1.0   # runs
          name: web
        - name: side
          image: r.example.com:5000/shop/x-web:1.0
        - name: twin
          image: r.example.com:5000/shop/web
        - name: twin
          image: 'r.example.com:5000/shop/web:1.0'
---
kind: CronJob
metadata: {name: nightly}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: "a b", image: r.example.com:5000/shop/web:1.0}]}}}}}
"""


def edit(*words, expect=0, cwd="/", **env):
    kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    done = subprocess.run([binary(), "edit", *map(str, words)], cwd=cwd, env={"PATH": "/usr/bin:/bin", **kept, **env}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT_S, check=False)
    run = Run(done, 0, cwd)
    assert run.code == expect, f"expected exit {expect}: {words}\n{run}"
    return run


@pytest.fixture
def values(tmp_path):
    path = tmp_path / "values.yaml"
    path.write_bytes(VALUES)
    return path


def write(path, text):
    path.write_text(text)
    return path


# ---- --set

def test_the_diff_is_shown_and_nothing_written(values):
    for words in ((), ("--diff",)):
        run = edit("values.yaml", "--set", "image.tag=1.10", *words, cwd=values.parent)
        assert run.out.startswith("planned: 1 value would change in 1 file; nothing was written\n  values.yaml:4  image.tag  v1 -> 1.10\n")
        assert "--- a/values.yaml\n+++ b/values.yaml\n@@ -1,5 +1,5 @@\n" in run.out
        assert values.read_bytes() == VALUES


def test_write_changes_these_bytes_and_keeps_the_mode(values):
    values.chmod(0o640)
    before = values.stat().st_ino
    run = edit(values, "--set", "image.tag=1.10", "--set", "last=yes", "--write")
    assert run.out.startswith("done: 2 values in 1 file written\n") and "@@" not in run.out
    assert values.read_bytes() == VALUES.replace(b"'v1'", b"'1.10'").replace(b"last: 1", b'last: "yes"')
    assert stat.S_IMODE(values.stat().st_mode) == 0o640 and values.stat().st_ino != before
    assert [path.name for path in values.parent.iterdir()] == ["values.yaml"]


def test_a_second_run_finds_nothing_to_do(values):
    edit(values, "--set", "image.tag=v2", "--write")
    before = values.stat()
    run = edit(values, "--set", "image.tag=v2", "--write", "--output", "json")
    assert run.json["reason"] == "NOTHING_TO_DO" and run.json["changes"][0]["noop"] and run.json["diff"] is None
    assert values.stat().st_ino == before.st_ino and values.stat().st_mtime_ns == before.st_mtime_ns


def test_a_link_stays_a_link(values):
    link = values.parent / "link.yaml"
    link.symlink_to("values.yaml")
    edit(link, "--set", "image.tag=v2", "--write")
    assert link.is_symlink() and b"'v2'" in values.read_bytes()


def test_the_reports_have_a_row_for_each_place(values, tmp_path):
    report, junit = tmp_path / "r.json", tmp_path / "r.xml"
    edit(values, "--set", "image.tag=v2", "--report-json", report, "--report-junit", junit)
    change = json.loads(report.read_text())["changes"]
    assert change == [{"service": None, "environment": None, "file": str(values), "line": 4, "place": "image.tag", "from": "v1", "to": "v2", "noop": False,
                       "found_by": None}]
    assert 'tests="1"' in junit.read_text() and "image.tag" in junit.read_text()


@pytest.mark.parametrize("path, old, new", [
    ("Deployment/web:spec.template.spec.containers[name=side].image", "shop/x-web:1.0", '{}'),
    ("0:spec.template.spec.containers[0].image", "shop/web:1.0   # runs", '{}   # runs'),
    ('1:spec.jobTemplate.spec.template.spec.containers[name="a b"].image', "shop/web:1.0}]", "{}}]"),
])
def test_paths_into_documents(tmp_path, path, old, new):
    file = write(tmp_path / "m.yaml", MANIFESTS)
    edit(file, "--set", f"{path}=other:2", "--write")
    assert file.read_text() == MANIFESTS.replace("r.example.com:5000/" + old, new.replace("{}", "other:2", 1))


def test_the_variable_has_one_on_a_line(values):
    run = edit(values, STAGEGATE_SET="image.tag=v2\nlast=a b\n")
    assert "image.tag  v1 -> v2" in run.out and "1 -> a b" in run.out


# ---- --image

def test_every_place_of_the_image(tmp_path):
    file = write(tmp_path / "m.yaml", MANIFESTS)
    other = write(tmp_path / "other.yaml", "image: nginx:1\n")
    run = edit(file, other, "--image", "r.example.com:5000/shop/web:2.0", "--write", "--output", "json")
    want = MANIFESTS.replace("shop/web:1.0", "shop/web:2.0").replace("shop/web\n", "shop/web:2.0\n")
    assert file.read_text() == want and other.read_text() == "image: nginx:1\n"
    places = [row["place"] for row in run.json["changes"]]
    assert places == ["0:spec.template.spec.initContainers[name=migrate].image", "0:spec.template.spec.containers[name=web].image",
                      "0:spec.template.spec.containers[2].image", "0:spec.template.spec.containers[3].image",
                      '1:spec.jobTemplate.spec.template.spec.containers[name="a b"].image']


@pytest.mark.parametrize("before, image, after", [
    ("a:\n  image: {repository: shop/web, tag: v1}\n", "shop/web:2.0", 'a:\n  image: {repository: shop/web, tag: "2.0"}\n'),
    ("image:\n  registry: r:5000\n  repository: web\n  tag:\n", "r:5000/web:v2", "image:\n  registry: r:5000\n  repository: web\n  tag: v2\n"),
    (f"image:\n  repository: web\n  tag: v1\n  digest: {DIGEST}\n", f"web:v2@{DIGEST[:-1]}0", f"image:\n  repository: web\n  tag: v2\n  digest: {DIGEST[:-1]}0\n"),
    ("image: web\ntag: v1\n", "docker.io/library/web:v2", "image: web\ntag: v2\n"),
    ("images:\n- name: web\n  newTag: v1\n- name: x\n  newName: web\n  newTag: v1\n- name: web\n  newName: y\n  newTag: v1\n", "web:v2",
     "images:\n- name: web\n  newTag: v2\n- name: x\n  newName: web\n  newTag: v2\n- name: web\n  newName: y\n  newTag: v1\n"),
    ("jobs:\n- image: web:v1\n- {image: 'web'}\n", f"web@{DIGEST}", f"jobs:\n- image: web@{DIGEST}\n- {{image: 'web@{DIGEST}'}}\n"),
    (f"image: {{repository: web, tag: v1@{DIGEST}}}\n", f"web:v2@{DIGEST[:-1]}0", f"image: {{repository: web, tag: v2@{DIGEST[:-1]}0}}\n"),
    ("kustomize:\n  images: ['web=*:v1', 'x=web:v1', 'web=x:v1']\n", "web:v2", "kustomize:\n  images: ['web=*:v2', 'x=web:v2', 'web=x:v1']\n"),
    ("? {image: web:v1}\n: x\nb: {image: web:v1}\n", "web:v2", "? {image: web:v1}\n: x\nb: {image: web:v2}\n"),
])
def test_shapes(tmp_path, before, image, after):
    file = write(tmp_path / "f.yaml", before)
    edit(file, "--image", image, "--write")
    assert file.read_text() == after


@pytest.mark.parametrize("text, image, what", [
    (f"image: {{repository: web, tag: v1, digest: '{DIGEST}'}}\n", "web:v2", "f.yaml:1:43: this digest of web decides what runs"),
    (f"image: {{repository: web, tag: v1@{DIGEST}}}\n", "web:v2", "f.yaml:1:31: this digest of web decides what runs"),
    (f"image: {{repository: web, tag: v1@{DIGEST}}}\n", f"web@{DIGEST}", "f.yaml:1:31: this digest of web"),
    (f"image: web:v1@{DIGEST}\n", "web:v2", "f.yaml:1:8: a digest stands behind the tag"),
    ("image: {repository: web # c\n  }\n", "web:v2", "f.yaml:1:9: there is no \"tag\" here, and none can be added: a comment stands before the comma"),
    ("{image: {repository: web, tag: v1, repository: other}}\n", "web:v2", "f.yaml:1:36: the key \"repository\" stands twice"),
    ("{image: web:v1, image: web:v1}\n", "web:v2", "f.yaml:1:17: the key \"image\" stands twice"),
    ("x: &x {image: web:v1}\ny: *x\n", "web:v2", "both would change"),
    ("image: web:v1\nx: {{ .Values.x }}\n", "web:v2", "f.yaml:2:4: {{ ... }} stands there unquoted"),
])
def test_images_that_are_refused(tmp_path, text, image, what):
    file = write(tmp_path / "f.yaml", text)
    run = edit("f.yaml", "--image", image, "--write", expect=9, cwd=tmp_path)
    assert what in run.err and "hint: " in run.err and file.read_text() == text



APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  sources:
    - repoURL: https://git.example.com/shop/deploy.git
      helm:
        parameters:
          - {name: image.repository, value: shop/web}
          - name: image.registry
            value: r.example.com:5000
          - name: image.tag   # of the web
            value: "1.0"
          - {name: side.tag, value: "1.0"}
        valuesObject:
          web: {image: {repository: r.example.com:5000/shop/web, tag: 1.0}}
    - helm:
        values: |
          # kept as it is
          image:
              registry: r.example.com:5000

              repository: shop/web  # ours
              tag: '1.0'
          side: {image: {repository: x-web, tag: 1.0}}
    - kustomize:
        images:
          - r.example.com:5000/shop/web:1.0
          - old=r.example.com:5000/shop/web:1.0   # renamed
          - r.example.com:5000/shop/x-web:1.0
"""


def test_an_application(tmp_path):
    file = write(tmp_path / "app.yaml", APPLICATION)
    edit(file, "--image", "r.example.com:5000/shop/web:2.1.0", "--write")
    want = APPLICATION.replace("value: \"1.0\"\n          - {name: side", "value: \"2.1.0\"\n          - {name: side").replace("shop/web, tag: 1.0", "shop/web, tag: 2.1.0")
    want = want.replace("'1.0'", "'2.1.0'").replace("/shop/web:1.0", "/shop/web:2.1.0")
    assert file.read_text() == want and want.count("2.1.0") == 5


def test_values_in_a_text(tmp_path):
    file = write(tmp_path / "app.yaml", APPLICATION)
    run = edit(file, "--set", "spec.sources[1].helm.values|image.tag=2.0", "--set", "spec.sources[1].helm.values|side.image.tag=yes", "--write", "--output", "json")
    assert file.read_text() == APPLICATION.replace("'1.0'", "'2.0'").replace("x-web, tag: 1.0", 'x-web, tag: "yes"')
    assert [(row["place"], row["line"]) for row in run.json["changes"]] == [("spec.sources[1].helm.values|image.tag", 24), ("spec.sources[1].helm.values|side.image.tag", 25)]
    run = edit("app.yaml", "--set", "spec.sources[1].helm.values|image.tga=2.0", expect=5, cwd=tmp_path)
    assert "app.yaml:18, the text:3:5: image.tga" in run.err and 'did you mean "tag"?' in run.err


@pytest.mark.parametrize("before, after", [
    ("helm: {parameters: [{name: image.tag, value: '1'}, {name: image.repository, value: web}]}\n", None),
    ("kustomize: {images: ['web:v1']}\n", "kustomize: {images: ['web:2']}\n"),
    ("kind: OCIRepository\nspec: {url: 'oci://docker.io/library/web', ref: {tag: v1}}\n", "kind: OCIRepository\nspec: {url: 'oci://docker.io/library/web', ref: {tag: \"2\"}}\n"),
    ("kind: HelmRelease\nspec: {values: {a: {b: {image: {repository: web, tag: v1}}}}, postRenderers: [{kustomize: {images: [{name: x, newName: web, newTag: v1}]}}]}\n",
     "kind: HelmRelease\nspec: {values: {a: {b: {image: {repository: web, tag: \"2\"}}}}, postRenderers: [{kustomize: {images: [{name: x, newName: web, newTag: \"2\"}]}}]}\n"),
    ("kind: Kustomization\nspec: {images: [{name: web, newTag: v1}]}\n", "kind: Kustomization\nspec: {images: [{name: web, newTag: \"2\"}]}\n"),
    ("kind: Component\nimages: [{name: web, newTag: v1}]\nhelmCharts: [{name: c, valuesInline: {image: web, imageTag: v1}}]\n",
     "kind: Component\nimages: [{name: web, newTag: \"2\"}]\nhelmCharts: [{name: c, valuesInline: {image: web, imageTag: \"2\"}}]\n"),
    ("image: {repository: 'web:v1'}\nimages: [web:v1, 'x-web:v1']\n", "image: {repository: 'web:2'}\nimages: [web:2, 'x-web:v1']\n"),
    ('{"image": {"repository": "web", "tag": 1}, "\\u0069mage": {"tag": "\\u0076"}}', None),
    ('{"a": {"image": "web:1"}}', '{"a": {"image": "web:2"}}'),
])
def test_more_shapes(tmp_path, before, after):
    file = write(tmp_path / "f.yaml", before)
    if after is None:
        after = before.replace("value: '1'", "value: '2'")
    edit(file, "--image", "web:2", "--write", expect=9 if after == before else 0)
    assert file.read_text() == after


@pytest.mark.parametrize("text", [
    "kind: ConfigMap\ndata:\n  image: web:1\n  v.yaml: |\n    image: web:1\n",
    "volumes: [{name: v, image: {reference: 'web:1', pullPolicy: Always}}]\nimagePullPolicy: web\n",
    "git: {repository: web}\n", "x-web: {image: x-web:1}\n", "image: web:5000/a\n",
])
def test_what_is_no_place(tmp_path, text):
    file = write(tmp_path / "f.yaml", text)
    edit(file, "--image", "web:2", "--write", expect=5)
    assert file.read_text() == text


# ---- all or none, and what is refused

def test_a_shared_value_changes_when_that_is_wanted(values):
    values.write_text("a: &a {tag: &t v1}\nb: *a\nc: *t\n")
    run = edit(values, "--set", "a.tag=v2", "--write", expect=9)
    assert "reason: EDIT_SHARED" in run.err and values.read_text().startswith("a: &a {tag: &t v1}")
    run = edit(values, "--set", "a.tag=v2", "--shared", "--write", "--output", "json")
    assert values.read_text() == "a: &a {tag: &t v2}\nb: *a\nc: *t\n"
    [warning] = run.json["warnings"]
    assert warning["reason"] == "SHARED_VALUE" and "also changes what line 3 uses" in warning["text"]
    run = edit(values, "--set", "a.tag=v2", "--shared", "--output", "json")
    assert run.json["warnings"] == []
    edit(values, "--set", "b.tag=v3", "--shared", expect=9)


def test_one_refusal_and_no_file_changes(values):
    good, bad = values, values.parent / "bad.yaml"
    bad.write_text("image: {tag: &t v1}\nuse: *t\n")
    run = edit(good, "bad.yaml", "--set", "image.tag=v2", "--write", "--output", "json", expect=9, cwd=values.parent)
    assert run.json["reason"] == "EDIT_SHARED" and run.json["where"] == "--set image.tag" and run.json["cause"].startswith("bad.yaml:1:14: ")
    assert good.read_bytes() == VALUES


STRACE = pytest.mark.skipif(not os.path.exists("/usr/bin/strace"), reason="strace is not installed (ci/setup)")
NO_SWAP = ["-e", "inject=renameat2:error=EINVAL"]
NEW = VALUES.replace(b"'v1'", b"'v2'")


def edit_under(faults, *words):
    """A run whose system calls fail as strace is told."""
    kept = {name: value + ":detect_leaks=0" for name, value in os.environ.items() if name == "ASAN_OPTIONS"}
    return subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", *faults, binary(), "edit", *words], env={"PATH": "/usr/bin:/bin", **kept},
                          capture_output=True, text=True, timeout=LIMIT_S, check=False)


@STRACE
@pytest.mark.parametrize("faults", [
    ["-e", "inject=renameat2:error=ENOSPC:when=2"],
    [*NO_SWAP, "-e", "inject=rename,renameat:error=ENOSPC:when=2"],
], ids=["swapped", "renamed"])
def test_a_file_that_cannot_be_replaced_gives_the_others_their_bytes_back(values, faults):
    second = values.parent / "second.yaml"
    second.write_bytes(VALUES)
    done = edit_under(faults, values, second, "--set", "image.tag=v2", "--write")
    assert done.returncode == 10 and "second.yaml: No space left on device" in done.stderr, done.stderr
    assert values.read_bytes() == VALUES and second.read_bytes() == VALUES
    assert sorted(path.name for path in values.parent.iterdir()) == ["second.yaml", "values.yaml"]


@STRACE
def test_where_two_files_cannot_be_swapped_one_takes_the_others_place(values):
    mode = values.stat().st_mode
    done = edit_under(NO_SWAP, values, "--set", "image.tag=v2", "--write")
    assert done.returncode == 0 and values.read_bytes() == NEW and values.stat().st_mode == mode, done.stderr
    assert [path.name for path in values.parent.iterdir()] == ["values.yaml"]


@STRACE
def test_what_cannot_be_put_back_is_kept_and_named(values):
    second = values.parent / "second.yaml"
    second.write_bytes(VALUES)
    done = edit_under(["-e", "inject=renameat2:error=ENOSPC:when=2+"], values, second, "--set", "image.tag=v2", "--write")
    kept, = values.parent.glob(".stagegate-*")
    assert done.returncode == 10 and "keeps its new bytes" in done.stderr and kept.name in done.stderr, done.stderr
    assert kept.read_bytes() == VALUES and second.read_bytes() == VALUES and values.read_bytes() == NEW


@STRACE
def test_many_files_also_where_no_process_can_be_started(tmp_path):
    names = [str(tmp_path / f"{number}.yaml") for number in range(1001)]
    for name in names:
        with open(name, "wb") as file:
            file.write(VALUES)
    done = edit_under(["-e", "inject=fork,vfork,clone,clone3:error=EAGAIN"], *names, "--set", "image.tag=v2", "--write")
    assert done.returncode == 0, done.stderr
    assert all((tmp_path / name).read_bytes() == NEW for name in names) and len(list(tmp_path.iterdir())) == 1001


def test_what_somebody_saves_meanwhile_is_not_overwritten(values):
    """A fifo whose value is as wished already holds the run between reading the first file and writing it."""
    fifo = values.parent / "f"
    os.mkfifo(fifo)
    with subprocess.Popen([binary(), "edit", values, fifo, "--set", "image.tag=v2", "--write"], env={"PATH": "/usr/bin:/bin"}, stderr=subprocess.PIPE,
                          stdout=subprocess.DEVNULL, text=True) as run:
        with open(fifo, "w", encoding="utf-8") as out:  # opens when the first file was read
            values.write_bytes(VALUES + b"0")
            out.write("image: {tag: v2}\n")
        _, err = run.communicate(timeout=LIMIT_S)
    assert run.returncode == 6 and "values.yaml was changed by somebody else meanwhile" in err
    assert values.read_bytes() == VALUES + b"0"


@pytest.mark.parametrize("words, code, what", [
    (("values.yaml", "--set", "image.tga=v2"), 5, "values.yaml:3:5: image.tga: \"image\" has no key \"tga\""),
    (("none.yaml", "--set", "a=b"), 5, "none.yaml: No such file"),
    (("values.yaml", "none.yaml", "--image", "r.example.com:5000/shop/web:v2"), 5, "none.yaml: No such file"),
    (("values.yaml", "--image", "shop/web:v2"), 5, "values.yaml names no image shop/web"),
    (("values.yaml", "--set", "image=x"), 9, "values.yaml:3:5: a mapping stands here"),
    (("values.yaml", "--set", "1:image.tag=x"), 5, "there is no document 1"),
    ((".", "--set", "a=b"), 10, "it is a directory"),
    ((), 2, "edit needs a file"),
    (("values.yaml",), 2, "nothing says what to change"),
    (("values.yaml", "--set", "image.tag"), 2, "'image.tag' is not PATH=VALUE"),
    (("values.yaml", "--set", "a..b=c"), 2, "column 3: a name is expected"),
    (("values.yaml", "--set", "a=b", "--image", "web:1"), 2, "--set, --image and --marker exclude each other"),
    (("values.yaml", "--set", "a=b", "--write", "--diff"), 2, "--write and --diff exclude each other"),
    (("values.yaml", "--image", "web"), 2, "has no tag and no digest"),
    (("values.yaml", "--image", "We b:1"), 2, "is no image"),
])
def test_mistakes_are_told(values, words, code, what):
    run = edit(*words, expect=code, cwd=values.parent)
    assert what in run.err and values.read_bytes() == VALUES


def test_a_fifo_is_not_replaced(tmp_path):
    fifo = tmp_path / "f"
    os.mkfifo(fifo)
    writer = subprocess.Popen(["/bin/sh", "-c", f"echo 'a: b' > '{fifo}'"])
    run = edit(fifo, "--set", "a=c", "--write", expect=10)
    assert writer.wait(timeout=LIMIT_S) == 0 and "it is no regular file" in run.err


def test_deep_and_large_files_end_with_an_error(tmp_path):
    deep = write(tmp_path / "deep.yaml", "[" * 100000)
    edit(deep, "--set", "[0]=x", expect=9)
    large = tmp_path / "large.yaml"
    with open(large, "wb") as out:
        out.truncate(13 << 20)
    run = edit(large, "--set", "a=x", expect=9)
    assert "larger than the limit of 12582912 bytes" in run.err


# ---- several at once

def test_every_set_reads_the_file_as_it_stands(tmp_path):
    path = write(tmp_path / "l.yaml", "l:\n- {n: a, t: 1}\n- {n: b, t: 1}\n")
    run = edit(path, "--set", "l[n=b].t=2", "--set", "l[n=a].t=3", "--set", "l[n=a].n=z", "--set", "l[n=b].t=2", "--write", "--output", "json")
    assert path.read_text() == 'l:\n- {n: z, t: "3"}\n- {n: b, t: "2"}\n'
    assert [(row["place"], row["noop"]) for row in run.json["changes"]] == [("l[n=b].t", False), ("l[n=a].t", False), ("l[n=a].n", False), ("l[n=b].t", True)]


def test_one_place_cannot_become_two_values(values):
    run = edit(values, "--set", "last=5", "--set", "image.tag=v2", "--set", "[\"image\"].tag=v3", "--write", expect=2)
    assert 'image.tag and ["image"].tag are one value, and shall be "v2" and "v3"' in run.err and "USAGE" in run.err
    assert '--set ["image"].tag' in run.err
    assert values.read_bytes() == VALUES


def test_the_set_that_fails_is_named(values):
    run = edit(values, "--set", "last=5", "--set", "image.nope=1", "--set", "image.tag=2", "--write", expect=5)
    assert "--set image.nope" in run.err and values.read_bytes() == VALUES


# ---- --marker

MARKED = f"""image:
  repository: r.io/web  # stagegate: web:name
  tag: v1 # stagegate: web:tag
  digest: '{DIGEST}' # stagegate: web:digest
job: {{image: 'r.io/web:v1'}} # {{"$imagepolicy": "flux-system:web"}}
other: v1 # stagegate: webb:tag
"""


def marked(tmp_path, *words, **kw):
    file = write(tmp_path / "f.yaml", MARKED)
    run = edit(file, *(word for name in words for word in ("--marker", name)), "--write", **kw)
    return run, file.read_text()


def test_every_value_with_the_marker_gets_its_part(tmp_path):
    new = DIGEST[:-1] + "0"
    run, text = marked(tmp_path, f"web=1.10@{new}", "flux-system:web=v3", "webb=v4")
    assert text == MARKED.replace("tag: v1", 'tag: "1.10"').replace(DIGEST, new).replace("web:v1'", "web:v3'").replace("other: v1", "other: v4")
    assert "4 values in 1 file" in run.out


def test_a_marker_with_a_repository_writes_it_too(tmp_path):
    new = DIGEST[:-1] + "0"
    assert f"repository: s.io/x/web  # stagegate" in marked(tmp_path, f"web=s.io/x/web:v2@{new}")[1]
    assert "r.io/web:v2'" in marked(tmp_path, "flux-system:web=r.io/web:v2")[1]


@pytest.mark.parametrize("words, code, what", [
    (["web=v2"], 2, "f.yaml:4:11: the marker web is for a digest, and none is given"),
    ([f"webb={DIGEST}"], 2, "the marker webb is for a tag, and none is given"),
    (["flux-system:web=x/web:v2"], 9, "another image stands there: r.io/web, not x/web"),
    (["wbe=v2"], 5, "no comment behind a value has the marker wbe"),
    (["webb=v2", "wbe=v2"], 5, "no comment behind a value has the marker wbe"),
    (["webb=we b"], 2, "--marker webb: 'we b' is no tag and no image"),
    (["webb=r.io/web"], 2, "is no tag and no image"),
    (["webb"], 2, "--marker: 'webb' is not NAME=VERSION"),
    (["webb=v2", "webb=v3"], 2, "are one value, and shall be"),
])
def test_markers_that_are_refused(tmp_path, words, code, what):
    run, text = marked(tmp_path, *words, expect=code)
    assert what in run.err and text == MARKED


def test_two_markers_on_one_value(tmp_path):
    file = write(tmp_path / "f.yaml", "tag: v1 # stagegate: a:tag stagegate: b:tag\n")
    assert "several markers" in edit(file, "--marker", "a=v2", "--write", expect=9).err


def test_one_file_of_several_has_the_marker(tmp_path):
    first, second = write(tmp_path / "a.yaml", "x: 1\n"), write(tmp_path / "b.yaml", MARKED)
    edit(first, second, "--marker", "webb=v2", "--write")
    assert first.read_text() == "x: 1\n" and "other: v2 #" in second.read_text()


# ---- what is missing

@pytest.mark.parametrize("before, words, after, row", [
    ("image:\n  repository: web # c\n  pullPolicy: x\n", ["--set", "image.tag=1.10"],
     "image:\n  repository: web # c\n  tag: \"1.10\"\n  pullPolicy: x\n", ("image.tag", 3)),
    ("image: {repository: web}", ["--set", "image.digest=" + DIGEST], "image: {repository: web, digest: " + DIGEST + "}", ("image.digest", 1)),
    ("a:\r\n    b: 'x'\r\n", ["--set", "a.c=y", "--add"], "a:\r\n    b: 'x'\r\n    c: 'y'\r\n", ("a.c", 3)),
    ("a: # b\n  # c\nd: 1\n", ["--set", "a.tag=v1"], "a: # b\n  tag: v1\n  # c\nd: 1\n", ("a.tag", 2)),
    ("kind: Component", ["--set", "images[name=r.io/web].newTag=v2", "--add"],
     "kind: Component\nimages:\n- name: r.io/web\n  newTag: v2", ("images[name=r.io/web].newTag", 4)),
    ("image:\n  repository: web\n", ["--image", "web:v2"], "image:\n  repository: web\n  tag: v2\n", ("image.tag", 3)),
    ("kind: Kustomization\nimages:\n- name: a/x\n  newTag: v1\n", ["--image", "r.io/web:v2", "--add"],
     "kind: Kustomization\nimages:\n- name: a/x\n  newTag: v1\n- name: r.io/web\n  newTag: v2\n", ("images[name=r.io/web].newTag", 6)),
])
def test_a_missing_key_is_added(tmp_path, before, words, after, row):
    path = tmp_path / "f.yaml"
    path.write_bytes(before.encode())
    run = edit("f.yaml", *words, cwd=tmp_path)
    assert f"f.yaml:{row[1]}  {row[0]}  added " in run.out and "\n+" in run.out and path.read_bytes() == before.encode()
    run = edit("f.yaml", *words, "--write", "--output", "json", cwd=tmp_path)
    change, = run.json["changes"]
    assert (change["from"], change["noop"], change["place"], change["line"]) == (None, False, *row)
    assert path.read_bytes() == after.encode()
    run = edit("f.yaml", *words, "--write", "--output", "json", cwd=tmp_path)
    assert run.json["reason"] == "NOTHING_TO_DO" and path.read_bytes() == after.encode()


def test_tag_and_digest_come_together(tmp_path):
    path = write(tmp_path / "kustomization.yaml", "resources:\n  - a.yaml")
    edit(path, "--image", f"r.io/web:v2@{DIGEST}", "--add", "--write")
    assert path.read_text() == f"resources:\n  - a.yaml\nimages:\n  - name: r.io/web\n    newTag: v2\n    digest: {DIGEST}"


def test_two_new_entries_share_one_list(tmp_path):
    path = write(tmp_path / "kustomization.yaml", "images:\nresources: [a.yaml]\n")
    edit(path, "--set", "images[name=b].newTag=v2", "--set", "images[name=a].newName=c", "--set", "images[name=b].newName=d", "--add", "--write")
    assert path.read_text() == "images:\n- name: a\n  newName: c\n- name: b\n  newName: d\n  newTag: v2\nresources: [a.yaml]\n"


@pytest.mark.parametrize("text, words, code, what", [
    ("image: {repository: web}\n", ["--set", "image.pullPolicy=x"], 5, "--add writes a last key that is missing"),
    ("image: {tga: v1}\n", ["--set", "image.tag=x"], 5, "did you mean \"tga\"?"),
    ("image: {tag: v1}\n", ["--set", "imagee.tag=x", "--add"], 5, "did you mean \"image\"?"),
    ("image: ~\n", ["--set", "image.tag=x"], 9, "EDIT_NO_FIELD"),
    ("kind: Kustomization\nimages:\n- name: webb\n", ["--set", "images[name=web].newTag=x", "--add"], 5, "did you mean \"webb\"?"),
    ("kind: Kustomization\n", ["--set", "images[name=web].newTag=x"], 5, "images[name=web].newTag"),
    ("kind: Kustomization\n", ["--set", "images[name=web].pullPolicy=x", "--add"], 5, "no key \"images\""),
    ("kind: Deployment\n", ["--set", "images[name=web].newTag=x", "--add"], 5, "no key \"images\""),
    ("b: &b {tag: v1}\nimage:\n  <<: *b\n", ["--set", "image.tag=x"], 9, "EDIT_MERGE_KEY"),
    ("kind: Kustomization\nimages:\n- name: webb\n", ["--image", "web:v2", "--add"], 5, "did you mean \"webb\"?"),
    ("kind: Kustomization\nimages:\n- name: a\n  newTag: v1\n", ["--image", "web:v2"], 5, "--add"),
    ("kind: Deployment\n", ["--image", "web:v2", "--add"], 5, "names no image web"),
])
def test_what_is_not_added(tmp_path, text, words, code, what):
    path = write(tmp_path / "f.yaml", text)
    run = edit(path, *words, "--write", expect=code)
    assert what in run.err and path.read_text() == text
