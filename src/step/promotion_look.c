#include <stdio.h>
#include <string.h>

#include "step/age.h"
#include "step/gate_status.h"
#include "step/gather_approval.h"
#include "step/handover.h"
#include "step/promotion_merged.h"
#include "step/services.h"

/* How long a project that does not insist on pipelines is given to start one for a new head. */
#define PIPELINE_GRACE_MS 30000
#define CI_FILE_MAX_BYTES (4u << 20)

struct looking {
	struct sg_world *world;
	struct sg_loaded *loaded;
	struct sg_forge *forge; /* NULL: no GitLab */
	struct sg_promotion *p;
};

static int read_wish(struct looking *l, const struct sg_environment *env,
	struct sg_tree_source *source, const char **ret_image, const char **ret_wish,
	struct sg_err *err)
{
	if (sg_change_image(
		    l->world, &l->loaded->policy, env, l->p->service, source, ret_image, err) < 0)
		return sg_wrap(err, "%s in %s", l->p->service, env->name);
	*ret_wish = sg_plan_wish(l->world->arena, *ret_image);
	return 0;
}

static int look_at_befores(struct looking *l, struct sg_err *err)
{
	const struct sg_environment *env = l->p->env;

	l->p->befores =
		sg_arena_calloc(l->world->arena, env->after_count + 1, sizeof(*l->p->befores));
	l->p->before_count = env->after_count;
	for (size_t i = 0; i < env->after_count; i++) {
		struct sg_before *before = &l->p->befores[i];

		before->env = sg_policy_environment(&l->loaded->policy, env->after[i]);
		if (sg_load_branch(l->world, l->loaded, before->env->branch, &before->tip, err) <
				0 ||
			read_wish(l, before->env, before->tip, &before->image, &before->wish, err) <
				0)
			return -1;
		if (!before->wish && !l->p->asked) {
			(void)sg_fail(err, SG_R_IMAGE_NOT_FOUND,
				"%s: the files of %s carry no tag or digest of %s",
				before->tip->label, before->env->name, l->p->service);
			return sg_hint(err, "what runs in %s is what can be promoted to %s",
				before->env->name, env->name);
		}
	}
	return 0;
}

/* What our open request carries is kept beyond this look: the request may be merged by the next. */
static void remember_open(struct looking *l)
{
	struct sg_promotion *p = l->p;
	const char *wish;

	if (!p->as_open || !p->request.open)
		return;
	wish = sg_plan_wish_at(l->world, l->loaded, p->env, p->service, p->request.mr.sha);
	if (wish && (!p->asked || strcmp(p->asked, wish) != 0))
		p->asked = sg_arena_strdup(l->loaded->arena, wish);
}

/* Where nothing comes before and nothing is asked for, there is nothing but what stands there. */
static int choose_wish(struct looking *l, struct sg_err *err)
{
	struct sg_promotion *p = l->p;

	p->wish = p->asked ? p->asked : p->before_count ? p->befores[0].wish : p->target_wish;
	if (p->wish && (p->target_image || p->before_count))
		return 0;
	return sg_fail(err, SG_R_IMAGE_NOT_FOUND, "%s: the files of %s carry no image of %s",
		p->tip->label, p->env->name, p->service);
}

/* Where Git can find the commit that brought the version; nowhere for one that was named. */
static struct sg_origin_at wish_at(const struct sg_promotion *p)
{
	const struct sg_before *before = p->befores;

	if (p->as_open && p->request.open)
		return (struct sg_origin_at){.env = p->env, .tip = p->request.mr.sha};
	if (!p->before_count || strcmp(p->wish, before->wish ? before->wish : "") != 0)
		return (struct sg_origin_at){0};
	return (struct sg_origin_at){.env = before->env, .tip = before->tip->revision};
}

/* Is WISH, which the files at AT carry, older than what the target's files carry? */
static int look_whether_older(struct looking *l, const char *wish, struct sg_origin_at at,
	bool *ret_older, struct sg_err *err)
{
	const struct sg_age_ask ask = {.env = l->p->env,
		.service = l->p->service,
		.wish = wish,
		.than = l->p->target_wish,
		.wish_at = at,
		.than_at = {.env = l->p->env, .tip = l->p->tip->revision}};
	const char *why;

	if (sg_age_older(l->world, l->loaded, &ask, &why, err) < 0)
		return -1;
	*ret_older = why != NULL;
	if (why)
		l->p->older_why = why;
	return 0;
}

