#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/policy.h"
#include "model/report.h"

static void the_worst_answer_is_the_answer(void **state)
{
	static const enum sg_result order[] = {SG_RESULT_FAILED, SG_RESULT_CONFLICT,
		SG_RESULT_INVALID, SG_RESULT_TIMEOUT, SG_RESULT_PENDING, SG_RESULT_DONE};
	static const enum sg_result good[] = {
		SG_RESULT_DONE, SG_RESULT_UNCHANGED, SG_RESULT_PLANNED};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(order); i++)
		for (size_t j = 0; j < SG_COUNT(order); j++)
			assert_int_equal(sg_result_is_worse(order[i], order[j]), i < j);
	for (size_t i = 0; i < SG_COUNT(good); i++)
		for (size_t j = 0; j < SG_COUNT(good); j++)
			assert_false(sg_result_is_worse(good[i], good[j]));
}

static void outcome_carries_its_exit_code(void **state)
{
	struct sg_arena arena = {0};
	struct sg_report report;

	(void)state;
	sg_report_init(&report, &arena, "bump");
	assert_int_equal(report.exit_code, 0);
	sg_report_end(&report, SG_RESULT_PENDING, "WAITING", "%d of %d", 1, 2);
	assert_int_equal(report.exit_code, 75);
	assert_string_equal(report.sentence, "1 of 2");
	assert_string_equal(sg_result_name(report.result), "pending");
	assert_int_equal(sg_result_exit(SG_RESULT_DONE), 0);
	assert_int_equal(sg_result_exit(SG_RESULT_UNCHANGED), 0);
	assert_int_equal(sg_result_exit(SG_RESULT_PLANNED), 0);
	assert_int_equal(sg_result_exit(SG_RESULT_FAILED), 1);
	assert_int_equal(sg_result_exit(SG_RESULT_INVALID), 3);
	assert_int_equal(sg_result_exit(SG_RESULT_TIMEOUT), 8);
	sg_arena_release(&arena);
}

static void rows_are_kept(void **state)
{
	const struct sg_value_change values[] = {
		{"web", "a.yaml", "image.tag", SG_PART_TAG, 3, "1", "2", false, NULL},
		{"api", "b.yaml", "image.tag", SG_PART_TAG, 4, "", "2", true, NULL},
	};
	struct sg_arena arena = {0};
	struct sg_report report;
	struct sg_report_verdict *verdict;

	(void)state;
	sg_report_init(&report, &arena, "bump");
	sg_report_add_values(&report, "dev", values, 2, false);
	sg_report_add_values(&report, "dev", values, 1, true);
	assert_int_equal(report.change_count, 3);
	assert_string_equal(report.changes[1].service, "api");
	assert_string_equal(report.changes[1].environment, "dev");
	assert_true(report.changes[2].noop);
	sg_report_warn(&report, "ADVISORY", "twice");
	sg_report_warn(&report, "ADVISORY", "twice");
	sg_report_warn(&report, "ADVISORY", "once");
	assert_int_equal(report.warning_count, 2);
	verdict = sg_report_add_verdict(&report);
	for (int i = 0; i < 9; i++)
		sg_report_line(&report, &verdict->evidence, "line %d", i);
	assert_int_equal(report.verdicts[0].evidence.count, 9);
	assert_string_equal(report.verdicts[0].evidence.items[8], "line 8");
	sg_report_add_part(&report, "libcurl", "8");
	assert_string_equal(report.parts[0].version, "8");
	sg_arena_release(&arena);
}

