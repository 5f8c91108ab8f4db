/* What a follower reads beside its watch: the second look at a success, and whether the watch is
 * alive. */
#include <string.h>

#include "step/follower.h"

/* The watch was allowed, a read beside it was not yet asked for: is it never, or not for the
 * moment? */
#define FIRST_PATIENCE_MS INT64_C(10000)

void sg_follower_drop_look(struct sg_follower *follower)
{
	sg_cluster_read_free(follower->read);
	follower->read = NULL;
	follower->look = SG_LOOK_NOTHING;
	follower->confirmed = 0;
}

static bool has_succeeded(const struct sg_follower *follower)
{
	return !follower->end && sg_app_fold_verdict(follower->fold)->kind == SG_APP_SUCCESS;
}

/* A second look comes behind what was to be looked at once. */
static bool may_confirm(const struct sg_follower *follower)
{
	return has_succeeded(follower) && !sg_follower_has_to_look(follower);
}

bool sg_follower_wants_look(const struct sg_follower *follower)
{
	return !follower->end && (follower->read || may_confirm(follower) ||
					 sg_follower_now_ms(follower) >= follower->poll_ms);
}

/* Whom the look is at: the application itself, or the next child of a success. */
static struct sg_herd_app *target_of(const struct sg_follower *follower)
{
	return follower->confirmed ? follower->children[follower->confirmed - 1] : follower->seen;
}

static int start(struct sg_follower *follower, enum sg_follower_look look, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;

	sg_buf_init(&path, 2048);
	if (sg_cluster_path_app(&target_of(follower)->name, &path, err) < 0)
		return -1;
	follower->look = look;
	follower->read =
		sg_cluster_read_new(follower->client, path.ptr, "read the application", SG_NEVER);
	if (follower->got)
		sg_cluster_read_be_patient(follower->read, SG_CLUSTER_STARTING_MS);
	else if (follower->app)
		sg_cluster_read_be_patient(follower->read, FIRST_PATIENCE_MS);
	return 0;
}

/* Children that are gone were told of by the watch, and count for nothing any more. */
static void skip_gone(struct sg_follower *follower)
{
	while (follower->confirmed && follower->confirmed <= follower->child_count &&
		!target_of(follower)->app)
		follower->confirmed++;
}

/* One more was seen a second time. */
static int go_on(struct sg_follower *follower, struct sg_err *err)
{
	follower->confirmed++;
	skip_gone(follower);
	if (follower->confirmed <= follower->child_count)
		return start(follower, SG_LOOK_CONFIRM, err);
	sg_follower_close(follower, true);
	return 1;
}

/* TARGET as it is now, ahead of its watch, which goes on behind that: told to all. */
static int renew(struct sg_follower *follower, struct sg_herd_app *target,
	const struct sg_json *doc, struct sg_err *err)
{
	sg_herd_overtake(target, doc);
	return sg_herd_renew(follower->herd, target, doc, err);
}

static int confirm_own(struct sg_follower *follower, const struct sg_json *doc, struct sg_err *err)
{
	if (!doc) {
		sg_herd_gone(follower->herd, follower->seen);
		return 1;
	}
	if (strcmp(sg_cluster_version_of(doc), follower->version) == 0) {
		if (sg_follower_feed(follower, doc, err) < 0)
			return -1;
	} else if (renew(follower, follower->seen, doc, err) < 0) {
		return -1;
	}
	return has_succeeded(follower) ? go_on(follower, err) : 1;
}

/* What the fold knows of it is older than what was read now, and that makes no sense. */
static int unreadable_child(
	const struct sg_follower *follower, const struct sg_herd_app *child, struct sg_err *err)
{
	const char *noted = follower->herd->unreadable;

	return sg_fail(err, SG_R_ANSWER_INVALID,
		"the child application %s/%s cannot be looked at a second time: %s",
		child->name.namespace, child->name.name, noted ? noted : "it is not understood");
}

