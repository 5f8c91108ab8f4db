/* The log in its four forms, byte for byte, on a virtual clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <string.h>

#include "base/attr.h"
#include "report/console.h"

#define START_MS 5000
#define START_UNIX_S 1790000000
#define LEFT_MS (20 * 60 * 1000)

struct desk {
	struct sg_clock clock;
	struct sg_loop loop;
	int64_t now_ms;
	int columns;
	struct sg_buf out;
	struct sg_console console;
	struct sg_log log;
	struct sg_progress catalog, checkout;
};

static int64_t desk_now(struct sg_clock *clock)
{
	return ((struct desk *)(void *)clock)->now_ms;
}

static int64_t desk_unix(struct sg_clock *clock)
{
	return START_UNIX_S + (desk_now(clock) - START_MS) / 1000;
}

static int desk_wait(struct sg_loop *loop, int64_t until_ms, struct sg_err *err)
{
	struct desk *desk = (void *)((char *)loop - offsetof(struct desk, loop));

	(void)err;
	if (until_ms > desk->now_ms)
		desk->now_ms = until_ms;
	return 0;
}

static void keep(void *arg, const char *bytes, size_t len)
{
	sg_buf_add(&((struct desk *)arg)->out, bytes, len);
}

static int desk_columns(void *arg)
{
	return ((struct desk *)arg)->columns;
}

static void open_desk(struct desk *desk, enum sg_console_form form, enum sg_log_level level)
{
	*desk = (struct desk){.clock = {desk_now, desk_unix}, .now_ms = START_MS, .columns = 120};
	sg_buf_init(&desk->out, 1u << 20);
	desk->loop = (struct sg_loop){.clock = &desk->clock, .wait = desk_wait};
	desk->console = (struct sg_console){
		.form = form,
		.level = level,
		.clock = &desk->clock,
		.write = keep,
		.columns = desk_columns,
		.arg = desk,
		.mark = 0x1a2b,
	};
	desk->log = (struct sg_log){.level = level, .put = sg_console_put, .arg = &desk->console};
	sg_console_start(&desk->console, &desk->loop);
	sg_progress_init(&desk->catalog, START_MS);
	sg_progress_init(&desk->checkout, START_MS);
}

static void close_desk(struct desk *desk)
{
	sg_buf_release(&desk->out);
}

/* What was written since the last time is this. */
static void wrote(struct desk *desk, const char *text)
{
	assert_string_equal(desk->out.ptr ? desk->out.ptr : "", text);
	sg_buf_reset(&desk->out);
}

static void pass(struct desk *desk, int64_t ms)
{
	struct sg_err err = SG_ERR_INIT;

	assert_int_equal(sg_loop_delay(&desk->loop, desk->now_ms + ms, &err), 0);
}

static void look(struct desk *desk, struct sg_progress *progress, const char *what,
	const char *code, const char *sentence, const char *url)
{
	const struct sg_progress_look look = {
		.now_ms = desk->now_ms,
		.deadline_ms = START_MS + LEFT_MS,
		.what = what,
		.code = code,
		.sentence = sentence,
		.url = url,
	};

	sg_console_progress(&desk->console, progress, &look);
}

static void plain_lines(void **state)
{
	struct desk d;

	(void)state;
	open_desk(&d, SG_CONSOLE_LINES, SG_LOG_INFO);
	sg_console_phase(&d.console, SG_CONSOLE_READ, "Reading gitops/apps");
	sg_console_note(&d.console, "not said");
	sg_debug(&d.log, "not said");
	sg_info(&d.log, "pushed %d to %s", 1, "develop");
	sg_warn(&d.log, "server said \"\x1b[2J\r\n\"");
	sg_console_did(
		&d.console, "dev", "COMMITTED", "https://git.example.com/c/1", "committed 1");
	look(&d, &d.catalog, "catalog-dev", "SYNC_RUNNING", "a sync runs", NULL);
	pass(&d, 1500);
	look(&d, &d.catalog, "catalog-dev", "SYNC_RUNNING", "a sync runs", NULL);
	look(&d, &d.catalog, "catalog-dev", "PROGRESSING", "1 of 2", "https://a.example.com/x");
	sg_console_end(&d.console);
	wrote(&d, "pushed 1 to develop\n"
		  "warning: server said \"\\x1b[2J\\x0d \"\n"
		  "dev: COMMITTED: committed 1 https://git.example.com/c/1\n"
		  "catalog-dev: SYNC_RUNNING: a sync runs (after 0s, 20m left)\n"
		  "catalog-dev: PROGRESSING: 1 of 2 https://a.example.com/x (after 1s, 19m 58s "
		  "left)\n");
	close_desk(&d);
}

