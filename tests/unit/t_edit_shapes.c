#include "edit_case.h"

#include "base/buf.h"
#include "edit/shapes.h"

struct row {
	const char *text;
	const char *want; /* a line for each shape: kind at repository tag digest; "-": none */
};

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

static void add_line(struct sg_buf *out, const struct sg_edit_shape *shape)
{
	static const char *const kinds[] = {"reference", "fields", "entry"};

	sg_buf_addf(out, "%s %s %s %s %s%s\n", kinds[shape->kind], shape->at,
		or_dash(shape->repository), or_dash(shape->tag), shape->digest ? "digest" : "-",
		shape->fault ? " fault" : "");
}

/* Each scalar that a shape names has the path, value and line that reading says. */
static void check_scalar(
	struct sg_arena *arena, const char *text, const struct sg_edit_scalar *field)
{
	struct sg_edit_ask ask = ask_key(sg_str_of(text), field->key, NULL);
	struct sg_edit_value value;
	struct sg_err err = SG_ERR_INIT;

	if (!field->key)
		return;
	ask.any_text = true;
	if (sg_edit_read(arena, &ask, &value, &err) < 0) {
		assert_true(err.reason == SG_R_EDIT_DUPLICATE || err.reason == SG_R_EDIT_SHARED);
		return;
	}
	assert_int_equal(value.line, field->line);
	if (strcmp(value.value, "~") != 0)
		assert_string_equal(value.value, field->value);
}

static void finds(const char *text, const char *want)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	SG_AUTO(sg_buf_release) struct sg_buf out = {0};
	struct sg_edit_shapes shapes = {0};
	struct sg_err err = SG_ERR_INIT;

	sg_buf_init(&out, 65536);
	if (sg_edit_shapes(&arena, "f.yaml", sg_str_of(text), &shapes, &err) < 0)
		fail_msg("%s: %s", text, err.cause);
	for (size_t i = 0; i < shapes.count; i++) {
		const struct sg_edit_shape *shape = &shapes.items[i];

		add_line(&out, shape);
		check_scalar(&arena, text, &shape->reference);
		check_scalar(&arena, text, &shape->registry_field);
		check_scalar(&arena, text, &shape->repository_field);
		check_scalar(&arena, text, &shape->tag_field);
		check_scalar(&arena, text, &shape->digest_field);
	}
	if (strcmp(out.len ? out.ptr : "", want) != 0)
		fail_msg("%s\ngot\n%s\nwant\n%s", text, out.len ? out.ptr : "", want);
}

static void run(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		finds(rows[i].text, rows[i].want);
}

