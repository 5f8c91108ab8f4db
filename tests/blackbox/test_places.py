"""bump: every kind of place that `update:` can name, changed exactly."""
import pytest

CONFIG = """\
version: 1
environments:
  - {name: dev, branch: develop, cluster: {context: dev}, application: "{service}-dev"}
services:
  - name: placed
    path: placed
    image: r.example.com:5000/shop/web
    update:
"""

VALUES_IN_A_TEXT = """\
spec:
  source:
    helm:
      values: |-
        # kept
        image:
          repository: r.example.com:5000/shop/web

          tag: "1.0"   # here
      releaseName: web
"""
MARKED = """\
# stagegate: placed:tag  stands alone
web:
  image: "r.example.com:5000/shop/web"   # stagegate: placed:name
  version: '1.0'   # stagegate: placed:tag
other: 1.0 # stagegate: other:tag
"""
FLUX = """\
containers:
  - image: r.example.com:5000/shop/web:1.0 # {"$imagepolicy": "flux-system:placed"}
"""


@pytest.mark.parametrize("file, update, before, old, new", [
    ("app.yaml", "key: 'spec.source.helm.values|image.tag'", VALUES_IN_A_TEXT, '"1.0"', '"2.10"'),
    ("app.yaml", "key: 'spec.source.helm.parameters[name=image.tag].value'", "spec: {source: {helm: {parameters: [{name: image.tag, value: 1.0}]}}}\n", "1.0", '"2.10"'),
    ("app.yaml", "key: spec.source.helm.valuesObject.image.tag", "spec:\n  source:\n    helm:\n      valuesObject:\n        image: {tag: v1, x: y} # c\n", "v1", '"2.10"'),
    (".argocd-source-web.yaml", "key: 'kustomize.images[0]', part: reference", "kustomize:\n  images:\n  - web=r.example.com:5000/shop/web:1.0\n", "web:1.0", "web:2.10"),
    ("app.yaml", "key: spec.source.targetRevision", "spec:\n  source: {targetRevision: '1.0'}\n", "'1.0'", "'2.10'"),
    ("repo.yaml", "key: spec.ref.tag", "kind: OCIRepository\nspec: {url: 'oci://r/x', ref: {tag: 1.0.0}}\n", "1.0.0", '"2.10"'),
    ("release.yaml", "key: spec.chart.spec.version", "spec: {chart: {spec: {chart: web, version: 1.0.0}}}\n", "1.0.0", '"2.10"'),
    ("flux.yaml", "key: 'spec.images[name=web].newTag'", "spec: {images: [{name: web, newTag: v1}]}\n", "v1", '"2.10"'),
    ("crd.yaml", "key: 'Engine/web:spec.engine.image', part: reference", "kind: Engine\nmetadata: {name: x}\n---\nkind: Engine\nmetadata: {name: web}\nspec: {engine: {image: 'r.example.com:5000/shop/web'}}\n",
     "shop/web'", "shop/web:2.10'"),
    ("list.json", "key: 'a[1].image', part: reference", '{"a": [1, {"image": "r.example.com:5000/shop/web:1"}], "b": "\\u00e9"}', "web:1", "web:2.10"),
    ("Chart.yaml", "key: appVersion", "name: web\nversion: 0.1.0\nappVersion: \"1.0\"\n", '"1.0"', '"2.10"'),
    ("values.yaml", "marker: '{service}'", MARKED, "'1.0'", "'2.10'"),
    ("deploy.yaml", "marker: 'flux-system:{service}'", FLUX, "web:1.0", "web:2.10"),
])
def test_a_place(sandbox, sg, tmp_path, file, update, before, old, new):
    assert before.count(old) == 1
    sandbox.ctl("push-file", "develop", f"placed/{file}", stdin=before)
    (tmp_path / "conf.yaml").write_text(CONFIG + f"      - {{file: {file}, {update}}}\n")
    sg("bump", "placed=2.10", "--config", "conf.yaml")
    assert sandbox.show(f"placed/{file}").decode() == before.replace(old, new)
    assert "NOTHING_TO_DO" in sg("bump", "placed=2.10", "--config", "conf.yaml", "--output", "json").out


CHART = """\
apiVersion: v2
name: web
version: 0.1.0   # of the chart
appVersion: 1.0.0
dependencies:
  - {name: common, version: 2.x.x, repository: "https://charts.example.com"}
"""


def test_the_versions_of_a_chart(sandbox, sg, tmp_path):
    sandbox.ctl("push-file", "develop", "placed/Chart.yaml", stdin=CHART)
    (tmp_path / "conf.yaml").write_text(CONFIG + "".join(f"      - {{file: Chart.yaml, key: '{key}', part: version}}\n"
                                                         for key in ("version", "appVersion", "dependencies[name=common].version")))
    before = sandbox.tip()
    for wish, code, words in (("placed=2.1", 2, "MAJOR.MINOR.PATCH"), ("placed=2.1.0+a_b", 2, "is no version")):
        assert words in sg("bump", wish, "--config", "conf.yaml", expect=code).err
    assert sandbox.tip() == before
    sg("bump", "placed=2.1.0-rc.1+5f0e", "--config", "conf.yaml")
    want = CHART.replace("0.1.0", "2.1.0-rc.1+5f0e").replace("1.0.0", "2.1.0-rc.1+5f0e").replace("2.x.x", "2.1.0-rc.1+5f0e")
    assert sandbox.show("placed/Chart.yaml").decode() == want


@pytest.mark.parametrize("text, code, words", [
    ("tag: v1 # stagegate: web:tag\n", 5, 'no comment has the marker "placed"'),
    ("tag: v1\n", 5, "# stagegate: placed:tag"),
    ("tag: v1 # stagegate: placed\n", 9, "is for a whole reference"),
    ("tag: v1 # stagegate: placed:tag # stagegate: x:tag\n", 9, "several markers"),
    ("tag: &a v1 # stagegate: placed:tag\nb: *a\n", 9, "both would change"),
    ("image: other:1 # stagegate: placed\n", 9, "another image stands there"),
    ("a: [\n", 9, "placed/values.yaml:2:1"),
    ("a: {{ x }} # stagegate: placed:tag\n", 9, "this is a template"),
])
def test_markers_that_cannot_be_followed(sandbox, sg, tmp_path, text, code, words):
    sandbox.ctl("push-file", "develop", "placed/values.yaml", stdin=text)
    (tmp_path / "conf.yaml").write_text(CONFIG + "      - {file: values.yaml, marker: placed}\n")
    before = sandbox.tip()
    run = sg("bump", "placed=2.10", "--config", "conf.yaml", expect=code)
    assert words in run.err and sandbox.tip() == before
