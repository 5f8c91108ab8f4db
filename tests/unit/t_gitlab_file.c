#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gitlab/file.h"
#include "gitlab/source.h"
#include "gitlab_world.h"

#define RAW(path, ref) PROJECT "/repository/files/" path "/raw?ref=" ref
#define DEVELOP "refs%2Fheads%2Fdevelop"
#define TREE(ref, dir) PROJECT "/repository/tree?ref=" ref dir "&per_page=100"
#define HASH_OF_A "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7" /* "a\n" */

static struct script_answer *file(
	struct gitlab_world *w, const char *url, const char *text, const char *commit)
{
	struct script_answer *a = script_reply(w->script, "GET", url, 200, text);

	script_header(a, "X-Gitlab-Commit-Id", commit);
	return a;
}

static int read(
	struct gitlab_world *w, const char *ref, struct sg_buf *buf, struct sg_gitlab_file *ret)
{
	sg_buf_init(buf, 64);
	return sg_gitlab_file_read(&w->gitlab, "a/b c.yaml", ref, &w->arena, buf, ret, &w->err);
}

static void bytes_come_with_their_commit(void **state)
{
	struct gitlab_world *w = *state;
	struct script_answer *a;
	struct sg_gitlab_file found;
	struct sg_buf buf;

	a = file(w, RAW("a%2Fb%20c.yaml", "x%2By"), "a\n", SHA_A);
	script_header(a, "x-gitlab-content-sha256", HASH_OF_A);
	script_header(a, "X-Gitlab-Ref", "x+y");
	assert_int_equal(read(w, "x+y", &buf, &found), 0);
	assert_string_equal(buf.ptr, "a\n");
	assert_string_equal(found.commit, SHA_A);
	assert_string_equal(found.ref, "x+y");
	sg_buf_release(&buf);
	file(w, PROJECT "/repository/files/a%2Fb%20c.yaml/raw", "", SHA_B);
	assert_int_equal(read(w, NULL, &buf, &found), 0);
	assert_int_equal(buf.len, 0);
	assert_string_equal(found.ref, "");
	sg_buf_release(&buf);
	gitlab_world_done(w);
}

static void what_is_missing_is_told_apart(void **state)
{
	static const struct {
		const char *body;
		enum sg_reason reason;
	} cases[] = {
		{"{\"message\":\"404 File Not Found\"}", SG_R_FILE_NOT_FOUND},
		{"{\"message\":\"404 Commit Not Found\"}", SG_R_BRANCH_NOT_FOUND},
		{"{\"message\":\"404 Project Not Found\"}", SG_R_NOT_FOUND},
		{"{\"message\":\"404 Not Found\"}", SG_R_NOT_FOUND},
		{"<html>404 Not Found</html>", SG_R_NOT_FOUND},
	};
	struct gitlab_world *w = *state;

	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		struct sg_gitlab_file found;
		struct sg_buf buf;

		script_reply(w->script, "GET", RAW("a%2Fb%20c.yaml", DEVELOP), 404, cases[i].body);
		assert_int_equal(read(w, "refs/heads/develop", &buf, &found), -1);
		gitlab_world_error(w, cases[i].reason, "", "");
		sg_buf_release(&buf);
	}
	gitlab_world_done(w);
}

