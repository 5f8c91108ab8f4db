/* repo/partial: large repositories over a real git that filters, and what servers may do instead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "repo/want.h"
#include "repo_world.h"

#define ALLOW                                                                                      \
	"git -C \"$BARE\" config uploadpack.allowFilter true; "                                    \
	"git -C \"$BARE\" config uploadpack.allowAnySHA1InWant true"

/* 300 services on main, each with two files and a folder with a third. */
#define MANY                                                                                       \
	"{ printf 'commit refs/heads/main\\ncommitter A <a@b> 1767261700 +0000\\ndata 5\\nmany\\n" \
	"from refs/heads/main^0\\n'; i=0; while [ $i -lt 300 ]; do "                               \
	"for f in values.yaml values-dev.yaml overlays/dev/kustomization.yaml; do "                \
	"printf 'M 100644 inline apps/svc-%03d/%s\\ndata 14\\ntag: 1.0.0-%03d\\n' $i $f $i; "      \
	"done; i=$((i + 1)); done; } | git -C \"$BARE\" fast-import --quiet"

#define SVC "apps/svc-007/"
#define SVC_TEXT "tag: 1.0.0-007"

static void large_init(struct repo_world *w)
{
	repo_world_init(w);
	git_behind_sh(&w->git, ALLOW "; " MANY);
}

static struct sg_tree_source *at(struct repo_world *w, const char *oid)
{
	struct sg_tree_source *source = NULL;

	repo_ok(w, sg_repo_source(w->repo, oid, "main", &w->arena, &source, &w->err));
	return source;
}

static const char *text_of(struct repo_world *w, struct sg_tree_source *source, const char *path)
{
	struct sg_buf buf SG_AUTO(sg_buf_release);

	sg_buf_init(&buf, 65536);
	repo_ok(w, source->read(source, path, &buf, &w->err));
	return sg_arena_dup(&w->arena, sg_buf_str(&buf));
}

static int reading(struct repo_world *w, const char *path)
{
	struct sg_tree_source *source = at(w, repo_fetched(w, "main"));
	struct sg_buf buf SG_AUTO(sg_buf_release);

	sg_buf_init(&buf, 65536);
	return source->read(source, path, &buf, &w->err);
}

static const char *body(struct repo_world *w, size_t index)
{
	return sg_arena_dup(&w->arena, script_request(w->git.script, index)->body);
}

static void asked(struct repo_world *w, size_t index, const char *words)
{
	if (!strstr(body(w, index), words))
		fail_msg("request %zu is %s", index, body(w, index));
}

static void not_asked(struct repo_world *w, size_t index, const char *words)
{
	if (strstr(body(w, index), words))
		fail_msg("request %zu is %s", index, body(w, index));
}

static void abilities_are_read_from_the_first_line(void **state)
{
	struct sg_abilities can = {0};
	static const char list[] = "001e# service=git-upload-pack\n0000"
				   "00bdc265cf42700670cf2b5aae6bde21988e2cab4d0a HEAD\0multi_ack "
				   "side-band-64k shallow allow-tip-sha1-in-want "
				   "allow-reachable-sha1-in-want filter agent=git/2.39.5\n0000";

	(void)state;
	for (size_t len = 0; len < sizeof(list) - 1 - 4; len++)
		assert_false(sg_want_abilities((struct sg_str){list, len}, &can));
	assert_true(sg_want_abilities(SG_STR(list), &can));
	assert_true(can.filter && can.shallow && can.side_band && can.any_id);
	assert_true(sg_want_abilities(SG_STR("x\0filters xshallow side-band\n"), &can));
	assert_false(can.filter || can.shallow || can.side_band || can.any_id);
}