static int look_at_files(struct looking *l, struct sg_err *err)
{
	struct sg_promotion *p = l->p;

	if (sg_load_branch(l->world, l->loaded, p->env->branch, &p->tip, err) < 0 ||
		read_wish(l, p->env, p->tip, &p->target_image, &p->target_wish, err) < 0 ||
		look_at_befores(l, err) < 0 || choose_wish(l, err) < 0)
		return -1;
	p->facts.published = p->target_wish && strcmp(p->target_wish, p->wish) == 0;
	if (p->older_reason)
		return 0;
	return look_whether_older(l, p->wish, wish_at(p), &p->facts.older, err);
}

static int judge(struct looking *l, const char *oid, struct sg_head *ret, bool *ret_known,
	struct sg_err *err)
{
	const struct sg_head_ask ask = {
		.env = l->p->env, .service = l->p->service, .head = oid, .tip = l->p->tip};

	*ret_known = true;
	if (sg_head_judge(l->world, l->loaded, l->forge, &ask, ret, err) == 0)
		return 0;
	/* Git and GitLab show the same repository at different moments. */
	*ret_known = false;
	return err->reason == SG_R_REVISION_NOT_FOUND ? 0 : -1;
}

static int look_at_head(struct looking *l, struct sg_err *err)
{
	struct sg_promotion *p = l->p;
	struct sg_promotion_facts *facts = &p->facts;
	const char *oid = p->request.open ? p->request.mr.sha : p->work_tip;

	facts->has_branch = p->work_tip != NULL;
	if (!oid || !oid[0] || (p->request.open && (!p->work_tip || strcmp(oid, p->work_tip) != 0)))
		return 0;
	if (strcmp(p->head_oid, oid) != 0) {
		(void)snprintf(p->head_oid, sizeof(p->head_oid), "%s", oid);
		p->head_since_ms = sg_loop_now_ms(sg_world_loop(l->world));
		p->started_ms = 0;
		p->start_why[0] = '\0';
	}
	if (judge(l, oid, &p->head, &facts->head_known, err) < 0)
		return -1;
	if (!facts->head_known)
		return 0;
	facts->head_ours = p->head.ours;
	facts->head_fits = p->head.fits;
	facts->head_on_tip = p->head.on_tip;
	facts->head_wanted = p->head.wish && strcmp(p->head.wish, p->wish) == 0;
	facts->head_done =
		p->head.wish && p->target_wish && strcmp(p->head.wish, p->target_wish) == 0;
	/* What a run may go back to is the version that it promotes, not whatever is open. */
	if (p->older_reason && facts->head_wanted)
		return 0;
	return look_whether_older(l, p->head.wish, (struct sg_origin_at){.env = p->env, .tip = oid},
		&facts->head_older, err);
}

static int look_whether_approved(struct looking *l, struct sg_err *err)
{
	struct sg_gitlab_approval *approvals;
	size_t count;

	if (sg_gitlab_mr_approvals(&l->forge->gitlab, l->p->request.mr.iid, l->world->arena,
		    &approvals, &count, err) < 0)
		return -1;
	l->p->facts.approved = count > 0;
	return 0;
}

static int look_at_notes(struct looking *l, struct sg_err *err)
{
	struct sg_promotion *p = l->p;
	struct sg_gitlab_note *notes;
	size_t count;

	if (!p->request.open)
		return 0;
	if (sg_gitlab_mr_notes(
		    &l->forge->gitlab, p->request.mr.iid, l->world->arena, &notes, &count, err) < 0)
		return -1;
	sg_requesters_read(l->world, l->forge, &l->loaded->policy, notes, count, &p->requesters);
	p->facts.head_known =
		!sg_requesters_are_behind(l->world, &p->requesters, p->request.mr.iid, &p->noted) &&
		p->facts.head_known;
	p->facts.recorded = p->requesters.recorded;
	p->double_note_count = sg_double_notes_find(l->forge, notes, count, p->double_notes);
	p->facts.withdrawn = !p->request.mr.auto_merge &&
			     sg_handover_is_withdrawn(l->forge, &l->loaded->policy, notes, count);
	return p->facts.recorded ? 0 : look_whether_approved(l, err);
}