static void values_files(void **state)
{
	static const struct row rows[] = {
		{"image: {repository: web, tag: v1@" DIGEST "}\n", "fields image web v1 digest\n"},
		{"image: {repository: web, tag: v1@sha256:1}\n",
			"fields image web v1@sha256:1 -\n"},
		{"image: {registry: r:5000, repository: shop/web, tag: v1, digest: ''}\n",
			"fields image r:5000/shop/web v1 -\n"},
		{"image: {repository: r:5000/a/b, tag: \"1.10\", digest: '" DIGEST "'}\n",
			"fields image r:5000/a/b 1.10 digest\n"},
		{"a:\n  b:\n  - c: {image: {repository: web, tag: v1}}\n",
			"fields a.b[0].c.image web v1 -\n"},
		{"a:\n- name: x\n  image: {repository: web}\n- name: y\n  image: {repository: y}\n",
			"fields a[name=x].image web - -\nfields a[name=y].image y - -\n"},
		{"image: r:5000/web:v1\n", "reference image r:5000/web v1 -\n"},
		{"image: r:5000/web\n", "reference image r:5000/web - -\n"},
		{"image: r:5000/web:v1@" DIGEST "\n", "reference image r:5000/web v1 digest\n"},
		{"image: web\ntag: v1\n", "fields  web v1 -\n"},
		{"a: {image: web, imageTag: v1}\n", "fields a web v1 -\n"},
		{"a: {image: web, tag: v1, imageTag: v2}\n", "fields a web v1 -\n"},
		{"a: {image: web, digest: '" DIGEST "'}\n", "fields a web - digest\n"},
		{"image: {registry: r, image: shop/web, tag: v1}\n",
			"fields image r/shop/web v1 -\n"},
		{"global: {imageRegistry: r.io}\na: {image: {repository: shop/web, tag: v1}}\n",
			"fields a.image r.io/shop/web v1 -\n"},
		{"global: {imageRegistry: r.io}\na: {image: {repository: x.io/web, tag: v1}}\n",
			"fields a.image x.io/web v1 -\n"},
		{"global: {imageRegistry: r.io}\na: {registry: x, repository: web, tag: v1}\n",
			"fields a x/web v1 -\n"},
		{"global: {imageRegistry: ''}\na: {repository: web, tag: v1}\n",
			"fields a web v1 -\n"},
		{"global: {image: {registry: r.io, tag: v1}}\na: {repository: web}\n",
			"fields global.image - v1 -\nfields a r.io/web - -\n"},
		{"global: {imageRegistry: a, image: {registry: b}}\na: {repository: web}\n",
			"fields global.image - - -\nfields a web - -\n"},
		{"global: {image: {registry: r.io, repository: shop/web, tag: v1}}\n",
			"fields global.image r.io/shop/web v1 -\n"},
		{"a: {registry: r.io/, repository: web, tag: v1}\n", "fields a r.io/web v1 -\n"},
		{"image: {repository: 'r:5000/web:v1'}\n",
			"reference image.repository r:5000/web v1 -\n"},
		{"image: {registry: 'r:5000', repository: 'web:v1', tag: ''}\n",
			"reference image.repository r:5000/web v1 -\n"},
		{"image: {repository: 'web:v1', tag: v2}\n",
			"reference image.repository web v1 - fault\n"},
		{"image: {repository: web, tag: v1, tag: v2}\n", "fields image web v1 - fault\n"},
		{"{image: web:v1, image: web:v2}\n", "reference image web v1 - fault\n"},
		{"images: ['r:5000/web:v1', side, {repository: x, tag: v2}]\n",
			"reference images[0] r:5000/web v1 -\nfields images[2] x v2 -\n"},
		{"images: {web: {repository: x, tag: v2}}\n", "fields images.web x v2 -\n"},
		{"a.b: {\"c d\": {image: web:v1}}\n", "reference \"a.b\".\"c d\".image web v1 -\n"},
	};

	(void)state;
	run(rows, SG_COUNT(rows));
}

static void what_is_no_image(void **state)
{
	static const struct row rows[] = {
		{"imagePullPolicy: Always\nimageRepository: web\nimagePullSecrets: [web:v1]\n", ""},
		{"volumes:\n- name: x\n  image: {reference: 'r/web:v1', pullPolicy: Always}\n", ""},
		{"image: {pullPolicy: Always}\n", ""},
		{"image: '{{ .Values.image }}:v1'\nrepository: ''\n", "fields  - - -\n"},
		{"image: [web:v1]\nx: {image: null}\n", ""},
		{"dependencies: [{name: a, version: 1.0.0, repository: 'https://c.io/x'}]\n",
			"fields dependencies[name=a] - - -\n"},
		{"kind: ConfigMap\ndata: {image: web:v1, a: {image: web:v1}}\nx: {image: web:v1}\n",
			"reference x.image web v1 -\n"},
		{"kind: Secret\nstringData: {image: web:v1}\n", ""},
		{"a: |\n  image: web:v1\n", ""},
		{"? {image: web:v1}\n: {image: web:v1}\n", ""},
		{"x: &x {image: web:v1}\ny: *x\n", "reference x.image web v1 -\n"},
		{"image: Web:v1\n", ""},
		{"image: web:v1:v2\n", ""},
		{"", ""},
		{"- web:v1\n", ""},
	};

	(void)state;
	run(rows, SG_COUNT(rows));
}

