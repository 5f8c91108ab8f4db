#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "model/app_fold.h"

#define CHILDREN_MAX 2000
#define DEPTH_MAX 16

void sg_app_children_forget(struct sg_app_fold *fold)
{
	for (size_t i = 0; i < fold->child_count; i++) {
		free(fold->children[i].namespace);
		free(fold->children[i].name);
		sg_app_fold_free(fold->children[i].fold);
	}
	free(fold->children);
	fold->children = NULL;
	fold->child_count = 0;
}

static bool is_named(const struct sg_app *app, const char *namespace, const char *name)
{
	return app && strcmp(app->namespace, namespace) == 0 && strcmp(app->name, name) == 0;
}

/* An application that lists itself, or one that listed it, is not judged twice. */
static bool is_being_judged(const struct sg_app_fold *fold, const char *namespace, const char *name)
{
	for (; fold; fold = fold->parent)
		if (is_named(fold->app, namespace, name))
			return true;
	return false;
}

static size_t depth(const struct sg_app_fold *fold)
{
	size_t n = 0;

	for (; fold->parent; fold = fold->parent)
		n++;
	return n;
}

/* They are listed in one order, mostly: *AT is the place behind the one that was found last. */
static struct sg_app_child *find(
	struct sg_app_fold *fold, const char *namespace, const char *name, size_t *at)
{
	for (size_t i = 0; i < fold->child_count; i++) {
		struct sg_app_child *child = &fold->children[(*at + i) % fold->child_count];

		if (strcmp(child->name, name) != 0 || strcmp(child->namespace, namespace) != 0)
			continue;
		*at = (size_t)(child - fold->children) + 1;
		return child;
	}
	return NULL;
}

static struct sg_app_child *add(struct sg_app_fold *fold, const char *namespace, const char *name)
{
	struct sg_app_child *child;

	fold->children = sg_realloc(fold->children, fold->child_count + 1, sizeof(*fold->children));
	child = &fold->children[fold->child_count++];
	*child = (struct sg_app_child){.namespace = sg_strdup(namespace), .name = sg_strdup(name)};
	return child;
}

/*
 * Where PARENT brings its children into another cluster, the application of that name here is one
 * of them only if it says so itself.
 */
static bool is_its_own(const struct sg_app *parent, const struct sg_app *app)
{
	return sg_app_is_beside(&parent->destination) ||
	       sg_app_owns(parent, &app->marks, app->namespace, app->name) == SG_ANSWER_YES;
}

/* The fold of a child begins when it can be read for the first time. */
static void read_child(struct sg_app_fold *fold, struct sg_app_child *child, int64_t now_ms)
{
	const struct sg_app_beside *beside = fold->beside;
	const struct sg_app *app = NULL;

	if (child->fold && !fold->quiet)
		sg_app_fold_tick(child->fold, now_ms);
	if (child->fold)
		return;
	if (beside && beside->item && depth(fold) < DEPTH_MAX)
		app = beside->item(beside->arg, child->namespace, child->name);
	child->elsewhere = app && !is_its_own(fold->app, app);
	if (!app || child->elsewhere)
		return;
	child->fold = sg_app_fold_child(fold);
	sg_app_fold_feed(child->fold, app, now_ms);
}

/* A leftover that should be pruned belongs to nobody's wish. */
static bool is_child(const struct sg_app_resource *resource)
{
	return strcmp(resource->kind, "Application") == 0 &&
	       strcmp(resource->group, "argoproj.io") == 0 && !resource->requires_pruning;
}

static void drop_unlisted(struct sg_app_fold *fold)
{
	size_t kept = 0;

	for (size_t i = 0; i < fold->child_count; i++) {
		struct sg_app_child *child = &fold->children[i];

		if (child->listed) {
			fold->children[kept++] = *child;
			continue;
		}
		free(child->namespace);
		free(child->name);
		sg_app_fold_free(child->fold);
	}
	fold->child_count = kept;
}

/* Children that are listed now are read; false when there are more than can be followed. */
static bool gather(const struct sg_app_case *c)
{
	struct sg_app_fold *fold = c->fold;
	size_t at = 0;

	for (size_t i = 0; i < fold->child_count; i++)
		fold->children[i].listed = false;
	for (size_t i = 0; i < c->app->resource_count; i++) {
		const struct sg_app_resource *resource = &c->app->resources[i];
		const char *namespace =
			resource->namespace[0] ? resource->namespace : c->app->namespace;
		struct sg_app_child *child;

		if (!is_child(resource) || is_being_judged(fold, namespace, resource->name))
			continue;
		child = find(fold, namespace, resource->name, &at);
		if (!child && fold->child_count >= CHILDREN_MAX)
			return false;
		if (!child)
			child = add(fold, namespace, resource->name);
		child->listed = true;
		read_child(fold, child, c->now_ms);
	}
	drop_unlisted(fold);
	return true;
}

/* Worse answers first; of equal ones the row that is asked earlier. Unreadable is the worst wait.
 */