/* Whether the project would run a pipeline for a push, as far as can be seen from here. */
static bool wants_pipeline(struct looking *l)
{
	const struct sg_gitlab_project *project = &l->forge->project;
	const char *file = sg_forge_ci_file(project->ci_path);
	struct sg_buf text SG_AUTO(sg_buf_release);
	struct sg_err ignored = SG_ERR_INIT;
	int64_t now_ms = sg_loop_now_ms(sg_world_loop(l->world));

	sg_buf_init(&text, CI_FILE_MAX_BYTES);
	if (project->pipeline_must_succeed)
		return true;
	if (!project->has_ci || now_ms - l->p->head_since_ms >= PIPELINE_GRACE_MS)
		return false;
	return !file || l->p->tip->read(l->p->tip, file, &text, &ignored) == 0 ||
	       ignored.reason != SG_R_FILE_NOT_FOUND;
}

/* Was the head, or the pipeline that we started for it, given the time that one may take? */
static bool is_overdue(const struct looking *l)
{
	const struct sg_promotion *p = l->p;
	int64_t grace_ms = l->world->settings->pipeline_grace_ms;
	int64_t since_ms = p->started_ms > p->head_since_ms ? p->started_ms : p->head_since_ms;

	if (p->start_why[0])
		return true;
	return grace_ms && sg_loop_now_ms(sg_world_loop(l->world)) - since_ms >= grace_ms;
}

static int look_at_status(struct looking *l, struct sg_err *err)
{
	struct sg_promotion *p = l->p;
	const struct sg_mr *mr = &p->request.mr;
	struct sg_gitlab_job job;
	const char *words;
	bool found;

	p->blocker = NULL;
	if (!p->request.open)
		return 0;
	if (!mr->detailed_status[0]) {
		(void)sg_fail(err, SG_R_GITLAB_UNSUPPORTED,
			"merge request !%lld has no detailed_merge_status", (long long)mr->iid);
		return sg_hint(err, "GitLab 16.0 and newer are supported");
	}
	if (sg_forge_project(l->forge, err) < 0)
		return -1;
	p->facts.has_mr = true;
	p->facts.locked = mr->state == SG_MR_LOCKED;
	p->facts.trains = l->forge->project.merge_trains;
	p->facts.armed = mr->auto_merge;
	p->facts.armed_by_us =
		mr->auto_merge && sg_forge_is_own(l->forge, &l->loaded->policy, mr->armed_by.id);
	p->facts.prepared = mr->prepared_unix_s != 0;
	p->facts.status = sg_mr_status_of(mr->detailed_status)->class;
	p->facts.pipeline = sg_mr_pipeline_is_current(mr) ? sg_pipeline_class_of(&mr->pipeline)
							  : SG_PIPELINE_NONE;
	p->facts.pipeline_wanted = wants_pipeline(l);
	p->facts.pipeline_overdue = is_overdue(l);
	p->facts.started = p->started_ms != 0;
	if (p->start_why[0] && p->facts.pipeline == SG_PIPELINE_NONE)
		p->blocker = sg_arena_strdup(l->world->arena, p->start_why);
	if (p->facts.pipeline == SG_PIPELINE_RUNNING)
		return sg_gate_status_holds_pipeline(l->world, l->loaded, l->forge, p->env, mr,
			&p->facts.pipeline_waits_for_us, &words, err);
	if (p->facts.pipeline != SG_PIPELINE_FAILED && p->facts.pipeline != SG_PIPELINE_MANUAL)
		return 0;
	p->blocker = mr->pipeline.web_url;
	if (sg_gitlab_pipeline_blocker(
		    &l->forge->gitlab, mr->pipeline.id, l->world->arena, &found, &job, err) < 0)
		return -1;
	if (found)
		p->blocker = sg_arena_printf(l->world->arena, "job %s (%s) %s", job.name,
			job.failure_reason[0] ? job.failure_reason : job.status, job.web_url);
	return 0;
}

