#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/place.h"

static const struct sg_environment production = {.name = "production", .short_name = "prod"};
static const struct sg_environment dev = {.name = "dev", .short_name = "dev"};

static void templates_expand(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	const char *text = NULL;

	(void)state;
	assert_int_equal(sg_template_expand(&arena, "a/{service}/{env}-{short}.yaml{service}",
				 "web", &production, &text, &err),
		0);
	assert_string_equal(text, "a/web/production-prod.yamlweb");
	assert_int_equal(sg_template_expand(&arena, "}plain}", "web", NULL, &text, &err), 0);
	assert_string_equal(text, "}plain}");
	/* what is put in is not expanded again */
	assert_int_equal(
		sg_template_expand(&arena, "{service}", "{env}", &production, &text, &err), 0);
	assert_string_equal(text, "{env}");
}

static void unknown_placeholders_are_refused(void **state)
{
	static const char *const bad[] = {"{}", "{x}", "{Service}", "{ service}", "{service", "a{",
		"{{service}}", "{service}{nope}"};
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	const char *text = NULL;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		struct sg_err err = SG_ERR_INIT;

		assert_int_equal(sg_template_expand(&arena, bad[i], "web", &dev, &text, &err), -1);
		assert_int_equal(err.reason, SG_R_CONFIG_INVALID);
		assert_non_null(strstr(err.cause, bad[i]));
	}
	assert_null(text);
}

static void placeholder_without_its_value(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	const char *text = NULL;

	(void)state;
	assert_int_equal(sg_template_expand(&arena, "{env}", "web", NULL, &text, &err), -1);
	assert_int_equal(sg_template_expand(&arena, "{service}", NULL, &dev, &text, &err), -1);
}

static void template_has_a_size(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	const char *text = NULL;
	char service[3001];

	(void)state;
	memset(service, 'x', sizeof(service));
	service[3000] = '\0';
	assert_int_equal(
		sg_template_expand(&arena, "{service}{service}", service, &dev, &text, &err), -1);
	assert_int_equal(err.reason, SG_R_CONFIG_INVALID);
}

static void service_names(void **state)
{
	static const char *const good[] = {"a", "web-2", "A.b_c", "0"};
	static const char *const bad[] = {
		"", ".", "..", "-x", ".git", "a/b", "a b", "a\n", "ä", "a\\b", "{env}", "a:b"};
	struct sg_err err = SG_ERR_INIT;
	char name[102];

	(void)state;
	for (size_t i = 0; i < SG_COUNT(good); i++)
		assert_int_equal(sg_service_name_check(good[i], &err), 0);
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		err = (struct sg_err)SG_ERR_INIT;
		assert_int_equal(sg_service_name_check(bad[i], &err), -1);
		assert_int_equal(err.reason, SG_R_USAGE);
	}
	memset(name, 'x', sizeof(name));
	name[101] = '\0';
	assert_int_equal(sg_service_name_check(name, &err), -1);
	name[100] = '\0';
	assert_int_equal(sg_service_name_check(name, &err), 0);
}

static void repository_paths(void **state)
{
	static const char *const good[] = {"a", "apps/web/values.yaml", "a b/c", "ä/€",
		".gitignore", ".gitlab-ci.yml", "a/.github/x", "git", "...x", "a.git", "git~10",
		".gitx"};
	static const char *const bad[] = {"", "/a", "a/", "a//b", ".", "..", "a/.", "a/..", "../a",
		"a/../b", ".git", "a/.git/b", ".GIT", ".gIt/x", ".git.", ".git ", ".git . .",
		"git~1", "GIT~1/x", ".git::$INDEX_ALLOCATION", ".git:x", ".g\xe2\x80\x8cit",
		".git\xef\xbb\xbf", "\xe2\x81\xaa.git", ".\xe2\x80\xae\147it", "a\\b", "a\nb",
		"a\x7f", "a\x1b[0m", "...", ".. ", " "};
	struct sg_err err = SG_ERR_INIT;
	char path[1026];

	(void)state;
	for (size_t i = 0; i < SG_COUNT(good); i++)
		if (sg_repo_path_check(good[i], &err) < 0)
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		err = (struct sg_err)SG_ERR_INIT;
		if (sg_repo_path_check(bad[i], &err) == 0)
			fail_msg("\"%s\" passed", bad[i]);
		assert_int_equal(err.reason, SG_R_CONFIG_INVALID);
	}
	memset(path, 'x', sizeof(path));
	path[1025] = '\0';
	assert_int_equal(sg_repo_path_check(path, &err), -1);
	path[1024] = '\0';
	assert_int_equal(sg_repo_path_check(path, &err), 0);
}

