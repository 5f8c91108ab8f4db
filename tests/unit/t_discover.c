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
#include "step/places.h"
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

/* One question for each of many services reads the manifests once. */
static void many_applications_are_read_once(void **state)
{
	enum { MANY = 300 };
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct tree_file *files = sg_arena_calloc(&arena, MANY + 3, sizeof(*files));
	const struct sg_service entry = {
		.name = "*", .path = "apps/{service}", .image = usual.image};
	const struct sg_policy policy = {.environments = environments, .environment_count = 2};
	const struct sg_places_ask ask = {&policy, &entry, "web", &environments[0]};
	struct sg_world world = {.arena = &arena};
	struct sg_err err = SG_ERR_INIT;
	struct sg_place *places;
	struct tree_world tree;
	size_t count, first;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		files[i] = (struct tree_file){
			sg_arena_printf(&arena, "clusters/dev/applications/s%zu.yaml", i),
			sg_arena_printf(&arena, "%s%zu\n",
				"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n"
				"  name: s-dev-",
				i)};
	files[MANY] = (struct tree_file)VALUES;
	files[MANY + 1] = (struct tree_file)CHART;
	tree_world_init(&tree, files);
	assert_int_equal(sg_places_find(&world, &ask, &tree.source, &places, &count, &err), 0);
	first = tree.reads;
	assert_true(first >= MANY);
	assert_int_equal(sg_places_find(&world, &ask, &tree.source, &places, &count, &err), 0);
	assert_true(tree.reads - first < 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_values_file_that_sets_it),
		cmocka_unit_test(by_the_names_of_files),
		cmocka_unit_test(two_files_of_one_rank),
		cmocka_unit_test(two_images_of_one_repository),
		cmocka_unit_test(other_forms_of_values),
		cmocka_unit_test(a_chart_that_is_elsewhere),
		cmocka_unit_test(an_umbrella_chart),
		cmocka_unit_test(what_the_manifest_itself_sets),
		cmocka_unit_test(overlays_of_kustomize),
		cmocka_unit_test(images_of_the_application),
		cmocka_unit_test(a_circle_of_bases),
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
		cmocka_unit_test(many_applications_are_read_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