static void kustomizations(void **state)
{
	static const struct row rows[] = {
		{"images:\n- {name: web, newTag: v1}\n- {name: x, newName: r:5000/y, digest: "
		 "'" DIGEST "'}\n",
			"entry images[name=web] web v1 -\nentry images[name=x] r:5000/y - "
			"digest\n"},
		{"images: [{name: web, digest: '" DIGEST "'}, {name: web, newTag: v1}]\n",
			"entry images[0] web - digest\nentry images[1] web v1 -\n"},
		{"images: [{name: web, newName: '', newTag: v1}, {name: x}, {newTag: v1}]\n",
			"entry images[name=web] web v1 -\n"},
		{"a: {images: [{name: web, newTag: v1}, {name: x, digest: '" DIGEST "'}]}\n",
			"entry a.images[name=web] web v1 -\nfields a.images[name=x] - - digest\n"},
		{"kind: Kustomization\nspec: {images: [{name: web, digest: '" DIGEST "'}]}\n",
			"entry spec.images[name=web] web - digest\n"},
		{"kind: HelmRelease\nspec: {postRenderers: [{kustomize: {images: [{name: web, "
		 "digest: '" DIGEST "'}]}}]}\n",
			"entry spec.postRenderers[0].kustomize.images[name=web] web - digest\n"},
		{"helmCharts: [{name: a, valuesInline: {image: {repository: web, tag: v1}}}]\n",
			"fields helmCharts[name=a].valuesInline.image web v1 -\n"},
		{"images: [{name: web, newTag: v1, newTag: v2}]\n",
			"entry images[name=web] web v1 - fault\n"},
	};

	(void)state;
	run(rows, SG_COUNT(rows));
}

static void manifests(void **state)
{
	static const struct row rows[] = {
		{"kind: Pod\nspec:\n  initContainers: [{name: a, image: a:1}]\n  containers:\n"
		 "  - {name: b, image: b:1}\n  - {name: b, image: b:2}\n"
		 "  ephemeralContainers: [{image: c:1}]\n",
			"reference spec.initContainers[name=a].image a 1 -\n"
			"reference spec.containers[0].image b 1 -\n"
			"reference spec.containers[1].image b 2 -\n"
			"reference spec.ephemeralContainers[0].image c 1 -\n"},
		{"kind: List\nitems:\n- kind: Deployment\n  spec: {template: {spec: {containers: "
		 "[{name: a, image: a}]}}}\n- kind: ConfigMap\n  data: {image: a:1}\n",
			"reference items[0].spec.template.spec.containers[name=a].image a - -\n"},
		{"---\n---\nimage: a:1\n---\nspec: {image: b:1}\n",
			"reference 1:image a 1 -\nreference 2:spec.image b 1 -\n"},
	};

	(void)state;
	run(rows, SG_COUNT(rows));
}

