#include <string.h>

#include "base/attr.h"
#include "cmd/table.h"
#include "cmd/word_file.h"
#include "flow/bump.h"

struct bump_args {
	struct sg_settings settings;
	struct sg_output_args output;
	const char *env;
	const char *image_tag;
	const char *from_file;
	const char *expect;
	struct sg_older_args older;
	bool dry_run;
};

static const struct sg_opt bump_opts[] = {
	SG_STRING(struct bump_args, env, "env", "NAME",
		"environment whose files are changed (default: the first one)"),
	SG_STRING(struct bump_args, image_tag, "image-tag", "TAG",
		"tag of every service that is named without one"),
	SG_STRING(struct bump_args, from_file, "from-file", "FILE",
		"more SERVICE=TAG words from a file, which may have lines and # comments"),
	SG_STRING(struct bump_args, expect, "expect-current", "VALUE",
		"write only where this tag or digest stands now; for one service"),
	SG_FLAG(struct bump_args, dry_run, "dry-run", "show the plan and the diff, write nothing"),
};

static const struct sg_opt_set bump_sets[] = {
	{"Options of bump", bump_opts, SG_COUNT(bump_opts), 0},
	{"Going back", sg_opts_older, SG_OPTS_OLDER, offsetof(struct bump_args, older)},
	{"The GitOps repository", sg_opts_gitops, SG_OPTS_GITOPS,
		offsetof(struct bump_args, settings)},
	{"Which way", sg_opts_publish, SG_OPTS_PUBLISH, offsetof(struct bump_args, settings)},
	{"From which jobs", sg_opts_writing, SG_OPTS_WRITING, offsetof(struct bump_args, settings)},
	{"Signing", sg_opts_signing, SG_OPTS_SIGNING, offsetof(struct bump_args, settings)},
	{"Network and time", sg_opts_network, SG_OPTS_NETWORK,
		offsetof(struct bump_args, settings)},
	{"Output", sg_opts_output, SG_OPTS_OUTPUT, offsetof(struct bump_args, output)},
};

/* SERVICE=TAG, or with TAG just SERVICE. */
static int wish_of(struct sg_arena *arena, const char *word, const char *tag, const char *place,
	struct sg_bump_wish *ret, struct sg_err *err)
{
	const char *sign = strchr(word, '=');

	*ret = (struct sg_bump_wish){.service = word, .tag = tag, .place = place};
	if (!sign && tag)
		return 0;
	if (!sign || sign == word || sign[1] == '\0') {
		(void)sg_fail(err, SG_R_USAGE, "'%.100s' is not SERVICE=TAG", word);
		(void)sg_hint(err, "bump SERVICE TAG, bump SERVICE=TAG... for several in one "
				   "commit, or bump SERVICE... --image-tag TAG; a variable that is "
				   "not set, or empty, gives no tag");
		return place ? sg_wrap(err, "%s", place) : -1;
	}
	ret->service = sg_arena_dup(arena, (struct sg_str){word, (size_t)(sign - word)});
	ret->tag = sign + 1;
	return 0;
}

/* SERVICE TAG: just two words without a sign, none from a file, and no --image-tag. */
static bool is_pair(const struct bump_args *args, const struct sg_words *words)
{
	return !args->image_tag && !args->from_file && words->count == 2 &&
	       !strchr(words->items[0], '=') && !strchr(words->items[1], '=');
}

static int wishes_of(struct sg_arena *arena, const struct bump_args *args,
	const struct sg_words *words, struct sg_bump_ask *ask, struct sg_err *err)
{
	struct sg_bump_wish *wishes;

	if (words->count == 0) {
		(void)sg_fail(err, SG_R_USAGE, "bump needs a service and a tag");
		return sg_hint(err, "as in: bump catalog 1.4.2");
	}
	wishes = sg_arena_calloc(arena, words->count, sizeof(*wishes));
	ask->wishes = wishes;
	if (is_pair(args, words)) {
		wishes[0] =
			(struct sg_bump_wish){.service = words->items[0], .tag = words->items[1]};
		ask->count = 1;
		return 0;
	}
	for (size_t i = 0; i < words->count; i++)
		if (wish_of(arena, words->items[i], args->image_tag,
			    words->places ? words->places[i] : NULL, &wishes[i], err) < 0)
			return -1;
	ask->count = words->count;
	return 0;
}

/* With several services it would be open whose value is meant. */
static int guards_of(const struct bump_args *args, struct sg_bump_ask *ask, struct sg_err *err)
{
	ask->expect = args->expect;
	if (args->expect && ask->count != 1) {
		(void)sg_fail(err, SG_R_USAGE,
			"--expect-current goes with one service, and %zu are named", ask->count);
		return sg_hint(err, "bump them one by one");
	}
	return sg_older_reason(&args->older, &ask->older_reason, err);
}

static int run(struct sg_world *world, const void *raw, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	const struct bump_args *args = raw;
	struct sg_bump_ask ask = {.env = args->env, .dry_run = args->dry_run};
	struct sg_words all = *words;

	if (args->from_file &&
		sg_word_file_read(world->arena, args->from_file, words, &all, err) < 0)
		return sg_wrap(err, "--from-file");
	if (wishes_of(world->arena, args, &all, &ask, err) < 0 || guards_of(args, &ask, err) < 0)
		return -1;
	return sg_flow_bump(world, &ask, report, err);
}

const struct sg_cmd sg_cmd_bump = {
	.name = "bump",
	.summary = "write an image tag into the GitOps repository",
	.words = "SERVICE TAG | SERVICE=TAG... | SERVICE... --image-tag TAG | --from-file FILE",
	.words_env = SG_SERVICES_ENV,
	.details =
		"Edits the image of each service in the files of an environment and publishes "
		"all of "
		"it as one commit. Only the bytes of the values change. Nothing is written when "
		"the values stand already. When another push wins the race, the edit is applied "
		"again to the new tip. Where the environment is changed by merge requests and "
		"has no gates, each service gets one of its own, which the push itself opens: "
		"a token for Git alone is enough. A newer version that stands there stays, unless "
		"--allow-older says otherwise: that, and --expect-current, hold at every "
		"try.",
	.examples = "  stagegate bump catalog 1.4.2\n"
		    "  stagegate bump --env dev catalog=1.4.2 checkout=2.0.0\n"
		    "  stagegate bump catalog checkout --image-tag 1.4.2\n"
		    "  stagegate bump --from-file versions.txt\n"
		    "  stagegate bump catalog 1.4.2 --expect-current 1.4.1\n"
		    "  stagegate bump catalog 1.4.1 --allow-older --reason 'payments fail'\n"
		    "  stagegate bump catalog 1.4.2 --dry-run\n",
	.sets = bump_sets,
	.set_count = SG_COUNT(bump_sets),
	.args_size = sizeof(struct bump_args),
	.settings_offset = offsetof(struct bump_args, settings),
	.output_offset = offsetof(struct bump_args, output),
	.run = run,
};