static void a_large_repository_comes_as_it_is_looked_into(void **state)
{
	struct repo_world w;
	struct sg_tree_source *source;
	struct sg_tree_entry *entries;
	size_t count;

	(void)state;
	large_init(&w);
	source = at(&w, repo_fetched(&w, "main"));
	assert_int_equal(repo_requests(&w), 2);
	asked(&w, 1, "filter tree:2");
	asked(&w, 1, "deepen 1");
	assert_string_equal(text_of(&w, source, "stagegate.yaml"), "version: 1\n");
	repo_ok(&w, source->list(source, "apps", &w.arena, &entries, &count, &w.err));
	assert_int_equal(count, 303);
	assert_int_equal(repo_requests(&w), 2);
	assert_string_equal(text_of(&w, source, SVC "values-dev.yaml"), SVC_TEXT);
	assert_int_equal(repo_requests(&w), 3);
	asked(&w, 2, "filter tree:1");
	not_asked(&w, 2, "deepen");
	not_asked(&w, 2, "have");
	assert_string_equal(text_of(&w, source, SVC "values.yaml"), SVC_TEXT);
	assert_int_equal(repo_requests(&w), 3);
	assert_string_equal(text_of(&w, source, SVC "overlays/dev/kustomization.yaml"), SVC_TEXT);
	assert_int_equal(repo_requests(&w), 4);
	assert_true(w.git.bytes_down < 32768);
	repo_world_release(&w);
}

static void what_is_absent_is_not_asked_for(void **state)
{
	struct repo_world w;

	(void)state;
	large_init(&w);
	repo_fails(&w, reading(&w, "apps/svc-999/values.yaml"), SG_R_FILE_NOT_FOUND, "svc-999");
	assert_int_equal(repo_requests(&w), 2);
	repo_fails(&w, reading(&w, SVC "none.yaml"), SG_R_FILE_NOT_FOUND, "none.yaml");
	repo_fails(&w, reading(&w, SVC "overlays"), SG_R_EDIT_REFUSED, "is a folder");
	repo_fails(&w, reading(&w, "stagegate.yaml/x"), SG_R_EDIT_REFUSED, "is a file");
	assert_int_equal(repo_requests(&w), 3);
	repo_world_release(&w);
}

static struct sg_plan plan_on(struct repo_world *w, const char *parent, const char *after)
{
	struct sg_file_change *file = sg_arena_calloc(&w->arena, 1, sizeof(*file));

	*file = (struct sg_file_change){
		SVC "overlays/dev/kustomization.yaml", SG_STR(SVC_TEXT), sg_str_of(after)};
	return (struct sg_plan){.branch = "main",
		.parent = parent,
		.environment = "dev",
		.files = file,
		.file_count = 1,
		.message = "a change\n",
		.author = {"CI", "ci@example.com", 1767262000},
		.committer = {"stagegate", "bot@example.com", 1767262001}};
}

static void a_plan_is_published_on_what_is_not_here(void **state)
{
	struct repo_world w;
	struct sg_publisher *publisher = NULL;
	struct sg_published done;
	struct sg_plan plan;
	char tree[SG_OID_SIZE];

	(void)state;
	large_init(&w);
	plan = plan_on(&w, repo_fetched(&w, "main"), "tag: 2.0.0");
	repo_ok(&w,
		sg_repo_plan_tree(w.repo, plan.files, plan.file_count, plan.parent, tree, &w.err));
	assert_int_equal(repo_requests(&w), 4);
	repo_ok(&w, sg_repo_publisher(w.repo, &w.arena, &publisher, &w.err));
	repo_ok(&w, publisher->publish(publisher, &plan, &done, &w.err));
	assert_int_equal(done.outcome, SG_PUBLISHED);
	assert_int_equal(repo_requests(&w), 5);
	assert_string_equal(repo_rev(&w, "main"), done.commit);
	assert_string_equal(repo_rev(&w, "main^{tree}"), tree);
	assert_string_equal(
		repo_out(&w, "git -C \"$BARE\" show main:" SVC "overlays/dev/kustomization.yaml"),
		"tag: 2.0.0");
	assert_string_equal(repo_out(&w, "git -C \"$BARE\" diff --name-only main^ main"),
		SVC "overlays/dev/kustomization.yaml");
	repo_world_release(&w);
}

