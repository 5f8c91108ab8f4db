/* io/ca.h: which file is trusted, and what is said when it cannot be. */
#include <stdio.h>
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "io/ca.h"
#include "io/fs.h"

#define CERT(name) "# " name "\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

static struct sg_arena arena;
static const char *dir;

static const char *file(const char *name, const char *text)
{
	const char *path = sg_arena_printf(&arena, "%s/%s", dir, name);
	struct sg_err err;

	assert_int_equal(sg_fs_write(path, sg_str_of(text), 0600, &err), 0);
	return path;
}

static int set_up(void **state)
{
	struct sg_err err;

	(void)state;
	return sg_fs_tempdir(&arena, NULL, &dir, &err);
}

static int tear_down(void **state)
{
	(void)state;
	sg_fs_rmtree(dir);
	sg_arena_release(&arena);
	return 0;
}

/* Loads; WORDS must be in the PEM, in order, and FROM is where it came from. */
static void loads(const char *const *pairs, const char *option, const char *word, const char *from)
{
	const struct sg_env *env = sg_env_fixed(&arena, pairs);
	struct sg_err err = SG_ERR_INIT;
	const char *got_from;
	struct sg_buf pem;

	sg_buf_init(&pem, 1000);
	if (sg_ca_load(&arena, env, option, &pem, &got_from, &err) < 0)
		fail_msg("%s: %s", err.where, err.cause);
	assert_string_equal(got_from, from);
	if (!strstr(pem.ptr, word))
		fail_msg("no %s in %s", word, pem.ptr);
	sg_buf_release(&pem);
}

static void refuses(const char *const *pairs, const char *option, enum sg_reason reason,
	const char *where, const char *cause)
{
	const struct sg_env *env = sg_env_fixed(&arena, pairs);
	struct sg_err err = SG_ERR_INIT;
	const char *from;
	struct sg_buf pem;

	sg_buf_init(&pem, 1000);
	assert_int_equal(sg_ca_load(&arena, env, option, &pem, &from, &err), -1);
	assert_int_equal(err.reason, reason);
	assert_non_null(strstr(err.where, where));
	assert_non_null(strstr(err.cause, cause));
	sg_buf_release(&pem);
}

static void the_first_that_is_named_wins(void **state)
{
	const char *names[] = {"STAGEGATE_CA_FILE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"};
	const char *pairs[7];
	const char *option = file("option", CERT("option"));

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		pairs[2 * i] = names[i];
		pairs[2 * i + 1] = file(names[i], sg_arena_printf(&arena, CERT("%s"), names[i]));
	}
	pairs[6] = NULL;
	loads(pairs, option, "# option", option);
	for (size_t i = 0; i < 3; i++)
		loads(pairs + 2 * i, NULL, names[i], pairs[2 * i + 1]);
	loads(pairs, "", "STAGEGATE_CA_FILE", pairs[1]);
}

static void an_empty_variable_names_nothing(void **state)
{
	const char *path = file("curl", CERT("curl"));
	const char *const pairs[] = {"STAGEGATE_CA_FILE", "", "CURL_CA_BUNDLE", path, NULL};

	(void)state;
	loads(pairs, NULL, "# curl", path);
}

static void a_directory_is_read_by_hash_names(void **state)
{
	const char *folder = sg_arena_printf(&arena, "%s/hashed", dir);
	const char *const pairs[] = {"SSL_CERT_DIR", folder, NULL};

	(void)state;
	assert_int_equal(mkdir(folder, 0700), 0);
	(void)file("hashed/plain.pem", CERT("plain"));
	loads(pairs, NULL, "# plain", folder);
	(void)file("hashed/0a1b2c3d.0", CERT("hashed"));
	loads(pairs, NULL, "# hashed", folder);
}

static void the_ci_servers_own_is_added(void **state)
{
	const char *ci = file("ci", CERT("ci")), *own = file("own", CERT("own"));
	const char *const pairs[] = {"CI_SERVER_TLS_CA_FILE", ci, "STAGEGATE_CA_FILE", own, NULL};
	const char *both = sg_arena_printf(&arena, "%s and %s", own, ci);

	(void)state;
	loads(pairs, NULL, "# own", both);
	loads(pairs, NULL, "# ci", both);
}

static void a_named_file_must_be_good(void **state)
{
	const char *none = sg_arena_printf(&arena, "%s/none", dir);
	const char *key = file("key", "-----BEGIN PRIVATE KEY-----\n");
	const char *good = file("good", CERT("good"));
	const char *const nothing[] = {NULL};
	const char *const absent[] = {"SSL_CERT_FILE", none, NULL};
	const char *const wrong[] = {"CURL_CA_BUNDLE", key, NULL};
	const char *const ci[] = {"CI_SERVER_TLS_CA_FILE", key, "STAGEGATE_CA_FILE", good, NULL};
	const char *const folders[] = {"SSL_CERT_DIR", none, NULL};

	(void)state;
	refuses(nothing, none, SG_R_FILE_NOT_FOUND, "--ca-file", none);
	refuses(nothing, key, SG_R_CONFIG_INVALID, "--ca-file", "no certificate");
	refuses(absent, NULL, SG_R_FILE_NOT_FOUND, "SSL_CERT_FILE", none);
	refuses(wrong, NULL, SG_R_CONFIG_INVALID, "CURL_CA_BUNDLE", key);
	refuses(ci, NULL, SG_R_CONFIG_INVALID, "CI_SERVER_TLS_CA_FILE", key);
	refuses(folders, NULL, SG_R_LOCAL_IO, "", none);
	refuses(nothing, file("big", sg_arena_printf(&arena, "%02000d" CERT("big"), 0)),
		SG_R_TOO_LARGE, "--ca-file", "1000 bytes");
}

static void no_store_is_no_error(void **state)
{
	const char *const nothing[] = {NULL};
	const struct sg_env *env = sg_env_fixed(&arena, nothing);
	struct sg_err err = SG_ERR_INIT;
	const char *from;
	struct sg_buf pem;

	(void)state;
	sg_buf_init(&pem, (size_t)8 << 20);
	assert_int_equal(sg_ca_load(&arena, env, NULL, &pem, &from, &err), 0);
	assert_true((pem.len > 0) == (*from != '\0')); /* the machine has one, or it has none */
	sg_buf_release(&pem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_that_is_named_wins),
		cmocka_unit_test(an_empty_variable_names_nothing),
		cmocka_unit_test(a_directory_is_read_by_hash_names),
		cmocka_unit_test(the_ci_servers_own_is_added),
		cmocka_unit_test(a_named_file_must_be_good),
		cmocka_unit_test(no_store_is_no_error),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