static int confirm_child(
	struct sg_follower *follower, const struct sg_json *doc, struct sg_err *err)
{
	struct sg_herd_app *child = target_of(follower);

	if (!doc) {
		sg_herd_gone(follower->herd, child);
		return 1;
	}
	if (strcmp(sg_cluster_version_of(doc), child->version) != 0) {
		if (renew(follower, child, doc, err) < 0)
			return -1;
		if (strcmp(sg_cluster_version_of(doc), child->version) != 0)
			return unreadable_child(follower, child, err);
	}
	if (has_succeeded(follower))
		return go_on(follower, err);
	return 1;
}

/*
 * A watch can be silent because nothing happens, or because it is dead. A read that shows another
 * version than the watch, twice in a row with the watch unmoved, tells. Where the list comes from
 * what a server has heard (Argo CD's own API), that server may be dead, too: the read itself is
 * believed then.
 */
static int check(struct sg_follower *follower, const struct sg_json *doc, struct sg_err *err)
{
	const char *shown = doc ? sg_cluster_version_of(doc) : "";
	bool differs = strcmp(shown, follower->version) != 0;
	bool dead = !doc || (differs && !follower->moved);

	if (dead)
		sg_herd_restart(follower->seen);
	if (dead && doc && follower->client->access->speech == SG_SPEAKS_ARGOCD &&
		renew(follower, follower->seen, doc, err) < 0)
		return -1;
	if (!dead && differs)
		follower->poll_ms =
			sg_follower_now_ms(follower) + follower->world->settings->poll_ms;
	follower->moved = false;
	return 1;
}

static int answered(struct sg_follower *follower, const struct sg_json *doc,
	const struct sg_fault *fault, struct sg_err *err)
{
	const struct sg_herd_app *target = target_of(follower);
	bool is_app = doc && sg_cluster_is_app(doc, &target->name);

	follower->got = follower->got || doc;
	if (follower->look == SG_LOOK_CHECK)
		return check(follower, is_app ? doc : NULL, err);
	if (doc && !is_app)
		return sg_cluster_fail_other(
			follower->client, "application", target->name.name, NULL, err);
	if (!doc && fault->kind != SG_FAULT_NO_OBJECT)
		return sg_cluster_fail(follower->client, &target->name, "get", fault, err);
	return follower->confirmed ? confirm_child(follower, doc, err)
				   : confirm_own(follower, doc, err);
}

/* A step of the read under way: 1 answered or given up, 0 not yet. */
static int step(struct sg_follower *follower, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	enum sg_follower_look look = follower->look;
	struct sg_fault fault = {0};
	struct sg_err why = SG_ERR_INIT;
	int n = sg_cluster_read_step(follower->read, &doc, &fault, &why);

	if (n == 0)
		return 0;
	if (n < 0 && (look == SG_LOOK_CONFIRM || why.reason == SG_R_CANCELLED)) {
		*err = why;
		return -1;
	}
	sg_cluster_read_free(follower->read);
	follower->read = NULL;
	if (n < 0)
		return check(follower, NULL, err);
	return answered(follower, doc, &fault, err);
}

int sg_follower_look(struct sg_follower *follower, struct sg_err *err)
{
	int n;

	if (follower->read && (follower->look == SG_LOOK_CONFIRM) != may_confirm(follower))
		sg_follower_drop_look(follower); /* events have overtaken it */
	if (!sg_follower_wants_look(follower))
		return 1;
	if (!follower->read) {
		bool confirms = may_confirm(follower);

		follower->confirmed = 0;
		if (!confirms)
			follower->poll_ms = sg_follower_now_ms(follower) + follower->poll_every_ms;
		if (start(follower, confirms ? SG_LOOK_CONFIRM : SG_LOOK_CHECK, err) < 0)
			return -1;
	}
	do
		n = step(follower, err);
	while (n == 0 && follower->read && !follower->end &&
		sg_cluster_read_due_ms(follower->read) == 0);
	if (n > 0 && !follower->read)
		follower->look = SG_LOOK_NOTHING;
	return n;
}
