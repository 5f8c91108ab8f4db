#include "step/request.h"

#include <stdlib.h>
#include <string.h>

#include "io/crypto.h"

#define PART_MAX_BYTES 60
#define HASH_DIGITS 10

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.';
}

/* Whether Git takes NAME as one component of a branch (git-check-ref-format), and it is short. */
static bool is_component(struct sg_str name)
{
	if (name.len == 0 || name.len > PART_MAX_BYTES || name.ptr[0] == '.' ||
		name.ptr[0] == '-' || name.ptr[name.len - 1] == '.' || sg_str_ends(name, ".lock") ||
		sg_str_search(name, "..") >= 0)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!is_plain(name.ptr[i]))
			return false;
	return true;
}

static const char *component(struct sg_arena *arena, const char *name)
{
	size_t keep = PART_MAX_BYTES - HASH_DIGITS - 2;
	struct sg_str s = sg_str_of(name);
	char hex[SG_OID_SIZE], *slug;

	if (is_component(s))
		return name;
	sg_crypto_sha256_hex(s, hex);
	slug = sg_arena_dup(arena, sg_str_sub(s, 0, keep));
	for (char *p = slug; *p; p++)
		if (!is_plain(*p) || *p == '.')
			*p = '-';
	/* A slug must not begin with what the name was refused for. */
	return sg_arena_printf(arena, "x%s-%.*s", slug, HASH_DIGITS, hex);
}

const char *sg_request_branch(struct sg_arena *arena, const char *env, const char *service)
{
	return sg_arena_printf(
		arena, SG_WORK_BRANCHES "%s/%s", component(arena, env), component(arena, service));
}

bool sg_request_is_ours(
	const struct sg_mr *mr, const struct sg_forge *forge, const struct sg_policy *policy)
{
	return mr->source_project_id == mr->target_project_id && mr->target_project_id != 0 &&
	       sg_forge_is_own(forge, policy, mr->author.id);
}

const char *sg_request_tip(
	struct sg_world *world, const struct sg_loaded *loaded, const char *branch)
{
	size_t count;
	const struct sg_repo_branch *all = sg_repo_branches(loaded->repo, &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(all[i].name, branch) == 0)
			return sg_arena_strdup(world->arena, all[i].tip);
	return NULL;
}

/* Git keeps no branch below another one. */
static bool is_above(const char *branch, const char *other)
{
	size_t len = strlen(branch);

	return strncmp(branch, other, len) == 0 && other[len] == '/';
}

int sg_request_check_room(const struct sg_loaded *loaded, const char *branch, struct sg_err *err)
{
	size_t count;
	const struct sg_repo_branch *all = sg_repo_branches(loaded->repo, &count);

	for (size_t i = 0; i < count; i++) {
		if (!is_above(all[i].name, branch) && !is_above(branch, all[i].name))
			continue;
		(void)sg_fail(err, SG_R_BRANCH_BUSY,
			"there is a branch %.200s, and Git keeps no branch below another one: it "
			"is in the way of %s",
			all[i].name, branch);
		return sg_hint(err, "nothing was written; rename or delete %.200s", all[i].name);
	}
	return 0;
}

/* The list may be stale; the one that matters is read again. */
static int take(struct sg_world *world, struct sg_forge *forge, const struct sg_mr *entry,
	struct sg_request *request, struct sg_err *err)
{
	struct sg_mr fresh;

	switch (entry->state) {
	case SG_MR_OPENED:
	case SG_MR_LOCKED:
	case SG_MR_OTHER:
		if (request->open)
			return 0;
		if (sg_gitlab_mr_get(&forge->gitlab, entry->iid, world->arena, &fresh, err) < 0)
			return -1;
		if (fresh.state == SG_MR_OTHER)
			return sg_fail(err, SG_R_ANSWER_INVALID,
				"merge request !%lld: a state that nobody knows",
				(long long)fresh.iid);
		/* somebody may have sent it elsewhere since */
		if (strcmp(fresh.target_branch, entry->target_branch) != 0)
			return 0;
		if (fresh.state != SG_MR_OPENED && fresh.state != SG_MR_LOCKED)
			return take(world, forge, &fresh, request, err);
		request->open = true;
		request->mr = fresh;
		return 0;
	case SG_MR_MERGED:
		if (!request->merged.iid)
			request->merged = *entry;
		return 0;
	case SG_MR_CLOSED:
		if (!request->closed.iid)
			request->closed = *entry;
		return 0;
	}
	SG_BUG("the state of a merge request");
}

struct found {
	struct sg_arena *arena;
	struct sg_mr *items;
	size_t count;
};

static void add_all(struct found *found, const struct sg_mr *mrs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*(struct sg_mr *)sg_arena_push(
			found->arena, &found->items, &found->count, sizeof(*mrs)) = mrs[i];
}

