#include "step/record.h"

#include <string.h>

#include "report/markdown.h"
#include "step/gate_status.h"
#include "step/promotion_words.h"

#define MARK "<!-- stagegate:gates v1 -->\n"
#define NOTE_MAX_BYTES (128u * 1024)

/* The open request brings a version that would be a step back, or that the one before has left. */
static bool is_older(const struct sg_promotion *p)
{
	return strcmp(p->step->code, "OLDER") == 0 && p->facts.head_known && p->facts.head_ours;
}

static const char *state_of(const struct sg_promotion *p)
{
	if (is_older(p))
		return "pending";
	switch (p->merge_gates.worst) {
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
	const struct sg_gathered *gates = &p->merge_gates;
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

static int set_note(struct sg_world *world, const struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_promotion *p, struct sg_err *err)
{
	struct sg_gitlab_answer answer;
	struct sg_gitlab_note *notes, *ours = NULL;
	struct sg_buf body SG_AUTO(sg_buf_release);
	size_t count;

	sg_buf_init(&body, NOTE_MAX_BYTES);
	if (sg_gitlab_mr_notes(
		    &forge->gitlab, p->request.mr.iid, world->arena, &notes, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count && !ours; i++)
		if (sg_forge_is_own(forge, &loaded->policy, notes[i].author_id) &&
			sg_str_starts(sg_str_of(notes[i].body), MARK))
			ours = &notes[i];
	sg_buf_adds(&body, MARK);
	if (is_older(p))
		sg_markdown_stop(p->step->code, sg_promotion_sentence(world->arena, p),
			world->redactor, &body);
	else
		sg_markdown_gates(
			p->merge_gates.verdicts, p->merge_gates.count, world->redactor, &body);
	if (ours && strcmp(ours->body, body.ptr) == 0)
		return 0;
	if (ours ? sg_gitlab_mr_note_edit(
			   &forge->gitlab, p->request.mr.iid, ours->id, body.ptr, &answer, err) < 0
		 : sg_gitlab_mr_note_add(
			   &forge->gitlab, p->request.mr.iid, body.ptr, &answer, err) < 0)
		return -1;
	unless_done(world, "the note about the gates", &answer);
	return 0;
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
