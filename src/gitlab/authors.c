#include <inttypes.h>
#include <string.h>

#include "base/num.h"
#include "gitlab/decode.h"
#include "gitlab/page.h"
#include "gitlab/project.h"

#define COMMITS_MAX 10000
#define AUTHORS_MAX 200

struct authors {
	struct sg_gitlab *gitlab;
	const char *project;
	struct sg_arena *arena;
	struct sg_gitlab_author *items;
	size_t count;
	const char *to;
	const char *from;
	size_t commits;
	bool has_from, has_to; /* among the commits */
};

static struct sg_gitlab_author *find(struct authors *a, const char *email)
{
	for (size_t i = 0; i < a->count; i++)
		if (sg_str_ieq(sg_str_of(a->items[i].email), sg_str_of(email)))
			return &a->items[i];
	return NULL;
}

struct commit {
	const char *id;
	const char *email;
	const char *name;
};

#define FIELD(member, path) SG_GITLAB_FIELD(SG_FIELD_STR, commit, member, path, true)

static const struct sg_json_field commit_fields[] = {
	FIELD(id, "id"), FIELD(email, "author_email"), FIELD(name, "author_name")};

static int take_commit(void *arg, const struct sg_json *item, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct authors *a = arg;
	struct commit commit = {0};
	struct sg_gitlab_author *author;

	if (sg_gitlab_fields(item, "commit", commit_fields, SG_COUNT(commit_fields), &scratch,
		    &commit, err) < 0)
		return -1;
	a->commits++;
	a->has_to = a->has_to || strcmp(commit.id, a->to) == 0;
	a->has_from = a->has_from || strcmp(commit.id, a->from) == 0;
	if (find(a, commit.email))
		return 0;
	if (a->count >= AUTHORS_MAX)
		return sg_fail(err, SG_R_TOO_LARGE, "the authors are more than %d", AUTHORS_MAX);
	author = sg_arena_push(a->arena, &a->items, &a->count, sizeof(*author));
	author->email = sg_arena_strdup(a->arena, commit.email);
	author->name = sg_arena_strdup(a->arena, commit.name);
	return 0;
}

static void forget_commits(void *arg)
{
	struct authors *a = arg;

	a->items = NULL;
	a->count = a->commits = 0;
	a->has_from = a->has_to = false;
}

static int read_commits(struct authors *a, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	const struct sg_gitlab_list list = {
		.call = {.path = &path, .project = a->project, .label = "read the commits"},
		.what = "the commits between the two versions",
		.max_items = COMMITS_MAX,
		.item = take_commit,
		.restart = forget_commits,
		.arg = a,
	};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_between(&path, a->project, a->from, a->to, err) < 0)
		return -1;
	return sg_gitlab_list_read(a->gitlab, &list, err);
}

static int cut(const struct authors *a, struct sg_err *err)
{
	return sg_fail(err, SG_R_ANSWER_INVALID,
		"the list of commits between %.12s and %.12s of project %s is not the whole list",
		a->from, a->to, a->project);
}

/* A server that does not understand the range answers with nothing, or with the whole history. */
static int check_commits(struct authors *a, struct sg_err *err)
{
	const char *ours = a->gitlab->project;
	char base[SG_OID_SIZE];
	int rc;

	if (a->has_from || (a->commits && !a->has_to))
		return cut(a, err);
	if (a->commits)
		return 0;
	a->gitlab->project = a->project;
	rc = sg_gitlab_merge_base(a->gitlab, a->from, a->to, base, err);
	a->gitlab->project = ours;
	if (rc < 0)
		return -1;
	return strcmp(base, a->to) == 0 ? 0 : cut(a, err);
}

static bool shows_email(const struct sg_json *user, const char *email)
{
	static const char *const keys[] = {"public_email", "email", "commit_email"};

	for (size_t i = 0; i < SG_COUNT(keys); i++)
		if (sg_str_ieq(sg_str_of(sg_json_str(sg_json_get(user, keys[i]), "")),
			    sg_str_of(email)))
			return true;
	return false;
}

static int64_t id_of(const struct sg_json *user)
{
	int64_t id = 0;

	return sg_json_i64(sg_json_get(user, "id"), &id) && id > 0 ? id : 0;
}

/* One user among those that GitLab found for the e-mail: who shows it, else the only one, unless it
 * was found by a name in which anybody can write an e-mail. */
