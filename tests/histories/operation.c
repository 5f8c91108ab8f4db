/* How a sync runs: argocd.md 1.5 and 1.6. Each write is an event of its own. */
#include "world.h"

#define BACKOFF_MAX_MS 180000
#define WAVE_MAX_MS 300000

/* PUT of .operation, with operationState removed; whoever sets it by kubectl leaves that there. */
void operation_set(struct world *world, int app, const struct operation *op)
{
	struct app_state *state = &world->apps[app];

	if (state->object.operation_set)
		return;
	state->op = *op;
	state->op.step = OP_PICK;
	state->op.next_ms = world->now_ms + world_pace(world, 20, 80);
	state->op.leaked = state->op.rev = REV_EMPTY;
	state->object.operation_set = true;
	if (!op->bare)
		state->object.op = (struct object_operation){.phase = SG_PHASE_NONE,
			.started_s = SG_APP_NO_TIME,
			.finished_s = SG_APP_NO_TIME,
			.asked = REV_EMPTY,
			.result = REV_EMPTY};
	state->failed_rev = REV_EMPTY;
	state->failed_hook = state->failed_nameless = false;
	world_write(world, app);
}

static void go_on(struct world *world, int app, enum op_step step, int64_t low_ms, int64_t high_ms)
{
	world->apps[app].op.step = step;
	world->apps[app].op.next_ms = world->now_ms + world_pace(world, low_ms, high_ms);
}

static void pick(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];
	struct operation *op = &state->op;
	struct object_operation *shown = &state->object.op;
	bool leaks = op->bare && shown->phase != SG_PHASE_NONE;
	struct object_operation before = *shown;

	*shown = (struct object_operation){.phase = SG_PHASE_RUNNING,
		.started_s = world_s(world->now_ms),
		.finished_s = leaks ? before.finished_s : SG_APP_NO_TIME,
		.by = op->by,
		.dry_run = op->dry_run,
		.prune = op->prune,
		.partial = op->partial,
		.asked = op->asked,
		.result = REV_EMPTY};
	if (leaks) {
		if (op->asked == REV_EMPTY)
			shown->asked = before.asked;
		shown->result = before.result;
		shown->hook_failed = before.hook_failed;
		op->leaked = before.result;
	}
	world_write(world, app);
	go_on(world, app, OP_BEGIN, 50, 500);
}

static void finish(struct world *world, int app, enum sg_app_phase phase)
{
	struct app_state *state = &world->apps[app];
	struct operation *op = &state->op;
	struct object_operation *shown = &state->object.op;

	if (dice_chance(&world->dice, 3) && world->plan->can_late_write && !op->dry_run) {
		state->late = *shown; /* as it was while it still ran */
		state->late.finished_s = SG_APP_NO_TIME;
		state->late.hook_failed = state->late.sync_failed = false;
		state->late.message = SAYS_RUNNING;
		state->late_ms = world->now_ms + dice_span(&world->dice, 5, 4000);
	}
	shown->phase = phase;
	shown->finished_s = world_s(world->now_ms);
	state->object.operation_set = false;
	op->step = OP_IDLE;
	op->next_ms = NEVER;
	if (phase != SG_PHASE_SUCCEEDED && !op->dry_run) {
		state->failed_rev = op->rev;
		state->failed_hook = op->hook_failing;
		state->failed_nameless =
			op->rev == REV_EMPTY || (op->by == BY_SET && shown->result == REV_EMPTY);
	}
	if (!op->dry_run)
		oracle_outdate(world, app, op->worked_ms);
	world_write(world, app);
	if (op->dry_run)
		return;
	/* what a sync has applied is in the cache when the compare after it begins */
	if (state->unseen_ms != NEVER)
		workload_see(world, app);
	compare_want(world, app, op->by == BY_AUTOSYNC ? 2 : 3, world_pace(world, 30, 110));
}

static void fail(struct world *world, int app, enum message message)
{
	struct app_state *state = &world->apps[app];
	struct operation *op = &state->op;
	struct object_operation *shown = &state->object.op;
	int64_t wait_ms = world->plan->apps[app].retry_base_ms;

	shown->message = message;
	shown->hook_failed = op->hook_failing;
	shown->sync_failed = !op->hook_failing;
	if (message == SAYS_TERMINATED || op->attempt >= op->limit) {
		finish(world, app, op->rogue ? SG_PHASE_ERROR : SG_PHASE_FAILED);
		return;
	}
	shown->finished_s = world_s(world->now_ms);
	op->attempt++;
	shown->retry_count = op->attempt;
	for (int i = 0; i < op->attempt && wait_ms < BACKOFF_MAX_MS; i++)
		wait_ms *= 2;
	op->step = OP_BACKOFF;
	op->next_ms = world->now_ms + (wait_ms < BACKOFF_MAX_MS ? wait_ms : BACKOFF_MAX_MS);
	world_write(world, app);
}