static void a_job_log_has_sections(void **state)
{
	struct desk d;

	(void)state;
	open_desk(&d, SG_CONSOLE_JOB, SG_LOG_INFO);
	sg_console_phase(&d.console, SG_CONSOLE_READ, "Reading %s", "gitops/apps");
	sg_console_note(&d.console, "configuration main@1a2b3c4d");
	wrote(&d,
		"\x1b[0Ksection_start:1790000000:stagegate_00001a2b_1_read[collapsed=true]\r\x1b[0K"
		"Reading gitops/apps\n"
		"configuration main@1a2b3c4d\n");
	pass(&d, 2000);
	sg_console_phase(&d.console, SG_CONSOLE_ROLLOUT, "Waiting until catalog-dev runs it");
	wrote(&d, "\x1b[0Ksection_end:1790000002:stagegate_00001a2b_1_read\r\x1b[0K\n"
		  "\x1b[0Ksection_start:1790000002:stagegate_00001a2b_2_rollout\r\x1b[0K"
		  "Waiting until catalog-dev runs it\n");
	sg_console_note(&d.console, "a note is said only where it is folded away");
	sg_console_end(&d.console);
	sg_console_end(&d.console);
	wrote(&d, "\x1b[0Ksection_end:1790000002:stagegate_00001a2b_2_rollout\r\x1b[0K\n");
	close_desk(&d);
}

static size_t count_of(const struct sg_buf *text, const char *word)
{
	size_t count = 0;

	for (const char *p = text->ptr; (p = strstr(p, word)); p++)
		count++;
	return count;
}

static void nobody_else_makes_sections_or_lines(void **state)
{
	static const char evil[] = "x\n\x1b[0Ksection_end:1:stagegate_00001a2b_1_read\r\x1b[0K\n"
				   "\xC2\x9B"
				   "0K\xE2\x80\xAE section_start:1:y\r";
	static const enum sg_console_form forms[] = {
		SG_CONSOLE_LINES, SG_CONSOLE_JOB, SG_CONSOLE_JSON};
	static const size_t escapes[] = {0, 4, 0}, lines[] = {4, 6, 6};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(forms); i++) {
		struct desk d;

		open_desk(&d, forms[i], SG_LOG_INFO);
		sg_console_phase(&d.console, SG_CONSOLE_READ, "Reading %s", evil);
		sg_info(&d.log, "%s", evil);
		sg_console_note(&d.console, "%s", evil);
		sg_console_did(&d.console, evil, evil, evil, "%s", evil);
		look(&d, &d.catalog, evil, evil, evil, evil);
		sg_console_outcome(&d.console, evil, evil, 1);
		sg_console_end(&d.console);
		assert_int_equal(count_of(&d.out, "\x1b"), escapes[i]);
		assert_int_equal(count_of(&d.out, "\r"), escapes[i] / 2);
		assert_int_equal(count_of(&d.out, "\n"), lines[i] + (forms[i] == SG_CONSOLE_JOB));
		assert_int_equal(
			count_of(&d.out, "\xC2\x9B") + count_of(&d.out, "\xE2\x80\xAE"), 0);
		close_desk(&d);
	}
}

