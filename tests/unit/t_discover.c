/* Which places are found where `update:` names none: precedence, ambiguity, hostile input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "step/change.h"
#include "step/places.h"
#include "step/shelf.h"
#include "tree_world.h"

#define IMAGE "r.example.com/shop/web"

static const struct sg_environment environments[] = {
	{.name = "dev", .branch = "develop", .application = "{service}-dev"},
	{.name = "production",
		.short_name = "prod",
		.branch = "main",
		.application = "argocd/{service}-prod"},
};

struct ask {
	const struct sg_environment *environments;
	size_t count;
	size_t env;
	const char *service, *path, *image;
	const char *url; /* of the repository; NULL: a clone */
};

static const struct ask usual = {
	environments, 2, 0, "web", "apps/{service}", "r.example.com/shop/{service}", NULL};

/* "FILE KEY PART" of each place, or "REASON cause | hint". */
static const char *found(
	struct sg_arena *arena, const struct ask *ask, const struct tree_file *files)
{
	SG_AUTO(sg_buf_release) struct sg_buf out = {0};
	const struct sg_service entry = {.name = "*", .path = ask->path, .image = ask->image};
	const struct sg_policy policy = {.environments = ask->environments,
		.environment_count = ask->count,
		.services = &entry,
		.service_count = 1};
	const struct sg_places_ask places_ask = {
		&policy, &entry, ask->service, &ask->environments[ask->env]};
	struct sg_world world = {.arena = arena};
	struct sg_err err = SG_ERR_INIT;
	struct sg_place *places = NULL;
	struct tree_world tree;
	size_t count = 0;

	tree_world_init(&tree, files);
	tree.source.url = ask->url;
	sg_buf_init(&out, 1u << 16);
	if (sg_places_find(&world, &places_ask, &tree.source, &places, &count, &err) < 0)
		sg_buf_addf(&out, "%s %s | %s", sg_reason_name(err.reason), err.cause, err.hint);
	for (size_t i = 0; i < count; i++)
		sg_buf_addf(&out, "%s%s %s %s", i ? ", " : "", places[i].file,
			places[i].key ? places[i].key : places[i].image,
			sg_image_part_name(places[i].part));
	sg_shelves_release(&world);
	return sg_arena_dup(arena, sg_buf_str(&out));
}

static void finds(const struct ask *ask, const struct tree_file *files, const char *wanted)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};

	assert_string_equal(found(&arena, ask, files), wanted);
}

/* The answer begins with REASON and holds each of the texts (NULL ends them). */
static void fails(const struct ask *ask, const struct tree_file *files, const char *reason, ...)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	const char *text = found(&arena, ask, files), *part;
	va_list parts;

	if (strncmp(text, reason, strlen(reason)) != 0)
		fail_msg("%s is not %s", text, reason);
	va_start(parts, reason);
	while ((part = va_arg(parts, const char *)) != NULL)
		if (!strstr(text, part))
			fail_msg("%s lacks %s", text, part);
	va_end(parts);
}

#define APPLICATION(name, source)                                                                  \
	"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: " name            \
	"\n  namespace: argocd\nspec:\n" source
#define ONE(path, rest)                                                                            \
	"  source:\n    repoURL: https://git.example.com/gitops/apps.git\n"                        \
	"    targetRevision: develop\n    path: " path "\n" rest

#define CHART                                                                                      \
	{                                                                                          \
		"apps/web/Chart.yaml", "name: web\n"                                               \
	}
#define VALUES                                                                                     \
	{                                                                                          \
		"apps/web/values.yaml", "image:\n  repository: " IMAGE "\n  tag: \"0.0.0\"\n"      \
	}

/* What was found out is kept by the revision, which two branches may be at. */
static void an_error_names_the_branch_that_was_asked(void **state)
{
	static const struct tree_file files[] = {
		CHART, {"apps/web/values.yaml", "a: ["}, {NULL, NULL}};
	static const char *const branches[] = {"develop", "staging"};
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	const struct sg_service entry = {.name = "*", .path = usual.path, .image = usual.image};
	const struct sg_policy policy = {.environments = environments,
		.environment_count = 1,
		.services = &entry,
		.service_count = 1};
	const struct sg_places_ask ask = {&policy, &entry, "web", &environments[0]};
	struct sg_world world = {.arena = &arena};
	struct tree_world trees[SG_COUNT(branches)];

	(void)state;
	for (size_t i = 0; i < SG_COUNT(branches); i++) {
		struct sg_err err = SG_ERR_INIT;
		struct sg_place *places;
		size_t count;

		tree_world_init(&trees[i], files);
		trees[i].source.label = branches[i];
		trees[i].source.revision = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
		assert_int_equal(
			sg_places_find(&world, &ask, &trees[i].source, &places, &count, &err), -1);
		assert_non_null(strstr(err.where, branches[i]));
	}
	sg_shelves_release(&world);
}

/* ---- Helm ---- */

static void the_last_values_file_that_sets_it(void **state)
{
	static const struct tree_file files[] = {CHART, VALUES,
		{"apps/web/values-dev.yaml", "image:\n  tag: 1.0.0\nreplicas: 1\n"},
		{"apps/web/values-extra.yaml", "replicas: 3\n"},
		{"clusters/dev/values.yaml", "image: {tag: 9}\n"},
		{"clusters/dev/applications/web.yaml",
			APPLICATION("web-dev",
				ONE("apps/web",
					"    helm:\n      valueFiles:\n"
					"      - ../../clusters/dev/values.yaml\n"
					"      - values-dev.yaml\n      - values-extra.yaml\n"))},
		{NULL, NULL}};
	static const struct tree_file turned[] = {CHART, VALUES,
		{"apps/web/values-dev.yaml", "image:\n  tag: 1.0.0\n"},
		{"clusters/dev/values.yaml", "image: {tag: 9}\n"},
		{"argocd/web.yaml",
			APPLICATION("web-dev",
				ONE("apps/web", "    helm:\n      valueFiles: [values-dev.yaml, "
						"/clusters/dev/values.yaml]\n"))},
		{NULL, NULL}};

	(void)state;
	finds(&usual, files, "apps/web/values-dev.yaml image.tag tag");
	finds(&usual, turned, "clusters/dev/values.yaml image.tag tag");
}