static int newer_request(const void *a, const void *b)
{
	const struct sg_mr *x = a, *y = b;

	return (x->iid < y->iid) - (x->iid > y->iid);
}

/* ASK, or where there is none the open ones of all work branches. */
static int list_by(struct sg_forge *forge, const struct sg_gitlab_mr_list_ask *ask, int64_t author,
	struct found *found, struct sg_err *err)
{
	struct sg_gitlab_mr_list_ask theirs = ask ? *ask : (struct sg_gitlab_mr_list_ask){0};
	struct sg_mr *mrs;
	size_t count;

	theirs.author_id = author;
	if ((ask ? sg_gitlab_mr_list(&forge->gitlab, &theirs, found->arena, &mrs, &count, err)
		 : sg_gitlab_mr_list_open(&forge->gitlab, SG_WORK_BRANCHES, author, found->arena,
			   &mrs, &count, err)) < 0)
		return -1;
	add_all(found, mrs, count);
	return 0;
}

static int list_by_us(const struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_gitlab_mr_list_ask *ask, struct found *found, struct sg_err *err)
{
	const struct sg_policy *policy = &loaded->policy;

	if (sg_forge_me(forge, err) < 0 || list_by(forge, ask, forge->me.id, found, err) < 0)
		return -1;
	for (size_t i = 0; i < policy->former_bot_count; i++)
		if (list_by(forge, ask, policy->former_bots[i], found, err) < 0)
			return -1;
	if (found->count)
		qsort(found->items, found->count, sizeof(*found->items), newer_request);
	return 0;
}

/* Where there is too much, by whomever, only what our own users opened is asked for. */
static int list_of(struct sg_world *world, const struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_gitlab_mr_list_ask *ask, struct sg_mr **ret_mrs, size_t *ret_count,
	struct sg_err *err)
{
	struct found found = {.arena = world->arena};
	struct sg_err why = SG_ERR_INIT;

	if (!forge->lists_are_long && list_by(forge, ask, 0, &found, &why) < 0) {
		forge->lists_are_long = why.reason == SG_R_TOO_LARGE;
		if (!forge->lists_are_long) {
			*err = why;
			return -1;
		}
	}
	if (forge->lists_are_long && list_by_us(loaded, forge, ask, &found, err) < 0)
		return -1;
	*ret_mrs = found.items;
	*ret_count = found.count;
	return 0;
}

int sg_request_list_open(struct sg_world *world, const struct sg_loaded *loaded,
	struct sg_forge *forge, struct sg_mr **ret_mrs, size_t *ret_count, struct sg_err *err)
{
	return list_of(world, loaded, forge, NULL, ret_mrs, ret_count, err);
}

int sg_request_find(struct sg_world *world, const struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_environment *env, const char *service, struct sg_request *ret_request,
	struct sg_err *err)
{
	struct sg_request request = {.branch = sg_request_branch(world->arena, env->name, service)};
	const struct sg_gitlab_mr_list_ask list = {
		.source_branch = request.branch, .target_branch = env->branch, .state = "all"};
	struct sg_mr *mrs;
	size_t count;

	if (list_of(world, loaded, forge, &list, &mrs, &count, err) < 0)
		return -1;
	if (count && sg_forge_me(forge, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (strcmp(mrs[i].source_branch, request.branch) == 0 &&
			sg_request_is_ours(&mrs[i], forge, &loaded->policy) &&
			take(world, forge, &mrs[i], &request, err) < 0)
			return -1;
	*ret_request = request;
	return 0;
}

int sg_request_other(struct sg_world *world, struct sg_forge *forge, const char *branch,
	int64_t but, enum sg_answer *ret_other, int64_t *ret_iid, struct sg_err *err)
{
	const struct sg_gitlab_mr_list_ask list = {.source_branch = branch, .state = "opened"};
	struct sg_err why = SG_ERR_INIT;
	struct sg_mr *mrs;
	size_t count;

	*ret_iid = 0;
	*ret_other = SG_ANSWER_UNKNOWN;
	if (sg_gitlab_mr_list(&forge->gitlab, &list, world->arena, &mrs, &count, &why) < 0) {
		if (why.reason == SG_R_TOO_LARGE)
			return 0;
		*err = why;
		return -1;
	}
	for (size_t i = 0; i < count && !*ret_iid; i++)
		if (mrs[i].state == SG_MR_OPENED && mrs[i].iid != but &&
			strcmp(mrs[i].source_branch, branch) == 0 &&
			mrs[i].source_project_id == mrs[i].target_project_id)
			*ret_iid = mrs[i].iid;
	*ret_other = *ret_iid ? SG_ANSWER_YES : SG_ANSWER_NO;
	return 0;
}
