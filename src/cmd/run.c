#include "cmd/run.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/version.h"
#include "cmd/console.h"
#include "cmd/help.h"
#include "cmd/table.h"
#include "io/ca.h"
#include "io/crypto.h"
#include "io/fs.h"
#include "io/http_curl.h"
#include "report/board.h"
#include "report/dotenv.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/text.h"
#include "step/argocd.h"
#include "step/shelf.h"

/* A document: a report, a diff, all findings of a large repository. */
#define DOCUMENT_MAX_BYTES (32u << 20)
#define PEM_MAX_BYTES (8u << 20)

/* Everything of one run; released in one place. */
struct session {
	const struct sg_runtime *runtime;
	const struct sg_cmd *cmd;
	struct sg_arena arena;
	void *args;
	const struct sg_output_args *output;
	struct sg_redactor *redactor;
	uint64_t random;
	struct sg_console console;
	struct sg_log log;
	struct sg_buf pem;
	struct sg_http *made_http;
	struct sg_world world;
	struct sg_report report;
};

static int write_out(const struct sg_runtime *runtime, const struct sg_buf *text)
{
	return runtime->out(runtime->arg, text->ptr, text->len);
}

static void say_error(struct session *session, const struct sg_err *err)
{
	const struct sg_report_style style = {.redactor = session->redactor};
	struct sg_buf text SG_AUTO(sg_buf_release);

	sg_buf_init(&text, DOCUMENT_MAX_BYTES);
	if (session->console.form == SG_CONSOLE_JSON) {
		sg_console_error(&session->console, err);
		return;
	}
	sg_report_text_error(err, &style, &text);
	session->runtime->log(session->runtime->arg, text.ptr, text.len);
}

/* stdout that does not take the document is a failure of the run, as for git and for cat. */
static int finish(struct session *session, const struct sg_buf *document, int status)
{
	struct sg_err err = SG_ERR_INIT;

	if (!document->overflow && write_out(session->runtime, document) == 0)
		return status;
	(void)sg_fail(&err, SG_R_LOCAL_IO, "cannot be written");
	(void)sg_wrap(&err, "stdout");
	say_error(session, &err);
	return status ? status : sg_err_exit(&err);
}

static int show_error(struct session *session, const struct sg_err *err)
{
	const char *command = session->cmd ? session->cmd->name : "";
	bool json = session->output && session->output->output &&
		    strcmp(session->output->output, "json") == 0;
	struct sg_buf document SG_AUTO(sg_buf_release);

	sg_buf_init(&document, DOCUMENT_MAX_BYTES);
	say_error(session, err);
	if (json)
		sg_report_json_error(command, err, session->redactor, &document);
	return finish(session, &document, sg_err_exit(err));
}

/* ---- report files ---- */

static void dotenv_file(struct session *session, const struct sg_err *err, struct sg_buf *out)
{
	if (err)
		sg_report_dotenv_error(session->cmd->name, err, out);
	else
		sg_report_dotenv(&session->report, session->redactor, out);
}

static void json_file(struct session *session, const struct sg_err *err, struct sg_buf *out)
{
	if (err)
		sg_report_json_error(session->cmd->name, err, session->redactor, out);
	else
		sg_report_json(&session->report, session->redactor, out);
}

static void junit_file(struct session *session, const struct sg_err *err, struct sg_buf *out)
{
	if (err)
		sg_report_junit_error(session->cmd->name, err, session->redactor, out);
	else
		sg_report_junit(&session->report, session->redactor, out);
}

/* Each is asked for by an option that names the file. ERR: the run ended with that; NULL: its
 * report is there. dotenv first: what it cannot carry becomes a warning of the report. */
static const struct {
	const char *option;
	size_t path; /* offset of a string in struct sg_output_args */
	void (*render)(struct session *session, const struct sg_err *err, struct sg_buf *out);
} report_files[] = {
	{"report-dotenv", offsetof(struct sg_output_args, report_dotenv), dotenv_file},
	{"report-json", offsetof(struct sg_output_args, report_json), json_file},
	{"report-junit", offsetof(struct sg_output_args, report_junit), junit_file},
};