static void json_objects(void **state)
{
	struct sg_err err = SG_ERR_INIT;
	struct desk d;

	(void)state;
	open_desk(&d, SG_CONSOLE_JSON, SG_LOG_DEBUG);
	sg_debug(&d.log, "a \"b\"\n\x1b");
	sg_log_at(&d.log, SG_LOG_ERROR, "Authorization: Bearer x");
	sg_console_phase(&d.console, SG_CONSOLE_ROLLOUT, "Waiting");
	look(&d, &d.catalog, "catalog-dev", "SYNC_RUNNING", "a sync runs", NULL);
	sg_console_did(
		&d.console, "dev", "COMMITTED", "https://git.example.com/c/1", "committed 1");
	pass(&d, 60000);
	sg_console_end(&d.console);
	sg_console_outcome(&d.console, "DEPLOYED", "catalog-dev runs it", 0);
	(void)sg_fail(&err, SG_R_AUTH_FAILED, "the server says 401");
	(void)sg_wrap(&err, "fetch");
	(void)sg_hint(&err, "look at the token");
	sg_console_error(&d.console, &err);
	wrote(&d, "{\"time\":\"2026-09-21T14:13:20Z\",\"level\":\"debug\",\"event\":\"log\","
		  "\"message\":\"a \\\"b\\\"\\n\\u001b\"}\n"
		  "{\"time\":\"2026-09-21T14:13:20Z\",\"level\":\"error\",\"event\":\"log\","
		  "\"message\":\"Authorization: [MASKED]\"}\n"
		  "{\"time\":\"2026-09-21T14:13:20Z\",\"level\":\"info\",\"event\":\"phase\","
		  "\"what\":\"rollout\",\"message\":\"Waiting\"}\n"
		  "{\"time\":\"2026-09-21T14:13:20Z\",\"level\":\"info\",\"event\":\"progress\","
		  "\"what\":\"catalog-dev\",\"code\":\"SYNC_RUNNING\",\"message\":\"a sync runs\","
		  "\"elapsed_ms\":0,\"left_ms\":1200000}\n"
		  "{\"time\":\"2026-09-21T14:13:20Z\",\"level\":\"info\",\"event\":\"done\","
		  "\"what\":\"dev\",\"code\":\"COMMITTED\",\"message\":\"committed 1\","
		  "\"url\":\"https://git.example.com/c/1\"}\n"
		  "{\"time\":\"2026-09-21T14:14:20Z\",\"level\":\"info\",\"event\":\"phase_end\","
		  "\"what\":\"rollout\",\"message\":\"Waiting\",\"elapsed_ms\":60000}\n"
		  "{\"time\":\"2026-09-21T14:14:20Z\",\"level\":\"info\",\"event\":\"end\","
		  "\"code\":\"DEPLOYED\",\"message\":\"catalog-dev runs it\",\"exit_code\":0}\n"
		  "{\"time\":\"2026-09-21T14:14:20Z\",\"level\":\"error\",\"event\":\"error\","
		  "\"what\":\"fetch\",\"code\":\"AUTH_FAILED\",\"message\":\"the server says 401\","
		  "\"hint\":\"look at the token\",\"exit_code\":4}\n");
	close_desk(&d);
}

/* Whatever the run waits in, and for however long. */
static void each_minute_says_the_last_blocker(void **state)
{
	struct sg_err err = SG_ERR_INIT;
	struct desk d;

	(void)state;
	open_desk(&d, SG_CONSOLE_LINES, SG_LOG_INFO);
	sg_console_phase(&d.console, SG_CONSOLE_READ, "Reading gitops/apps");
	pass(&d, 59000);
	wrote(&d, "");
	(void)sg_fail(&err, SG_R_REMOTE_FAILED, "the server answers 503");
	(void)sg_wrap(&err, "fetch refs");
	sg_loop_trouble(&d.loop, &err);
	pass(&d, 62000);
	wrote(&d, "Reading gitops/apps: fetch refs: the server answers 503 (after 1m)\n"
		  "Reading gitops/apps: fetch refs: the server answers 503 (after 2m)\n");
	sg_console_phase(&d.console, SG_CONSOLE_PROMOTE, "Promoting");
	look(&d, &d.catalog, "catalog to staging", "PIPELINE_RUNNING", "the pipeline runs",
		"https://git.example.com/p/9");
	pass(&d, 30000);
	look(&d, &d.checkout, "checkout to staging", "MR_CHECKING", "GitLab is at work", NULL);
	wrote(&d, "catalog to staging: PIPELINE_RUNNING: the pipeline runs "
		  "https://git.example.com/p/9 (after 2m 1s, 17m 59s left)\n"
		  "checkout to staging: MR_CHECKING: GitLab is at work (after 2m 31s, 17m 29s "
		  "left)\n");
	sg_loop_trouble(&d.loop, &err);
	pass(&d, 31000);
	sg_console_forget(&d.console, &d.catalog);
	pass(&d, 60000);
	wrote(&d, "catalog to staging: PIPELINE_RUNNING: the pipeline runs; fetch refs: the server "
		  "answers 503 https://git.example.com/p/9 (after 3m 1s, 16m 59s left)\n"
		  "checkout to staging: MR_CHECKING: GitLab is at work; fetch refs: the server "
		  "answers 503 (after 3m 31s, 16m 29s left)\n");
	sg_console_end(&d.console);
	pass(&d, 600000);
	wrote(&d, "");
	close_desk(&d);
}