static void gates_are_copied(void **state)
{
	char sentence[] = "2 of 3 pods crash";
	const struct sg_gate_verdict verdict = {.type = SG_GATE_HEALTH,
		.phase = SG_PHASE_MERGE,
		.state = SG_VERDICT_CLOSED,
		.code = "DEGRADED",
		.sentence = sentence,
		.since_unix_s = 1,
		.next_look_unix_s = 2};
	struct sg_arena arena = {0};
	struct sg_report report;

	(void)state;
	sg_report_init(&report, &arena, "gate");
	sg_report_add_gate(&report, "web", "production", &verdict);
	sg_report_add_gate(&report, "api", "production", &verdict);
	sentence[0] = 'X';
	assert_int_equal(report.gate_count, 2);
	assert_string_equal(report.gates[0].service, "web");
	assert_string_equal(report.gates[1].service, "api");
	assert_string_equal(report.gates[0].sentence, "2 of 3 pods crash");
	assert_string_equal(report.gates[0].code, "DEGRADED");
	assert_null(report.gates[0].observed);
	assert_int_equal(report.gates[0].phase, SG_PHASE_MERGE);
	assert_int_equal(report.gates[0].state, SG_VERDICT_CLOSED);
	assert_int_equal(report.gates[0].since_unix_s, 1);
	assert_int_equal(report.gates[0].next_look_unix_s, 2);
	sg_report_add_mr(&report)->iid = 15;
	sg_report_add_mr(&report)->iid = 16;
	assert_int_equal(report.mr_count, 2);
	assert_int_equal(report.mrs[0].iid, 15);
	sg_arena_release(&arena);
}

static void long_lines_are_cut(void **state)
{
	struct sg_arena arena = {0};
	struct sg_report report;
	static char text[10000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	sg_report_init(&report, &arena, "wait");
	sg_report_end(&report, SG_RESULT_FAILED, "X", "%s", text);
	assert_int_equal(strlen(report.sentence), 4095);
	assert_true(sg_str_ends(sg_str_of(report.sentence), "x..."));
	sg_arena_release(&arena);
}

static void findings_are_counted(void **state)
{
	struct sg_arena arena = {0};
	struct sg_findings findings = {0};
	char file[] = "f.yaml";

	(void)state;
	sg_finding_add(&arena, &findings, SG_SEVERITY_WARNING, file, 1, 2, "%s", "w");
	sg_finding_add(&arena, &findings, SG_SEVERITY_ERROR, file, 3, 4, "e")->hint = "h";
	file[0] = 'g';
	assert_int_equal(findings.count, 2);
	assert_int_equal(sg_findings_errors(&findings), 1);
	assert_string_equal(findings.items[0].file, "f.yaml");
	assert_string_equal(findings.items[1].text, "e");
	assert_string_equal(sg_severity_name(SG_SEVERITY_NOTE), "note");
	sg_arena_release(&arena);
}

static void policy_finds_by_name(void **state)
{
	const struct sg_environment envs[] = {{.name = "dev"}, {.name = "production"}};
	const struct sg_service services[] = {{.name = "*"}, {.name = "web"}};
	const struct sg_policy policy = {.environments = envs,
		.environment_count = 2,
		.services = services,
		.service_count = 2};
	const struct sg_policy empty = {0};

	(void)state;
	assert_ptr_equal(sg_policy_environment(&policy, "production"), &envs[1]);
	assert_null(sg_policy_environment(&policy, "prod"));
	assert_null(sg_policy_environment(&policy, NULL));
	assert_ptr_equal(sg_policy_service(&policy, "web"), &services[1]);
	assert_ptr_equal(sg_policy_service(&policy, "other"), &services[0]);
	assert_null(sg_policy_service(&policy, NULL));
	assert_null(sg_policy_service(&empty, "web"));
	assert_string_equal(sg_gate_type_name(SG_GATE_FREEZE), "freeze");
	assert_string_equal(sg_image_part_name(SG_PART_DIGEST), "digest");
	assert_string_equal(sg_publish_mode_name(SG_PUBLISH_MERGE_REQUEST), "merge-request");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_answer_is_the_answer),
		cmocka_unit_test(outcome_carries_its_exit_code),
		cmocka_unit_test(rows_are_kept),
		cmocka_unit_test(gates_are_copied),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(findings_are_counted),
		cmocka_unit_test(policy_finds_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