static bool is_worse(const struct sg_app_child *a, const struct sg_app_child *b)
{
	enum sg_app_kind x = a->fold ? a->fold->verdict.kind : SG_APP_WAIT;
	enum sg_app_kind y = b->fold ? b->fold->verdict.kind : SG_APP_WAIT;

	if (x != y)
		return x > y;
	if (!a->fold || !b->fold)
		return !a->fold && b->fold;
	return a->fold->verdict.row < b->fold->verdict.row;
}

static const struct sg_app_child *worst_child(const struct sg_app_fold *fold)
{
	const struct sg_app_child *worst = NULL;

	for (size_t i = 0; i < fold->child_count; i++)
		if (!worst || is_worse(&fold->children[i], worst))
			worst = &fold->children[i];
	return worst;
}

static void answer_of_child(const struct sg_app_child *child, struct sg_app_answer *out)
{
	const struct sg_app_verdict *verdict = &child->fold->verdict;

	out->kind = verdict->kind;
	out->code = verdict->code;
	out->cause = verdict->cause;
	sg_app_say(out, "child %s/%s: %s", child->namespace, child->name, verdict->message);
}

static void deployed(struct sg_app_case *c, struct sg_app_answer *out)
{
	out->kind = SG_APP_SUCCESS;
	out->code = SG_APP_CODE_DEPLOYED;
	out->images_unseen = sg_app_images_unseen(c);
	for (size_t i = 0; i < c->fold->child_count; i++) {
		const struct sg_app_fold *child;

		SG_ASSERT(c->fold->children);
		child = c->fold->children[i].fold;
		SG_ASSERT(child); /* an unreadable one would have made the answer a WAIT */
		out->images_unseen &= child->verdict.images_unseen;
		c->leftovers_only = c->leftovers_only || child->verdict.leftovers;
	}
	sg_app_say(out, "%s at %.12s", sg_app_health_name(c->app->health), c->rev_text);
	if (c->fold->child_count)
		sg_app_say(out, ", %zu child applications too", c->fold->child_count);
}

bool sg_app_row_live(struct sg_app_case *c, struct sg_app_answer *out)
{
	bool complete = gather(c);
	const struct sg_app_child *worst = worst_child(c->fold);

	if (worst && worst->fold && worst->fold->verdict.kind == SG_APP_FAIL) {
		answer_of_child(worst, out);
	} else if (!complete || (worst && !worst->fold)) {
		sg_app_wait(out, SG_APP_CODE_CHILD_UNREADABLE);
		if (complete)
			sg_app_say(out, "%s/%s%s", worst->namespace, worst->name,
				worst->elsewhere ? ", which is deployed to another cluster than "
						   "the one of that name here"
						 : "");
		else
			sg_app_say(out, "more than %d children", CHILDREN_MAX);
	} else if (worst && worst->fold->verdict.kind != SG_APP_SUCCESS) {
		answer_of_child(worst, out);
	} else {
		deployed(c, out);
	}
	return true;
}

bool sg_app_fold_sync(const struct sg_app_fold *fold, struct sg_app_wanted_sync *ret)
{
	if (fold->verdict.sync_wanted && fold->app) {
		*ret = (struct sg_app_wanted_sync){
			fold->app->namespace, fold->app->name, fold->verdict.revision};
		return true;
	}
	for (size_t i = 0; i < fold->child_count; i++)
		if (fold->children[i].fold && sg_app_fold_sync(fold->children[i].fold, ret))
			return true;
	return false;
}

size_t sg_app_fold_judged(const struct sg_app_fold *fold, struct sg_app_judged *ret, size_t max)
{
	size_t count = 0;

	if (!fold->app || max == 0)
		return 0;
	ret[count++] = (struct sg_app_judged){fold->app, &fold->verdict};
	for (size_t i = 0; i < fold->child_count && count < max; i++) {
		const struct sg_app_fold *child = fold->children[i].fold;

		if (child && child->verdict.kind != SG_APP_SUCCESS)
			count += sg_app_fold_judged(child, ret + count, max - count);
	}
	return count;
}

/* One that is another's by now is let go: who judges FOLD reads it, and says so. */
static void feed_one(const struct sg_app_fold *fold, struct sg_app_child *child,
	const struct sg_app *app, int64_t now_ms)
{
	if (!app) {
		sg_app_fold_gone(child->fold, now_ms);
	} else if (is_its_own(fold->app, app)) {
		sg_app_fold_feed(child->fold, app, now_ms);
	} else {
		sg_app_fold_free(child->fold);
		child->fold = NULL;
	}
}

/* Of many children one has an event: the others are not judged for that. */
bool sg_app_children_feed(struct sg_app_fold *fold, const char *namespace, const char *name,
	const struct sg_app *app, int64_t now_ms)
{
	bool any = false;

	for (size_t i = 0; i < fold->child_count; i++) {
		struct sg_app_child *child = &fold->children[i];
		bool own =
			strcmp(child->name, name) == 0 && strcmp(child->namespace, namespace) == 0;

		if (own && child->fold)
			feed_one(fold, child, app, now_ms);
		else if (child->fold &&
			 sg_app_children_feed(child->fold, namespace, name, app, now_ms)) {
			child->fold->quiet = true;
			sg_app_fold_tick(child->fold, now_ms);
			child->fold->quiet = false;
			own = true;
		}
		any = any || own;
	}
	return any;
}
