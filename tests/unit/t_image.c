#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/image.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX64

struct sample {
	const char *text, *repository, *tag, *digest;
};

static void references_are_split(void **state)
{
	static const struct sample good[] = {
		{"nginx", "nginx", "", ""},
		{"nginx:1.2", "nginx", "1.2", ""},
		{"localhost:5000", "localhost", "5000", ""},
		{"localhost:5000/a", "localhost:5000/a", "", ""},
		{"registry:5000/a/b", "registry:5000/a/b", "", ""},
		{"registry:5000/a/b:v1", "registry:5000/a/b", "v1", ""},
		{"registry.example.com/shop/web@" DIGEST, "registry.example.com/shop/web", "",
			DIGEST},
		{"a.b:1/c:v1@" DIGEST, "a.b:1/c", "v1", DIGEST},
		{"x@sha512:" HEX64 HEX64, "x", "", "sha512:" HEX64 HEX64},
		{"[2001:db8::1]:443/a/b:V_1.-", "[2001:db8::1]:443/a/b", "V_1.-", ""},
		{"Registry.Example.com/a__b/c---d/e.f_g", "Registry.Example.com/a__b/c---d/e.f_g",
			"", ""},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(good); i++) {
		struct sg_image image = {0};

		if (!sg_image_parse(sg_str_of(good[i].text), &image))
			fail_msg("%s", good[i].text);
		if (!sg_str_is(image.repository, good[i].repository) ||
			!sg_str_is(image.tag, good[i].tag) ||
			!sg_str_is(image.digest, good[i].digest))
			fail_msg("%s: %.*s %.*s %.*s", good[i].text, SG_STR_ARG(image.repository),
				SG_STR_ARG(image.tag), SG_STR_ARG(image.digest));
	}
}

static void other_texts_are_no_references(void **state)
{
	static const char *const bad[] = {"", ":", "@", "/", "a/", "/a", "a//b", "A", "a:", "a:b:c",
		"a@", "a@sha256:abc", "a@md5:" HEX64, "a@" DIGEST "0", "a@" DIGEST "@" DIGEST,
		"a b", "a:v 1", "a:-x", "a:.x", "a___b", "a..b", "-a", "a-", "a_", "a._b",
		"https://a.b/c", "a.b:port/c", "a.b:123456/c", "a.b:/c", "-a.b/c", "a-.b/c",
		"[::1/c", "[::1]", "a.b/C", "a:\xc3\xa4", "{{ .Values.image }}", "a/b:v1/c",
		"a@sha256:"
		"ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef0123456789"};
	static const char long_name[] = "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/"
					"a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/"
					"a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/"
					"a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/"
					"a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/"
					"a/a/a/a/a/a/a/a/a/a/a/aaaaaaa";
	struct sg_image image = {0};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(bad); i++)
		if (sg_image_parse(sg_str_of(bad[i]), &image))
			fail_msg("\"%s\" passed", bad[i]);
	assert_true(strlen(long_name) > 255);
	assert_false(sg_image_parse(sg_str_of(long_name), &image));
	assert_true(sg_image_parse(sg_str_sub(sg_str_of(long_name), 0, 255), &image));
	assert_false(sg_image_parse((struct sg_str){"a\0b", 3}, &image));
}

static void tags_and_digests(void **state)
{
	char tag[130];

	(void)state;
	memset(tag, 'x', sizeof(tag));
	assert_true(sg_image_tag_ok((struct sg_str){tag, 128}));
	assert_false(sg_image_tag_ok((struct sg_str){tag, 129}));
	assert_true(sg_image_tag_ok(SG_STR("_")));
	assert_true(sg_image_tag_ok(SG_STR("1.4.2-rc.1_x")));
	assert_false(sg_image_tag_ok(SG_STR("")));
	assert_false(sg_image_tag_ok(SG_STR("-x")));
	assert_false(sg_image_tag_ok(SG_STR(".x")));
	assert_false(sg_image_tag_ok(SG_STR("x+y")));
	assert_false(sg_image_tag_ok((struct sg_str){"x\0", 2}));
	assert_true(sg_image_digest_ok(SG_STR(DIGEST)));
	assert_false(sg_image_digest_ok(SG_STR(HEX64)));
	assert_false(sg_image_digest_ok(SG_STR("sha512:" HEX64)));
}

static void repositories_are_compared(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{"nginx", "docker.io/library/nginx", true},
		{"nginx", "index.docker.io/library/nginx", true},
		{"library/nginx", "docker.io/nginx", true},
		{"team/app", "docker.io/team/app", true},
		{"r.example.com:5000/a/b", "r.example.com:5000/a/b", true},
		{"R.example.com/a", "r.example.com/a", true},
		{"r.example.com/a", "r.example.com:443/a", false},
		{"r.example.com/nginx", "r.example.com/library/nginx", false},
		{"a/b", "a/x-b", false},
		{"b", "x-b", false},
		{"b", "a/b", false},
		{"library/a/b", "a/b", false},
		{"localhost/a", "a", false},
		{"", "", false},
		{"", "nginx", false},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_str a = sg_str_of(rows[i].a), b = sg_str_of(rows[i].b);

		if (sg_image_same_repository(a, b) != rows[i].same ||
			sg_image_same_repository(b, a) != rows[i].same)
			fail_msg("%s / %s", rows[i].a, rows[i].b);
	}
}

static void a_version_is_taken_apart(void **state)
{
	static const struct {
		const char *text, *tag, *digest;
	} rows[] = {
		{"1.4.2", "1.4.2", ""},
		{"sha256:ab", "", "sha256:ab"},
		{"1.4.2@sha256:ab", "1.4.2", "sha256:ab"},
		{"@sha256:ab", "", "sha256:ab"},
		{"1.4.2@", "1.4.2", ""},
		{"", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_image_version got = sg_image_version_split(sg_str_of(rows[i].text));

		assert_true(sg_str_is(got.tag, rows[i].tag));
		assert_true(sg_str_is(got.digest, rows[i].digest));
	}
}

static void a_version_is_known(void **state)
{
	static const char *const good[] = {"1.4.2", "_", DIGEST, "1.4.2@" DIGEST};
	static const char *const bad[] = {"", "@" DIGEST, "1.4.2@", "sha256:ab", "a b", "a/b",
		"r.io/a:1", "$TAG", "1.4.2@sha256:ab", "1+2", "1@2@" DIGEST};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(good); i++)
		if (!sg_image_version_ok(sg_str_of(good[i])))
			fail_msg("%s was refused", good[i]);
	for (size_t i = 0; i < SG_COUNT(bad); i++)
		if (sg_image_version_ok(sg_str_of(bad[i])))
			fail_msg("%s was taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references_are_split),
		cmocka_unit_test(other_texts_are_no_references),
		cmocka_unit_test(tags_and_digests),
		cmocka_unit_test(repositories_are_compared),
		cmocka_unit_test(a_version_is_taken_apart),
		cmocka_unit_test(a_version_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
