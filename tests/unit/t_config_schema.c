/*
 * docs/stagegate.schema.json and the reference in docs/configuration.md are what the table says.
 * `t_config_schema --write`, from the root of the checkout, writes both anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "config/load.h"
#include "config/schema.h"
#include "config/schema_doc.h"

#define SCHEMA_FILE "docs/stagegate.schema.json"
#define DOC_FILE "docs/configuration.md"
#define BEGIN "<!-- written by `t_config_schema --write`; edit src/config/schema.c instead -->\n"
#define END "<!-- end -->\n"

static bool read_file(const char *path, struct sg_buf *out)
{
	char piece[4096];
	FILE *file = fopen(path, "rb");
	size_t n;

	sg_buf_init(out, 1 << 20);
	if (!file)
		return false;
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		sg_buf_add(out, piece, n);
	return fclose(file) == 0;
}

/* DOC with the generated part replaced. */
static void with_reference(struct sg_buf *doc)
{
	struct sg_buf reference;
	long begin = sg_str_search(sg_buf_str(doc), BEGIN);
	long end = sg_str_search(sg_buf_str(doc), END);

	assert_true(begin >= 0 && end > begin);
	sg_buf_init(&reference, 1 << 20);
	sg_buf_adds(&reference, "\n");
	sg_config_schema_markdown(&reference);
	sg_buf_adds(&reference, "\n");
	sg_buf_splice(doc, (size_t)begin + strlen(BEGIN), (size_t)end, sg_buf_str(&reference));
	sg_buf_release(&reference);
}

static void schema_is_current(void **state)
{
	struct sg_buf file, want;

	(void)state;
	assert_true(read_file(SCHEMA_FILE, &file));
	sg_buf_init(&want, 1 << 20);
	sg_config_schema_json(&want);
	assert_string_equal(file.ptr, want.ptr);
	sg_buf_release(&file);
	sg_buf_release(&want);
}

static void reference_is_current(void **state)
{
	struct sg_buf file, want;

	(void)state;
	assert_true(read_file(DOC_FILE, &file));
	sg_buf_init(&want, 1 << 20);
	sg_buf_addstr(&want, sg_buf_str(&file));
	with_reference(&want);
	assert_string_equal(file.ptr, want.ptr);
	sg_buf_release(&file);
	sg_buf_release(&want);
}

/* Each ```yaml block of the documentation that is a whole configuration loads. */
static void examples_load(void **state)
{
	struct sg_buf file;
	struct sg_str rest;
	int loaded = 0;
	long at;

	(void)state;
	assert_true(read_file(DOC_FILE, &file));
	rest = sg_buf_str(&file);
	while ((at = sg_str_search(rest, "```yaml\n")) >= 0) {
		struct sg_arena arena = {0};
		struct sg_policy policy;
		struct sg_err err = SG_ERR_INIT;
		struct sg_str text;

		rest = sg_str_sub(rest, (size_t)at + strlen("```yaml\n"), rest.len);
		at = sg_str_search(rest, "```");
		assert_true(at >= 0);
		text = sg_str_sub(rest, 0, (size_t)at);
		rest = sg_str_sub(rest, (size_t)at + 3, rest.len);
		if (!sg_str_starts(text, "version:"))
			continue;
		if (sg_config_load(&arena, DOC_FILE, text, &policy, &err) < 0)
			fail_msg("%s", err.cause);
		sg_arena_release(&arena);
		loaded++;
	}
	assert_int_equal(loaded, 2);
	sg_buf_release(&file);
}

/* The table itself: every row is complete and no key is there twice. */
static void audit(const struct sg_config_map *map)
{
	assert_non_null(map->doc);
	assert_true(map->size > 0);
	for (size_t i = 0; i < map->key_count; i++) {
		const struct sg_config_key *key = &map->keys[i];
		bool is_map = key->type == SG_CONFIG_MAP || key->type == SG_CONFIG_MAPS;

		assert_non_null(key->name);
		assert_true(sg_str_ends(sg_str_of(key->doc), "."));
		assert_int_equal(key->words != NULL, key->type == SG_CONFIG_WORD);
		assert_int_equal(key->map != NULL, is_map);
		assert_true(!key->only || map->tag);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(map->keys[k].name, key->name);
		if (is_map)
			audit(key->map);
	}
}