static void a_small_repository_comes_whole_with_the_first_look_into_it(void **state)
{
	struct repo_world w;
	struct sg_tree_source *source;

	(void)state;
	repo_world_init(&w);
	git_behind_sh(&w.git, ALLOW);
	source = at(&w, repo_fetched(&w, "main"));
	assert_string_equal(text_of(&w, source, "stagegate.yaml"), "version: 1\n");
	assert_int_equal(repo_requests(&w), 2);
	(void)text_of(&w, source, "apps/cart/values-dev.yaml");
	assert_int_equal(repo_requests(&w), 3);
	not_asked(&w, 2, "filter");
	(void)text_of(&w, source, "apps/orders/values-prod.yaml");
	assert_int_equal(repo_requests(&w), 3);
	(void)text_of(&w, at(&w, repo_fetched(&w, "develop")), "apps/cart/values-dev.yaml");
	assert_int_equal(repo_requests(&w), 4);
	asked(&w, 3, "have ");
	not_asked(&w, 3, "filter");
	repo_world_release(&w);
}

static void what_looked_small_and_is_not_is_left_where_it_is(void **state)
{
	struct repo_world w;

	(void)state;
	repo_world_init(&w);
	git_behind_sh(&w.git, ALLOW
		"; { printf 'commit refs/heads/main\\ncommitter A <a@b> 1767261700 +0000\\ndata "
		"4\\nmany\\nfrom refs/heads/main^0\\n'; i=0; while [ $i -lt 9990 ]; do "
		"printf 'M 100644 inline a/b/c/f-%d\\ndata 6\\n%06d\\n' $i $i; i=$((i + 1)); "
		"done; } | git -C \"$BARE\" fast-import --quiet");
	repo_ok(&w, reading(&w, "apps/cart/values-dev.yaml"));
	assert_int_equal(repo_requests(&w), 4);
	not_asked(&w, 2, "filter");
	asked(&w, 3, "filter tree:1");
	repo_world_release(&w);
}

static void after_some_requests_one_brings_the_rest(void **state)
{
	struct repo_world w;
	struct sg_tree_source *source;
	size_t before;

	(void)state;
	large_init(&w);
	source = at(&w, repo_fetched(&w, "main"));
	for (int i = 0; i < 16; i++)
		(void)text_of(
			&w, source, sg_arena_printf(&w.arena, "apps/svc-%03d/values.yaml", i + 20));
	before = repo_requests(&w);
	assert_int_equal(before, 18);
	for (int i = 0; i < 200; i++)
		(void)text_of(
			&w, source, sg_arena_printf(&w.arena, "apps/svc-%03d/values.yaml", i + 50));
	assert_int_equal(repo_requests(&w), before + 1);
	not_asked(&w, before, "filter");
	repo_world_release(&w);
}

static void a_server_that_does_not_filter_sends_all(void **state)
{
	static const char *const settings[] = {
		"uploadpack.allowFilter false", "uploadpack.allowAnySHA1InWant false"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(settings); i++) {
		struct repo_world w;

		large_init(&w);
		git_behind_sh(&w.git,
			sg_arena_printf(&w.arena, "git -C \"$BARE\" config %s", settings[i]));
		repo_ok(&w, reading(&w, SVC "values.yaml"));
		assert_int_equal(repo_requests(&w), 2);
		not_asked(&w, 1, "filter");
		repo_world_release(&w);
	}
}

static void a_filter_that_is_refused_makes_place_for_the_next(void **state)
{
	struct repo_world w;

	(void)state;
	large_init(&w);
	git_behind_sh(&w.git, "git -C \"$BARE\" config uploadpackfilter.tree.allow false");
	repo_ok(&w, reading(&w, SVC "values.yaml"));
	assert_int_equal(repo_requests(&w), 4);
	asked(&w, 2, "filter blob:none");
	asked(&w, 3, "filter blob:none");
	repo_world_release(&w);
	large_init(&w);
	git_behind_sh(&w.git, "git -C \"$BARE\" config uploadpackfilter.allow false");
	repo_ok(&w, reading(&w, SVC "values.yaml"));
	assert_int_equal(repo_requests(&w), 4);
	not_asked(&w, 3, "filter");
	repo_world_release(&w);
}