static void places_of_a_service(void **state)
{
	static const struct sg_update updates[] = {
		{.file = "values-{short}.yaml", .key = "image.tag", .part = SG_PART_TAG, .line = 7},
		{.file = "../../clusters/{env}/values.yaml",
			.key = "{service}.image",
			.part = SG_PART_REFERENCE,
			.line = 8},
		{.file = "./overlays//{env}/kustomization.yaml",
			.image = "r.example.com/{service}",
			.part = SG_PART_TAG,
			.line = 9},
	};
	const struct sg_service entry = {
		.name = "*", .path = "apps/{service}", .updates = updates, .update_count = 2};
	const struct sg_service third = {
		.name = "*", .path = "apps/{service}", .updates = &updates[2], .update_count = 1};
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_place *places = NULL;
	size_t count = 0;

	(void)state;
	assert_int_equal(sg_places(&arena, &entry, "web", &production, &places, &count, &err), 0);
	assert_int_equal(count, 2);
	assert_string_equal(places[0].service, "web");
	assert_string_equal(places[0].file, "apps/web/values-prod.yaml");
	assert_string_equal(places[0].key, "image.tag");
	assert_null(places[0].image);
	assert_int_equal(places[0].part, SG_PART_TAG);
	assert_int_equal(places[0].line, 7);
	assert_string_equal(places[1].file, "clusters/production/values.yaml");
	assert_string_equal(places[1].key, "web.image");
	/* an empty component is refused, not repaired */
	assert_int_equal(sg_places(&arena, &third, "web", &production, &places, &count, &err), -1);
	assert_int_equal(err.reason, SG_R_CONFIG_INVALID);
	assert_non_null(strstr(err.where, "line 9"));
}

static int refused(const struct sg_service *entry, const char *service, enum sg_reason *reason)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_place *places = NULL;
	size_t count = 77;
	int rc = sg_places(&arena, entry, service, &dev, &places, &count, &err);

	*reason = err.reason;
	if (rc < 0) {
		assert_null(places);
		assert_int_equal(count, 77);
	}
	return rc;
}

static void bad_places_are_refused(void **state)
{
	static const struct sg_update bad[] = {
		{.file = "../../../x.yaml", .key = "a"},
		{.file = "/etc/x.yaml", .key = "a"},
		{.file = ".git/config", .key = "a"},
		{.file = "../../.git/config", .key = "a"},
		{.file = "{nope}.yaml", .key = "a"},
		{.file = "x.yaml"},
		{.file = "x.yaml", .key = "a", .image = "b"},
		{.file = "x.yaml", .key = "a", .marker = "b"},
		{.file = "x.yaml", .marker = "{nope}"},
		{.file = "x.yaml", .key = "{nope}"},
		{.file = "x.yaml", .image = "{nope}"},
		{.file = "..", .key = "a"},
		{.file = "../..", .key = "a"},
		{.key = "a"},
	};
	struct sg_service entry = {.path = "apps/{service}", .update_count = 1};
	enum sg_reason reason;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(bad) - 3; i++) {
		entry.updates = &bad[i];
		if (refused(&entry, "web", &reason) == 0)
			fail_msg("row %zu passed", i);
		assert_int_equal(reason, SG_R_CONFIG_INVALID);
	}
	entry.updates = &bad[SG_COUNT(bad) - 2]; /* the root of the repository is no file */
	assert_int_equal(refused(&entry, "web", &reason), -1);
	entry.updates = &bad[SG_COUNT(bad) - 1];
	assert_int_equal(refused(&entry, "web", &reason), -1);
	entry.updates = &bad[1];
	assert_int_equal(refused(&entry, "../web", &reason), -1);
	assert_int_equal(reason, SG_R_USAGE);
	entry.update_count = 0;
	assert_int_equal(refused(&entry, "web", &reason), -1);
	assert_int_equal(reason, SG_R_CONFIG_INVALID);
}

static void service_path_may_be_the_root(void **state)
{
	static const struct sg_update update = {.file = "x.yaml", .key = "a"};
	static const char *const paths[] = {NULL, "", ".", "a/.."};
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_place *places = NULL;
	size_t count;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(paths); i++) {
		struct sg_service entry = {.path = paths[i], .updates = &update, .update_count = 1};

		assert_int_equal(sg_places(&arena, &entry, "web", &dev, &places, &count, &err), 0);
		assert_string_equal(places[0].file, "x.yaml");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(templates_expand),
		cmocka_unit_test(unknown_placeholders_are_refused),
		cmocka_unit_test(placeholder_without_its_value),
		cmocka_unit_test(template_has_a_size),
		cmocka_unit_test(service_names),
		cmocka_unit_test(repository_paths),
		cmocka_unit_test(places_of_a_service),
		cmocka_unit_test(bad_places_are_refused),
		cmocka_unit_test(service_path_may_be_the_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
