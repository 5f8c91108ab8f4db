/* The commands: descriptors as data. The order here is the order in --help. */
#ifndef SG_CMD_TABLE_H
#define SG_CMD_TABLE_H

#include "cmd/opt.h"
#include "model/report.h"
#include "step/world.h"

struct sg_cmd {
	const char *name;    /* one word, or two: "mr open" is one of the family "mr" */
	const char *summary; /* one line, no full stop */
	const char *words;   /* what follows the options: "SERVICE TAG | SERVICE=TAG..." */
	/* The variable that the words come from where argv has none, separated by blanks; NULL: no
	 * variable. So a pipeline passes several without a shell that splits them. */
	const char *words_env;
	const char *details;  /* paragraphs for `stagegate NAME --help` */
	const char *examples; /* complete lines, one each */
	const struct sg_opt_set *sets;
	size_t set_count;
	size_t args_size;
	size_t settings_offset; /* of struct sg_settings in the arguments */
	size_t output_offset;   /* of struct sg_output_args in the arguments */
	/* True when these arguments need no network; NULL: they always do. */
	bool (*offline)(const void *args);
	/* The words that it takes, blank-separated, for the completion; NULL: they are free. */
	const char *(*offers)(struct sg_arena *arena);
	/*
	 * Checks the combination of arguments and makes one flow call. Prints nothing. -1 only for
	 * errors; a verdict is in the report.
	 */
	int (*run)(struct sg_world *world, const void *args, const struct sg_words *words,
		struct sg_report *report, struct sg_err *err);
};

/* The words_env of commands whose words are services. */
#define SG_SERVICES_ENV "STAGEGATE_SERVICES"

/* How a result is shown: the same for every command. */
struct sg_output_args {
	const char *output;
	const char *report_json;
	const char *report_dotenv;
	const char *report_junit;
	const char *log_format;
	bool verbose;
	bool quiet;
};

/* Of commands that follow a merge request. */
#define SG_PIPELINE_GRACE(struct_, field)                                                          \
	SG_DURATION(struct_, field, "pipeline-grace", "2m",                                        \
		"how long a head waits for the pipeline that GitLab insists on, before that is "   \
		"said")

/* Whether an older version may take the place of a newer one, and why. */
struct sg_older_args {
	bool allow;
	const char *reason;
};

/* The reason; NULL: it may not. USAGE unless both options or none of them are given. */
int sg_older_reason(const struct sg_older_args *args, const char **ret_reason,
	struct sg_err *err) SG_MUST_CHECK;

const struct sg_cmd *const *sg_cmd_table(size_t *ret_count);

/* The command of that name, or NULL. */
const struct sg_cmd *sg_cmd_find(const char *name);

/* The command that the first words of argv name, or NULL; *ret_used says how many they are. */
const struct sg_cmd *sg_cmd_match(int argc, const char *const *argv, int *ret_used);

/* The family of a command whose name has two words, without the second; empty for others. */
struct sg_str sg_cmd_family(const struct sg_cmd *cmd);

/* Is that the name of a family? */
bool sg_cmd_is_family(const char *name);

/* The sets that several commands share; `settings` and `output` are embedded at these offsets. */
enum {
	SG_OPTS_OUTPUT = 7,
	SG_OPTS_GITOPS = 5,
	SG_OPTS_WRITING = 1,
	SG_OPTS_PUBLISH = 1,
	SG_OPTS_SIGNING = 1,
	SG_OPTS_OLDER = 2,
	SG_OPTS_CLUSTER = 11,
	SG_OPTS_KUBECONFIG = 4, /* of these: which cluster, nothing about waiting */
	SG_OPTS_NETWORK = 7,
};
extern const struct sg_opt sg_opts_output[SG_OPTS_OUTPUT];
extern const struct sg_opt sg_opts_gitops[SG_OPTS_GITOPS];
extern const struct sg_opt sg_opts_writing[SG_OPTS_WRITING]; /* of commands that write */
extern const struct sg_opt sg_opts_publish[SG_OPTS_PUBLISH];
extern const struct sg_opt sg_opts_signing[SG_OPTS_SIGNING];
extern const struct sg_opt sg_opts_older[SG_OPTS_OLDER]; /* struct sg_older_args */
extern const struct sg_opt sg_opts_cluster[SG_OPTS_CLUSTER];
extern const struct sg_opt sg_opts_network[SG_OPTS_NETWORK];

extern const struct sg_cmd sg_cmd_bump;
extern const struct sg_cmd sg_cmd_wait;
extern const struct sg_cmd sg_cmd_promote;
extern const struct sg_cmd sg_cmd_gate;
extern const struct sg_cmd sg_cmd_mr_open;
extern const struct sg_cmd sg_cmd_mr_status;
extern const struct sg_cmd sg_cmd_mr_merge;
extern const struct sg_cmd sg_cmd_mr_close;
extern const struct sg_cmd sg_cmd_mr_list;
extern const struct sg_cmd sg_cmd_status;
extern const struct sg_cmd sg_cmd_check;
extern const struct sg_cmd sg_cmd_doctor;
extern const struct sg_cmd sg_cmd_init;
extern const struct sg_cmd sg_cmd_edit;
extern const struct sg_cmd sg_cmd_explain;
extern const struct sg_cmd sg_cmd_completion;
extern const struct sg_cmd sg_cmd_version;

#endif