/* A request that a person closed stays closed; one that cannot be read counts as of this version.
 */
static void look_at_closed(struct looking *l)
{
	const struct sg_mr *closed = &l->p->request.closed;
	const char *wish;

	if (l->p->request.open || l->p->facts.published || !closed->iid ||
		closed->iid < l->p->request.merged.iid ||
		sg_forge_is_own(l->forge, &l->loaded->policy, closed->closed_by.id))
		return;
	wish = sg_plan_wish_at(l->world, l->loaded, l->p->env, l->p->service, closed->sha);
	l->p->facts.rejected = !wish || strcmp(wish, l->p->wish) == 0;
}

static int find_request(struct looking *l, struct sg_err *err)
{
	struct sg_promotion *p = l->p;

	if (sg_request_find(l->world, l->loaded, l->forge, p->env, p->service, &p->request, err) <
		0)
		return sg_wrap(err, "%s in %s", p->service, p->env->name);
	p->work_tip = sg_request_tip(l->world, l->loaded, p->request.branch);
	if (p->request.open)
		p->followed_iid = p->request.mr.iid;
	remember_open(l);
	return 0;
}

/* Nothing is opened that can be merged in no way that the gates allow. */
static int look_at_trains(struct looking *l, struct sg_err *err)
{
	struct sg_promotion_facts *facts = &l->p->facts;

	if (!facts->gated || facts->merge != SG_MERGE_AUTO)
		return 0;
	if (sg_forge_project(l->forge, err) < 0)
		return -1;
	facts->trains = l->forge->project.merge_trains;
	return 0;
}

static struct sg_gather_ask gather_ask_of(struct sg_promotion *p, enum sg_gate_phase phase)
{
	bool open = p->request.open && p->facts.head_known;

	return (struct sg_gather_ask){
		.env = p->env,
		.service = p->service,
		.phase = phase,
		.wish = phase == SG_PHASE_MERGE && open && p->head.wish ? p->head.wish : p->wish,
		.from = p->target_wish,
		.befores = p->befores,
		.before_count = p->before_count,
		.request = &p->request,
		.head = open ? &p->head : NULL,
		.requesters = &p->requesters,
		.tip = p->tip,
		.reads_only = p->reads_only,
	};
}

static int look_whether_asked(struct looking *l, struct sg_err *err)
{
	const struct sg_gather_ask ask = gather_ask_of(l->p, SG_PHASE_MERGE);

	if (!l->p->facts.recorded || !ask.head || !ask.head->ours)
		return 0;
	return sg_gather_asked_for(
		l->world, l->loaded, l->forge, &ask, &l->p->facts.head_asked, err);
}

static int look_at_request(struct looking *l, struct sg_err *err)
{
	struct sg_promotion *p = l->p;
	bool was_merged;

	if (p->facts.published && !p->request.open)
		return sg_promotion_look_at_merged(l->world, l->loaded, l->forge, p, err);
	if (look_at_trains(l, err) < 0 || look_at_head(l, err) < 0 || look_at_notes(l, err) < 0 ||
		look_whether_asked(l, err) < 0 || look_at_status(l, err) < 0 ||
		sg_promotion_was_merged(l->world, l->loaded, p, &was_merged, err) < 0)
		return -1;
	p->facts.locked = p->facts.locked || was_merged;
	look_at_closed(l);
	return 0;
}

int sg_promotion_gates(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	struct sg_promotion *p, enum sg_gate_phase phase, struct sg_err *err)
{
	const struct sg_gather_ask ask = gather_ask_of(p, phase);

	return sg_gather(world, loaded, forge, &ask,
		phase == SG_PHASE_MERGE ? &p->merge_gates : &p->publish_gates, err);
}