static void merges_and_differences_look_into_what_differs_only(void **state)
{
	struct repo_world w;
	const char *base, *ours, *theirs, *oids[3], *const *paths;
	char tree[SG_OID_SIZE];
	bool conflict = true;
	size_t count;

	(void)state;
	large_init(&w);
	base = repo_rev(&w, "main");
	git_behind_foreign(&w.git, "main", SVC "values.yaml", "tag: ours");
	ours = repo_rev(&w, "main");
	git_behind_sh(&w.git, sg_arena_printf(&w.arena,
				      "cd \"$CLONE\"; git checkout -q -b side %s; echo x "
				      ">apps/svc-200/values.yaml; git commit -qam side; git push "
				      "-q origin side",
				      base));
	theirs = repo_rev(&w, "side");
	oids[0] = base;
	oids[1] = ours;
	oids[2] = theirs;
	repo_ok(&w, sg_repo_fetch_commits(w.repo, oids, 3, &w.err));
	assert_int_equal(repo_requests(&w), 2);
	repo_ok(&w, sg_repo_merge_tree(w.repo, base, ours, theirs, tree, &conflict, &w.err));
	assert_false(conflict);
	assert_string_equal(tree,
		repo_out(&w,
			sg_arena_printf(&w.arena, "git -C \"$BARE\" merge-tree --write-tree %s %s",
				ours, theirs)));
	repo_ok(&w, sg_repo_changed_paths(w.repo, base, theirs, &w.arena, &paths, &count, &w.err));
	assert_int_equal(count, 1);
	assert_string_equal(paths[0], "apps/svc-200/values.yaml");
	assert_true(repo_requests(&w) <= 6);
	repo_world_release(&w);
}

static void ancestry_brings_commits_and_nothing_else(void **state)
{
	struct repo_world w;
	struct sg_ancestry *ancestry;
	const char *base, *tip;
	size_t before;

	(void)state;
	large_init(&w);
	base = repo_rev(&w, "main^");
	for (int i = 0; i < 3; i++)
		git_behind_foreign(
			&w.git, "main", SVC "values.yaml", sg_arena_printf(&w.arena, "tag: %d", i));
	tip = repo_fetched(&w, "main");
	before = w.git.bytes_down;
	repo_ok(&w, sg_repo_ancestry(w.repo, "main", &w.arena, &ancestry, &w.err));
	assert_int_equal(ancestry->contains(ancestry, tip, base), SG_ANSWER_YES);
	assert_int_equal(repo_requests(&w), 4);
	asked(&w, 3, "filter tree:0");
	assert_true(w.git.bytes_down - before < 4096);
	/* and what came so can be looked into */
	assert_string_equal(text_of(&w, at(&w, base), "stagegate.yaml"), "version: 1\n");
	repo_world_release(&w);
}

/* An answer to the next request for objects, in place of git's. */
static void reply(struct repo_world *w, struct sg_str bytes)
{
	struct script_answer *answer = script_expect(w->git.script, "POST", REPO_FETCH);

	script_header(answer, "Content-Type", "application/x-git-upload-pack-result");
	script_piece(answer, 0, bytes);
}

/* "NAK" and then DATA in its side band. */
static struct sg_str packed(struct repo_world *w, struct sg_str data)
{
	struct sg_buf out SG_AUTO(sg_buf_release);

	sg_buf_init(&out, 65536);
	sg_buf_addf(&out, "0008NAK\n%04zx\1", data.len + 5);
	sg_buf_addstr(&out, data);
	sg_buf_adds(&out, "0000");
	return (struct sg_str){sg_arena_dup(&w->arena, sg_buf_str(&out)), out.len};
}

/* A pack of the objects that a command of git lists. */
static struct sg_str pack_from(struct repo_world *w, const char *list)
{
	static const size_t size = 32768;
	char path[256], *bytes = sg_arena_alloc(&w->arena, size);
	FILE *file;
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/pack", w->git.root);
	git_behind_sh(&w->git, sg_arena_printf(&w->arena,
				       "git -C \"$BARE\" %s | git -C \"$BARE\" "
				       "pack-objects -q --stdout >\"$HOME/pack\"",
				       list));
	file = fopen(path, "r");
	assert_non_null(file);
	len = fread(bytes, 1, size, file);
	fclose(file);
	return (struct sg_str){bytes, len};
}

/* A pack with this object alone. */
static struct sg_str pack_of(struct repo_world *w, const char *name)
{
	return pack_from(w, sg_arena_printf(&w->arena, "rev-parse '%s'", name));
}

