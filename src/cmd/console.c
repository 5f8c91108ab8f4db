#include "cmd/console.h"

#include <string.h>

#include "base/num.h"
#include "step/job.h"

#define COLUMNS_MAX 10000

/* A terminal that knows no control sequences; also one that says nothing about itself. */
static bool is_dumb(const struct sg_env *env)
{
	const char *term = sg_env_nonempty(env, "TERM");

	return !term || strcmp(term, "dumb") == 0;
}

bool sg_cmd_may_paint(const struct sg_env *env)
{
	return !sg_env_nonempty(env, "NO_COLOR") && !is_dumb(env);
}

/* The variable COLUMNS, which a shell sets for terminals that do not say how wide they are. */
static int said_columns(const struct sg_env *env)
{
	const char *said = sg_env_nonempty(env, "COLUMNS");
	uint64_t wide;

	return said && sg_num_u64(sg_str_of(said), &wide) && wide <= COLUMNS_MAX ? (int)wide : 0;
}

static enum sg_console_form form_of(
	const struct sg_runtime *runtime, const struct sg_output_args *output)
{
	if (output && output->log_format && strcmp(output->log_format, "json") == 0)
		return SG_CONSOLE_JSON;
	if (runtime->log_is_terminal)
		return is_dumb(runtime->env) ? SG_CONSOLE_LINES : SG_CONSOLE_TERMINAL;
	return sg_job_is_there(runtime->env) ? SG_CONSOLE_JOB : SG_CONSOLE_LINES;
}

struct sg_console sg_cmd_console(const struct sg_runtime *runtime,
	const struct sg_output_args *output, bool trace, const struct sg_redactor *redactor,
	uint64_t random)
{
	enum sg_log_level level = output && output->quiet ? SG_LOG_WARN : SG_LOG_INFO;

	if (trace || (output && output->verbose))
		level = SG_LOG_DEBUG;
	return (struct sg_console){
		.form = form_of(runtime, output),
		.level = level,
		.clock = runtime->clock,
		.redactor = redactor,
		.write = runtime->log,
		.columns = runtime->columns,
		.said_columns = said_columns(runtime->env),
		.arg = runtime->arg,
		.mark = (uint32_t)random,
	};
}