static int look(struct looking *l, struct sg_err *err)
{
	struct sg_promotion *p = l->p;
	bool by_request = l->forge && p->env->publish == SG_PUBLISH_MERGE_REQUEST;

	if ((by_request && find_request(l, err) < 0) || look_at_files(l, err) < 0)
		return -1;
	if (by_request && look_at_request(l, err) < 0)
		return sg_wrap(err, "%s in %s", p->service, p->env->name);
	if (sg_promotion_asks_publish_gates(&p->facts)) {
		if (sg_promotion_gates(l->world, l->loaded, l->forge, p, SG_PHASE_PUBLISH, err) < 0)
			return -1;
		p->facts.publish_gates = p->publish_gates.worst;
	}
	if (sg_promotion_asks_merge_gates(&p->facts)) {
		if (sg_promotion_gates(l->world, l->loaded, l->forge, p, SG_PHASE_MERGE, err) < 0)
			return -1;
		p->facts.merge_gates = p->merge_gates.worst;
	}
	p->step = sg_promotion_decide(&p->facts);
	if (strcmp(p->step->code, "ON_MERGE_TRAIN") == 0)
		p->blocker = sg_handover_place(l->world, l->forge, &p->request.mr);
	if (p->step->action != SG_DO_START)
		return 0;
	/* A run that was killed may have started it. */
	if (sg_handover_has_pipeline(l->world, l->forge, &p->request.mr, &p->facts.started, err) <
		0)
		return -1;
	p->step = sg_promotion_decide(&p->facts);
	return 0;
}

/* What a new look starts from: who it is about, and what this run saw and did. */
static struct sg_promotion begin(struct sg_world *world, const struct sg_promotion *before)
{
	struct sg_promotion next = {
		.service = before->service,
		.env = before->env,
		.reads_only = before->reads_only,
		.older_reason = before->older_reason,
		.asked = before->asked,
		.as_open = before->as_open,
		.followed_iid = before->followed_iid,
		.facts = {.publish = before->env->publish,
			.merge = before->env->merge,
			.gated = sg_environment_gates_merge(before->env),
			.early_gated = sg_environment_gates_publish_only(before->env),
			.may_start = before->env->request.start_pipeline,
			.as_open = before->as_open},
		.started_ms = before->started_ms,
		.opened_ms = before->opened_ms,
		.noted = before->noted,
		.crowd = before->crowd,
		.head_since_ms = before->head_since_ms,
		.changes = before->changes,
		.writes = before->writes,
		.refusals = before->refusals,
		.doubts = before->doubts,
	};

	memcpy(next.head_oid, before->head_oid, sizeof(next.head_oid));
	memcpy(next.merged_oid, before->merged_oid, sizeof(next.merged_oid));
	memcpy(next.armed_oid, before->armed_oid, sizeof(next.armed_oid));
	memcpy(next.disarmed_oid, before->disarmed_oid, sizeof(next.disarmed_oid));
	memcpy(next.start_why, before->start_why, sizeof(next.start_why));
	memcpy(next.landed, before->landed, sizeof(next.landed));
	next.found = before->spare ? before->spare
				   : sg_arena_calloc(world->arena, 1, sizeof(struct sg_arena));
	next.spare = before->found;
	return next;
}

int sg_promotion_look(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	struct sg_promotion *promotion, struct sg_err *err)
{
	struct sg_promotion next = begin(world, promotion);
	struct looking l = {.world = world, .loaded = loaded, .forge = forge, .p = &next};
	struct sg_arena *of_the_run = world->arena;
	int rc;

	world->arena = next.found;
	rc = look(&l, err);
	world->arena = of_the_run;
	/* What could not be read in time looks like a gate that is closed. */
	if (rc == 0 && sg_loop_now_ms(sg_world_loop(world)) >= world->deadline_ms)
		rc = sg_fail(err, SG_R_TIMEOUT, "the time was up before all of it could be read");
	if (rc < 0) {
		sg_arena_release(next.found);
		promotion->spare = next.found;
		return -1;
	}
	if (next.spare)
		sg_arena_release(next.spare);
	*promotion = next;
	return 0;
}

void sg_promotion_keep(struct sg_world *world, struct sg_promotion *promotion)
{
	if (promotion->found)
		sg_arena_adopt(world->arena, promotion->found);
}
