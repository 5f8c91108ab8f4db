#include <string.h>

#include "base/text.h"
#include "repo/internal.h"

static const char *keep(struct sg_arena *arena, const char *text)
{
	char line[SG_COMMIT_TEXT_MAX + 1];

	sg_text_line(line, sizeof(line), sg_str_of(text));
	return sg_arena_strdup(arena, line);
}

static struct sg_ident ident_of(struct sg_arena *arena, const git_signature *signature)
{
	return (struct sg_ident){
		.name = keep(arena, signature->name),
		.email = keep(arena, signature->email),
		.unix_s = signature->when.time,
	};
}

/* From the commit's own words: libgit2's list of parents is empty where history is cut off. */
static int read_parents(git_commit *commit, struct sg_arena *arena, struct sg_commit_facts *facts,
	struct sg_err *err)
{
	struct sg_str rest = sg_str_of(git_commit_raw_header(commit)), line;
	const char **parents = NULL;
	size_t count = 0;

	while (sg_str_cut(&rest, '\n', &line)) {
		const char **parent;

		if (!sg_str_starts(line, "parent "))
			continue;
		line = sg_str_sub(line, strlen("parent "), line.len);
		if (line.len != GIT_OID_SHA1_HEXSIZE || !sg_str_is_oid(line))
			return sg_fail(
				err, SG_R_ANSWER_INVALID, "a commit names a parent that is no id");
		if (count == SG_COMMIT_PARENTS_MAX)
			return sg_fail(err, SG_R_TOO_LARGE, "a commit has more than %d parents",
				SG_COMMIT_PARENTS_MAX);
		parent = sg_arena_push(arena, &parents, &count, sizeof(*parents));
		*parent = sg_arena_dup(arena, line);
	}
	facts->parents = parents;
	facts->parent_count = count;
	return 0;
}

int sg_repo_commit_facts(struct sg_repo *repo, const char *oid, struct sg_arena *arena,
	struct sg_commit_facts *ret_facts, struct sg_err *err)
{
	git_commit *commit SG_AUTO(sg_git_commit_free_ptr) = NULL;
	struct sg_commit_facts facts = {0};
	const char *subject;

	if (sg_git_commit(repo, oid, &commit, err) < 0)
		return -1;
	if (read_parents(commit, arena, &facts, err) < 0)
		return sg_wrap(err, "commit %.12s", oid);
	git_oid_tostr(facts.tree, sizeof(facts.tree), git_commit_tree_id(commit));
	facts.author = ident_of(arena, git_commit_author(commit));
	facts.committer = ident_of(arena, git_commit_committer(commit));
	subject = git_commit_summary(commit);
	facts.subject = keep(arena, subject ? subject : "");
	facts.message = sg_arena_dup(
		arena, sg_str_sub(sg_str_of(git_commit_message(commit)), 0, SG_COMMIT_MESSAGE_MAX));
	*ret_facts = facts;
	return 0;
}
