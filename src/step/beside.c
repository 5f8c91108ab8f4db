#include "step/beside.h"

#include <string.h>

#include "base/text.h"
#include "io/crypto.h"
#include "io/yaml.h"
#include "step/way.h"

#define MESSAGE_MAX_BYTES (64u * 1024)
#define TRIES 3

struct keeping {
	struct sg_world *world;
	struct sg_loaded *loaded;
	const struct sg_beside_ask *ask;
	struct sg_file_change *files;
	size_t count;
	struct sg_err refused; /* why our edit may not go over theirs; no reason: it may */
};

/* What shall stand in the file: theirs, with our edit where there is one. */
static int text_for(struct keeping *k, struct sg_tree_source *theirs,
	const struct sg_changes *changes, const char *path, struct sg_str *ret, struct sg_err *err)
{
	struct sg_buf text SG_AUTO(sg_buf_release) = {0};

	for (size_t i = 0; i < changes->file_count; i++)
		if (strcmp(changes->files[i].path, path) == 0) {
			*ret = changes->files[i].after;
			return 0;
		}
	sg_buf_init(&text, SG_YAML_EDIT_MAX_BYTES);
	if (theirs->read(theirs, path, &text, err) < 0)
		return -1;
	*ret = (struct sg_str){sg_arena_dup(k->world->arena, sg_buf_str(&text)), text.len};
	return 0;
}

/* What they wrote is judged as if it had come before our push was sent. */
static int guard(struct keeping *k, const struct sg_tree_source *theirs, struct sg_changes *changes,
	struct sg_err *err)
{
	bool went_back;

	if (sg_guard_check(k->world, k->loaded, k->ask->plan_ask->env, k->ask->guard, changes,
		    theirs, &went_back, err) == 0) {
		*k->ask->went_back = *k->ask->went_back || went_back;
		return 0;
	}
	if (err->reason != SG_R_UNEXPECTED_VALUE && err->reason != SG_R_OLDER)
		return -1;
	k->refused = *err;
	changes->file_count = 0;
	return 0;
}

static int find_files(struct keeping *k, struct sg_err *err)
{
	const struct sg_plan *plan = k->ask->plan;
	struct sg_tree_source *theirs;
	struct sg_changes changes;
	struct sg_plan ignored;

	if (sg_way_at(k->world, k->loaded, plan->branch, k->ask->published->beside, &theirs, err) <
			0 ||
		sg_plan_on(k->world, k->loaded, k->ask->plan_ask, theirs, &changes, &ignored, err) <
			0 ||
		guard(k, theirs, &changes, err) < 0)
		return -1;
	for (size_t i = 0; i < plan->file_count; i++) {
		struct sg_file_change file = {
			.path = plan->files[i].path, .before = plan->files[i].after};

		if (text_for(k, theirs, &changes, file.path, &file.after, err) < 0)
			return -1;
		if (!sg_str_eq(file.before, file.after))
			*(struct sg_file_change *)sg_arena_push(
				k->world->arena, &k->files, &k->count, sizeof(file)) = file;
	}
	return 0;
}

/* It carries no Stagegate-Image: the commit before it did that. */
static const char *message_of(const struct keeping *k, const char *id)
{
	const struct sg_published *published = k->ask->published;
	struct sg_buf text SG_AUTO(sg_buf_release) = {0};

	sg_buf_init(&text, MESSAGE_MAX_BYTES);
	sg_buf_addf(&text,
		"deploy(%s): keep what came in between\n\nCommit %.12s took away what %.12s had "
		"just changed here:\n",
		k->ask->plan->environment, published->commit, published->beside);
	for (size_t i = 0; i < k->count; i++) {
		sg_buf_adds(&text, "- ");
		sg_text_commit(sg_str_of(k->files[i].path), &text);
		sg_buf_addc(&text, '\n');
	}
	sg_buf_addf(&text, "%s\n\nStagegate-Id: %s\n",
		k->refused.reason == SG_R_OK
			? "Now both are here."
			: "That is here again, and our change may not go over it.",
		id);
	return sg_arena_dup(k->world->arena, sg_buf_str(&text));
}

static const char *id_of(const struct keeping *k)
{
	const char *text = sg_arena_printf(k->world->arena, "beside %s %s",
		k->ask->published->beside, k->ask->published->commit);
	char hex[SG_OID_SIZE];

	sg_crypto_sha256_hex(sg_str_of(text), hex);
	return sg_arena_dup(k->world->arena, (struct sg_str){hex, 20});
}

enum stand { BOTH_THERE, AS_WE_LEFT_IT, CHANGED };

