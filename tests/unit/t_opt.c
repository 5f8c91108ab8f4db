/* The option table: every command's rows are sound, and argv, environment and fallbacks meet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "cmd/table.h"

struct args {
	const char *text;
	const char *form;
	struct sg_opt_list items;
	int64_t time_ms;
	int64_t every_ms;
	bool flag;
};

static const struct sg_opt rows[] = {
	SG_STRING(struct args, text, "some-text", "TEXT", "a text"),
	SG_CHOICE(struct args, form, "form", "text", "text json", "a form"),
	SG_LIST(struct args, items, "item", "ITEM", "an item"),
	SG_DURATION(struct args, time_ms, "time", "20s", "a time"),
	SG_FLAG(struct args, flag, "flag", "a flag"),
	SG_PERIOD(struct args, every_ms, "every", "20s", "how often"),
};
static const struct sg_opt_set sets[] = {{"Options", rows, SG_COUNT(rows), 0}};
static const struct sg_cmd cmd = {
	.name = "probe",
	.summary = "s",
	.words = "",
	.words_env = "PROBE_WORDS",
	.details = "d",
	.sets = sets,
	.set_count = 1,
	.args_size = sizeof(struct args),
};

struct parsed {
	struct sg_arena arena;
	struct args args;
	struct sg_words words;
	struct sg_err err;
	bool help;
	int rc;
};

static void parse(struct parsed *p, const char *const *env_pairs, const char *const *argv)
{
	static const char *const no_env[] = {NULL};
	int argc = 0;

	*p = (struct parsed){.rc = 0};
	while (argv[argc])
		argc++;
	p->rc = sg_opt_parse(&cmd, sg_env_fixed(&p->arena, env_pairs ? env_pairs : no_env), argc,
		argv, &p->arena, &p->args, &p->words, &p->help, &p->err);
}

#define ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_a_list_adds_up(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, NULL, ARGV("--item", "a b", "word", "--item=", "--item", "--flag"));
	assert_int_equal(p.rc, 0);
	assert_int_equal(p.args.items.count, 3);
	assert_string_equal(p.args.items.items[0], "a b");
	assert_string_equal(p.args.items.items[1], "");
	assert_string_equal(p.args.items.items[2], "--flag");
	assert_int_equal(p.words.count, 1);
	sg_arena_release(&p.arena);

	parse(&p, NULL, ARGV("--item"));
	assert_int_equal(p.rc, -1);
	sg_arena_release(&p.arena);
}

static void test_a_list_from_the_environment(void **state)
{
	static const char *const env[] = {"STAGEGATE_ITEM", "a b\r\n\nc=d\n", NULL};
	struct parsed p;

	(void)state;
	parse(&p, env, ARGV("word"));
	assert_int_equal(p.args.items.count, 2);
	assert_string_equal(p.args.items.items[0], "a b");
	assert_string_equal(p.args.items.items[1], "c=d");
	sg_arena_release(&p.arena);

	parse(&p, env, ARGV("--item", "x"));
	assert_int_equal(p.args.items.count, 1);
	assert_string_equal(p.args.items.items[0], "x");
	sg_arena_release(&p.arena);
}

static void test_all_tables_are_sound(void **state)
{
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);

	(void)state;
	assert_true(count >= 4);
	for (size_t i = 0; i < count; i++) {
		const char *bad = sg_opt_audit(cmds[i]);

		if (bad)
			fail_msg("%s: %s", cmds[i]->name, bad);
	}
}

static void test_audit_finds_contradictions(void **state)
{
	static const struct sg_opt twice[] = {
		SG_FLAG(struct args, flag, "flag", "a"), SG_FLAG(struct args, flag, "flag", "b")};
	static const struct sg_opt mute[] = {SG_FLAG(struct args, flag, "flag", "")};
	static const struct sg_opt odd[] = {
		SG_CHOICE(struct args, form, "form", "xml", "text json", "a form")};
	static const struct {
		const struct sg_opt *opts;
		size_t count;
	} bad[] = {{twice, 2}, {mute, 1}, {odd, 1}};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		const struct sg_opt_set set = {"Options", bad[i].opts, bad[i].count, 0};
		struct sg_cmd probe = cmd;

		probe.sets = &set;
		assert_non_null(sg_opt_audit(&probe));
	}
}

static void test_argv_beats_environment_beats_fallback(void **state)
{
	const char *const env[] = {"STAGEGATE_SOME_TEXT", "from env", "STAGEGATE_TIME", "1m", NULL};
	struct parsed p;

	(void)state;
	parse(&p, env, ARGV("word", "--time=2m", "--flag", "other"));
	assert_int_equal(p.rc, 0);
	assert_string_equal(p.args.text, "from env");
	assert_int_equal(p.args.time_ms, 120000);
	assert_string_equal(p.args.form, "text");
	assert_true(p.args.flag);
	assert_int_equal(p.words.count, 2);
	assert_string_equal(p.words.items[1], "other");
	sg_arena_release(&p.arena);
}

static void test_words_from_the_environment(void **state)
{
	const char *const env[] = {"PROBE_WORDS", " a=1.2.3\tb\n $(c) ;x ", NULL};
	const char *const blank[] = {"PROBE_WORDS", " \n", NULL};
	struct parsed p;

	(void)state;
	parse(&p, env, ARGV("--flag"));
	assert_int_equal(p.rc, 0);
	assert_int_equal(p.words.count, 4);
	assert_string_equal(p.words.items[0], "a=1.2.3");
	assert_string_equal(p.words.items[1], "b");
	assert_string_equal(p.words.items[2], "$(c)");
	assert_string_equal(p.words.items[3], ";x");
	sg_arena_release(&p.arena);
	parse(&p, env, ARGV("mine"));
	assert_int_equal(p.words.count, 1);
	assert_string_equal(p.words.items[0], "mine");
	sg_arena_release(&p.arena);
	parse(&p, blank, ARGV("--flag"));
	assert_int_equal(p.rc, 0);
	assert_int_equal(p.words.count, 0);
	sg_arena_release(&p.arena);
}

static void test_flags_from_the_environment(void **state)
{
	const char *const env[] = {"STAGEGATE_FLAG", "true", NULL};
	const char *const bad[] = {"STAGEGATE_FLAG", "maybe", NULL};
	struct parsed p;

	(void)state;
	parse(&p, env, ARGV("--no-flag"));
	assert_int_equal(p.rc, 0);
	assert_false(p.args.flag);
	sg_arena_release(&p.arena);
	parse(&p, bad, ARGV("x"));
	assert_int_equal(p.rc, -1);
	assert_int_equal(p.err.reason, SG_R_USAGE);
	assert_non_null(strstr(p.err.cause, "STAGEGATE_FLAG"));
	sg_arena_release(&p.arena);
}

static void refused(const char *const *argv, const char *words)
{
	struct parsed p;

	parse(&p, NULL, argv);
	assert_int_equal(p.rc, -1);
	assert_int_equal(p.err.reason, SG_R_USAGE);
	if (!strstr(p.err.cause, words) && !strstr(p.err.hint, words))
		fail_msg("'%s' / '%s' does not say '%s'", p.err.cause, p.err.hint, words);
	sg_arena_release(&p.arena);
}

static void test_bad_words_are_named(void **state)
{
	(void)state;
	refused(ARGV("--tme", "3s"), "--time");
	refused(ARGV("--time", "soon"), "soon");
	refused(ARGV("--time"), "TIME");
	refused(ARGV("--every", "0"), "a time above zero");
	refused(ARGV("--every=0ms"), "a time above zero");
	refused(ARGV("--form", "xml"), "'xml' is not one of text, json");
	refused(ARGV("--some-text", ""), "--some-text is empty");
	refused(ARGV("--some-text="), "--some-text is empty");
	refused(ARGV("-x"), "-x");
	refused(ARGV("--no-some-text"), "no-some-text");
	refused(ARGV("--flag=perhaps"), "perhaps");
}

static void test_what_stands_behind_an_error_is_read(void **state)
{
	static const char *const env[] = {
		"STAGEGATE_TIME", "soon", "STAGEGATE_FORM", "xml", "STAGEGATE_ITEM", "a", NULL};
	struct parsed p;

	(void)state;
	parse(&p, NULL, ARGV("--absent", "-x", "--time", "1s", "--help", "--form=json"));
	assert_int_equal(p.rc, -1);
	assert_non_null(strstr(p.err.cause, "--absent"));
	assert_string_equal(p.args.form, "json");
	assert_int_equal(p.args.time_ms, 1000);
	assert_false(p.help);
	sg_arena_release(&p.arena);

	parse(&p, env, ARGV("--form", "json"));
	assert_int_equal(p.rc, -1);
	assert_non_null(strstr(p.err.cause, "STAGEGATE_"));
	assert_string_equal(p.args.form, "json");
	assert_int_equal(p.args.items.count, 1);
	sg_arena_release(&p.arena);
}

static void test_a_period_is_no_moment(void **state)
{
	static const char *const env[] = {"STAGEGATE_EVERY", "0s", NULL};
	struct parsed p;

	(void)state;
	parse(&p, NULL, ARGV("--every", "1ms"));
	assert_int_equal(p.rc, 0);
	assert_int_equal(p.args.every_ms, 1);
	sg_arena_release(&p.arena);
	parse(&p, env, ARGV("x"));
	assert_int_equal(p.err.reason, SG_R_USAGE);
	sg_arena_release(&p.arena);
}

static void test_two_dashes_end_the_options(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, NULL, ARGV("--", "--flag", "-"));
	assert_int_equal(p.rc, 0);
	assert_int_equal(p.words.count, 2);
	assert_false(p.args.flag);
	sg_arena_release(&p.arena);
}

static void test_help_stops(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, NULL, ARGV("word", "--help", "--unknown"));
	assert_int_equal(p.rc, 0);
	assert_true(p.help);
	sg_arena_release(&p.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_tables_are_sound),
		cmocka_unit_test(test_a_list_adds_up),
		cmocka_unit_test(test_a_list_from_the_environment),
		cmocka_unit_test(test_audit_finds_contradictions),
		cmocka_unit_test(test_argv_beats_environment_beats_fallback),
		cmocka_unit_test(test_words_from_the_environment),
		cmocka_unit_test(test_flags_from_the_environment),
		cmocka_unit_test(test_bad_words_are_named),
		cmocka_unit_test(test_what_stands_behind_an_error_is_read),
		cmocka_unit_test(test_a_period_is_no_moment),
		cmocka_unit_test(test_two_dashes_end_the_options),
		cmocka_unit_test(test_help_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
