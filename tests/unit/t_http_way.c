/* Which proxy is told for a URL; the real client's own way is tested in t_http_proxy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "io/http_proxy.h"

#define URL "https://gitlab.example.com:8443/x"

static const struct row {
	const char *url, *named, *want;
	const char *env[8];
} rows[] = {
	{URL, NULL, NULL, {NULL}},
	{URL, NULL, "http://p:1", {"https_proxy", "http://p:1", NULL}},
	{URL, NULL, "http://p:1", {"HTTPS_PROXY", "http://p:1", NULL}},
	{URL, NULL, "http://low:1",
		{"HTTPS_PROXY", "http://up:1", "https_proxy", "http://low:1", NULL}},
	{URL, NULL, "p:1", {"all_proxy", "p:1", NULL}},
	{URL, NULL, "p:1", {"ALL_PROXY", "p:1", NULL}},
	{URL, NULL, NULL, {"http_proxy", "http://p:1", NULL}},
	{URL, NULL, NULL, {"https_proxy", "http://p:1", "no_proxy", ".example.com", NULL}},
	{URL, NULL, NULL, {"https_proxy", "http://p:1", "NO_PROXY", "*", NULL}},
	{URL, NULL, "http://p:1", {"https_proxy", "http://p:1", "no_proxy", "example.org", NULL}},
	{"https://[2001:db8::1]/", NULL, NULL,
		{"https_proxy", "http://p:1", "no_proxy", "2001:db8::1", NULL}},
	{"https://127.0.0.1:8443/", NULL, NULL, {"https_proxy", "http://p:1", NULL}},
	{"https://localhost/", NULL, NULL, {"https_proxy", "http://p:1", NULL}},
	{URL, "socks5://q:2", "socks5://q:2", {"https_proxy", "http://p:1", NULL}},
	{URL, "", NULL, {"https_proxy", "http://p:1", NULL}},
	/* never with what opens it */
	{URL, NULL, "http://p:1", {"https_proxy", "http://user:secret@p:1", NULL}},
	{URL, NULL, "http://p:1", {"https_proxy", "http://user:se@cret@p:1", NULL}},
	{URL, NULL, "p:1", {"https_proxy", "user:secret@p:1", NULL}},
	{URL, NULL, "http://p:1/a@b", {"https_proxy", "http://user:secret@p:1/a@b", NULL}},
	{URL, "http://user:secret@q:2", "http://q:2", {NULL}},
};

static void the_way_is_told_without_secrets(void **state)
{
	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_arena arena = {0};
		const struct sg_env *env = sg_env_fixed(&arena, rows[i].env);
		const char *got = sg_http_proxy_of(&arena, env, rows[i].url, rows[i].named);

		if (!got != !rows[i].want || (got && strcmp(got, rows[i].want) != 0))
			fail_msg("row %zu: %s instead of %s", i, got ? got : "none",
				rows[i].want ? rows[i].want : "none");
		sg_arena_release(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_is_told_without_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