/* After any answer but yes: how do the files stand? */
static int look(
	struct keeping *k, enum stand *ret_stand, const char **ret_commit, struct sg_err *err)
{
	bool both = true, left = true;
	struct sg_tree_source *tip;

	if (sg_way_branch(k->world, k->loaded, k->ask->plan->branch, &tip, err) < 0)
		return -1;
	for (size_t i = 0; i < k->count; i++) {
		struct sg_buf text SG_AUTO(sg_buf_release) = {0};

		sg_buf_init(&text, SG_YAML_EDIT_MAX_BYTES);
		if (tip->read(tip, k->files[i].path, &text, err) < 0)
			return -1;
		both = both && sg_str_eq(sg_buf_str(&text), k->files[i].after);
		left = left && sg_str_eq(sg_buf_str(&text), k->files[i].before);
	}
	*ret_stand = both ? BOTH_THERE : left ? AS_WE_LEFT_IT : CHANGED;
	*ret_commit = tip->revision;
	return 0;
}

/* Sending it again does no harm: GitLab refuses it once one of them has arrived. */
static int publish(struct keeping *k, const struct sg_plan *both, bool *ret_kept,
	const char **ret_commit, struct sg_err *err)
{
	struct sg_publisher *publisher = k->ask->publisher;
	enum stand stand = AS_WE_LEFT_IT;

	for (int tried = 0; stand == AS_WE_LEFT_IT && tried < TRIES; tried++) {
		struct sg_published done;

		if (publisher->publish(publisher, both, &done, err) < 0)
			return -1;
		if (done.outcome == SG_PUBLISHED) {
			*ret_kept = !done.beside[0];
			*ret_commit = sg_arena_strdup(k->world->arena, done.commit);
			return 0;
		}
		if (look(k, &stand, ret_commit, err) < 0)
			return -1;
	}
	*ret_kept = stand == BOTH_THERE;
	return 0;
}

static int keep(struct keeping *k, bool *ret_kept, const char **ret_commit, struct sg_err *err)
{
	const struct sg_plan *plan = k->ask->plan;
	struct sg_plan both = {.branch = plan->branch,
		.parent = k->ask->published->commit,
		.environment = plan->environment,
		.author = plan->author,
		.committer = plan->committer};

	*ret_commit = sg_arena_strdup(k->world->arena, k->ask->published->commit);
	*ret_kept = true;
	if (find_files(k, err) < 0)
		return -1;
	if (k->count == 0)
		return 0;
	both.files = k->files;
	both.file_count = k->count;
	both.id = id_of(k);
	both.message = message_of(k, both.id);
	return publish(k, &both, ret_kept, ret_commit, err);
}

/* Their change is not there, and nobody but us knows. */
static int fail_lost(const struct sg_beside_ask *ask, const struct sg_err *why, struct sg_err *err)
{
	const struct sg_published *published = ask->published;
	const char *branch = ask->plan->branch;

	if (why->reason == SG_R_CANCELLED) {
		*err = *why;
		(void)sg_wrap(err,
			"%.12s, which took away what %.12s had just changed in the same "
			"files of %.100s, and has not put it back",
			published->commit, published->beside, branch);
	} else {
		(void)sg_fail(err, SG_R_CONFLICT,
			"%.12s is on %s, took away what %.12s had just changed in the same files, "
			"and that could not be put back%s%.300s",
			published->commit, branch, published->beside,
			why->reason == SG_R_OK ? "" : ": ",
			why->reason == SG_R_OK ? "" : why->cause);
	}
	return sg_hint(err, "look with: git fetch origin %s && git diff %.12s %.12s", branch,
		published->beside, published->commit);
}

/* Their change is there as if ours had never come. */
static int fail_refused(const struct keeping *k, const char *commit, struct sg_err *err)
{
	*err = k->refused;
	return sg_hint(err, "%.12s, which was on %s for a moment, is taken back by %.12s%s",
		k->ask->published->commit, k->ask->plan->branch, commit,
		err->reason == SG_R_OLDER
			? "; to go back on purpose add --allow-older --reason TEXT"
			: "");
}

int sg_beside_keep(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_beside_ask *ask, const char **ret_commit, struct sg_err *err)
{
	struct keeping k = {.world = world, .loaded = loaded, .ask = ask, .refused = SG_ERR_INIT};
	struct sg_err why = SG_ERR_INIT;
	bool kept = false;

	if (keep(&k, &kept, ret_commit, &why) < 0 || !kept)
		return fail_lost(ask, &why, err);
	return k.refused.reason == SG_R_OK ? 0 : fail_refused(&k, *ret_commit, err);
}