static const char *path_of(const struct session *session, size_t i)
{
	return *(const char *const *)((const char *)session->output + report_files[i].path);
}

static int write_report(
	struct session *session, size_t i, const struct sg_err *ended, struct sg_err *err)
{
	const char *path = path_of(session, i);
	struct sg_buf text SG_AUTO(sg_buf_release);
	int rc;

	sg_buf_init(&text, DOCUMENT_MAX_BYTES);
	if (!path)
		return 0;
	report_files[i].render(session, ended, &text);
	rc = text.overflow ? sg_fail(err, SG_R_TOO_LARGE, "it would have more than %u bytes",
				     DOCUMENT_MAX_BYTES)
			   : sg_fs_write(path, sg_buf_str(&text), 0644, err);
	return rc < 0 ? sg_wrap(err, "--%s", report_files[i].option) : 0;
}

/* What others mean by "-" would be a second document on stdout. */
static int check_report(const char *path, struct sg_err *err)
{
	if (!path)
		return 0;
	if (strcmp(path, "-") != 0)
		return sg_fs_may_write(path, err);
	(void)sg_fail(err, SG_R_USAGE, "'-' is no file");
	return sg_hint(err, "stdout has one document, and --output says in which form");
}

/* Before anything is done: a place that takes no file is no reason to have written half the world.
 */
static int check_reports(const struct session *session, struct sg_err *err)
{
	for (size_t i = 0; i < SG_COUNT(report_files); i++)
		if (check_report(path_of(session, i), err) < 0)
			return sg_wrap(err, "--%s", report_files[i].option);
	return 0;
}

static int write_reports(struct session *session, struct sg_err *err)
{
	for (size_t i = 0; i < SG_COUNT(report_files); i++)
		if (write_report(session, i, NULL, err) < 0)
			return -1;
	return 0;
}

/* Those of a run that ended with an error, so that later jobs can read why. A place that takes none
 * was that error. */
static void write_error_reports(struct session *session, const struct sg_err *err)
{
	struct sg_err second;

	for (size_t i = 0; i < SG_COUNT(report_files); i++)
		if (check_report(path_of(session, i), &second) == 0 &&
			write_report(session, i, err, &second) < 0)
			sg_warn(&session->log, "%s: %s", second.where, second.cause);
}

static int show_report(struct session *session)
{
	const struct sg_report_style style = {
		.colour = session->runtime->out_is_terminal &&
			  sg_cmd_may_paint(session->runtime->env),
		.redactor = session->redactor,
	};
	enum sg_console_form form = session->console.form;
	bool is_text = strcmp(session->output->output, "text") == 0;
	struct sg_buf document SG_AUTO(sg_buf_release);

	sg_buf_init(&document, DOCUMENT_MAX_BYTES);
	if (session->report.document)
		sg_buf_adds(&document, session->report.document);
	else if (strcmp(session->output->output, "json") == 0)
		sg_report_json(&session->report, session->redactor, &document);
	else if (strcmp(session->output->output, "markdown") == 0)
		sg_board_markdown(&session->report, session->redactor, &document);
	else
		sg_report_text(&session->report, &style, &document);
	/* A job log is read by people, whatever the document is for. */
	if (form == SG_CONSOLE_JSON || (form == SG_CONSOLE_JOB && !is_text))
		sg_console_outcome(&session->console, session->report.code,
			session->report.sentence, session->report.exit_code);
	return finish(session, &document, session->report.exit_code);
}

static int make_http(
	struct session *session, const struct sg_settings *settings, struct sg_err *err)
{
	struct sg_http_curl_opts opts = {
		.clock = session->runtime->clock,
		.log = &session->log,
		.trace = settings->trace,
		.connect_timeout_ms = settings->connect_timeout_ms,
		.request_timeout_ms = settings->request_timeout_ms,
		.idle_timeout_ms = settings->idle_timeout_ms,
		.user_agent = sg_arena_printf(&session->arena, "stagegate/%s", sg_version()),
	};
	const char *from;

