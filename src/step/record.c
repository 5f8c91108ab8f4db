#include "step/record.h"

#include <string.h>

#include "report/markdown.h"
#include "step/gate_status.h"
#include "step/promotion_words.h"

#define MARK "<!-- stagegate:gates v1 -->\n"
/* GitLab takes a million characters (gitlab.md 6.10); nobody reads that many in one note. */
#define NOTE_PART_BYTES ((size_t)32 * 1024)
#define NOTE_MAX_BYTES ((size_t)512 * 1024)

/* The open request brings a version that would be a step back, or that the one before has left. */
static bool is_older(const struct sg_promotion *p)
{
	return strcmp(p->step->code, "OLDER") == 0 && p->facts.head_known && p->facts.head_ours;
}

/* The gates that GitLab is told about: those of the merge; before these the ones before publishing,
 * where nobody asked for what the head carries and one is not open. */
static const struct sg_gathered *gates_of(const struct sg_promotion *p)
{
	const struct sg_gathered *early = &p->publish_gates;

	return !p->facts.head_asked && sg_gates_blocker(early->verdicts, early->count)
		       ? early
		       : &p->merge_gates;
}

static const char *state_of(const struct sg_promotion *p)
{
	if (is_older(p))
		return "pending";
	switch (gates_of(p)->worst) {
	case SG_VERDICT_PASS:
	case SG_VERDICT_LATER:
		return "success";
	case SG_VERDICT_WAIT:
	case SG_VERDICT_CLOSED:
		/* Not "failed": the pipeline would end with it, and could not come back. */
		return "pending";
	}
	SG_BUG("the state of gates");
}

static const char *summary_of(struct sg_arena *arena, const struct sg_promotion *p)
{
	const struct sg_gathered *gates = gates_of(p);
	const struct sg_gate_verdict *blocker = sg_gates_blocker(gates->verdicts, gates->count);

	if (is_older(p))
		return sg_arena_printf(arena, "OLDER: %s", sg_promotion_sentence(arena, p));
	return blocker ? sg_arena_printf(arena, "%s: %s", sg_gate_type_name(blocker->type),
				 blocker->sentence)
		       : "all gates are open";
}

static void unless_done(
	const struct sg_world *world, const char *what, const struct sg_gitlab_answer *answer)
{
	if (answer->outcome != SG_GITLAB_DONE)
		sg_warn(world->log, "%s: %s", what, answer->why);
}

/* A merged-results pipeline runs on another commit than the head: GitLab would not find it there.
 */
static int64_t pipeline_of(const struct sg_mr *mr)
{
	return mr->pipeline.id && strcmp(mr->pipeline.sha, mr->sha) == 0 ? mr->pipeline.id : 0;
}

static int set_status(struct sg_world *world, const struct sg_loaded *loaded,
	struct sg_forge *forge, const struct sg_promotion *p, struct sg_err *err)
{
	const struct sg_gitlab_status *last;
	struct sg_gitlab_status_ask ask = {
		.sha = p->head.oid,
		.name = sg_gate_status_name(world->arena, p->env),
		.state = state_of(p),
		.description = summary_of(world->arena, p),
		.target_url = p->request.mr.web_url,
		.pipeline_id = pipeline_of(&p->request.mr),
	};
	struct sg_gitlab_answer answer;

	if (sg_gate_status_last(world, loaded, forge, p->env, p->head.oid, INT64_MAX, &last, err) <
		0)
		return -1;
	if (last && strcmp(last->state, ask.state) == 0)
		return 0;
	if (sg_gitlab_status_set(&forge->gitlab, &ask, &answer, err) < 0)
		return -1;
	unless_done(world, "the commit status", &answer);
	return 0;
}

/* The notes about the gates of one merge request: the first, and what did not fit into it. */
struct noting {
	struct sg_world *world;
	const struct sg_loaded *loaded;
	struct sg_forge *forge;
	int64_t iid;
	struct sg_gitlab_note *notes;
	size_t count;
};

/* Our oldest note that begins with MARK; NULL: there is none. */
static const struct sg_gitlab_note *find_note(const struct noting *n, const char *mark)
{
	for (size_t i = 0; i < n->count; i++)
		if (sg_forge_is_own(n->forge, &n->loaded->policy, n->notes[i].author_id) &&
			sg_str_starts(sg_str_of(n->notes[i].body), mark))
			return &n->notes[i];
	return NULL;
}

static const char *mark_of(struct sg_arena *arena, size_t part)
{
	return part == 1 ? MARK
			 : sg_arena_printf(arena, "<!-- stagegate:gates v1 part=%zu -->\n", part);
}