static void answers_that_are_about_something_else(void **state)
{
	struct gitlab_world *w = *state;
	static const char *const commits[] = {
		"", "aaaa", SHA_A "a", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
	struct sg_gitlab_file found;
	struct script_answer *a;
	struct sg_buf buf;

	for (size_t i = 0; i < SG_COUNT(commits); i++) {
		file(w, RAW("a%2Fb%20c.yaml", SHA_A), "a\n", commits[i]);
		assert_int_equal(read(w, SHA_A, &buf, &found), -1);
		gitlab_world_error(w, SG_R_ANSWER_INVALID, "does not name the commit", "");
		sg_buf_release(&buf);
	}
	a = file(w, RAW("a%2Fb%20c.yaml", SHA_A), "b\n", SHA_A);
	script_header(a, "X-Gitlab-Content-Sha256", HASH_OF_A);
	assert_int_equal(read(w, SHA_A, &buf, &found), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "not those that the answer is about", "");
	sg_buf_release(&buf);
	file(w, RAW("a%2Fb%20c.yaml", SHA_A),
		"0123456789012345678901234567890123456789012345678901234567890123456789", SHA_A);
	assert_int_equal(read(w, SHA_A, &buf, &found), -1);
	gitlab_world_error(w, SG_R_TOO_LARGE, "limit is 64", "");
	sg_buf_release(&buf);
	gitlab_world_done(w);
}

static void paths_that_lead_elsewhere_are_not_asked_for(void **state)
{
	static const char *const paths[] = {"", "..", "a/../b", "a//b", "/a", "a/."};
	struct gitlab_world *w = *state;

	for (size_t i = 0; i < SG_COUNT(paths); i++) {
		struct sg_gitlab_file found;
		struct sg_buf buf;

		sg_buf_init(&buf, 64);
		assert_int_equal(sg_gitlab_file_read(&w->gitlab, paths[i], NULL, &w->arena, &buf,
					 &found, &w->err),
			-1);
		sg_buf_release(&buf);
	}
	gitlab_world_done(w);
}

/* ---- the source ---- */

static struct sg_tree_source *source(struct gitlab_world *w, size_t max_requests)
{
	struct sg_gitlab_source_ask *ask = sg_arena_calloc(&w->arena, 1, sizeof(*ask));
	struct sg_tree_source *source;

	*ask = (struct sg_gitlab_source_ask){.branch = "develop", .max_requests = max_requests};
	sg_gitlab_source(&w->gitlab, ask, &w->arena, &source);
	return source;
}

static const char *text_of(struct gitlab_world *w, struct sg_tree_source *source, const char *path)
{
	struct sg_buf buf SG_AUTO(sg_buf_release);

	sg_buf_init(&buf, 4096);
	w->err = (struct sg_err)SG_ERR_INIT;
	return source->read(source, path, &buf, &w->err) < 0
		       ? NULL
		       : sg_arena_dup(&w->arena, sg_buf_str(&buf));
}

static void the_first_answer_names_the_commit(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_tree_source *s = source(w, 10);

	assert_null(s->revision);
	assert_true(s->by_request);
	file(w, RAW("a.yaml", DEVELOP), "a: 1\n", SHA_A);
	assert_string_equal(text_of(w, s, "a.yaml"), "a: 1\n");
	assert_string_equal(s->revision, SHA_A);
	file(w, RAW("b.yaml", SHA_A), "b: 1\n", SHA_A);
	assert_string_equal(text_of(w, s, "b.yaml"), "b: 1\n");
	script_reply(w->script, "GET", RAW("c.yaml", SHA_A), 404,
		"{\"message\":\"404 File Not Found\"}");
	assert_null(text_of(w, s, "c.yaml"));
	gitlab_world_error(w, SG_R_FILE_NOT_FOUND, "develop has no \"c.yaml\"", "");
	file(w, RAW("d.yaml", SHA_A), "d: 1\n", SHA_B);
	assert_null(text_of(w, s, "d.yaml"));
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "the answer is of bbbbbbbbbbbb", "");
	gitlab_world_done(w);
}

static void no_more_requests_than_allowed(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_tree_source *s = source(w, 1);

	file(w, RAW("a.yaml", DEVELOP), "a: 1\n", SHA_A);
	assert_non_null(text_of(w, s, "a.yaml"));
	assert_null(text_of(w, s, "b.yaml"));
	gitlab_world_error(w, SG_R_TOO_LARGE, "more than 1 requests", "");
	gitlab_world_done(w);
}

static void what_may_be_a_link_is_looked_at(void **state)
{
	static const struct {
		const char *list;
		const char *said; /* NULL: a file */
	} cases[] = {
		{"[{\"name\":\"a.yaml\",\"type\":\"blob\",\"mode\":\"100644\"}]", NULL},
		{"[{\"name\":\"a.yaml\",\"type\":\"blob\",\"mode\":\"100755\"}]", NULL},
		{"[{\"name\":\"b\",\"type\":\"tree\",\"mode\":\"040000\"},"
		 "{\"name\":\"a.yaml\",\"type\":\"blob\",\"mode\":\"120000\"}]",
			"is a symbolic link"},
		{"[{\"name\":\"a.yaml\",\"type\":\"commit\",\"mode\":\"160000\"}]", "unknown kind"},
		{"[{\"name\":\"a.yaml\",\"type\":\"blob\"}]", "unknown kind"},
		{"[]", "not listed"},
	};
	struct gitlab_world *w = *state;

	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		struct sg_tree_source *s = source(w, 10);

		file(w, RAW("x%2Fa.yaml", DEVELOP), "{a: 1}", SHA_A);
		script_reply(w->script, "GET", TREE(SHA_A, "&path=x"), 200, cases[i].list);
		if (!cases[i].said) {
			assert_string_equal(text_of(w, s, "x/a.yaml"), "{a: 1}");
			continue;
		}
		assert_null(text_of(w, s, "x/a.yaml"));
		gitlab_world_error(w, SG_R_EDIT_REFUSED, cases[i].said, "");
	}
	gitlab_world_done(w);
}