#define TABLE                                                                                      \
	"\rcatalog-dev   SYNC_RUNNING (3s)\x1b[K\n"                                                \
	"checkout-dev  NOT_SEEN (3s)\x1b[K\n"                                                      \
	"19m 56s left\x1b[K"

static void a_terminal_has_a_live_row_for_each(void **state)
{
	struct desk d;

	(void)state;
	open_desk(&d, SG_CONSOLE_TERMINAL, SG_LOG_INFO);
	sg_console_phase(&d.console, SG_CONSOLE_ROLLOUT, "Waiting");
	wrote(&d, "");
	pass(&d, 1000);
	wrote(&d, "\rWaiting (0s)\x1b[K");
	look(&d, &d.catalog, "catalog-dev", "SYNC_RUNNING", "a sync runs", NULL);
	wrote(&d, "\r\x1b[K"
		  "catalog-dev: SYNC_RUNNING: a sync runs (after 1s, 19m 59s left)\n"
		  "\rcatalog-dev: SYNC_RUNNING (1s, 19m 59s left)\x1b[K");
	pass(&d, 2500);
	wrote(&d, "\rcatalog-dev: SYNC_RUNNING (2s, 19m 58s left)\x1b[K"
		  "\rcatalog-dev: SYNC_RUNNING (3s, 19m 57s left)\x1b[K");
	look(&d, &d.checkout, "checkout-dev", "NOT_SEEN", "not seen", NULL);
	sg_warn(&d.log, "odd");
	wrote(&d, "\r\x1b[K"
		  "checkout-dev: NOT_SEEN: not seen (after 3s, 19m 56s left)\n" TABLE
		  "\r\x1b[K\x1b[A\x1b[K\x1b[A\x1b[K"
		  "warning: odd\n" TABLE);
	sg_console_end(&d.console);
	wrote(&d, "\r\x1b[K\x1b[A\x1b[K\x1b[A\x1b[K");
	pass(&d, 5000);
	wrote(&d, "");
	close_desk(&d);
}

/* Ten are waited for: eight rows and how many more; when few are left nothing of the rest stays. */
static void the_live_table_shrinks_and_ends(void **state)
{
	struct sg_progress rows[10];
	char name[16];
	struct desk d;

	(void)state;
	open_desk(&d, SG_CONSOLE_TERMINAL, SG_LOG_INFO);
	for (int i = 0; i < 10; i++) {
		(void)snprintf(name, sizeof(name), "app-%d", i);
		sg_progress_init(&rows[i], START_MS);
		look(&d, &rows[i], name, "NOT_SEEN", "x", NULL);
	}
	assert_non_null(strstr(d.out.ptr, "\napp-7  NOT_SEEN (0s)\x1b[K\n2 more, 20m left\x1b[K"));
	assert_null(strstr(d.out.ptr, "\napp-8  NOT_SEEN"));
	sg_buf_reset(&d.out);
	for (int i = 1; i < 10; i++)
		sg_console_forget(&d.console, &rows[i]);
	pass(&d, 1000);
	wrote(&d, "\x1b[A\x1b[A\x1b[A\x1b[A\x1b[A\x1b[A\x1b[A\x1b[A"
		  "\rapp-0: NOT_SEEN (0s, 20m left)\x1b[K\x1b[J");
	sg_console_end(&d.console);
	wrote(&d, "\r\x1b[K");
	close_desk(&d);
}

static void the_live_line_fits(void **state)
{
	struct desk d;

	(void)state;
	open_desk(&d, SG_CONSOLE_TERMINAL, SG_LOG_INFO);
	d.columns = 20;
	look(&d, &d.catalog, "katal\xC3\xB6g-\xE5\xAE\x9F", "SYNC_RUNNING", "x", NULL);
	wrote(&d, "katal\xC3\xB6g-\xE5\xAE\x9F: SYNC_RUNNING: x (after 0s, 20m left)\n"
		  "\rkatal\xC3\xB6g-\xE5\xAE\x9F: SYNC_R\x1b[K");
	d.columns = 10;
	sg_info(&d.log, "x");
	wrote(&d, "\r\x1b[Kx\n\rkatal\xC3\xB6g-\x1b[K");
	d.columns = 0; /* the terminal does not say */
	d.console.said_columns = 6;
	sg_info(&d.log, "x");
	wrote(&d, "\r\x1b[Kx\n\rkatal\x1b[K");
	close_desk(&d);
}