static void argo_cd_and_flux(void **state)
{
	static const struct row rows[] = {
		{"spec: {source: {helm: {parameters: [{name: image.tag, value: v1}, {name: "
		 "image.repository, value: shop/web}, {name: image.registry, value: "
		 "'r:5000'}]}}}\n",
			"fields spec.source.helm.parameters[name=image.tag].value r:5000/shop/web "
			"v1 -\n"},
		{"helm: {parameters: [{name: tag, value: v1}, {name: a.image, value: 'web:v2'}, "
		 "{name: "
		 "b.tag, value: v3}, {name: b.image, value: web}]}\n",
			"fields helm.parameters[name=tag].value - v1 -\n"
			"reference helm.parameters[name=a.image].value web v2 -\n"
			"fields helm.parameters[name=b.tag].value web v3 -\n"},
		{"helm: {parameters: [{name: a.image, value: 'web'}, {name: replicas, value: '1'}, "
		 "{name: a.digest, value: '" DIGEST "'}]}\n",
			"fields helm.parameters[name=a.digest].value web - digest\n"},
		{"parameters: [{name: a.tag, value: v1}]\n", ""},
		{"sources:\n- helm: {valuesObject: {web: {image: {repository: web, tag: v1}}}}\n",
			"fields sources[0].helm.valuesObject.web.image web v1 -\n"},
		{"kustomize: {images: ['web:v1', 'r:5000/x=r:5000/web', 'a=b:v2@" DIGEST "']}\n",
			"reference kustomize.images[0] web v1 -\n"
			"reference kustomize.images[1] r:5000/web - -\n"
			"reference kustomize.images[2] b v2 digest\n"},
		{"kustomize: {images: ['web=*:v1', 'r:5000/x=*@" DIGEST
		 "', 'a=*', '*:v1', 'a:b=*:c', "
		 "'a=*b', 'a=*:', '=*:v1', 'a=*:v1@b']}\n",
			"reference kustomize.images[0] web v1 -\n"
			"reference kustomize.images[1] r:5000/x - digest\n"
			"reference kustomize.images[2] a - -\n"},
		{"spec: {url: 'oci://r:5000/shop/web', ref: {tag: v1}}\n",
			"fields spec.ref r:5000/shop/web v1 -\n"},
		{"spec: {url: 'https://r/shop/web', ref: {tag: v1}}\n", "fields spec.ref - v1 -\n"},
		{"spec:\n  values:\n    image: {repository: web, tag: v1}\n",
			"fields spec.values.image web v1 -\n"},
	};

	(void)state;
	run(rows, SG_COUNT(rows));
}

static void texts_of_values(void **state)
{
	static const struct row rows[] = {
		{"x: 1\nhelm:\n  values: |\n    image:\n      repository: web\n      tag: v1\n",
			"fields helm.values|image web v1 -\n"},
		{"valuesContent: |-\n  # c\n\n  image: web:v1\n",
			"reference valuesContent|image web v1 -\n"},
		{"a:\n- helm:\n    values: |2\n        a: 1\n        ---\n        image: web:v1\n",
			""},
		{"helm: {values: \"image: web:v1\"}\n", "reference helm.values|image web v1 -\n"},
		{"helm:\n  values: |\n    - image: a:1\n    - helm: {values: 'image: b:2'}\n",
			"reference helm.values|[0].image a 1 -\n"
			"reference helm.values|[1].helm.values|image b 2 -\n"},
		{"helm:\n  values: |\n    image: {{ .tag }}\n  a: {image: c:3}\n",
			"reference helm.a.image c 3 -\n"},
		{"helm:\n  values: |\n    image: [\n  a: {image: c:3}\n",
			"reference helm.a.image c 3 -\n"},
		{"values: |\n  image: web:v1\n", ""},
	};

	(void)state;
	run(rows, SG_COUNT(rows));
}

static void bounds(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};
	struct sg_edit_shapes shapes = {0};
	struct sg_err err = SG_ERR_INIT;

	(void)state;
	sg_buf_init(&text, 65536);
	for (int i = 0; i < 10; i++)
		sg_buf_addf(&text, "{%0120d: ", i);
	sg_buf_adds(&text, "{image: web:v1}");
	for (int i = 0; i < 10; i++)
		sg_buf_addc(&text, '}');
	assert_int_equal(sg_edit_shapes(&arena, "f", sg_buf_str(&text), &shapes, &err), -1);
	assert_int_equal(err.reason, SG_R_TOO_LARGE);
	assert_int_equal(sg_edit_shapes(&arena, "f", SG_STR("a: {{ x }}\n"), &shapes, &err), -1);
	assert_int_equal(err.reason, SG_R_EDIT_TEMPLATE);
	assert_int_equal(sg_edit_shapes(&arena, "f", SG_STR("a: [\n"), &shapes, &err), -1);
	assert_int_equal(err.reason, SG_R_YAML_INVALID);
	assert_null(shapes.items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_files),
		cmocka_unit_test(what_is_no_image),
		cmocka_unit_test(kustomizations),
		cmocka_unit_test(manifests),
		cmocka_unit_test(argo_cd_and_flux),
		cmocka_unit_test(texts_of_values),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
