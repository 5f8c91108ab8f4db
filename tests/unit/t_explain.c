/* Every code is explained, nothing else is, and the texts are fit to be read at night. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/attr.h"
#include "flow/explain.h"
#include "report/json.h"
#include "report/text.h"
#include "step/catalog.h"

static void every_code_has_advice(void **state)
{
	struct sg_arena arena = {0};
	size_t count;
	const struct sg_code *codes = sg_catalog(&arena, &count);

	(void)state;
	assert_true(count > 150);
	for (size_t i = 0; i < count; i++)
		if (!sg_advice_of(codes[i].name))
			fail_msg("%s is not explained", codes[i].name);
	sg_arena_release(&arena);
}

static void no_advice_is_an_orphan(void **state)
{
	struct sg_arena arena = {0};
	size_t count, rows = 0;
	const struct sg_code *codes = sg_catalog(&arena, &count);
	const struct sg_advice *advice;

	(void)state;
	for (; (advice = sg_advice_at(rows)); rows++) {
		size_t at = 0;

		while (at < count && strcmp(codes[at].name, advice->code) != 0)
			at++;
		if (at == count)
			fail_msg("%s is explained, and no such code exists", advice->code);
		if (sg_advice_of(advice->code) != advice)
			fail_msg("%s is explained twice", advice->code);
	}
	assert_int_equal(rows, count);
	sg_arena_release(&arena);
}

/* Sentences of plain ASCII with single blanks. */
static void check_prose(const char *code, const char *text)
{
	if (!text || !*text)
		fail_msg("%s: a text is missing", code);
	if (!sg_str_ends(sg_str_of(text), "."))
		fail_msg("%s: \"%s\" is no sentence", code, text);
	if (strstr(text, "  "))
		fail_msg("%s: two blanks in \"%s\"", code, text);
	for (const char *p = text; *p; p++)
		if (*p < ' ' || *p > '~')
			fail_msg("%s: a byte that is no printable ASCII", code);
	if (strlen(text) > 400)
		fail_msg("%s: too long to be read in a hurry: \"%s\"", code, text);
}

static void check_commands(const char *code, const char *lines)
{
	static const char *const tools[] = {"argocd ", "curl ", "df ", "env ", "getent ", "git ",
		"glab ", "grep ", "helm ", "id;", "kubectl ", "ls ", "openssl ", "ssh-keygen ",
		"stagegate "};
	struct sg_str rest = sg_str_of(lines), line;

	if (!lines)
		return;
	if (!sg_str_ends(rest, "\n"))
		fail_msg("%s: the last command has no newline", code);
	while (sg_str_cut(&rest, '\n', &line)) {
		bool known = line.len == 0;

		for (size_t i = 0; i < SG_COUNT(tools); i++)
			known = known || sg_str_starts(line, tools[i]);
		if (!known)
			fail_msg("%s: \"%.*s\" is no command", code, SG_STR_ARG(line));
	}
}

static void advice_can_be_read(void **state)
{
	const struct sg_advice *advice;

	(void)state;
	for (size_t i = 0; (advice = sg_advice_at(i)); i++) {
		check_prose(advice->code, advice->means);
		check_prose(advice->code, advice->cause);
		check_prose(advice->code, advice->remedy);
		check_commands(advice->code, advice->look);
	}
}

static const struct sg_code *find(const struct sg_code *codes, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(codes[i].name, name) == 0)
			return &codes[i];
	fail_msg("the catalog has no %s", name);
	return NULL;
}

/* A name of several tables is one row; what ends nothing says so. */
static void catalog_joins_the_tables(void **state)
{
	static const struct {
		const char *name;
		unsigned kinds;
		int exit_code;
	} cases[] = {
		{"OK", 1u << SG_CODE_ERROR, 0},
		{"OUTCOME_UNKNOWN", 1u << SG_CODE_ERROR, 11},
		{"BRANCH_BUSY", 1u << SG_CODE_ERROR | 1u << SG_CODE_PROMOTION, 6},
		{"SUPERSEDED", 1u << SG_CODE_DEPLOYMENT | 1u << SG_CODE_PROMOTION, 1},
		{"DEPLOYED", 1u << SG_CODE_DEPLOYMENT, 0},
		{"NEEDS_PRUNE", 1u << SG_CODE_DEPLOYMENT | 1u << SG_CODE_WARNING, 1},
		{"IMAGE_NOT_SEEN", 1u << SG_CODE_GATE | 1u << SG_CODE_WARNING, 1},
		{"SOAKING", 1u << SG_CODE_GATE, 75},
		{"APPROVED", 1u << SG_CODE_GATE, SG_CODE_ENDS_NOTHING},
		{"PUBLISHABLE", 1u << SG_CODE_PROMOTION, SG_CODE_ENDS_NOTHING},
		{"MR_CHECKING", 1u << SG_CODE_PROMOTION | 1u << SG_CODE_REQUEST, 8},
		{"MR_DRAFT", 1u << SG_CODE_REQUEST, SG_CODE_ENDS_NOTHING},
		{"FINDINGS", 1u << SG_CODE_OUTCOME, 3},
		{"READ_ONLY", 1u << SG_CODE_WARNING, SG_CODE_ENDS_NOTHING},
	};
	struct sg_arena arena = {0};
	size_t count;
	const struct sg_code *codes = sg_catalog(&arena, &count);

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		const struct sg_code *code = find(codes, count, cases[i].name);

		assert_int_equal(code->kinds, cases[i].kinds);
		assert_int_equal(code->exit_code, cases[i].exit_code);
	}
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(codes[i].name, codes[k].name);
	sg_arena_release(&arena);
}