/* The start of an attempt: window, revision, manifests. */
static void start(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];
	struct operation *op = &state->op;
	struct object_operation *shown = &state->object.op;
	const struct manifest *manifest;
	bool blocked = span_holds(&world->plan->window_closed, world->now_ms);

	if (blocked && shown->message == SAYS_WINDOW) {
		go_on(world, app, OP_BEGIN, 5000, 10000);
		return;
	}
	if (blocked) {
		shown->message = SAYS_WINDOW;
		world_write(world, app);
		go_on(world, app, OP_BEGIN, 5000, 10000);
		return;
	}
	shown->message = SAYS_RUNNING;
	op->hook_failing = false;
	if (op->rogue || span_holds(&world->plan->project_bad, world->now_ms) ||
		(op->asked == REV_EMPTY && span_holds(&world->plan->git_down, world->now_ms))) {
		shown->result = REV_EMPTY;
		fail(world, app, SAYS_FAILED);
		return;
	}
	op->rev = op->asked == REV_EMPTY ? world->head : op->asked;
	op->path = state->object.path;
	op->asked = op->rev; /* attempts after this one take the same */
	shown->result = op->rev;
	manifest = rendered(world, app, op->rev);
	if (manifest->broken || state->cached_failure == op->rev) {
		fail(world, app, SAYS_FAILED);
		return;
	}
	world_write(world, app);
	if (op->dry_run)
		go_on(world, app, OP_END, 100, 600);
	else if (manifest->pre != HOOK_NONE && !op->partial)
		go_on(world, app, OP_PRE, 1000, 15000);
	else
		go_on(world, app, OP_APPLY, 50, 400);
}

static bool hook_fails(enum hook hook, const struct operation *op)
{
	return hook == HOOK_BAD || (hook == HOOK_BAD_ONCE && op->attempt == 0);
}

static void hooked(struct world *world, int app, enum hook hook, enum op_step after)
{
	struct operation *op = &world->apps[app].op;

	if (!hook_fails(hook, op)) {
		op->worked_ms = world->now_ms;
		go_on(world, app, after, 20, 200);
		return;
	}
	op->hook_failing = true;
	fail(world, app, SAYS_FAILED);
}

static void apply(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];
	struct operation *op = &state->op;
	const struct manifest *wanted = rendered(world, app, op->rev);
	bool leaks = op->leaked >= 0 && wanted->pre != HOOK_NONE;
	const struct manifest *applied = leaks ? rendered(world, app, op->leaked) : wanted;

	op->worked_ms = world->now_ms;
	workload_apply(world, app, applied, op->partial);
	state->object.op.prune_skipped = !op->partial && !applied->extra && state->work.spec.extra;
	if (wanted->refused) {
		fail(world, app, SAYS_FAILED);
		return;
	}
	op->wave_until_ms = world->now_ms + WAVE_MAX_MS;
	if (!op->partial && (wanted->wave || wanted->post != HOOK_NONE))
		go_on(world, app, OP_WAVE, 500, 1500);
	else
		go_on(world, app, OP_END, 20, 300);
}

static void wait_for_wave(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];
	struct operation *op = &state->op;
	const struct manifest *manifest = rendered(world, app, op->rev);

	if (state->seen.health == SG_APP_DEGRADED || world->now_ms >= op->wave_until_ms)
		fail(world, app, SAYS_FAILED);
	else if (state->seen.health == SG_APP_PROGRESSING || state->unseen_ms != NEVER)
		go_on(world, app, OP_WAVE, 500, 2000);
	else if (manifest->post != HOOK_NONE)
		go_on(world, app, OP_POST, 1000, 15000);
	else
		go_on(world, app, OP_END, 20, 300);
}

static void retry(struct world *world, int app)
{
	struct object_operation *shown = &world->apps[app].object.op;

	shown->finished_s = SG_APP_NO_TIME;
	shown->result = REV_EMPTY;
	shown->hook_failed = shown->sync_failed = false;
	shown->message = SAYS_RUNNING;
	world_write(world, app);
	go_on(world, app, OP_BEGIN, 50, 400);
}

void operation_terminate(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];

	if (!state->object.operation_set || state->object.op.phase != SG_PHASE_RUNNING)
		return;
	state->object.op.phase = SG_PHASE_TERMINATING;
	world_write(world, app);
	go_on(world, app, state->op.step, 500, 2000);
}

int64_t operation_next(const struct world *world, int app)
{
	const struct app_state *state = &world->apps[app];
	int64_t at = state->late_ms;

	if (controller_up(world, app) && state->op.next_ms < at)
		at = state->op.next_ms;
	return at;
}

/* #28970: an old write of Running arrives when the operation is over. */
static void write_late(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];

	state->late_ms = NEVER;
	if (state->object.operation_set || state->op.step != OP_IDLE)
		return;
	state->object.op = state->late;
	state->failed_rev = REV_EMPTY; /* overwritten: nobody can know it any more */
	state->failed_hook = state->failed_nameless = false;
	world_say(world, app, "a late write");
	world_write(world, app);
}

static void advance(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];
	const struct manifest *manifest =
		state->op.rev >= 0 ? rendered(world, app, state->op.rev) : NULL;

	if (state->object.op.phase == SG_PHASE_TERMINATING) {
		fail(world, app, SAYS_TERMINATED);
		return;
	}
	switch (state->op.step) {
	case OP_PICK:
		pick(world, app);
		break;
	case OP_BEGIN:
		start(world, app);
		break;
	case OP_PRE:
		hooked(world, app, manifest->pre, OP_APPLY);
		break;
	case OP_APPLY:
		apply(world, app);
		break;
	case OP_WAVE:
		wait_for_wave(world, app);
		break;
	case OP_POST:
		hooked(world, app, manifest->post, OP_END);
		break;
	case OP_END:
		state->object.op.message = SAYS_DONE;
		finish(world, app, SG_PHASE_SUCCEEDED);
		break;
	case OP_BACKOFF:
		retry(world, app);
		break;
	case OP_IDLE:
		state->op.next_ms = NEVER;
		break;
	}
}

void operation_step(struct world *world, int app)
{
	struct app_state *state = &world->apps[app];

	if (world->now_ms >= state->late_ms)
		write_late(world, app);
	if (controller_up(world, app) && world->now_ms >= state->op.next_ms)
		advance(world, app);
}
