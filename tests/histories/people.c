/* What people do to a cluster and to a branch. */
#include "world.h"

static const char *const names[] = {
	[DEED_PUSH] = "push",
	[DEED_REFRESH] = "refresh",
	[DEED_SYNC] = "sync",
	[DEED_SYNC_BARE] = "bare sync",
	[DEED_SYNC_PART] = "partial sync",
	[DEED_DRY_RUN] = "dry run",
	[DEED_TERMINATE] = "terminate",
	[DEED_EDIT] = "edit",
	[DEED_EDIT_BACK] = "edit back",
	[DEED_SKIP] = "skip-reconcile",
	[DEED_DELETE] = "delete",
	[DEED_RETARGET] = "retarget",
	[DEED_MOVE] = "move",
	[DEED_AUTO_OFF] = "auto-sync off",
	[DEED_AUTO_ON] = "auto-sync on",
	[DEED_ROGUE] = "rogue sync",
	[DEED_RESUME] = "resume",
};

const char *deed_name(enum deed_kind kind)
{
	return names[kind];
}

/* The branch moves; webhooks set the annotation. */
static void push(struct world *world, int commit)
{
	world->head = commit;
	for (int c = commit; c >= 0; c = world->plan->commits[c].parent)
		world->pushed |= UINT32_C(1) << c;
	for (int i = 0; i < world->plan->app_count; i++)
		if (world->plan->apps[i].webhook)
			world_refresh(world, i, REFRESH_NORMAL);
}

static void sync_by_hand(struct world *world, const struct deed *deed)
{
	operation_set(world, deed->app,
		&(struct operation){.asked = REV_EMPTY,
			.by = BY_PERSON,
			.prune = deed->value != 0,
			.bare = deed->kind == DEED_SYNC_BARE,
			.partial = deed->kind == DEED_SYNC_PART,
			.dry_run = deed->kind == DEED_DRY_RUN,
			.rogue = deed->kind == DEED_ROGUE});
}

static void edit(struct world *world, int app, bool back)
{
	struct app_state *state = &world->apps[app];
	struct live spec = state->work.spec;

	if (back) {
		spec.version = rendered(world, app, world->head)->version;
		spec.config =
			workload_config(rendered(world, app, world->head), state->object.path);
	} else if (dice_chance(&world->dice, 50)) {
		spec.version = 30;
	} else {
		spec.config = 30;
	}
	workload_set(world, app, spec, NULL);
}

static void resume(struct world *world, int app)
{
	struct live spec = world->apps[app].work.spec;

	spec.paused = false;
	workload_set(world, app, spec, NULL);
}

static void change_object(struct world *world, const struct deed *deed)
{
	struct object *object = &world->apps[deed->app].object;

	switch ((int)deed->kind) {
	case DEED_SKIP:
		object->skip = true;
		break;
	case DEED_DELETE:
		object->deleting = true;
		break;
	case DEED_RETARGET: /* a child on another branch would be none of ours */
		if (world->plan->apps[deed->app].parent < 0)
			object->target = TARGET_OTHER;
		break;
	case DEED_MOVE:
		object->path++;
		oracle_outdate(world, deed->app, world->now_ms);
		break;
	default:
		object->automated = deed->kind == DEED_AUTO_ON;
		break;
	}
	world_write(world, deed->app);
	compare_want(world, deed->app, deed->kind == DEED_MOVE ? 3 : 1, world_pace(world, 20, 200));
}

void people_do(struct world *world, const struct deed *deed)
{
	world_say(world, deed->app, "somebody: %s %d", names[deed->kind], deed->value);
	switch ((int)deed->kind) {
	case DEED_PUSH:
		push(world, deed->value);
		break;
	case DEED_REFRESH:
		world_refresh(world, deed->app, deed->value ? REFRESH_HARD : REFRESH_NORMAL);
		break;
	case DEED_SYNC:
	case DEED_SYNC_BARE:
	case DEED_SYNC_PART:
	case DEED_DRY_RUN:
	case DEED_ROGUE:
		sync_by_hand(world, deed);
		break;
	case DEED_TERMINATE:
		operation_terminate(world, deed->app);
		break;
	case DEED_EDIT:
	case DEED_EDIT_BACK:
		edit(world, deed->app, deed->kind == DEED_EDIT_BACK);
		break;
	case DEED_RESUME:
		resume(world, deed->app);
		break;
	default:
		change_object(world, deed);
		break;
	}
}