static int fill_answered_by(struct repo_world *w, struct sg_str answer)
{
	(void)repo_fetched(w, "main");
	reply(w, answer);
	return reading(w, SVC "values.yaml");
}

#define BYTES(literal)                                                                             \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}

static void answers_that_are_none_are_refused(void **state)
{
	static const struct {
		struct sg_str answer;
		enum sg_reason reason;
		const char *words;
	} rows[] = {
		{BYTES("zzzz"), SG_R_ANSWER_INVALID, "line format"},
		{BYTES("0001"), SG_R_ANSWER_INVALID, "not asked for"},
		{BYTES("0000"), SG_R_ANSWER_INVALID, "the answer begins with"},
		{BYTES("0009junk\n"), SG_R_ANSWER_INVALID, "the answer begins with byte 0x6a"},
		{BYTES("0008NAK\n0006\tx0000"), SG_R_ANSWER_INVALID, "byte 0x09"},
		{BYTES("0008NAK\n0000"), SG_R_ANSWER_INVALID, "cannot be used"},
		{BYTES("0008NAK\n0009\1PACK0000"), SG_R_ANSWER_INVALID, "cannot be used"},
		{BYTES("0008NAK\n0011\1PACK\0\0\0\2\377\377\377\377"
		       "0000"),
			SG_R_TOO_LARGE, "too many objects"},
		{BYTES("0008NAK\n0011\1JUNK\0\0\0\2\0\0\0\1"
		       "0000"),
			SG_R_ANSWER_INVALID, "cannot be used"},
	};

	struct repo_world w;

	(void)state;
	large_init(&w);
	(void)repo_fetched(&w, "main");
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		reply(&w, rows[i].answer);
		repo_fails(&w, reading(&w, SVC "values.yaml"), rows[i].reason, rows[i].words);
	}
	repo_ok(&w, reading(&w, SVC "values.yaml"));
	repo_world_release(&w);
}

static void packs_that_are_not_what_was_asked_for_are_refused(void **state)
{
	struct repo_world w;
	struct sg_str pack;
	char *bytes;

	(void)state;
	large_init(&w);
	repo_fails(&w, fill_answered_by(&w, packed(&w, pack_of(&w, "main:apps/svc-008"))),
		SG_R_ANSWER_INVALID, "did not send the object");
	assert_non_null(strstr(w.err.cause, repo_rev(&w, "main:apps/svc-007")));
	pack = pack_of(&w, "main:apps/svc-007");
	bytes = sg_arena_dup(&w.arena, pack);
	bytes[pack.len - 30] = (char)(bytes[pack.len - 30] ^ 1);
	reply(&w, packed(&w, (struct sg_str){bytes, pack.len}));
	repo_fails(&w, reading(&w, SVC "values.yaml"), SG_R_ANSWER_INVALID, "cannot be used");
	/* a folder that lies about what it is: a file in its place */
	reply(&w, packed(&w, pack_of(&w, "main:" SVC "values.yaml")));
	repo_fails(
		&w, reading(&w, SVC "values.yaml"), SG_R_ANSWER_INVALID, "did not send the object");
	/* the right one, and nothing of the others was kept in its way */
	reply(&w, packed(&w, pack));
	repo_ok(&w, reading(&w, SVC "values.yaml"));
	repo_world_release(&w);
}

/* What is asked for a second time is the whole commit. */
static void objects_that_are_refused_make_the_rest_come(void **state)
{
	static const struct sg_str refusals[] = {{"0008NAK\n", 8}, {"", 0},
		{"0013ERR not our ref", 19}, {"0016ERR access denied\n", 22},
		{"0008NAK\n000d\3no such", 21}};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(refusals); i++) {
		struct repo_world w;

		large_init(&w);
		repo_ok(&w, fill_answered_by(&w, refusals[i]));
		assert_int_equal(repo_requests(&w), 4);
		not_asked(&w, 3, "filter");
		repo_world_release(&w);
	}
}

/* The server has said that it gives objects by their ids: an answer without its end is no refusal.
 */