static void table_is_sound(void **state)
{
	(void)state;
	audit(sg_config_schema());
}

static void formats_are_told_apart(void **state)
{
	static const struct {
		enum sg_config_format format;
		const char *text;
		bool good;
	} cases[] = {
		{SG_FORMAT_LINE, "any text {", true},
		{SG_FORMAT_LINE, "", false},
		{SG_FORMAT_LINE, "a\tb", false},
		{SG_FORMAT_LINE, "a\x1b[0m", false},
		{SG_FORMAT_LINE, "\xFF", false},
		{SG_FORMAT_BRANCH, "feature/x-1", true},
		{SG_FORMAT_BRANCH, "a b", false},
		{SG_FORMAT_BRANCH, "/a", false},
		{SG_FORMAT_BRANCH, "a/", false},
		{SG_FORMAT_BRANCH, "a//b", false},
		{SG_FORMAT_BRANCH, "a/.b", false},
		{SG_FORMAT_BRANCH, "a.lock", false},
		{SG_FORMAT_BRANCH, "a.lock/b", false},
		{SG_FORMAT_BRANCH, "a@{b", false},
		{SG_FORMAT_BRANCH, "@", false},
		{SG_FORMAT_BRANCH, "HEAD", false},
		{SG_FORMAT_BRANCH, "-a", false},
		{SG_FORMAT_BRANCH, "a.", false},
		{SG_FORMAT_BRANCH, "a^b", false},
		{SG_FORMAT_TEMPLATE, "{service}-{env}/{short}", true},
		{SG_FORMAT_TEMPLATE, "{}", false},
		{SG_FORMAT_TEMPLATE, "{service", false},
		{SG_FORMAT_TEMPLATE, "service}", false},
		{SG_FORMAT_TEMPLATE, "{{service}}", false},
		{SG_FORMAT_TEMPLATE, "{tag}", false},
		{SG_FORMAT_TEMPLATE, "{a-very-long-placeholder}", false},
		{SG_FORMAT_SUBJECT, "{service} {env} {tag} {from}", true},
		{SG_FORMAT_SUBJECT, "{short}", false},
		{SG_FORMAT_LABEL, "argo-cd", true},
		{SG_FORMAT_LABEL, "argo.cd", false},
		{SG_FORMAT_LABEL, "-a", false},
		{SG_FORMAT_LABEL, "A", false},
		{SG_FORMAT_APPROVERS, "@a/b/c", true},
		{SG_FORMAT_APPROVERS, "@", false},
		{SG_FORMAT_APPROVERS, "@a//b", false},
		{SG_FORMAT_APPROVERS, "a", false},
		{SG_FORMAT_PERSON, " x", false},
		{SG_FORMAT_EMAIL, "a@b", true},
		{SG_FORMAT_EMAIL, "a@b@c", false},
		{SG_FORMAT_EMAIL, "@b", false},
		{SG_FORMAT_EMAIL, "a@", false},
		{SG_FORMAT_EMAIL, "a b@c", false},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++)
		if (sg_config_format_ok(cases[i].format, sg_str_of(cases[i].text)) != cases[i].good)
			fail_msg("row %zu: %s", i, cases[i].text);
}

static int write_file(const char *path, const struct sg_buf *text)
{
	FILE *file = fopen(path, "wb");

	if (!file)
		return 1;
	(void)fwrite(text->ptr, 1, text->len, file);
	return fclose(file) != 0;
}

static int write_all(void)
{
	struct sg_buf schema, doc;
	int failed;

	sg_buf_init(&schema, 1 << 20);
	sg_config_schema_json(&schema);
	if (!read_file(DOC_FILE, &doc))
		return 1;
	with_reference(&doc);
	failed = write_file(SCHEMA_FILE, &schema) | write_file(DOC_FILE, &doc);
	sg_buf_release(&schema);
	sg_buf_release(&doc);
	return failed;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schema_is_current),
		cmocka_unit_test(reference_is_current),
		cmocka_unit_test(examples_load),
		cmocka_unit_test(table_is_sound),
		cmocka_unit_test(formats_are_told_apart),
	};

	if (argc > 1 && strcmp(argv[1], "--write") == 0)
		return write_all();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