	if (session->runtime->http) {
		session->world.http = session->runtime->http;
		return 0;
	}
	if (sg_ca_load(&session->arena, session->runtime->env, settings->ca_file, &session->pem,
		    &from, err) < 0)
		return -1;
	sg_debug(&session->log, "certificate authorities from %s", from);
	opts.ca_pem = sg_buf_str(&session->pem);
	opts.ca_from = from;
	session->world.ca_from = from;
	if (sg_http_curl_new(&opts, &session->made_http, err) < 0)
		return -1;
	session->world.http = session->made_http;
	return 0;
}

static int make_world(struct session *session, struct sg_err *err)
{
	const struct sg_settings *settings =
		(const void *)((char *)session->args + session->cmd->settings_offset);
	const struct sg_runtime *runtime = session->runtime;

	session->world = (struct sg_world){
		.settings = settings,
		.env = runtime->env,
		.arena = &session->arena,
		.log = &session->log,
		.console = &session->console,
		.redactor = session->redactor,
		.tmpdir = sg_env_nonempty(runtime->env, "TMPDIR"),
		.random = session->random,
	};
	if (session->cmd->offline && session->cmd->offline(session->args))
		return 0;
	if (make_http(session, settings, err) < 0)
		return -1;
	sg_console_start(&session->console, session->world.http->loop);
	session->world.deadline_ms = sg_loop_after(session->world.http->loop, settings->timeout_ms);
	return 0;
}

static void set_log(struct session *session)
{
	const struct sg_settings *settings =
		(const void *)((char *)session->args + session->cmd->settings_offset);

	session->console = sg_cmd_console(session->runtime, session->output, settings->trace,
		session->redactor, session->random);
	session->log = (struct sg_log){
		.level = session->console.level,
		.redactor = session->redactor,
		.put = sg_console_put,
		.arg = &session->console,
	};
}

static int run_command(struct session *session, const struct sg_words *words, struct sg_err *err)
{
	struct sg_clock *clock = session->runtime->clock;
	int64_t start_ms = clock->now_ms(clock);
	int rc;

	if (check_reports(session, err) < 0 || make_world(session, err) < 0)
		return -1;
	sg_report_init(&session->report, &session->arena, session->cmd->name);
	rc = session->cmd->run(&session->world, session->args, words, &session->report, err);
	sg_console_end(&session->console);
	if (rc < 0)
		return -1;
	session->report.elapsed_ms = clock->now_ms(clock) - start_ms;
	sg_console_times(&session->console, &session->report);
	return 0;
}

static int help(struct session *session, const struct sg_cmd *cmd)
{
	struct sg_buf text SG_AUTO(sg_buf_release);

	sg_buf_init(&text, DOCUMENT_MAX_BYTES);
	if (cmd)
		sg_help_command(cmd, &text);
	else
		sg_help_overview(&text);
	return finish(session, &text, 0);
}

static int family_help(struct session *session, const char *family, int status)
{
	struct sg_buf text SG_AUTO(sg_buf_release);

	sg_buf_init(&text, DOCUMENT_MAX_BYTES);
	sg_help_family(family, &text);
	return finish(session, &text, status);
}

/* Options of the program itself stand before the command; they are --help and --version. */
static int no_program_option(const char *word, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_USAGE, "'%.60s' stands where the command belongs", word);
	if (strcmp(word, "-v") == 0 || strcmp(word, "-V") == 0)
		return sg_hint(err, "did you mean --version?");
	return sg_hint(err, "options stand behind the command: stagegate COMMAND [OPTION...]");
}