static int64_t choose(const struct sg_json *users, const char *email)
{
	const struct sg_json *first = sg_json_first(users);

	for (const struct sg_json *e = first; e; e = sg_json_next(e))
		if (shows_email(e, email))
			return id_of(e);
	if (sg_json_count(users) != 1 || strchr(sg_json_str(sg_json_get(first, "name"), "@"), '@'))
		return 0;
	return id_of(first);
}

static int search_user(struct authors *a, const char *key, const char *value, struct sg_json **ret,
	struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	const struct sg_gitlab_call call = {.path = &path, .label = "look for the author's user"};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	sg_buf_adds(&path, "/users");
	sg_gitlab_path_param(&path, key, value);
	if (sg_gitlab_get(a->gitlab, &call, ret, err) < 0)
		return -1;
	if (sg_json_type(*ret) != SG_JSON_ARRAY) {
		(void)sg_fail(err, SG_R_ANSWER_INVALID, "users: expected an array");
		return sg_wrap(err, "%s", call.label);
	}
	return 0;
}

/* The host of the API, without its port. */
static struct sg_str host_of(const struct sg_gitlab *gitlab)
{
	struct sg_str api = sg_str_of(gitlab->api);
	long at = sg_str_search(api, "://");
	struct sg_str host = sg_str_sub(api, at < 0 ? 0 : (size_t)at + 3, api.len);

	for (size_t i = 0; i < host.len; i++)
		if (host.ptr[i] == ':' || host.ptr[i] == '/')
			return sg_str_sub(host, 0, i);
	return host;
}

/* True for "7-dora@users.noreply.HOST" of this GitLab; *ret views "7-dora". */
static bool is_noreply(const struct sg_gitlab *gitlab, struct sg_str email, struct sg_str *ret)
{
	static const char prefix[] = "users.noreply.";

	if (!sg_str_cut(&email, '@', ret) || ret->len == 0 || !sg_str_starts(email, prefix))
		return false;
	return sg_str_ieq(sg_str_sub(email, sizeof(prefix) - 1, email.len), host_of(gitlab));
}

/* "7-dora" names its user by number, the older "dora" by name. */
static int user_of_noreply(
	struct authors *a, struct sg_str local, int64_t *ret_id, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *users = NULL;
	struct sg_str rest = local, number;
	struct sg_gitlab_user user = {0};
	struct sg_err why = SG_ERR_INIT;
	uint64_t id;

	if (sg_str_cut(&rest, '-', &number) && rest.len && sg_num_u64(number, &id) && id > 0 &&
		id <= INT64_MAX) {
		if (sg_gitlab_user_get(a->gitlab, (int64_t)id, a->arena, &user, &why) < 0 &&
			why.reason != SG_R_NOT_FOUND) {
			*err = why;
			return -1;
		}
		*ret_id = user.id;
		return 0;
	}
	if (search_user(a, "username", sg_arena_dup(a->arena, local), &users, err) < 0)
		return -1;
	*ret_id = sg_json_count(users) == 1 ? id_of(sg_json_first(users)) : 0;
	return 0;
}

static int find_user(struct authors *a, struct sg_gitlab_author *author, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *users = NULL;
	struct sg_str local;

	if (is_noreply(a->gitlab, sg_str_of(author->email), &local))
		return user_of_noreply(a, local, &author->user_id, err);
	if (!strchr(author->email, '@'))
		return 0;
	if (search_user(a, "search", author->email, &users, err) < 0)
		return -1;
	author->user_id = choose(users, author->email);
	return 0;
}

int sg_gitlab_authors_between(struct sg_gitlab *gitlab, const char *project, const char *from,
	const char *to, struct sg_arena *arena, struct sg_gitlab_author **ret_authors,
	size_t *ret_count, struct sg_err *err)
{
	struct authors a = {.gitlab = gitlab, .project = project, .arena = arena};

	if (sg_gitlab_revision(gitlab, project, from, arena, &a.from, err) < 0 ||
		sg_gitlab_revision(gitlab, project, to, arena, &a.to, err) < 0)
		return -1;
	if (strcmp(a.from, a.to) != 0 && (read_commits(&a, err) < 0 || check_commits(&a, err) < 0))
		return -1;
	for (size_t i = 0; i < a.count; i++)
		if (find_user(&a, &a.items[i], err) < 0)
			return -1;
	*ret_authors = a.items;
	*ret_count = a.count;
	return 0;
}
