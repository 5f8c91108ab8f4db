#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "scaffold/scaffold.h"

static const char *const two_services[] = {"catalog", "order"};
static const char *const two_approvers[] = {"@gitops/leads", "@maria"};

static struct sg_scaffold_values good(void)
{
	return (struct sg_scaffold_values){
		.services = two_services,
		.service_count = 2,
		.image = "registry.example.com:5000/shop",
		.url = "https://gitlab.example.com/gitops/apps.git",
		.branch = "main",
		.dev_branch = "feature/develop-1.x",
		.namespace = "argocd",
		.approvers = two_approvers,
		.approver_count = 2,
		.gitops = "gitops/apps",
		.components = "stagegate/stagegate",
		.version = "0.1.0",
		.job_image = "$CI_REGISTRY/stagegate/stagegate:0.1.0",
		.build_image = "$CI_REGISTRY_IMAGE",
	};
}

static void fills(const char *text, const char *service, const char *wanted)
{
	struct sg_scaffold_values values = good();
	SG_AUTO(sg_buf_release) struct sg_buf out = {0};

	sg_buf_init(&out, 1000);
	sg_scaffold_fill(sg_str_of(text), &values, service, &out);
	assert_string_equal(out.ptr, wanted);
}

static void markers_are_replaced(void **state)
{
	(void)state;
	fills("", NULL, "");
	fills("apps/@SERVICE@/x", "web", "apps/web/x");
	fills("@URL@", NULL, "https://gitlab.example.com/gitops/apps.git");
	fills("[@APPROVERS@]", NULL, "[\"@gitops/leads\", \"@maria\"]");
	fills("@BRANCH@ @DEV_BRANCH@@NAMESPACE@", NULL, "main feature/develop-1.xargocd");
	fills("\"@SERVICES@\" @BUILD_IMAGE@ @JOB_IMAGE@", NULL,
		"\"catalog order\" $CI_REGISTRY_IMAGE $CI_REGISTRY/stagegate/stagegate:0.1.0");
	fills("x/@COMPONENTS@/bump@@VERSION@ @GITOPS@", NULL,
		"x/stagegate/stagegate/bump@0.1.0 gitops/apps");
	fills("@IMAGE@/@SERVICE@", "order", "registry.example.com:5000/shop/order");
}

static void what_is_no_marker_stays(void **state)
{
	(void)state;
	fills("a@b.example @ @@ @SERVICE {{ .x }} @service@ @", "web",
		"a@b.example @ @@ @SERVICE {{ .x }} @service@ @");
	fills("@@SERVICE@@", "web", "@web@");
}

static void what_is_put_in_is_not_looked_at_again(void **state)
{
	(void)state;
	fills("@SERVICE@URL@", "x@", "x@URL@");
	fills("@SERVICE@", "@URL@", "@URL@");
}

static void a_file_is_made_for_each_service(void **state)
{
	static const struct sg_scaffold_file table[] = {
		{"a/@SERVICE@.yaml", {"s: @SERVICE@\n", 13}},
		{"b", {"@BRANCH@", 8}},
	};
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_scaffold_values values = good();
	struct sg_file_change *files;
	size_t count;

	(void)state;
	sg_scaffold_files(&arena, table, 2, &values, &files, &count);
	assert_int_equal(count, 3);
	assert_string_equal(files[0].path, "a/catalog.yaml");
	assert_true(sg_str_is(files[0].after, "s: catalog\n"));
	assert_string_equal(files[1].path, "a/order.yaml");
	assert_true(sg_str_is(files[1].after, "s: order\n"));
	assert_string_equal(files[2].path, "b");
	assert_true(sg_str_is(files[2].after, "main"));
	assert_int_equal(files[0].before.len, 0);
}

/* "@" with a capital letter behind it: those of approvers and versions are small. */
static bool has_marker(struct sg_str text)
{
	for (size_t i = 0; i + 1 < text.len; i++)
		if (text.ptr[i] == '@' && text.ptr[i + 1] >= 'A' && text.ptr[i + 1] <= 'Z')
			return true;
	return false;
}

/* No sign that looks like a marker is left, in no path and no text. */
static void all_known(const struct sg_scaffold_file *table, size_t count)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_scaffold_values values = good();
	struct sg_file_change *files;
	size_t made;

	sg_scaffold_files(&arena, table, count, &values, &files, &made);
	assert_true(made >= count);
	for (size_t i = 0; i < made; i++) {
		assert_null(strchr(files[i].path, '@'));
		if (has_marker(files[i].after))
			fail_msg("%s: a marker is left", files[i].path);
		assert_true(sg_str_ends(files[i].after, "\n"));
	}
}

static void every_marker_of_the_skeletons_is_known(void **state)
{
	(void)state;
	all_known(sg_scaffold_gitops, sg_scaffold_gitops_count);
	all_known(sg_scaffold_pipeline, sg_scaffold_pipeline_count);
}

static void good_values_pass(void **state)
{
	struct sg_scaffold_values values = good(), empty = {0};
	struct sg_err err = SG_ERR_INIT;

	(void)state;
	assert_int_equal(sg_scaffold_check(&values, &err), 0);
	assert_int_equal(sg_scaffold_check(&empty, &err), 0);
	values.image = "registry.example.com:5000";
	assert_int_equal(sg_scaffold_check(&values, &err), 0);
	values.url = "https://[::1]:8443/gitlab/a/b";
	assert_int_equal(sg_scaffold_check(&values, &err), 0);
}