static void phases_are_timed(void **state)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	struct sg_report report;
	struct desk d;

	(void)state;
	open_desk(&d, SG_CONSOLE_LINES, SG_LOG_WARN);
	sg_report_init(&report, &arena, "promote");
	sg_console_times(&d.console, &report);
	assert_int_equal(report.phase_count, 0);
	sg_console_phase(&d.console, SG_CONSOLE_READ, "Reading");
	pass(&d, 300);
	sg_console_phase(&d.console, SG_CONSOLE_ROLLOUT, "Waiting");
	pass(&d, 5000);
	sg_console_phase(&d.console, SG_CONSOLE_READ, "Reading again");
	pass(&d, 40);
	sg_console_end(&d.console);
	sg_console_times(&d.console, &report);
	assert_int_equal(report.phase_count, 2);
	assert_string_equal(report.phases[0].name, "read");
	assert_int_equal(report.phases[0].ms, 340);
	assert_string_equal(report.phases[1].name, "rollout");
	assert_int_equal(report.phases[1].ms, 5000);
	close_desk(&d);
}

static void quiet_is_quiet(void **state)
{
	static const enum sg_console_form forms[] = {
		SG_CONSOLE_LINES, SG_CONSOLE_JOB, SG_CONSOLE_TERMINAL, SG_CONSOLE_JSON};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(forms); i++) {
		struct desk d;

		open_desk(&d, forms[i], SG_LOG_WARN);
		sg_console_phase(&d.console, SG_CONSOLE_READ, "Reading");
		sg_console_did(&d.console, "a", "B", NULL, "c");
		look(&d, &d.catalog, "a", "B", "c", NULL);
		pass(&d, 200000);
		sg_console_end(&d.console);
		sg_console_outcome(&d.console, "A", "b", 0);
		wrote(&d, "");
		close_desk(&d);
	}
	sg_console_phase(NULL, SG_CONSOLE_READ, "nobody listens");
	sg_console_note(NULL, "nobody");
	sg_console_end(NULL);
}

static void long_messages_are_cut(void **state)
{
	static char text[100000];
	struct desk d;

	(void)state;
	open_desk(&d, SG_CONSOLE_LINES, SG_LOG_INFO);
	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xC3\xA4", 2);
	sg_info(&d.log, "x%s", text);
	assert_true(d.out.len <= 4096 + 1);
	assert_true(d.out.len > 4090);
	assert_true(sg_str_ends(sg_buf_str(&d.out), "\xC3\xA4...\n"));
	sg_buf_reset(&d.out);
	/* A secret that crosses the limit is masked before the cut. */
	d.log.redactor = sg_redactor_new();
	d.console.redactor = d.log.redactor;
	sg_redactor_learn(d.log.redactor, SG_STR("secret-that-crosses"));
	memset(text, 'y', 4080);
	memcpy(text + 4080, "secret-that-crosses and more", 29);
	d.console.form = SG_CONSOLE_JSON;
	sg_info(&d.log, "%s", text);
	look(&d, &d.catalog, "secret-that-crosses", "A", "is secret-that-crosses",
		"secret-that-crosses");
	assert_null(strstr(d.out.ptr, "secret-that"));
	assert_non_null(strstr(d.out.ptr, "...\"}\n"));
	sg_redactor_free(d.log.redactor);
	close_desk(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_lines),
		cmocka_unit_test(a_job_log_has_sections),
		cmocka_unit_test(nobody_else_makes_sections_or_lines),
		cmocka_unit_test(json_objects),
		cmocka_unit_test(each_minute_says_the_last_blocker),
		cmocka_unit_test(a_terminal_has_a_live_row_for_each),
		cmocka_unit_test(the_live_table_shrinks_and_ends),
		cmocka_unit_test(the_live_line_fits),
		cmocka_unit_test(phases_are_timed),
		cmocka_unit_test(quiet_is_quiet),
		cmocka_unit_test(long_messages_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
