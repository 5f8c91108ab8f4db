/*
 * Who may do what with the branches that promotions end on (gitlab.md 5). Where several rules match
 * a branch the most permissive counts, as GitLab has it; whoever may push may merge, too.
 */
#include <string.h>

#include "base/attr.h"
#include "model/doctor_say.h"

/* "*" stands for any text; GitLab knows no other sign. */
static bool is_about(const char *pattern, const char *name)
{
	const char *star = NULL, *back = NULL;

	while (*name) {
		if (*pattern == '*') {
			star = ++pattern;
			back = name;
		} else if (*pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star;
			name = ++back;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

/* Everybody but the bot whom some rows let in. */
struct others {
	struct sg_doctor_names people; /* below the role of an owner */
	struct sg_doctor_names owners;
	bool unknown; /* a role is let in, and who has it is not known */
	enum sg_answer bot;
};

static void add(
	const struct sg_doctor_pass *pass, struct others *others, int role, const char *name)
{
	sg_doctor_name(pass, role >= SG_ROLE_OWNER ? &others->owners : &others->people, name);
}

static const struct sg_doctor_member *member_of(const struct sg_doctor_pass *pass, int64_t id)
{
	const struct sg_doctor_facts *f = pass->facts;

	for (size_t i = 0; f->members_seen.state == SG_DOCTOR_KNOWN && i < f->member_count; i++)
		if (f->members[i].id == id)
			return &f->members[i];
	return NULL;
}

static int role_of_bot(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_member *bot = member_of(pass, pass->facts->token.user_id);

	return bot ? bot->role : pass->facts->project.role;
}

static void let_in_role(const struct sg_doctor_pass *pass, int role, struct others *others)
{
	const struct sg_doctor_facts *f = pass->facts;
	int own = role_of_bot(pass);

	if (role <= SG_ROLE_NONE || role >= SG_ROLE_ADMIN)
		return;
	if (own >= role)
		others->bot = SG_ANSWER_YES;
	else if (own < 0 && others->bot == SG_ANSWER_NO)
		others->bot = SG_ANSWER_UNKNOWN;
	if (f->members_seen.state != SG_DOCTOR_KNOWN) {
		others->unknown = true;
		return;
	}
	for (size_t i = 0; i < f->member_count; i++)
		if (f->members[i].role >= role && f->members[i].id != f->token.user_id)
			add(pass, others, f->members[i].role, f->members[i].username);
}

static void let_in_user(const struct sg_doctor_pass *pass, const struct sg_doctor_allowed *row,
	struct others *others)
{
	const struct sg_doctor_member *member = member_of(pass, row->user_id);

	if (row->user_id == pass->facts->token.user_id)
		others->bot = SG_ANSWER_YES;
	else
		add(pass, others, member ? member->role : SG_ROLE_DEVELOPER,
			member ? member->username : row->description);
}

static void let_in(const struct sg_doctor_pass *pass, const struct sg_doctor_allowed *rows,
	size_t count, struct others *others)
{
	for (size_t i = 0; i < count; i++) {
		const struct sg_doctor_allowed *row = &rows[i];

		if (row->user_id) {
			let_in_user(pass, row, others);
		} else if (row->group_id || row->deploy_key_id) {
			add(pass, others, SG_ROLE_DEVELOPER,
				sg_arena_printf(pass->arena, "the %s \"%s\"",
					row->group_id ? "group" : "deploy key", row->description));
			if (row->group_id && others->bot == SG_ANSWER_NO)
				others->bot = SG_ANSWER_UNKNOWN;
		} else {
			let_in_role(pass, row->role, others);
		}
	}
}

/* What matters of the rules that are about one branch. */
struct rights {
	bool is_protected;
	bool force_push;
	struct others push, merge;
};

static struct rights rights_of(
	const struct sg_doctor_pass *pass, const struct sg_doctor_branch *branch)
{
	struct rights rights = {0};

	for (size_t i = 0; i < pass->facts->rule_count; i++) {
		const struct sg_doctor_rule *rule = &pass->facts->rules[i];

		if (!is_about(rule->name, branch->name))
			continue;
		rights.is_protected = true;
		rights.force_push |= rule->force_push;
		let_in(pass, rule->push, rule->push_count, &rights.push);
		let_in(pass, rule->merge, rule->merge_count, &rights.merge);
	}
	return rights;
}

/* How bad it is that people are let in, too. */
static enum sg_severity severity_of(
	const struct sg_doctor_branch *branch, enum sg_doctor_check check)
{
	bool merge = check == SG_DOCTOR_BRANCH_MERGE_OTHERS;

	if (branch->gated)
		return merge && branch->people_merge ? SG_SEVERITY_NOTE : SG_SEVERITY_ERROR;
	/* whoever writes the rules may change them, but not without being seen */
	return branch->rules && !merge ? SG_SEVERITY_WARNING : SG_SEVERITY_NOTE;
}

static const char *remark_of(const struct sg_doctor_branch *branch)
{
	if (branch->gated)
		return branch->people_merge ? "; people merge here" : "";
	return branch->rules ? "; they make the rules of the gates" : "; it has no gates";
}

static void judge_others(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	const struct sg_doctor_branch *branch, const struct others *others, const char *verb)
{
	enum sg_severity severity = severity_of(branch, check);
	const char *people = sg_doctor_names_text(pass, &others->people);
	const char *owners = sg_doctor_names_text(pass, &others->owners);

	if (others->people.count)
		sg_doctor_say(pass, check, severity, branch->name, "%s may %s it, too%s%s%s",
			people, verb, others->owners.count ? ", and " : "",
			others->owners.count ? owners : "", remark_of(branch));
	else if (others->owners.count)
		sg_doctor_say(pass, check,
			severity == SG_SEVERITY_ERROR ? SG_SEVERITY_WARNING : SG_SEVERITY_NOTE,
			branch->name,
			"%s may %s it as owners, who could change the protection in any case",
			owners, verb);
	else if (others->unknown)
		sg_doctor_unseen(pass, check, branch->name,
			"a role may do it, and the members of the project cannot be read");
	else
		sg_doctor_ok(
			pass, check, branch->name, "nobody but the token's user may %s it", verb);
}

static void judge_bot(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	const struct sg_doctor_branch *branch, enum sg_answer may, const char *verb)
{
	const char *name = pass->facts->token.username;

	switch (may) {
	case SG_ANSWER_YES:
		sg_doctor_ok(pass, check, branch->name, "%s may %s it", name, verb);
		return;
	case SG_ANSWER_NO:
		sg_doctor_fault(pass, check, branch->name, "%s may not %s it", name, verb);
		return;
	case SG_ANSWER_UNKNOWN:
		sg_doctor_unseen(pass, check, branch->name,
			"whether the token's user is among those who may is not known");
		return;
	}
}

/* Whoever may push may merge as well. */
static enum sg_answer either(enum sg_answer a, enum sg_answer b)
{
	if (a == SG_ANSWER_YES || b == SG_ANSWER_YES)
		return SG_ANSWER_YES;
	return a == SG_ANSWER_UNKNOWN ? a : b;
}

/* Gates hang on it: those of an environment, or the rules that they are read from. */
static bool must_hold(const struct sg_doctor_branch *branch)
{
	return branch->gated || branch->rules;
}

static void judge_rights(const struct sg_doctor_pass *pass, const struct sg_doctor_branch *branch,
	const struct rights *rights)
{
	const struct sg_doctor_facts *f = pass->facts;

	if (rights->force_push)
		sg_doctor_say(pass, SG_DOCTOR_BRANCH_FORCE_PUSH,
			must_hold(branch) ? SG_SEVERITY_ERROR : SG_SEVERITY_WARNING, branch->name,
			"it may be force-pushed");
	else
		sg_doctor_ok(pass, SG_DOCTOR_BRANCH_FORCE_PUSH, branch->name,
			"it may not be force-pushed");
	if (f->token.user_seen.state != SG_DOCTOR_KNOWN) {
		sg_doctor_unseen(pass, SG_DOCTOR_BRANCH_MERGE_OTHERS, branch->name,
			"who the token's user is, is not known");
		sg_doctor_unseen(pass, SG_DOCTOR_BRANCH_PUSH_OTHERS, branch->name,
			"who the token's user is, is not known");
		return;
	}
	judge_others(pass, SG_DOCTOR_BRANCH_MERGE_OTHERS, branch, &rights->merge, "merge into");
	judge_others(pass, SG_DOCTOR_BRANCH_PUSH_OTHERS, branch, &rights->push, "push to");
	if (branch->takes_merges)
		judge_bot(pass, SG_DOCTOR_BRANCH_MERGE_DENIED, branch,
			either(rights->merge.bot, rights->push.bot), "merge into");
	if (branch->takes_commits)
		judge_bot(pass, SG_DOCTOR_BRANCH_PUSH_DENIED, branch, rights->push.bot, "push to");
}

static void judge_branch(const struct sg_doctor_pass *pass, const struct sg_doctor_branch *branch)
{
	static const enum sg_doctor_check all[] = {SG_DOCTOR_BRANCH_PROTECTION,
		SG_DOCTOR_BRANCH_MERGE_OTHERS, SG_DOCTOR_BRANCH_PUSH_OTHERS,
		SG_DOCTOR_BRANCH_FORCE_PUSH};
	const struct sg_doctor_facts *f = pass->facts;
	struct rights rights;

	if (!branch->exists) {
		sg_doctor_fault(pass, SG_DOCTOR_BRANCH_FOUND, branch->name,
			"the repository has no such branch");
		return;
	}
	sg_doctor_ok(pass, SG_DOCTOR_BRANCH_FOUND, branch->name, "it exists");
	if (f->no_gitlab_why)
		return;
	for (size_t i = 0; f->rules_seen.state != SG_DOCTOR_KNOWN && i < SG_COUNT(all); i++)
		(void)sg_doctor_known(pass, all[i], branch->name, &f->rules_seen, false);
	if (f->rules_seen.state != SG_DOCTOR_KNOWN)
		return;
	rights = rights_of(pass, branch);
	if (!rights.is_protected) {
		sg_doctor_say(pass, SG_DOCTOR_BRANCH_PROTECTION,
			must_hold(branch) ? SG_SEVERITY_ERROR : SG_SEVERITY_WARNING, branch->name,
			"every Developer may push to it and merge into it%s",
			must_hold(branch) ? ": gates bind nobody" : "");
		return;
	}
	sg_doctor_ok(pass, SG_DOCTOR_BRANCH_PROTECTION, branch->name, "it is protected");
	judge_rights(pass, branch, &rights);
}

/* Our branches are moved to another history when the target moves. */
static void judge_work(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_facts *f = pass->facts;
	const struct sg_doctor_branch work = {.name = f->work_branch};
	struct rights rights;

	if (!f->work_branch || f->no_gitlab_why)
		return;
	if (!sg_doctor_known(pass, SG_DOCTOR_BRANCH_WORK, work.name, &f->rules_seen, false))
		return;
	rights = rights_of(pass, &work);
	if (!rights.is_protected)
		sg_doctor_ok(pass, SG_DOCTOR_BRANCH_WORK, work.name, "no protection covers it");
	else if (f->token.user_seen.state != SG_DOCTOR_KNOWN ||
		 rights.push.bot == SG_ANSWER_UNKNOWN)
		sg_doctor_unseen(pass, SG_DOCTOR_BRANCH_WORK, work.name,
			"it is protected, and whether the token's user may push there is not "
			"known");
	else if (rights.push.bot == SG_ANSWER_NO || !rights.force_push)
		sg_doctor_fault(pass, SG_DOCTOR_BRANCH_WORK, work.name,
			"it is protected, and the token's user may not %s it",
			rights.push.bot == SG_ANSWER_NO ? "push to" : "force-push");
	else
		sg_doctor_ok(pass, SG_DOCTOR_BRANCH_WORK, work.name,
			"it is protected, and the token's user may force-push it");
}

void sg_doctor_judge_branches(const struct sg_doctor_pass *pass)
{
	for (size_t i = 0; i < pass->facts->branch_count; i++)
		judge_branch(pass, &pass->facts->branches[i]);
	judge_work(pass);
}