static void refused(const struct sg_scaffold_values *values, const char *option, const char *text)
{
	struct sg_err err = SG_ERR_INIT;

	if (sg_scaffold_check(values, &err) == 0)
		fail_msg("%s took '%s'", option, text);
	if (!strstr(err.cause, option) && !strstr(err.where, option))
		fail_msg("'%s': %s: %s does not name %s", text, err.where, err.cause, option);
}

static void bad_services_are_refused(void **state)
{
	static const char *const bad[] = {"", "A", "a b", "a/b", "..", "1a", "-a", "a-", "a_b",
		"a.b", "a\nb", "@URL@", "{{x}}", "a\"b", "\xc3\xa4",
		"a123456789012345678901234567890123456789012345678901234z"};
	static const char *const twice[] = {"a", "b", "a"};
	struct sg_scaffold_values values = good();

	(void)state;
	values.service_count = 1;
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		values.services = &bad[i];
		refused(&values, "--services", bad[i]);
	}
	values.services = twice;
	values.service_count = 3;
	refused(&values, "--services", "a,b,a");
}

static void bad_texts_are_refused(void **state)
{
	static const struct {
		const char *option;
		size_t offset;
		const char *text;
	} rows[] = {
#define ROW(option, field, text) {option, offsetof(struct sg_scaffold_values, field), text}
		ROW("--image-prefix", image, ""),
		ROW("--image-prefix", image, "r.example.com/shop:1"),
		ROW("--image-prefix", image, "r.example.com/Shop"),
		ROW("--image-prefix", image, "r.example.com/shop/"),
		ROW("--image-prefix", image, "https://r.example.com"),
		ROW("--image-prefix", image, "a b"),
		ROW("--image-prefix", image, "r/\"x"),
		ROW("--gitops", url, "http://gitlab.example.com/a/b.git"),
		ROW("--gitops", url, "https://gitlab.example.com"),
		ROW("--gitops", url, "https://gitlab.example.com/"),
		ROW("--gitops", url, "https://u:p@gitlab.example.com/a"),
		ROW("--gitops", url, "https://gitlab.example.com/a?b"),
		ROW("--gitops", url, "https://gitlab.example.com/a#b"),
		ROW("--gitops", url, "https://gitlab.example.com/a\"b"),
		ROW("--gitops", url, "https://gitlab.example.com/a\\b"),
		ROW("--gitops", url, "git@gitlab.example.com:a/b.git"),
		ROW("--gitops", gitops, "apps"),
		ROW("--gitops", gitops, "a//b"),
		ROW("--gitops", gitops, "a/-b"),
		ROW("--gitops", gitops, "a/b c"),
		ROW("--gitops", gitops, "a/\"b"),
		ROW("--gitops", gitops, "http://x.example.com/a/b"),
		ROW("--components", components, "stagegate"),
		ROW("--components", components, "a/b@1"),
		ROW("--job-image", job_image, ""),
		ROW("--job-image", job_image, "a b"),
		ROW("--job-image", job_image, "a\"b"),
		ROW("--job-image", job_image, "a\nb"),
		ROW("--main-branch", branch, ""),
		ROW("--main-branch", branch, "a..b"),
		ROW("--main-branch", branch, "a b"),
		ROW("--main-branch", branch, "-a"),
		ROW("--main-branch", branch, "a\"b"),
		ROW("--main-branch", branch, "$(x)"),
		ROW("--main-branch", branch, "HEAD"),
		ROW("--dev-branch", dev_branch, "a.lock"),
		ROW("--dev-branch", dev_branch, "a#b"),
		ROW("--namespace", namespace, ""),
		ROW("--namespace", namespace, "Argo"),
		ROW("--namespace", namespace, "a.b"),
#undef ROW
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_scaffold_values values = good();

		memcpy((char *)&values + rows[i].offset, &rows[i].text, sizeof(rows[i].text));
		refused(&values, rows[i].option, rows[i].text);
	}
}

static void bad_approvers_are_refused(void **state)
{
	static const char *const bad[] = {"", "@", "maria", "@a//b", "@a/", "@a b", "@a\"", "@a]"};
	struct sg_scaffold_values values = good();

	(void)state;
	values.approver_count = 1;
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		values.approvers = &bad[i];
		refused(&values, "--approvers", bad[i]);
	}
}

/* The longest values together stay far below what a file may hold. */
static void long_values_fit(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_scaffold_values values = good();
	struct sg_err err = SG_ERR_INIT;
	struct sg_file_change *files;
	char url[1001] = "https://gitlab.example.com/";
	const char **services = sg_arena_calloc(&arena, 201, sizeof(*services));
	size_t count;

	(void)state;
	memset(url + strlen(url), 'a', sizeof(url) - strlen(url) - 1);
	url[sizeof(url) - 1] = '\0';
	for (int i = 0; i < 201; i++)
		services[i] = sg_arena_printf(&arena, "s%054d", i);
	values.url = url;
	values.services = services;
	values.service_count = 200;
	assert_int_equal(sg_scaffold_check(&values, &err), 0);
	sg_scaffold_files(
		&arena, sg_scaffold_gitops, sg_scaffold_gitops_count, &values, &files, &count);
	assert_true(count > 2000);
	values.service_count = 201;
	refused(&values, "--services", "201 of them");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markers_are_replaced),
		cmocka_unit_test(what_is_no_marker_stays),
		cmocka_unit_test(what_is_put_in_is_not_looked_at_again),
		cmocka_unit_test(a_file_is_made_for_each_service),
		cmocka_unit_test(every_marker_of_the_skeletons_is_known),
		cmocka_unit_test(good_values_pass),
		cmocka_unit_test(bad_services_are_refused),
		cmocka_unit_test(bad_texts_are_refused),
		cmocka_unit_test(bad_approvers_are_refused),
		cmocka_unit_test(long_values_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