static void a_folder_is_listed_by_name_at_one_commit(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_tree_source *s = source(w, 10);
	struct sg_tree_entry *entries;
	struct script_answer *a;
	size_t count;

	script_reply(w->script, "GET", PROJECT "/repository/branches/develop", 200,
		"{\"name\":\"develop\",\"commit\":{\"id\":\"" SHA_C "\"}}");
	a = script_reply(w->script, "GET", TREE(SHA_C, "&path=apps"), 200,
		"[{\"name\":\"z\",\"type\":\"tree\",\"mode\":\"040000\"}]");
	script_header(a, "Link", "<" API "/next>; rel=\"next\"");
	script_reply(w->script, "GET", API "/next", 200,
		"[{\"name\":\"b\",\"type\":\"blob\",\"mode\":\"100644\"}]");
	assert_int_equal(s->list(s, "apps", &w->arena, &entries, &count, &w->err), 0);
	assert_int_equal(count, 2);
	assert_string_equal(entries[0].name, "b");
	assert_false(entries[0].is_dir);
	assert_string_equal(entries[1].name, "z");
	assert_true(entries[1].is_dir);
	assert_string_equal(s->revision, SHA_C);
	script_reply(w->script, "GET", TREE(SHA_C, "&path=nope"), 404,
		"{\"message\":\"404 invalid revision or path Not Found\"}");
	assert_int_equal(s->list(s, "nope", &w->arena, &entries, &count, &w->err), -1);
	gitlab_world_error(w, SG_R_FILE_NOT_FOUND, "develop has no \"nope\"", "");
	script_reply(
		w->script, "GET", TREE(SHA_C, ""), 404, "{\"message\":\"404 Project Not Found\"}");
	assert_int_equal(s->list(s, ".", &w->arena, &entries, &count, &w->err), -1);
	gitlab_world_error(w, SG_R_NOT_FOUND, "Project", "");
	gitlab_world_done(w);
}

/* The path of the project stands in GitLab's words about it, too. */
static void a_folder_that_is_missing_in_a_project_of_that_name(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_gitlab_entry *entries;
	size_t count;

	w->gitlab.project = "Project";
	script_reply(w->script, "GET",
		API "/projects/Project/repository/tree?ref=" SHA_A "&path=nope&per_page=100", 404,
		"{\"message\":\"404 Tree Not Found\"}");
	assert_int_equal(sg_gitlab_folder_read(
				 &w->gitlab, "nope", SHA_A, &w->arena, &entries, &count, &w->err),
		-1);
	gitlab_world_error(w, SG_R_FILE_NOT_FOUND, "Project has no \"nope\"", "");
	gitlab_world_done(w);
}

static void a_branch_that_is_not_there(void **state)
{
	struct gitlab_world *w = *state;
	char tip[SG_OID_SIZE];

	script_reply(w->script, "GET", PROJECT "/repository/branches/develop", 404,
		"{\"message\":\"404 Branch Not Found\"}");
	assert_int_equal(sg_gitlab_branch_tip(&w->gitlab, "develop", tip, &w->err), -1);
	gitlab_world_error(w, SG_R_BRANCH_NOT_FOUND, "no branch \"develop\"", "");
	script_reply(w->script, "GET", PROJECT "/repository/branches/develop", 200, "{}");
	assert_int_equal(sg_gitlab_branch_tip(&w->gitlab, "develop", tip, &w->err), -1);
	gitlab_world_error(w, SG_R_ANSWER_INVALID, "branch.commit.id", "");
	gitlab_world_done(w);
}

#define T(name) cmocka_unit_test_setup_teardown(name, gitlab_world_setup, gitlab_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(bytes_come_with_their_commit),
		T(what_is_missing_is_told_apart),
		T(answers_that_are_about_something_else),
		T(paths_that_lead_elsewhere_are_not_asked_for),
		T(the_first_answer_names_the_commit),
		T(no_more_requests_than_allowed),
		T(what_may_be_a_link_is_looked_at),
		T(a_folder_is_listed_by_name_at_one_commit),
		T(a_folder_that_is_missing_in_a_project_of_that_name),
		T(a_branch_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