static int put_note(
	struct noting *n, const char *mark, const struct sg_buf *body, struct sg_err *err)
{
	const struct sg_gitlab_note *ours = find_note(n, mark);
	struct sg_gitlab *gitlab = &n->forge->gitlab;
	struct sg_gitlab_answer answer;

	if (ours && strcmp(ours->body, body->ptr) == 0)
		return 0;
	if ((ours ? sg_gitlab_mr_note_edit(gitlab, n->iid, ours->id, body->ptr, &answer, err)
		  : sg_gitlab_mr_note_add(gitlab, n->iid, body->ptr, &answer, err)) < 0)
		return -1;
	unless_done(n->world, "the note about the gates", &answer);
	return 0;
}

static int put_gates(
	struct noting *n, const struct sg_gathered *gates, size_t *ret_parts, struct sg_err *err)
{
	struct sg_buf body SG_AUTO(sg_buf_release);
	size_t at = 0, part = 0;

	sg_buf_init(&body, NOTE_MAX_BYTES);
	do {
		const char *mark = mark_of(n->world->arena, ++part);

		sg_buf_reset(&body);
		sg_buf_adds(&body, mark);
		if (part > 1)
			sg_buf_adds(&body, "More gates:\n\n");
		at += sg_markdown_gates_part(gates->verdicts + at, gates->count - at,
			NOTE_PART_BYTES, n->world->redactor, &body);
		if (put_note(n, mark, &body, err) < 0)
			return -1;
	} while (at < gates->count);
	*ret_parts = part;
	return 0;
}

static int put_stop(struct noting *n, const struct sg_promotion *p, struct sg_err *err)
{
	struct sg_buf body SG_AUTO(sg_buf_release);

	sg_buf_init(&body, NOTE_MAX_BYTES);
	sg_buf_adds(&body, MARK);
	sg_markdown_stop(p->step->code, sg_promotion_sentence(n->world->arena, p),
		n->world->redactor, &body);
	return put_note(n, MARK, &body, err);
}

/* Parts of an earlier time, when there was more to say. */
static int put_rest(struct noting *n, size_t parts, struct sg_err *err)
{
	struct sg_buf body SG_AUTO(sg_buf_release);

	sg_buf_init(&body, NOTE_MAX_BYTES);
	for (;;) {
		const char *mark = mark_of(n->world->arena, ++parts);

		if (!find_note(n, mark))
			return 0;
		sg_buf_reset(&body);
		sg_buf_addf(&body, "%sNo more gates.\n", mark);
		if (put_note(n, mark, &body, err) < 0)
			return -1;
	}
}

static int set_note(struct sg_world *world, const struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_promotion *p, struct sg_err *err)
{
	struct noting n = {
		.world = world, .loaded = loaded, .forge = forge, .iid = p->request.mr.iid};
	size_t parts = 1;

	if (sg_gitlab_mr_notes(&forge->gitlab, n.iid, world->arena, &n.notes, &n.count, err) < 0 ||
		(is_older(p) ? put_stop(&n, p, err) : put_gates(&n, gates_of(p), &parts, err)) < 0)
		return -1;
	return put_rest(&n, parts, err);
}

int sg_record_gates(struct sg_world *world, const struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_promotion *promotion, struct sg_err *err)
{
	struct sg_arena scratch SG_AUTO(sg_arena_release) = {0};
	struct sg_arena *of_the_run = world->arena;
	struct sg_err why = SG_ERR_INIT;
	int rc = 0;

	/* GitLab may wait for our word where no gate is left to say it. */
	if (!promotion->facts.has_mr ||
		(promotion->merge_gates.count == 0 && !is_older(promotion) &&
			strcmp(promotion->step->code, "GATES_OPENED") != 0))
		return 0;
	world->arena = &scratch; /* it is done at every turn of a wait */
	rc = set_status(world, loaded, forge, promotion, &why);
	if (rc == 0 && promotion->env->merge == SG_MERGE_HUMAN)
		rc = set_note(world, loaded, forge, promotion, &why);
	world->arena = of_the_run;
	if (rc == 0)
		return 0;
	/* GitLab merges nothing until it knows, and will not hear it from this token. */
	if (why.reason == SG_R_CANCELLED || promotion->facts.pipeline_waits_for_us) {
		*err = why;
		return -1;
	}
	sg_warn(world->log, "the gates' answer could not be published: %s", why.cause);
	return 0;
}