/* Helm takes what it stands for, and the file before has no say any more. */
static void an_alias_in_the_last_values_file(void **state)
{
	static const struct {
		const char *text, *reason, *where;
	} rows[] = {
		{"x: &x \"1\"\nimage:\n  tag: *x\n", "EDIT_ALIAS", "values-dev.yaml:3:8"},
		{"x: &x {tag: \"1\"}\nimage: *x\n", "EDIT_ALIAS", "values-dev.yaml:2:8"},
		{"image:\n  tag: *x\n", "EDIT_ALIAS", "no anchor before it"},
		{"x: &x {tag: \"1\"}\nimage:\n  <<: *x\n", "EDIT_MERGE_KEY", "values-dev.yaml:3:7"},
		{"x: &x {a: 1}\n<<: *x\n", NULL, NULL},
		{"x: &x 1\ny: *x\nimage: {pullPolicy: *x}\n", NULL, NULL},
		{"image:\n", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct tree_file files[] = {CHART,
			{"apps/web/values.yaml", "image: {repository: " IMAGE ", tag: 1}\n"},
			{"apps/web/values-dev.yaml", rows[i].text}, {NULL, NULL}};

		if (rows[i].reason)
			fails(&usual, files, rows[i].reason, rows[i].where, NULL);
		else
			finds(&usual, files, "apps/web/values.yaml image.tag tag");
	}
}

static void an_alias_in_a_values_file_before(void **state)
{
	static const struct tree_file files[] = {CHART,
		{"apps/web/values.yaml", "x: &x 1\nimage:\n  repository: " IMAGE "\n  tag: *x\n"},
		{"apps/web/values-dev.yaml", "image: {tag: 1}\n"}, {NULL, NULL}};

	(void)state;
	finds(&usual, files, "apps/web/values-dev.yaml image.tag tag");
}

static void by_the_names_of_files(void **state)
{
	static const struct tree_file files[] = {CHART, VALUES,
		{"apps/web/values-dev.yaml", "image:\n  tag: 1\n"},
		{"apps/web/values-prod.yaml", "image:\n  tag: 1\n"},
		{"clusters/production/values.yaml", "image: {tag: 0}\n"}, {NULL, NULL}};
	static const struct tree_file folder[] = {
		CHART, VALUES, {"apps/web/dev/values.yaml", "image:\n  tag: 1\n"}, {NULL, NULL}};
	static const struct tree_file env_named[] = {
		{"apps/web/dev.yaml", "image: {repository: " IMAGE ", tag: 1}\n"},
		{"apps/web/prod.yaml", "image: {repository: " IMAGE ", tag: 2}\n"}, {NULL, NULL}};
	struct ask production = usual;

	(void)state;
	production.env = 1;
	finds(&usual, files, "apps/web/values-dev.yaml image.tag tag");
	finds(&production, files, "apps/web/values-prod.yaml image.tag tag");
	finds(&usual, folder, "apps/web/dev/values.yaml image.tag tag");
	finds(&usual, env_named, "apps/web/dev.yaml image.tag tag");
	finds(&production, env_named, "apps/web/prod.yaml image.tag tag");
}

static void two_files_of_one_rank(void **state)
{
	static const struct tree_file files[] = {CHART, VALUES,
		{"apps/web/values-production.yaml", "image:\n  tag: 1\n"},
		{"apps/web/values-prod.yaml", "\nimage:\n  tag: 1\n"}, {NULL, NULL}};
	struct ask production = usual;

	(void)state;
	production.env = 1;
	fails(&production, files, "PLACE_AMBIGUOUS", "2 places",
		"apps/web/values-production.yaml:2 image.tag",
		"apps/web/values-prod.yaml:3 image.tag",
		"{file: \"values-prod.yaml\", key: 'image.tag'}", NULL);
}

static void two_images_of_one_repository(void **state)
{
	static const struct tree_file files[] = {CHART,
		{"apps/web/values-dev.yaml", "api:\n  image: {repository: " IMAGE ", tag: 1}\n"
					     "worker:\n  image: {repository: " IMAGE ", tag: 1}\n"},
		{NULL, NULL}};

	(void)state;
	fails(&usual, files, "PLACE_AMBIGUOUS", "apps/web/values-dev.yaml:2 api.image.tag",
		"apps/web/values-dev.yaml:4 worker.image.tag", NULL);
}

static void other_forms_of_values(void **state)
{
	static const struct tree_file registry[] = {CHART,
		{"apps/web/values.yaml", "image:\n  registry: r.example.com\n"
					 "  repository: shop/web\n  tag: 1\n  digest: \"\"\n"},
		{NULL, NULL}};
	static const struct tree_file global[] = {CHART,
		{"apps/web/values.yaml", "global: {imageRegistry: r.example.com}\n"
					 "image: {repository: shop/web, tag: 1}\n"
					 "sidecar: {image: {repository: proxy, tag: 2}}\n"},
		{NULL, NULL}};
	static const struct tree_file beside[] = {CHART,
		{"apps/web/values.yaml", "web:\n  image: " IMAGE "\n  tag: 1\n"},
		{"apps/web/values-dev.yaml", "web: {tag: 2}\n"}, {NULL, NULL}};
	static const struct tree_file whole[] = {CHART,
		{"apps/web/values.yaml", "image: " IMAGE ":1\n"},
		{"apps/web/values-dev.yaml", "image: " IMAGE ":2\n"}, {NULL, NULL}};
	static const struct tree_file digest[] = {CHART, VALUES,
		{"apps/web/values-dev.yaml", "image: {tag: 1, digest: 'sha256:1'}\n"},
		{NULL, NULL}};
	static const struct tree_file lists[] = {CHART,
		{"apps/web/values.yaml", "jobs:\n- {name: a, image: " IMAGE ":1}\n"},
		{"apps/web/values-dev.yaml", "jobs:\n- {name: b, image: " IMAGE ":2}\n"},
		{NULL, NULL}};

	(void)state;
	finds(&usual, registry, "apps/web/values.yaml image.tag tag");
	finds(&usual, global, "apps/web/values.yaml image.tag tag");
	finds(&usual, beside, "apps/web/values-dev.yaml web.tag tag");
	finds(&usual, whole, "apps/web/values-dev.yaml image reference");
	finds(&usual, digest,
		"apps/web/values-dev.yaml image.tag tag, "
		"apps/web/values-dev.yaml image.digest digest");
	finds(&usual, lists, "apps/web/values-dev.yaml jobs[name=b].image reference");
}

static void a_chart_that_is_elsewhere(void **state)
{
	static const struct tree_file files[] = {
		{"values/dev/web.yaml", "image:\n  tag: 1\nbuild: {tag: x}\n"},
		{"argocd/web.yaml",
			APPLICATION("web-dev",
				"  sources:\n  - repoURL: https://charts.example.com\n"
				"    chart: service\n    targetRevision: 1.2.3\n"
				"    helm:\n      valueFiles: [$v/values/dev/web.yaml]\n"
				"  - repoURL: https://git.example.com/gitops/apps.git\n"
				"    ref: v\n    targetRevision: develop\n")},
		{NULL, NULL}};
	static const struct tree_file named[] = {CHART,
		{"apps/web/values-dev.yaml", "web: {image: {tag: 1}}\napi: {image: {tag: 1}}\n"},
		{NULL, NULL}};

	(void)state;
	finds(&usual, files, "values/dev/web.yaml image.tag tag");
	finds(&usual, named, "apps/web/values-dev.yaml web.image.tag tag");
}

static void an_umbrella_chart(void **state)
{
	static const struct tree_file files[] = {
		{"shop/Chart.yaml", "name: shop\ndependencies:\n"
				    "- {name: api, version: 1.x.x, alias: backend}\n"
				    "- {name: web, repository: 'file://../lib/web'}\n"},
		{"shop/values.yaml", "web: {image: {tag: 0}}\n"},
		{"shop/values-dev.yaml", "backend: {image: {tag: 1}}\nweb: {image: {tag: 2}}\n"},
		{"shop/charts/api/Chart.yaml", "name: api\n"},
		{"shop/charts/api/values.yaml",
			"image: {repository: r.example.com/shop/api, tag: 0}\n"},
		{"lib/web/Chart.yaml", "name: web\n"},
		{"lib/web/values.yaml", "image: {repository: " IMAGE ", tag: 0}\n"}, {NULL, NULL}};
	struct ask ask = usual;

	(void)state;
	ask.path = "shop";
	finds(&ask, files, "shop/values-dev.yaml web.image.tag tag");
	ask.service = "api";
	finds(&ask, files, "shop/values-dev.yaml backend.image.tag tag");
}

#define OWN_SOURCE "    repoURL: https://git.example.com/gitops/apps.git\n    path: apps/web\n"

static void what_the_manifest_itself_sets(void **state)
{
	static const struct tree_file parameters[] = {CHART, VALUES,
		{"argocd/web.yaml",
			APPLICATION("web-dev",
				ONE("apps/web", "    helm:\n      parameters:\n"
						"      - {name: image.tag, value: '1'}\n"))},
		{NULL, NULL}};
	static const struct tree_file object[] = {CHART, VALUES,
		{"argocd/all.yaml", "kind: Nothing\n---\n" APPLICATION("web-dev",
					    ONE("apps/web", "    helm:\n      valuesObject:\n"
							    "        image: {tag: '1'}\n"))},
		{NULL, NULL}};
	static const struct tree_file named[] = {CHART, VALUES,
		{"argocd/web.yaml",
			APPLICATION("web-dev",
				"  sources:\n  - name: own\n" OWN_SOURCE
				"    helm:\n      valuesObject:\n        image: {tag: '1'}\n")},
		{NULL, NULL}};
	static const struct tree_file namesakes[] = {CHART, VALUES,
		{"argocd/web.yaml",
			APPLICATION("web-dev",
				"  sources:\n  - name: own\n    ref: v\n  - name: own\n" OWN_SOURCE
				"    helm:\n      valuesObject:\n        image: {tag: '1'}\n")},
		{NULL, NULL}};
	static const struct tree_file text[] = {CHART, VALUES,
		{"argocd/web.yaml",
			APPLICATION("web-dev", ONE("apps/web", "    helm:\n      values: |\n"
							       "        image:\n"
							       "          tag: '1'\n"))},
		{NULL, NULL}};
	static const struct tree_file written_back[] = {CHART, VALUES,
		{"apps/web/.argocd-source-web-dev.yaml",
			"helm:\n  parameters:\n  - {name: image.tag, value: '3', forcestring: "
			"true}\n"},
		{"argocd/web.yaml",
			APPLICATION("web-dev",
				ONE("apps/web", "    helm:\n      parameters:\n"
						"      - {name: image.tag, value: '1'}\n"))},
		{NULL, NULL}};

	(void)state;
	finds(&usual, parameters, "argocd/web.yaml spec.source.helm.parameters[0].value tag");
	finds(&usual, object, "argocd/all.yaml 1:spec.source.helm.valuesObject.image.tag tag");
	finds(&usual, named,
		"argocd/web.yaml spec.sources[name=own].helm.valuesObject.image.tag tag");
	finds(&usual, namesakes, "argocd/web.yaml spec.sources[1].helm.valuesObject.image.tag tag");
	finds(&usual, text, "argocd/web.yaml spec.source.helm.values|image.tag tag");
	finds(&usual, written_back,
		"apps/web/.argocd-source-web-dev.yaml helm.parameters[0].value tag");
}

#define SETS(values, parameters)                                                                   \
	CHART, {"apps/web/values.yaml", values},                                                   \
	{                                                                                          \
		"argocd/web.yaml",                                                                 \
			APPLICATION("web-dev",                                                     \
				ONE("apps/web", "    helm:\n      parameters:\n" parameters))      \
	}

/* What a parameter sets is never edited in a file: the parameter is the place, or it is named. */
static void parameters_win_over_files(void **state)
{
	static const struct {
		struct tree_file files[4];
		const char *found, *set; /* NULL: refused, with the parameter's name */
	} rows[] = {
		{{SETS("image: {repository: " IMAGE ", tag: 1}\n",
			 "      - {name: image.tag, value: '1'}\n"
			 "      - {name: image.tag, value: '2'}\n")},
			"argocd/web.yaml spec.source.helm.parameters[1].value tag", NULL},
		{{SETS("image: {repository: " IMAGE ", tag: 1}\n",
			 "      - {name: replicas, value: '2'}\n"
			 "      - {name: image.pullPolicy, value: Always}\n"
			 "      - {name: image.tagged, value: a}\n")},
			"apps/web/values.yaml image.tag tag", NULL},
		{{SETS("image: " IMAGE "\nimageTag: 1\n",
			 "      - {name: imageTag, value: '1'}\n")},
			NULL, "argocd/web.yaml:13 sets imageTag"},
		{{SETS("image: " IMAGE ":1\n", "      - {name: image.tag, value: '1'}\n")}, NULL,
			"sets image.tag"},
		{{SETS("jobs: [{name: a, image: " IMAGE ":1}]\n",
			 "      - {name: 'jobs[0].image', value: x}\n")},
			NULL, "sets jobs[0].image"},
		{{SETS("web: {image: {repository: " IMAGE ", tag: 1}}\n",
			 "      - {name: web, value: 'null'}\n")},
			NULL, "sets web"},
		{{SETS("a.b: {image: {repository: " IMAGE ", tag: 1}}\n",
			 "      - {name: 'a\\.b.image.tag', value: '1'}\n")},
			NULL, "image.tag"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		if (rows[i].found)
			finds(&usual, rows[i].files, rows[i].found);
		else
			fails(&usual, rows[i].files, "PLACE_NOT_FOUND", rows[i].set,
				"by a parameter", "apps/web/values.yaml:", NULL);
	}
}

#define WRITTEN_BACK(text)                                                                         \
	{                                                                                          \
		"apps/web/.argocd-source-web-dev.yaml", text                                       \
	}

/* The file beside the values takes the place of lists, also where it says nothing of images. */
static void what_is_written_back(void **state)
{
	static const struct tree_file other[] = {SETS("image: {repository: " IMAGE ", tag: 1}\n",
							 "      - {name: image.tag, value: '1'}\n"),
		WRITTEN_BACK("helm:\n  parameters:\n  - {name: replicas, value: '3'}\n"),
		{NULL, NULL}};
	static const struct tree_file values[] = {
		SETS("image: {repository: " IMAGE ", tag: 1}\n",
			"      - {name: image.tag, value: '1'}\n"),
		WRITTEN_BACK("helm:\n  valuesObject: {image: {tag: '2'}}\n"), {NULL, NULL}};
	static const struct tree_file both[] = {CHART, VALUES,
		{"argocd/web.yaml",
			APPLICATION("web-dev",
				ONE("apps/web",
					"    helm: {valuesObject: {image: {tag: '1'}}}\n"))},
		WRITTEN_BACK("helm:\n  values: 'image: {tag: 2}'\n"), {NULL, NULL}};

	(void)state;
	finds(&usual, other, "apps/web/values.yaml image.tag tag");
	finds(&usual, values, "argocd/web.yaml spec.source.helm.parameters[0].value tag");
	fails(&usual, both, "PLACE_NOT_FOUND", "the manifest sets values",
		"apps/web/.argocd-source-web-dev.yaml", NULL);
}

/* ---- Kustomize and plain manifests ---- */

#define DEPLOYMENT(image)                                                                          \
	"kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n"  \
	"        image: " image "\n"

static void overlays_of_kustomize(void **state)
{
	static const struct tree_file files[] = {
		{"apps/web/base/kustomization.yaml", "resources: [web.yaml]\n"
						     "images: [{name: " IMAGE ", newTag: '0'}]\n"},
		{"apps/web/base/web.yaml", DEPLOYMENT(IMAGE)},
		{"apps/web/overlays/dev/kustomization.yaml",
			"resources: [../../base]\nimages:\n- {name: other, newTag: '1'}\n"
			"- name: " IMAGE "\n  newTag: '1'\n"},
		{"apps/web/overlays/prod/kustomization.yaml",
			"resources: [../../base]\npatches:\n- path: image.yaml\n"},
		{"apps/web/overlays/prod/image.yaml", DEPLOYMENT(IMAGE ":2")}, {NULL, NULL}};
	struct ask production = usual;

	(void)state;
	production.env = 1;
	finds(&usual, files, "apps/web/overlays/dev/kustomization.yaml r.example.com/shop/web tag");
	finds(&production, files,
		"apps/web/overlays/prod/image.yaml "
		"spec.template.spec.containers[name=web].image reference");
}

static void images_of_the_application(void **state)
{
	static const struct tree_file files[] = {
		{"k/dev/kustomization.yaml", "images: [{name: " IMAGE ", newTag: '0'}]\n"},
		{"apps/web.yaml", APPLICATION("web-dev",
					  ONE("k/dev", "    kustomize:\n      images:\n"
						       "      - other:1\n      - " IMAGE ":1\n"))},
		{NULL, NULL}};

	(void)state;
	finds(&usual, files, "apps/web.yaml spec.source.kustomize.images[1] reference");
}

static void a_circle_of_bases(void **state)
{
	static const struct tree_file files[] = {
		{"apps/web/dev/kustomization.yaml",
			"resources: [../base, .]\nimages: [{name: " IMAGE ", newTag: '1'}]\n"},
		{"apps/web/base/kustomization.yaml", "resources: [../dev, ../base]\n"},
		{NULL, NULL}};

	(void)state;
	finds(&usual, files, "apps/web/dev/kustomization.yaml r.example.com/shop/web tag");
}

/* The root of the repository is a folder as any other; a slash at the end says nothing. */
static void a_base_at_the_root(void **state)
{
	static const struct tree_file files[] = {{"kustomization.yaml", "resources: [all/]\n"},
		{"all/kustomization.yaml", "resources: [web.yaml]\n"},
		{"all/web.yaml", DEPLOYMENT(IMAGE ":1")},
		{"apps/web/dev/kustomization.yaml", "resources: [../../../]\n"}, {NULL, NULL}};
	static const struct tree_file above[] = {{"kustomization.yaml", "resources: []\n"},
		{"apps/web/dev/kustomization.yaml", "resources: [../../../..]\n"}, {NULL, NULL}};

	(void)state;
	finds(&usual, files,
		"all/web.yaml spec.template.spec.containers[name=web].image reference");
	fails(&usual, above, "CONFIG_INVALID", "leads out of the repository", NULL);
}

static void plain_manifests(void **state)
{
	static const struct tree_file folder[] = {{"apps/web/dev/web.yaml", DEPLOYMENT(IMAGE ":1")},
		{"apps/web/dev/service.yaml", "kind: Service\n"},
		{"apps/web/prod/web.yaml", DEPLOYMENT(IMAGE ":0")}, {NULL, NULL}};
	static const struct tree_file names[] = {{"apps/web/web-dev.yaml", DEPLOYMENT(IMAGE ":1")},
		{"apps/web/web-prod.yaml", DEPLOYMENT(IMAGE ":0")}, {NULL, NULL}};
	static const struct tree_file all[] = {
		{"clusters/dev/all.yaml",
			DEPLOYMENT("r.example.com/shop/api:1") "---\n" DEPLOYMENT(IMAGE ":1")},
		{"clusters/production/all.yaml", DEPLOYMENT(IMAGE ":0")}, {NULL, NULL}};
	static const struct tree_file twice[] = {{"apps/web/dev/web.yaml", DEPLOYMENT(IMAGE ":1")},
		{"apps/web/dev/job.yaml", "image: " IMAGE ":1\n"}, {NULL, NULL}};
	static const char place[] = "spec.template.spec.containers[name=web].image reference";
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct ask ask = usual;

	(void)state;
	finds(&usual, folder, sg_arena_printf(&arena, "apps/web/dev/web.yaml %s", place));
	finds(&usual, names, sg_arena_printf(&arena, "apps/web/web-dev.yaml %s", place));
	fails(&usual, twice, "PLACE_AMBIGUOUS", "apps/web/dev/web.yaml:7",
		"apps/web/dev/job.yaml:1 image", "part: reference", NULL);
	ask.path = "clusters/{env}";
	finds(&ask, all, sg_arena_printf(&arena, "clusters/dev/all.yaml 1:%s", place));
}

static void a_folder_with_folders_below(void **state)
{
	static const struct tree_file files[] = {{"k/a/b/web.yaml", DEPLOYMENT(IMAGE ":1")},
		{"argocd/web.yaml",
			APPLICATION("web-dev", ONE("k", "    directory: {recurse: true}\n"))},
		{NULL, NULL}};
	static const struct tree_file flat[] = {{"k/a/b/web.yaml", DEPLOYMENT(IMAGE ":1")},
		{"argocd/web.yaml", APPLICATION("web-dev", ONE("k", ""))}, {NULL, NULL}};

	(void)state;
	finds(&usual, files,
		"k/a/b/web.yaml spec.template.spec.containers[name=web].image reference");
	fails(&usual, flat, "PLACE_NOT_FOUND", NULL);
}

/* ---- without image: ---- */

static void the_image_is_not_configured(void **state)
{
	static const struct tree_file named[] = {CHART,
		{"apps/web/values.yaml", "image: {repository: other.example.com/x/web, tag: 1}\n"
					 "proxy: {image: {repository: proxy, tag: 2}}\n"},
		{NULL, NULL}};
	static const struct tree_file single[] = {CHART,
		{"apps/web/values.yaml", "image: {repository: r/frontend, tag: 1}\n"},
		{NULL, NULL}};
	static const struct tree_file two[] = {CHART,
		{"apps/web/values.yaml", "image: {repository: r/frontend, tag: 1}\n"
					 "proxy: {image: {repository: proxy, tag: 2}}\n"},
		{NULL, NULL}};
	struct ask ask = usual;

	(void)state;
	ask.image = NULL;
	finds(&ask, named, "apps/web/values.yaml image.tag tag");
	finds(&ask, single, "apps/web/values.yaml image.tag tag");
	fails(&ask, two, "PLACE_AMBIGUOUS", "values.yaml:1 image.tag",
		"values.yaml:2 proxy.image.tag", NULL);
}

/* The name of the service behind a value says more than all rules. */
static void markers_win(void **state)
{
	static const struct tree_file files[] = {CHART, VALUES,
		{"apps/web/values-dev.yaml",
			"image: {tag: 1}\na:\n  v: 1 # stagegate: web:tag\nb:\n"
			"  w: 1 # stagegate: web:tag\n  x: 1 # stagegate: api:tag\n"},
		{NULL, NULL}};
	static const struct tree_file default_values[] = {CHART,
		{"apps/web/values.yaml", "v: 1 # stagegate: web:tag\n"},
		{"apps/web/values-dev.yaml", "v: 1 # stagegate: web:tag\n"}, {NULL, NULL}};

	(void)state;
	finds(&usual, files, "apps/web/values-dev.yaml a.v tag, apps/web/values-dev.yaml b.w tag");
	finds(&usual, default_values, "apps/web/values-dev.yaml v tag");
}

static void nothing_is_there(void **state)
{
	static const struct tree_file other[] = {CHART,
		{"apps/web/values.yaml", "image: {repository: r/x-web, tag: 1}\n"}, {NULL, NULL}};
	static const struct tree_file no_tag[] = {
		CHART, {"apps/web/values.yaml", "image: {repository: " IMAGE "}\n"}, {NULL, NULL}};
	static const struct tree_file empty[] = {CHART, {NULL, NULL}};

	(void)state;
	fails(&usual, other, "PLACE_NOT_FOUND", IMAGE, "apps/web/values.yaml", "r/x-web", NULL);
	fails(&usual, no_tag, "PLACE_NOT_FOUND", "apps/web/values.yaml:1", "no file sets its tag",
		NULL);
	fails(&usual, empty, "PLACE_NOT_FOUND", "apps/web", "update:", NULL);
}

/* ---- one file for several environments ---- */

static void a_place_of_two_environments(void **state)
{
	static const struct sg_environment same_branch[] = {
		{.name = "dev", .branch = "main"}, {.name = "production", .branch = "main"}};
	static const struct tree_file shared[] = {CHART, VALUES, {NULL, NULL}};
	static const struct tree_file overridden[] = {CHART, VALUES,
		{"apps/web/values-production.yaml", "image: {tag: 1}\n"}, {NULL, NULL}};
	static const struct tree_file unclear[] = {CHART, VALUES,
		{"apps/web/values-production.yaml", "image: {tag: 1}\n"},
		{"apps/web/values.production.yaml", "image: {tag: 1}\n"}, {NULL, NULL}};
	struct ask ask = usual;

	(void)state;
	finds(&usual, shared, "apps/web/values.yaml image.tag tag");
	ask.environments = same_branch;
	fails(&ask, shared, "PLACE_SHARED", "image.tag of apps/web/values.yaml", "production",
		NULL);
	finds(&ask, overridden, "apps/web/values.yaml image.tag tag");
	/* what production reads cannot be told, and this file is among it */
	fails(&ask, unclear, "PLACE_SHARED", "production", NULL);
}

/* ---- ApplicationSets ---- */

#define SET(generators, name, path, rest)                                                          \
	"apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set}\nspec:\n"   \
	"  generators:\n" generators "  template:\n    metadata: {name: '" name                    \
	"'}\n    spec:\n      source:\n        repoURL: https://git.example.com/gitops/apps.git\n" \
	"        path: '" path "'\n" rest

static void applications_of_a_set(void **state)
{
	static const struct tree_file by_list[] = {CHART, VALUES,
		{"apps/web/values-x.yaml", "image: {tag: 1}\n"},
		{"bootstrap/set.yaml",
			SET("  - list:\n      elements:\n      - {app: api, file: y}\n"
			    "      - {app: web, file: x}\n",
				"{{app}}-dev", "apps/{{ app }}",
				"        helm: {valueFiles: ['values-{{.file}}.yaml']}\n")},
		{NULL, NULL}};
	static const struct tree_file product[] = {CHART, VALUES,
		{"apps/web/values-x.yaml", "image: {tag: 1}\n"},
		{"bootstrap/set.yaml",
			SET("  - matrix:\n      generators:\n      - git:\n          directories:\n"
			    "          - path: apps/*\n      - list:\n          elements:\n"
			    "          - {env: prod, f: z}\n          - {env: dev, f: x}\n",
				"{{path.basename}}-{{env}}", "{{path}}",
				"        helm: {valueFiles: ['values-{{f}}.yaml']}\n")},
		{NULL, NULL}};
	static const struct tree_file overlays[] = {
		{"apps/web/overlays/dev/kustomization.yaml",
			"images: [{name: " IMAGE ", newTag: '1'}]\n"},
		{"bootstrap/set.yaml",
			SET("  - git:\n      directories: [{path: apps/*/overlays/*}]\n",
				"{{index .path.segments 1}}-{{.path.basename}}", "{{.path.path}}",
				"")},
		{NULL, NULL}};

	(void)state;
	finds(&usual, by_list, "apps/web/values-x.yaml image.tag tag");
	finds(&usual, product, "apps/web/values-x.yaml image.tag tag");
	finds(&usual, overlays,
		"apps/web/overlays/dev/kustomization.yaml r.example.com/shop/web tag");
}

static void a_set_that_asks_elsewhere(void **state)
{
	static const struct tree_file open[] = {CHART, VALUES,
		{"bootstrap/set.yaml", SET("  - clusters: {}\n", "web-{{name}}", "apps/web",
					       "        helm: {valueFiles: ['{{name}}.yaml']}\n")},
		{NULL, NULL}};
	static const struct tree_file literal[] = {CHART, VALUES,
		{"bootstrap/set.yaml", SET("  - clusters: {}\n", "web-{{name}}", "apps/web", "")},
		{NULL, NULL}};
	static const struct tree_file others[] = {CHART, VALUES,
		{"bootstrap/set.yaml", SET("  - clusters: {}\n", "api-{{name}}", "{{x}}", "")},
		{NULL, NULL}};

	(void)state;
	fails(&usual, open, "PLACE_NOT_FOUND", "valueFiles: {{name}}.yaml", "update:", NULL);
	finds(&usual, literal, "apps/web/values.yaml image.tag tag");
	finds(&usual, others, "apps/web/values.yaml image.tag tag");
}

/* ---- hostile and broken ---- */

static void paths_that_lead_elsewhere(void **state)
{
	static const struct {
		const char *file, *reason, *text;
	} bad[] = {
		{"../../../../etc/passwd", "CONFIG_INVALID", "leads out of the repository"},
		{"/../x.yaml", "CONFIG_INVALID", "leads out of the repository"},
		{".git/config", "CONFIG_INVALID", ".git"},
		{"values-absent.yaml", "PLACE_NOT_FOUND", "apps/web/values-absent.yaml"},
		{"link.yaml", "EDIT_REFUSED", "symbolic link"},
		{"$nobody/x.yaml", "PLACE_NOT_FOUND", "no source has that ref"},
		{"$nobody", "PLACE_NOT_FOUND", "$nobody"},
		{"values-*.yaml", "PLACE_NOT_FOUND", "is a pattern"},
		{"values-$ARGOCD_APP_NAME.yaml", "PLACE_NOT_FOUND", "is a pattern"},
		{"\"a\\x07b\"", "CONFIG_INVALID", "control byte"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
		const struct tree_file files[] = {CHART, VALUES, {"apps/web/link.yaml", NULL},
			{"argocd/web.yaml",
				sg_arena_printf(&arena, "%s      - %s\n",
					APPLICATION("web-dev",
						ONE("apps/web", "    helm:\n      valueFiles:\n")),
					bad[i].file)},
			{NULL, NULL}};

		fails(&usual, files, bad[i].reason, bad[i].text, NULL);
	}
}

static void values_files_that_need_not_be_here(void **state)
{
	static const struct tree_file files[] = {CHART, VALUES,
		{"argocd/web.yaml",
			APPLICATION("web-dev",
				ONE("apps/web", "    helm:\n      ignoreMissingValueFiles: true\n"
						"      valueFiles: [absent.yaml, "
						"'https://x.example.com/v.yaml']\n"))},
		{NULL, NULL}};

	(void)state;
	finds(&usual, files, "apps/web/values.yaml image.tag tag");
}

static void an_application_of_another_repository(void **state)
{
	static const struct tree_file files[] = {CHART, VALUES,
		{"argocd/web.yaml", APPLICATION("web-dev", ONE("apps/web", ""))}, {NULL, NULL}};
	static const struct tree_file away[] = {CHART, VALUES,
		{"argocd/web.yaml", APPLICATION("web-dev", ONE("not/here", ""))}, {NULL, NULL}};
	struct ask ask = usual;

	(void)state;
	ask.url = "https://git.example.com/gitops/apps";
	finds(&ask, files, "apps/web/values.yaml image.tag tag");
	ask.url = "https://git.example.com/gitops/other";
	fails(&ask, files, "PLACE_NOT_FOUND", "nothing of this repository", NULL);
	fails(&usual, away, "PLACE_NOT_FOUND", "nothing of this repository", NULL);
	ask.url = "https://git.example.com/gitops/apps";
	fails(&ask, away, "PLACE_NOT_FOUND", "no folder \"not/here\"", NULL);
}

/* By hand and by a set: one place is no doubt, two are. */
static void an_application_that_is_there_twice(void **state)
{
	static const struct tree_file same[] = {CHART, VALUES,
		{"argocd/a.yaml", APPLICATION("web-dev", ONE("apps/web", ""))},
		{"bootstrap/set.yaml", SET("  - git:\n      directories: [{path: apps/*}]\n",
					       "{{path.basename}}-dev", "{{path}}", "")},
		{NULL, NULL}};
	static const struct tree_file files[] = {CHART, VALUES,
		{"apps/web/values-dev.yaml", "image: {tag: 1}\n"},
		{"argocd/a.yaml", APPLICATION("web-dev", ONE("apps/web", ""))},
		{"argocd/b.yaml",
			APPLICATION("web-dev",
				ONE("apps/web", "    helm: {valueFiles: [values-dev.yaml]}\n"))},
		{NULL, NULL}};

	(void)state;
	finds(&usual, same, "apps/web/values.yaml image.tag tag");
	fails(&usual, files, "PLACE_AMBIGUOUS", "web-dev", "argocd/a.yaml:1",
		"apps/web/values.yaml", "argocd/b.yaml:1", "apps/web/values-dev.yaml", NULL);
}

/* An application in another namespace is another one. */
static void namespaces_are_told_apart(void **state)
{
	static const struct tree_file files[] = {CHART, VALUES,
		{"apps/web/values-prod.yaml", "image: {tag: 1}\n"},
		{"argocd/a.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: "
				  "{name: web-prod, "
				  "namespace: team}\nspec:\n" ONE("nowhere", "")},
		{NULL, NULL}};
	struct ask production = usual;

	(void)state;
	production.env = 1;
	finds(&production, files, "apps/web/values-prod.yaml image.tag tag");
}

static void files_that_cannot_be_read(void **state)
{
	static const struct tree_file broken[] = {
		CHART, {"apps/web/values.yaml", "image: {tag: [\n"}, {NULL, NULL}};
	static const struct tree_file template[] = {
		{"apps/web/web.yaml", "image: {{ .Values.web }}\n"}, {NULL, NULL}};
	static const struct tree_file elsewhere[] = {
		CHART, VALUES, {"argocd/broken.yaml", "argoproj.io/: [\n"}, {NULL, NULL}};
	static const struct tree_file no_folder[] = {{"apps/x/y", ""}, {NULL, NULL}};

	(void)state;
	fails(&usual, broken, "YAML_INVALID", "apps/web/values.yaml", NULL);
	fails(&usual, template, "EDIT_TEMPLATE", "apps/web/web.yaml", NULL);
	finds(&usual, elsewhere, "apps/web/values.yaml image.tag tag");
	fails(&usual, no_folder, "FILE_NOT_FOUND", "apps/web", NULL);
}

/* Each kustomization names the next one twice: two to the power of what is allowed. */
static void a_tree_that_doubles(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct tree_file files[32] = {{NULL, NULL}};
	struct ask ask = usual;

	(void)state;
	for (size_t i = 0; i < 30; i++)
		files[i] = (struct tree_file){sg_arena_printf(&arena, "k%zu/kustomization.yaml", i),
			sg_arena_printf(&arena, "resources: [%s]\n",
				sg_arena_printf(&arena,
					"../k%zu, ../k%zu, ../k%zu, ../k%zu, ../k%zu, ../k%zu",
					i + 1, i + 1, i + 1, i + 1, i + 1, i + 1))};
	ask.path = "k0";
	fails(&ask, files, "TOO_LARGE", "update:", NULL);
}

/* ---- named places ---- */

/* What a bump of web to 2 makes of the overlay of dev, whose entry `update:` names; or the error.
 */
static const char *bumped(struct sg_arena *arena, const struct tree_file *files)
{
	static const struct sg_update update = {
		.file = "overlays/dev/kustomization.yaml", .image = "web", .part = SG_PART_TAG};
	const struct sg_service entry = {
		.name = "web", .path = "apps/web", .updates = &update, .update_count = 1};
	const struct sg_policy policy = {.environments = environments,
		.environment_count = 2,
		.services = &entry,
		.service_count = 1};
	const struct sg_bump_wish wish = {.service = "web", .tag = "2"};
	struct sg_world world = {.arena = arena};
	struct sg_err err = SG_ERR_INIT;
	struct sg_changes changes;
	struct tree_world tree;
	const char *result;

	tree_world_init(&tree, files);
	if (sg_change_build(
		    &world, &policy, &environments[0], &wish, 1, &tree.source, &changes, &err) < 0)
		result = sg_arena_printf(
			arena, "%s %s | %s", sg_reason_name(err.reason), err.cause, err.hint);
	else
		result = sg_arena_dup(arena, changes.files[0].after);
	sg_shelves_release(&world);
	return result;
}

/* An entry is added where it decides; not above a base that gives the image another name. */
static void an_entry_above_a_base(void **state)
{
#define ABOVE(base)                                                                                \
	{                                                                                          \
		{"apps/web/overlays/dev/kustomization.yaml",                                       \
			"kind: Kustomization\nresources: [../../base]\n"},                         \
			{"apps/web/base/kustomization.yaml", base},                                \
		{                                                                                  \
			NULL, NULL                                                                 \
		}                                                                                  \
	}
	static const struct tree_file same[] = ABOVE("images: [{name: web, newTag: '1'}]\n");
	static const struct tree_file other[] =
		ABOVE("\nimages: [{name: web, newName: r/web, newTag: '1'}]\n");
	static const struct tree_file broken[] = ABOVE("images: [{name: web\n");
	static const char added[] = "kind: Kustomization\nresources: [../../base]\nimages:\n"
				    "- name: web\n  newTag: \"2\"\n";
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	const char *text;

	(void)state;
	assert_string_equal(bumped(&arena, same), added);
	assert_string_equal(bumped(&arena, broken), added);
	text = bumped(&arena, other);
	if (!strstr(text, "IMAGE_NOT_FOUND") ||
		!strstr(text, "apps/web/base/kustomization.yaml:2") ||
		!strstr(text, "makes r/web of it") || !strstr(text, "by `file:`, or r/web"))
		fail_msg("%s", text);
}

/* ---- cost ---- */

/* Four environments on one branch: each is compared with all others. */
static const struct sg_environment four[] = {
	{.name = "dev", .branch = "main", .application = "{service}-dev"},
	{.name = "test", .branch = "main", .application = "{service}-test"},
	{.name = "staging", .branch = "main", .application = "{service}-staging"},
	{.name = "production",
		.short_name = "prod",
		.branch = "main",
		.application = "{service}-prod"},
};
enum { FOUR = SG_COUNT(four) };

struct cost {
	struct sg_arena arena;
	struct sg_world world;
	struct tree_world tree;
	struct sg_service entry;
	struct sg_policy policy;
};

static void cost_init(struct cost *c, const struct tree_file *files)
{
	*c = (struct cost){.entry = {.name = "*",
				   .path = "apps/{service}",
				   .image = "r.example.com/shop/{service}"}};
	c->world.arena = &c->arena;
	c->policy = (struct sg_policy){.environments = four,
		.environment_count = FOUR,
		.services = &c->entry,
		.service_count = 1};
	tree_world_init(&c->tree, files);
	c->tree.arena = &c->arena;
}

static void cost_release(struct cost *c)
{
	sg_shelves_release(&c->world);
	sg_arena_release(&c->arena);
}

/* The value at the only place of a service in an environment. */
static const char *value_of(struct cost *c, const char *service, size_t env)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_change_place *places;
	size_t count;

	if (sg_change_places(&c->world, &c->policy, &four[env], service, &c->tree.source, &places,
		    &count, &err) < 0)
		fail_msg("%s in %s: %s", service, four[env].name, err.cause);
	assert_int_equal(count, 1);
	return places[0].value.value;
}

#define OVERLAY(service, env)                                                                      \
	{                                                                                          \
		"apps/" service "/overlays/" env "/kustomization.yaml",                            \
			"resources: [../../base]\nimages: [{name: r.example.com/shop/" service     \
			", newTag: '" env "'}]\n"                                                  \
	}
#define BASE(service)                                                                              \
	{"apps/" service "/base/kustomization.yaml", "resources: [web.yaml]\n"},                   \
	{                                                                                          \
		"apps/" service "/base/web.yaml", DEPLOYMENT("r.example.com/shop/" service)        \
	}

/* All services in all environments, twice, with the values that stand there. */
static void each_text_is_read_once(void **state)
{
	static const struct tree_file files[] = {BASE("api"), OVERLAY("api", "dev"),
		OVERLAY("api", "test"), OVERLAY("api", "staging"), OVERLAY("api", "prod"), CHART,
		VALUES, {"apps/web/argocd/readme.yaml", "a: b\n"},
		{"apps/web/values-test.yaml", "image: {tag: test}\n"},
		{"apps/web/values-staging.yaml", "image: {tag: staging}\n"},
		{"apps/web/values-prod.yaml", "image: {tag: prod}\n"},
		{"apps/web/values-dev.yaml", "image: {tag: dev}\n"},
		{"bootstrap/set.yaml",
			SET("  - matrix:\n      generators:\n      - git:\n          directories:\n"
			    "          - path: apps/web\n      - list:\n          elements:\n"
			    "          - {env: dev}\n          - {env: test}\n"
			    "          - {env: staging}\n          - {env: prod}\n",
				"{{path.basename}}-{{env}}", "{{path}}",
				"        helm: {valueFiles: ['values-{{env}}.yaml']}\n")},
		{NULL, NULL}};
	static const char *const services[] = {"api", "web"};
	static const char *const values[] = {"dev", "test", "staging", "prod"};
	struct cost c;

	(void)state;
	cost_init(&c, files);
	for (size_t i = 0; i < 2 * SG_COUNT(services) * FOUR; i++)
		assert_string_equal(
			value_of(&c, services[i / FOUR % 2], i % FOUR), values[i % FOUR]);
	assert_int_equal(c.tree.most, 1);
	assert_int_equal(c.tree.reads, SG_COUNT(files) - 1);
	cost_release(&c);
}

/* One file for all of them. */
static void many_services_in_one_file(void **state)
{
	enum { MANY = 200 };
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};
	struct tree_file files[FOUR + 1] = {{NULL, NULL}};
	struct cost c;

	(void)state;
	sg_buf_init(&text, 1u << 20);
	for (int i = 0; i < MANY; i++)
		sg_buf_addf(&text, "s%d: {image: {repository: r.example.com/shop/s%d, tag: t%d}}\n",
			i, i, i);
	for (size_t i = 0; i < FOUR; i++)
		files[i] = (struct tree_file){
			sg_arena_printf(&arena, "clusters/%s/values.yaml", four[i].name), text.ptr};
	cost_init(&c, files);
	c.entry.path = "clusters/{env}";
	c.entry.name = "all";
	for (int i = 0; i < MANY; i++)
		for (size_t env = 0; env < FOUR; env++) {
			c.entry.name = sg_arena_printf(&arena, "s%d", i);
			assert_string_equal(
				value_of(&c, c.entry.name, env), sg_arena_printf(&arena, "t%d", i));
		}
	assert_int_equal(c.tree.most, 1);
	assert_int_equal(c.tree.reads, FOUR);
	cost_release(&c);
}

/* Many applications: their manifests are looked at for the first question only. */
static void many_applications_are_read_once(void **state)
{
	enum { MANY = 300 };
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct tree_file *files = sg_arena_calloc(&arena, MANY + 3, sizeof(*files));
	struct cost c;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		files[i] = (struct tree_file){
			sg_arena_printf(&arena, "clusters/dev/applications/s%zu.yaml", i),
			sg_arena_printf(&arena, "%s%zu\n",
				"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n"
				"  name: s-dev-",
				i)};
	files[MANY] = (struct tree_file){"apps/web/values-dev.yaml", "image: {tag: '1'}\n"};
	files[MANY + 1] = (struct tree_file)CHART;
	cost_init(&c, files);
	assert_string_equal(value_of(&c, "web", 0), "1");
	assert_string_equal(value_of(&c, "web", 0), "1");
	assert_int_equal(c.tree.most, 1);
	assert_int_equal(c.tree.reads, MANY + 2);
	cost_release(&c);
}

/* More than is kept: texts are let go and read again, and nothing else is found. */
static void more_texts_than_are_kept(void **state)
{
	enum { MANY = 24, PADDING = 1 << 20 };
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct tree_file files[MANY + 1] = {{NULL, NULL}};
	char *padding = sg_arena_calloc(&arena, PADDING + 1, 1);
	size_t held;
	struct cost c;

	(void)state;
	memset(padding, '#', PADDING);
	for (int i = 0; i < MANY; i++)
		files[i] =
			(struct tree_file){sg_arena_printf(&arena, "apps/s%d/values-dev.yaml", i),
				sg_arena_printf(&arena, "image: {tag: t%d}\n%s\n", i, padding)};
	cost_init(&c, files);
	for (int turn = 0; turn < 2; turn++)
		for (int i = 0; i < MANY; i++)
			assert_string_equal(value_of(&c, sg_arena_printf(&arena, "s%d", i), 0),
				sg_arena_printf(&arena, "t%d", i));
	held = c.arena.used_bytes;
	assert_true(c.tree.most >= 2 && c.tree.most <= 4);
	assert_true(held < 2 * PADDING);
	cost_release(&c);
}

/* Another revision is read anew, the same one is not, whoever opened it. */
static void revisions_are_told_apart(void **state)
{
	static const struct tree_file old[] = {
		CHART, {"apps/web/values-dev.yaml", "image: {tag: old}\n"}, {NULL, NULL}};
	static const struct tree_file new[] = {
		CHART, {"apps/web/values-dev.yaml", "image: {tag: new}\n"}, {NULL, NULL}};
	struct cost c;

	(void)state;
	cost_init(&c, old);
	c.tree.source.revision = "1111111111111111111111111111111111111111";
	assert_string_equal(value_of(&c, "web", 0), "old");
	c.tree.files = new;
	c.tree.source.revision = "2222222222222222222222222222222222222222";
	assert_string_equal(value_of(&c, "web", 0), "new");
	c.tree.source.revision = "1111111111111111111111111111111111111111";
	assert_string_equal(value_of(&c, "web", 0), "old");
	assert_int_equal(c.tree.reads, 4);
	cost_release(&c);
}

/* A look lets its memory go; what was read stays, and what was handed out does not depend on it. */
static void memory_of_one_look(void **state)
{
	static const struct tree_file files[] = {CHART,
		{"apps/web/values-dev.yaml", "image: {tag: '1'}\n"},
		{"argocd/web.yaml",
			APPLICATION("web-dev",
				ONE("apps/web", "    helm: {valueFiles: [values-dev.yaml]}\n"))},
		{NULL, NULL}};
	struct cost c;

	(void)state;
	cost_init(&c, files);
	for (int i = 0; i < 3; i++) {
		struct sg_arena look = {0};

		c.world.arena = &look;
		assert_string_equal(value_of(&c, "web", 0), "1");
		sg_arena_release(&look);
	}
	assert_int_equal(c.tree.most, 1);
	cost_release(&c);
}

/* Days of looking at a branch that moves: the memory of old revisions is let go. */
static void many_revisions(void **state)
{
	enum { MANY = 400 };
	static const struct tree_file files[] = {
		CHART, {"apps/web/values-dev.yaml", "image: {tag: '1'}\n"}, {NULL, NULL}};
	struct sg_err err = SG_ERR_INIT;
	struct sg_file *held = NULL;
	size_t shelves = 0;
	struct cost c;

	(void)state;
	cost_init(&c, files);
	for (int i = 0; i < MANY; i++) {
		c.tree.source.revision = sg_arena_printf(&c.arena, "%040d", i);
		assert_string_equal(value_of(&c, "web", 0), "1");
		if (i == 0)
			assert_int_equal(sg_file_open(&c.world, &c.tree.source,
						 "apps/web/values-dev.yaml", 1000, &held, &err),
				0);
	}
	for (const struct sg_shelf *shelf = c.world.shelves->first; shelf; shelf = shelf->next)
		shelves++;
	assert_in_range(shelves, 2, 20);
	/* the one that is held has not gone */
	assert_string_equal(sg_file_text(held).ptr, "image: {tag: '1'}\n");
	sg_file_close_ptr(&held);
	cost_release(&c);
}

/* What could not be read is asked for again. */
static void what_failed_is_not_kept(void **state)
{
	static const struct tree_file files[] = {
		CHART, {"apps/web/values-dev.yaml", "image: {tag: '1'}\n"}, {NULL, NULL}};
	struct sg_err err = SG_ERR_INIT;
	struct sg_change_place *places;
	size_t count;
	struct cost c;

	(void)state;
	cost_init(&c, files);
	c.tree.broken = true;
	assert_int_equal(sg_change_places(&c.world, &c.policy, &four[0], "web", &c.tree.source,
				 &places, &count, &err),
		-1);
	assert_int_equal(err.reason, SG_R_LOCAL_IO);
	c.tree.broken = false;
	assert_string_equal(value_of(&c, "web", 0), "1");
	cost_release(&c);
}

/* ---- Flux ---- */

static const struct sg_environment flux_environments[] = {
	{.name = "dev",
		.branch = "develop",
		.kustomization = "apps",
		.cluster = {.namespace = "flux-system"}},
	{.name = "production",
		.short_name = "prod",
		.branch = "main",
		.kustomization = "flux-system/apps",
		.cluster = {.namespace = "flux-system"}},
};

static const struct ask flux = {
	flux_environments, 2, 0, "web", "apps/{service}", "r.example.com/shop/{service}", NULL};
static const struct ask flux_prod = {
	flux_environments, 2, 1, "web", "apps/{service}", "r.example.com/shop/{service}", NULL};

#define KUSTOMIZATION(rest)                                                                        \
	"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n"             \
	"  name: apps\n  namespace: flux-system\nspec:\n" rest
#define FROM_GIT "  sourceRef: {kind: GitRepository, name: flux-system}\n"
#define REPOSITORY(url)                                                                            \
	"apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n"                \
	"  name: flux-system\n  namespace: flux-system\nspec:\n  url: " url "\n"
#define ON_DEVELOP "  ref: {branch: develop}\n"
#define RELEASE(tag)                                                                               \
	"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: web\n"       \
	"spec:\n  values:\n    image:\n      repository: " IMAGE "\n      tag: \"" tag "\"\n"
/* What the names of files say. */
#define BY_NAMES                                                                                   \
	{                                                                                          \
		"apps/web/release.yaml", RELEASE("0")                                              \
	}
#define PLACE_BY_NAMES "apps/web/release.yaml spec.values.image.tag tag"

/* Where Flux has no kustomization it makes one of all that is below. */
static void flux_says_which_folder_it_reads(void **state)
{
	static const struct tree_file files[] = {
		BY_NAMES,
		{"clusters/dev/apps.yaml", KUSTOMIZATION("  path: ./deploy/one\n" FROM_GIT)},
		{"clusters/prod/apps.yaml", KUSTOMIZATION("  path: deploy/two/\n" FROM_GIT)},
		{"deploy/base/web.yaml", RELEASE("1")},
		{"deploy/base/kustomization.yaml", "resources: [web.yaml]\n"},
		{"deploy/one/web/kustomization.yaml",
			"resources: [../../base]\npatches: [{path: patch.yaml}]\n"},
		{"deploy/one/web/patch.yaml", RELEASE("2")},
		{"deploy/two/below/web.yaml", RELEASE("3")},
		{NULL, NULL},
	};

	(void)state;
	finds(&flux, files, "deploy/one/web/patch.yaml spec.values.image.tag tag");
	finds(&flux_prod, files, "deploy/two/below/web.yaml spec.values.image.tag tag");
}

/* What cannot be told for sure is found by names, as it is without any of this. */
static void what_flux_does_not_say_is_found_by_names(void **state)
{
	static const char *const rows[] = {
		KUSTOMIZATION("  path: deploy\n  images: [{name: a, newTag: b}]\n" FROM_GIT),
		KUSTOMIZATION("  path: deploy\n  patches: [{patch: x}]\n" FROM_GIT),
		KUSTOMIZATION("  path: deploy\n  components: [../c]\n" FROM_GIT),
		KUSTOMIZATION("  path: deploy\n  sourceRef: {kind: OCIRepository, name: x}\n"),
		KUSTOMIZATION("  path: deploy\n  sourceRef: {kind: GitRepository, name: x, "
			      "namespace: other}\n"),
		KUSTOMIZATION("  path: not/there\n" FROM_GIT),
		KUSTOMIZATION("  path: empty\n" FROM_GIT),
		"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
		"metadata: {name: apps, namespace: other}\nspec: {path: deploy}\n",
		"apiVersion: kustomize.toolkit.fluxcd.io.example.com/v1\nkind: Kustomization\n"
		"metadata: {name: apps}\nspec: {path: deploy}\n",
		KUSTOMIZATION("  path: deploy\n" FROM_GIT) "---\n" KUSTOMIZATION(
			"  path: deploy\n" FROM_GIT),
		"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
		"metadata: [apps]\nspec: deploy\n",
		"kustomize.toolkit.fluxcd.io/: [",
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		const struct tree_file files[] = {BY_NAMES, {"clusters/dev/apps.yaml", rows[i]},
			{"deploy/web.yaml", RELEASE("1")}, {"empty/README.md", ""}, {NULL, NULL}};

		finds(&flux, files, PLACE_BY_NAMES);
	}
}

static void flux_reads_another_repository(void **state)
{
	static const char url[] = "https://git.example.com/gitops/apps.git";
	const struct ask ask = {flux_environments, 2, 0, "web", "apps/{service}", flux.image, url};
	const struct tree_file ours[] = {BY_NAMES,
		{"clusters/dev/apps.yaml", KUSTOMIZATION("  path: deploy\n" FROM_GIT)},
		{"clusters/dev/source.yaml",
			REPOSITORY("ssh://git@git.example.com/gitops/apps") ON_DEVELOP},
		{"deploy/web.yaml", RELEASE("1")}, {NULL, NULL}};
	const struct tree_file theirs[] = {ours[0], ours[1],
		{"clusters/dev/source.yaml",
			REPOSITORY("https://git.example.com/other/apps") ON_DEVELOP},
		ours[3], {NULL, NULL}};

	(void)state;
	finds(&ask, ours, "deploy/web.yaml spec.values.image.tag tag");
	finds(&ask, theirs, PLACE_BY_NAMES);
}

/* What it follows, and what it takes of that. */
static void flux_reads_another_branch_or_less_of_it(void **state)
{
	static const struct {
		const char *rest;
		bool known;
	} rows[] = {
		{ON_DEVELOP, true},
		{"", false}, /* that is master */
		{"  ref: {branch: main}\n", false},
		{"  ref: {branch: develop, tag: v1}\n", false},
		{"  ref: {branch: develop, semver: 1.x}\n", false},
		{"  ref: {branch: develop, commit: 0123456789012345678901234567890123456789}\n",
			false},
		{"  ref: {name: refs/heads/develop}\n", false},
		{ON_DEVELOP "  ignore: |\n    # all but\n    /*\n    !/deploy\n", true},
		{ON_DEVELOP "  ignore: |\n    /docs/\n    /*\n    !/deploy/\n", true},
		{ON_DEVELOP "  ignore: /docs\n", true},
		{ON_DEVELOP "  ignore: |\n    /*\n    !/other\n", false},
		{ON_DEVELOP "  ignore: |\n    /*\n    !/deploy\n    /deploy\n", false},
		{ON_DEVELOP "  ignore: '*.yaml'\n", false},
		{ON_DEVELOP "  ignore: web.yaml\n", false},
		{ON_DEVELOP "  ignore: /deploy/web.yaml\n", false},
		{ON_DEVELOP "  ignore: /\n", false},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		char source[600];
		const struct tree_file files[] = {BY_NAMES,
			{"clusters/dev/apps.yaml", KUSTOMIZATION("  path: deploy\n" FROM_GIT)},
			{"clusters/dev/source.yaml", source}, {"deploy/web.yaml", RELEASE("1")},
			{NULL, NULL}};

		(void)snprintf(
			source, sizeof(source), "%s%s", REPOSITORY("ssh://x/y"), rows[i].rest);
		finds(&flux, files,
			rows[i].known ? "deploy/web.yaml spec.values.image.tag tag"
				      : PLACE_BY_NAMES);
	}
}

/* Each cluster has one of that name; what another environment's follows says nothing of ours. */
static void the_source_in_the_folder_of_the_environment_counts(void **state)
{
	static const struct tree_file files[] = {
		BY_NAMES,
		{"clusters/dev/apps.yaml", KUSTOMIZATION("  path: deploy/one\n" FROM_GIT)},
		{"clusters/dev/source.yaml", REPOSITORY("ssh://x/y") ON_DEVELOP},
		{"clusters/prod/apps.yaml", KUSTOMIZATION("  path: deploy/two\n" FROM_GIT)},
		{"clusters/prod/source.yaml", REPOSITORY("ssh://x/y") "  ref: {tag: v1}\n"},
		{"deploy/one/web.yaml", RELEASE("1")},
		{"deploy/two/web.yaml", RELEASE("2")},
		{NULL, NULL},
	};

	(void)state;
	finds(&flux, files, "deploy/one/web.yaml spec.values.image.tag tag");
	finds(&flux_prod, files, PLACE_BY_NAMES);
}

/* Its paths are texts of others. */
static void a_path_of_flux_that_leads_out(void **state)
{
	static const struct tree_file files[] = {
		BY_NAMES,
		{"clusters/dev/apps.yaml", KUSTOMIZATION("  path: ../../etc\n" FROM_GIT)},
		{NULL, NULL},
	};

	(void)state;
	fails(&flux, files, "CONFIG_INVALID", "../../etc", "out of the repository", NULL);
}

/* One Kustomization for all services: a tag without a repository may be another one's. */
static void flux_reads_a_tag_of_nobody(void **state)
{
	static const struct tree_file files[] = {
		BY_NAMES,
		{"clusters/dev/apps.yaml", KUSTOMIZATION("  path: deploy\n" FROM_GIT)},
		{"deploy/api.yaml",
			"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n"
			"  name: api # beside web\nspec:\n  values:\n    image:\n      tag: "
			"\"7\"\n"},
		{NULL, NULL},
	};

	(void)state;
	finds(&flux, files, PLACE_BY_NAMES);
}

static void flux_reads_the_image_twice(void **state)
{
	static const struct tree_file files[] = {
		BY_NAMES,
		{"clusters/dev/apps.yaml", KUSTOMIZATION("  path: deploy\n" FROM_GIT)},
		{"deploy/web.yaml", RELEASE("1")},
		{"deploy/more/web.yaml", RELEASE("2")},
		{NULL, NULL},
	};

	(void)state;
	fails(&flux, files, "PLACE_AMBIGUOUS", "deploy/web.yaml", "deploy/more/web.yaml", NULL);
}

/* The Kustomization that another environment follows by the same name says nothing of this one. */
static void flux_of_another_environment(void **state)
{
	static const struct tree_file files[] = {
		BY_NAMES,
		{"clusters/dev/apps.yaml", KUSTOMIZATION("  path: deploy\n" FROM_GIT)},
		{"deploy/web.yaml", RELEASE("1")},
		{NULL, NULL},
	};

	(void)state;
	finds(&flux, files, "deploy/web.yaml spec.values.image.tag tag");
	finds(&flux_prod, files, PLACE_BY_NAMES);
}

/* A version there would be one for all that read the file, whatever they fill in. */
static void flux_fills_in_what_runs(void **state)
{
	static const char *const rows[] = {
		RELEASE("${web_tag}"),
		RELEASE("1.${web_minor:=0}.0"),
		"kind: Deployment\nspec: {template: {spec: {containers: [{name: web, image: "
		"\"" IMAGE ":${web_tag}\"}]}}}\n",
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		const struct tree_file files[] = {BY_NAMES,
			{"clusters/dev/apps.yaml",
				KUSTOMIZATION(
					"  path: deploy\n  postBuild: {substitute: {web_tag: '1'}}"
					"\n" FROM_GIT)},
			{"deploy/web.yaml", rows[i]}, {NULL, NULL}};

		finds(&flux, files, PLACE_BY_NAMES);
	}
}

/* The names of files say no more of it. */
static void what_is_filled_in_is_no_place_by_names_either(void **state)
{
	static const struct sg_environment releases[] = {
		{.name = "dev", .branch = "develop", .helm_release = "web"}};
	static const struct ask release = {
		releases, 1, 0, "web", "apps/{service}", "r.example.com/shop/{service}", NULL};
	static const struct tree_file by_names[] = {
		{"apps/web/release.yaml", RELEASE("${web_tag}")},
		{NULL, NULL},
	};
	static const struct tree_file by_flux[] = {
		{"clusters/dev/apps.yaml", KUSTOMIZATION("  path: deploy\n" FROM_GIT)},
		{"deploy/web.yaml", RELEASE("${web_tag}")},
		{NULL, NULL},
	};

	(void)state;
	fails(&flux, by_names, "PLACE_NOT_FOUND", "apps/web/release.yaml:", "${web_tag}", NULL);
	fails(&release, by_names, "PLACE_NOT_FOUND", "Flux fills in from elsewhere", "`update:`",
		NULL);
	fails(&flux, by_flux, "PLACE_NOT_FOUND", "deploy/web.yaml:", "${web_tag}", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_names_the_branch_that_was_asked),
		cmocka_unit_test(the_last_values_file_that_sets_it),
		cmocka_unit_test(an_alias_in_the_last_values_file),
		cmocka_unit_test(an_alias_in_a_values_file_before),
		cmocka_unit_test(by_the_names_of_files),
		cmocka_unit_test(two_files_of_one_rank),
		cmocka_unit_test(two_images_of_one_repository),
		cmocka_unit_test(other_forms_of_values),
		cmocka_unit_test(a_chart_that_is_elsewhere),
		cmocka_unit_test(an_umbrella_chart),
		cmocka_unit_test(what_the_manifest_itself_sets),
		cmocka_unit_test(parameters_win_over_files),
		cmocka_unit_test(what_is_written_back),
		cmocka_unit_test(overlays_of_kustomize),
		cmocka_unit_test(images_of_the_application),
		cmocka_unit_test(a_circle_of_bases),
		cmocka_unit_test(a_base_at_the_root),
		cmocka_unit_test(plain_manifests),
		cmocka_unit_test(a_folder_with_folders_below),
		cmocka_unit_test(the_image_is_not_configured),
		cmocka_unit_test(markers_win),
		cmocka_unit_test(nothing_is_there),
		cmocka_unit_test(a_place_of_two_environments),
		cmocka_unit_test(applications_of_a_set),
		cmocka_unit_test(a_set_that_asks_elsewhere),
		cmocka_unit_test(paths_that_lead_elsewhere),
		cmocka_unit_test(values_files_that_need_not_be_here),
		cmocka_unit_test(an_application_of_another_repository),
		cmocka_unit_test(an_application_that_is_there_twice),
		cmocka_unit_test(namespaces_are_told_apart),
		cmocka_unit_test(files_that_cannot_be_read),
		cmocka_unit_test(a_tree_that_doubles),
		cmocka_unit_test(an_entry_above_a_base),
		cmocka_unit_test(each_text_is_read_once),
		cmocka_unit_test(many_services_in_one_file),
		cmocka_unit_test(many_applications_are_read_once),
		cmocka_unit_test(more_texts_than_are_kept),
		cmocka_unit_test(revisions_are_told_apart),
		cmocka_unit_test(memory_of_one_look),
		cmocka_unit_test(many_revisions),
		cmocka_unit_test(what_failed_is_not_kept),
		cmocka_unit_test(flux_says_which_folder_it_reads),
		cmocka_unit_test(what_flux_does_not_say_is_found_by_names),
		cmocka_unit_test(flux_reads_another_repository),
		cmocka_unit_test(a_path_of_flux_that_leads_out),
		cmocka_unit_test(flux_reads_a_tag_of_nobody),
		cmocka_unit_test(flux_reads_the_image_twice),
		cmocka_unit_test(flux_of_another_environment),
		cmocka_unit_test(flux_fills_in_what_runs),
		cmocka_unit_test(flux_reads_another_branch_or_less_of_it),
		cmocka_unit_test(the_source_in_the_folder_of_the_environment_counts),
		cmocka_unit_test(what_is_filled_in_is_no_place_by_names_either),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