static void objects_whose_answer_breaks_off_are_asked_for_again(void **state)
{
	struct repo_world w;

	(void)state;
	large_init(&w);
	w.repo->wire.retry.tries = 5;
	(void)repo_fetched(&w, "main");
	reply(&w, SG_STR("0008NAK\n"));
	reply(&w, SG_STR(""));
	repo_ok(&w, reading(&w, SVC "values.yaml"));
	assert_int_equal(repo_requests(&w), 5);
	asked(&w, 4, "filter tree:1");
	for (int i = 0; i < 3 + 2; i++)
		reply(&w, SG_STR(""));
	repo_ok(&w, reading(&w, "apps/svc-008/values.yaml"));
	assert_int_equal(repo_requests(&w), 11); /* of the rest, too */
	not_asked(&w, 10, "filter");
	repo_world_release(&w);
}

static void objects_and_the_rest_that_are_refused_are_an_error(void **state)
{
	struct repo_world w;

	(void)state;
	large_init(&w);
	(void)repo_fetched(&w, "main");
	reply(&w, SG_STR("0016ERR access denied\n"));
	reply(&w, SG_STR("0016ERR access denied\n"));
	repo_fails(&w, reading(&w, SVC "values.yaml"), SG_R_REMOTE_FAILED, "access denied");
	reply(&w, SG_STR("0013ERR not our ref"));
	reply(&w, SG_STR("0013ERR not our ref"));
	repo_fails(&w, reading(&w, SVC "values.yaml"), SG_R_BRANCH_MOVED, "not our ref");
	repo_world_release(&w);
}

static void a_boundary_without_end_is_refused(void **state)
{
	struct repo_world w;
	struct sg_buf out SG_AUTO(sg_buf_release);
	const char *branch = "main";

	(void)state;
	sg_buf_init(&out, 16u << 20);
	large_init(&w);
	for (int i = 0; i <= 10001; i++)
		sg_buf_addf(&out, "0034shallow %040d", i);
	reply(&w, sg_buf_str(&out));
	repo_fails(&w, sg_repo_fetch(w.repo, &branch, 1, &w.err), SG_R_TOO_LARGE, "10000 commits");
	assert_int_equal(repo_requests(&w), 2);
	repo_world_release(&w);
}

/* A server that says that it filters and sends all: nothing is missing then. */
static void a_filter_that_is_ignored_is_no_harm(void **state)
{
	struct repo_world w;
	struct sg_buf out SG_AUTO(sg_buf_release);

	(void)state;
	sg_buf_init(&out, 65536);
	repo_world_init(&w);
	git_behind_sh(&w.git, ALLOW);
	sg_buf_addf(&out, "0034shallow %s0000", repo_rev(&w, "main"));
	sg_buf_addstr(&out, packed(&w, pack_from(&w, "rev-list --objects main")));
	reply(&w, sg_buf_str(&out));
	repo_ok(&w, reading(&w, "apps/cart/values-dev.yaml"));
	assert_int_equal(repo_requests(&w), 2);
	repo_world_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(abilities_are_read_from_the_first_line),
		cmocka_unit_test(a_large_repository_comes_as_it_is_looked_into),
		cmocka_unit_test(what_is_absent_is_not_asked_for),
		cmocka_unit_test(a_plan_is_published_on_what_is_not_here),
		cmocka_unit_test(a_small_repository_comes_whole_with_the_first_look_into_it),
		cmocka_unit_test(what_looked_small_and_is_not_is_left_where_it_is),
		cmocka_unit_test(after_some_requests_one_brings_the_rest),
		cmocka_unit_test(a_server_that_does_not_filter_sends_all),
		cmocka_unit_test(a_filter_that_is_refused_makes_place_for_the_next),
		cmocka_unit_test(merges_and_differences_look_into_what_differs_only),
		cmocka_unit_test(ancestry_brings_commits_and_nothing_else),
		cmocka_unit_test(a_filter_that_is_ignored_is_no_harm),
		cmocka_unit_test(objects_and_the_rest_that_are_refused_are_an_error),
		cmocka_unit_test(a_boundary_without_end_is_refused),
		cmocka_unit_test(objects_that_are_refused_make_the_rest_come),
		cmocka_unit_test(objects_whose_answer_breaks_off_are_asked_for_again),
		cmocka_unit_test(packs_that_are_not_what_was_asked_for_are_refused),
		cmocka_unit_test(answers_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