static int no_command(struct sg_arena *arena, int argc, const char *const *argv, struct sg_err *err)
{
	bool family = argc > 1 && sg_cmd_is_family(argv[0]);
	const char *name = family ? sg_arena_printf(arena, "%s %.60s", argv[0], argv[1]) : argv[0];
	const char **names = NULL, *near;
	size_t count, named = 0;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);

	if (argv[0][0] == '-')
		return no_program_option(argv[0], err);
	for (size_t i = 0; i < count; i++)
		if (!family || sg_str_is(sg_cmd_family(cmds[i]), argv[0]))
			*(const char **)sg_arena_push(arena, &names, &named, sizeof(*names)) =
				cmds[i]->name;
	near = sg_str_nearest(name, names, named);
	(void)sg_fail(err, SG_R_USAGE, "there is no command '%.60s'", name);
	if (near)
		return sg_hint(err, "did you mean '%s'?", near);
	return sg_hint(err, "stagegate %s--help lists the commands",
		family ? sg_arena_printf(arena, "%s ", argv[0]) : "");
}

/* Of what the words name: a command, a family, or everything. */
static int help_about(struct session *session, int argc, const char *const *argv)
{
	int used;
	const struct sg_cmd *cmd = sg_cmd_match(argc, argv, &used);
	struct sg_err err = SG_ERR_INIT;

	if (cmd || argc == 0 || argv[0][0] == '-')
		return help(session, cmd);
	if (argc == 1 && sg_cmd_is_family(argv[0]))
		return family_help(session, argv[0], 0);
	(void)no_command(&session->arena, argc, argv, &err);
	return show_error(session, &err);
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

static void release(struct session *session)
{
	sg_shelves_release(&session->world);
	sg_argocd_login_free(session->world.argocd);
	sg_http_curl_free(session->made_http);
	sg_buf_release(&session->pem);
	free(session->args);
	sg_arena_release(&session->arena);
	sg_redactor_free(session->redactor);
}

/* The outcome is shown also when a file that was asked for could not be written. */
static int end_well(struct session *session)
{
	struct sg_err err = SG_ERR_INIT;
	bool written = write_reports(session, &err) == 0;
	int status = show_report(session);

	if (written)
		return status;
	say_error(session, &err);
	return sg_err_exit(&err);
}

static int run_session(struct session *session, int argc, const char *const *argv)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_words words;
	bool wants_help = false;
	int rc, used;

	session->cmd = sg_cmd_match(argc, argv, &used);
	if (!session->cmd) {
		(void)no_command(&session->arena, argc, argv, &err);
		return show_error(session, &err);
	}
	session->args = sg_calloc(1, session->cmd->args_size);
	session->output = (const void *)((char *)session->args + session->cmd->output_offset);
	rc = sg_opt_parse(session->cmd, session->runtime->env, argc - used, argv + used,
		&session->arena, session->args, &words, &wants_help, &err);
	set_log(session);
	if (rc < 0)
		return show_error(session, &err);
	if (wants_help)
		return help(session, session->cmd);
	if (run_command(session, &words, &err) < 0) {
		write_error_reports(session, &err);
		return show_error(session, &err);
	}
	return end_well(session);
}

static int run(struct session *session, int argc, const char *const *argv)
{
	static const char *const version_argv[] = {"version"};

	if (argc == 0) {
		(void)help(session, NULL);
		return sg_reason_exit(SG_R_USAGE);
	}
	if (is_help(argv[0]))
		return help_about(session, argc - 1, argv + 1);
	if (sg_cmd_is_family(argv[0]) && (argc == 1 || is_help(argv[1])))
		return family_help(session, argv[0], argc == 1 ? sg_reason_exit(SG_R_USAGE) : 0);
	if (strcmp(argv[0], "--version") == 0)
		return run_session(session, 1, version_argv);
	return run_session(session, argc, argv);
}

int sg_run(const struct sg_runtime *runtime, int argc, const char *const *argv)
{
	struct session session = {
		.runtime = runtime,
		.random = runtime->random ? runtime->random : sg_crypto_random(),
		.redactor = sg_redactor_new(),
	};
	int status;

	sg_buf_init(&session.pem, PEM_MAX_BYTES);
	status = run(&session, argc, argv);
	release(&session);
	return status;
}