struct run {
	struct sg_arena arena;
	struct sg_report report;
	struct sg_err err;
	struct sg_buf text;
	int rc;
};

static void explain(struct run *run, const char *const *names)
{
	const struct sg_report_style style = {.colour = false};
	size_t count = 0;

	*run = (struct run){.err = SG_ERR_INIT};
	while (names[count])
		count++;
	sg_report_init(&run->report, &run->arena, "explain");
	run->rc = sg_flow_explain(names, count, &run->report, &run->err);
	sg_buf_init(&run->text, 1u << 20);
	if (run->rc == 0)
		sg_report_text(&run->report, &style, &run->text);
}

static void done(struct run *run)
{
	sg_buf_release(&run->text);
	sg_arena_release(&run->arena);
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void one_code_in_full(void **state)
{
	struct run run;

	(void)state;
	explain(&run, NAMES("mr-draft"));
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.report.exit_code, 0);
	assert_string_equal(run.text.ptr,
		"MR_DRAFT (merge request): it is a draft; somebody has to mark it as ready\n"
		"\n"
		"  means   It is a draft.\n"
		"  why     Somebody marked it so, to hold it back.\n"
		"  do      Ask who did; mark it as ready.\n"
		"  look    glab mr update IID --ready -R PROJECT\n");
	done(&run);
}

static void several_codes_in_any_spelling(void **state)
{
	struct run run;

	(void)state;
	explain(&run, NAMES("soaking", "Branch_Busy"));
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.report.code_count, 2);
	assert_non_null(strstr(run.text.ptr, "SOAKING (gate, exit 75): "));
	assert_non_null(strstr(run.text.ptr, "\n\nBRANCH_BUSY (error, promotion, exit 6): "));
	done(&run);
}

static void without_a_code_all_are_listed(void **state)
{
	struct run run;
	size_t count;
	const struct sg_code *codes;

	(void)state;
	explain(&run, NAMES(NULL));
	codes = sg_catalog(&run.arena, &count);
	assert_int_equal(run.report.code_count, count);
	for (size_t i = 0; i < count; i++)
		assert_non_null(strstr(run.text.ptr, codes[i].name));
	assert_true(sg_str_starts(sg_buf_str(&run.text), "error:\n  OK  "));
	assert_non_null(strstr(run.text.ptr, "\n\nmerge request:\n  MR_MERGEABLE             -  "));
	assert_null(strstr(run.text.ptr, "means"));
	done(&run);
}

static void an_exit_status_lists_its_codes(void **state)
{
	struct run run;

	(void)state;
	explain(&run, NAMES("11"));
	assert_int_equal(run.rc, 0);
	assert_string_equal(run.text.ptr,
		"error:\n"
		"  OUTCOME_UNKNOWN         11  the server may or may not have done it\n");
	done(&run);
	explain(&run, NAMES("75"));
	assert_non_null(strstr(run.text.ptr, "\n  SOAKING                 75  "));
	assert_null(strstr(run.text.ptr, "SOAKED"));
	done(&run);
	explain(&run, NAMES("143"));
	assert_int_equal(run.report.code_count, 1);
	assert_string_equal(run.report.codes[0].name, "CANCELLED");
	done(&run);
	explain(&run, NAMES("12"));
	assert_int_equal(run.rc, -1);
	assert_int_equal(run.err.reason, SG_R_USAGE);
	assert_string_equal(run.err.cause, "no run ends with exit status 12");
	done(&run);
	explain(&run, NAMES("256"));
	assert_int_equal(run.rc, -1);
	done(&run);
	explain(&run, NAMES("99999999999999999999999"));
	assert_int_equal(run.rc, -1);
	done(&run);
}

static void an_unknown_code_names_the_nearest(void **state)
{
	struct run run;

	(void)state;
	explain(&run, NAMES("SYNC_FAILED", "sync_faild"));
	assert_int_equal(run.rc, -1);
	assert_int_equal(run.err.reason, SG_R_USAGE);
	assert_string_equal(run.err.cause, "there is no code 'sync_faild'");
	assert_string_equal(run.err.hint, "did you mean SYNC_FAILED?");
	done(&run);
	explain(&run, NAMES("xyzzy"));
	assert_int_equal(run.rc, -1);
	assert_string_equal(run.err.hint, "stagegate explain lists the codes");
	done(&run);
	explain(&run, NAMES(""));
	assert_int_equal(run.rc, -1);
	done(&run);
}

static void json_has_all_of_it(void **state)
{
	struct run run;

	(void)state;
	explain(&run, NAMES("approvals_missing"));
	sg_buf_reset(&run.text);
	sg_report_json(&run.report, NULL, &run.text);
	assert_non_null(strstr(run.text.ptr, "\"code\": \"APPROVALS_MISSING\""));
	assert_non_null(strstr(run.text.ptr, "\"exit_code\": 75"));
	assert_non_null(strstr(run.text.ptr, "\"remedy\": \"Ask somebody of"));
	assert_non_null(strstr(run.text.ptr, "\"stagegate gate SERVICE --to ENVIRONMENT\""));
	done(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_advice),
		cmocka_unit_test(no_advice_is_an_orphan),
		cmocka_unit_test(advice_can_be_read),
		cmocka_unit_test(catalog_joins_the_tables),
		cmocka_unit_test(one_code_in_full),
		cmocka_unit_test(several_codes_in_any_spelling),
		cmocka_unit_test(without_a_code_all_are_listed),
		cmocka_unit_test(an_exit_status_lists_its_codes),
		cmocka_unit_test(an_unknown_code_names_the_nearest),
		cmocka_unit_test(json_has_all_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
