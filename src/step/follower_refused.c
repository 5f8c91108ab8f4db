/* What a follower asked for and did not get: said at the end, until the same is taken. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "step/follower.h"

/* A line is for people. */
#define TEXT_MAX_BYTES 1024u

struct sg_follower_refusal {
	const char *request;
	const struct sg_cluster_client *client;
	char *namespace, *name;
	char *why;
	struct sg_follower_refusal *next;
};

static void drop(struct sg_follower_refusal **at)
{
	struct sg_follower_refusal *refusal = *at;

	*at = refusal->next;
	free(refusal->namespace);
	free(refusal->name);
	free(refusal->why);
	free(refusal);
}

static bool is_of(const struct sg_follower_refusal *refusal, const char *request,
	const struct sg_cluster_client *client, const char *namespace, const char *name)
{
	return strcmp(refusal->request, request) == 0 && refusal->client == client &&
	       strcmp(refusal->namespace, namespace) == 0 && strcmp(refusal->name, name) == 0;
}

void sg_follower_refused(struct sg_follower *follower, const char *request,
	const struct sg_cluster_client *client, const char *namespace, const char *name,
	const struct sg_err *why)
{
	struct sg_follower_refusal **at = &follower->refusals;

	while (*at && !is_of(*at, request, client, namespace, name))
		at = &(*at)->next;
	if (*at)
		drop(at);
	if (!why)
		return;
	while (*at)
		at = &(*at)->next;
	*at = sg_calloc(1, sizeof(**at));
	**at = (struct sg_follower_refusal){.request = request,
		.client = client,
		.namespace = sg_strdup(namespace),
		.name = sg_strdup(name),
		.why = sg_strdup(why->cause)};
}

/* Several objects, mostly, for one reason. */
static bool was_said(const struct sg_follower *follower, const struct sg_follower_refusal *refusal)
{
	for (const struct sg_follower_refusal *r = follower->refusals; r != refusal; r = r->next)
		if (strcmp(r->request, refusal->request) == 0 && strcmp(r->why, refusal->why) == 0)
			return true;
	return false;
}

const char *sg_follower_refusals(const struct sg_follower *follower)
{
	SG_AUTO(sg_buf_release) struct sg_buf text;

	sg_buf_init(&text, TEXT_MAX_BYTES);
	if (!follower->refusals)
		return NULL;
	for (const struct sg_follower_refusal *r = follower->refusals; r; r = r->next)
		if (!was_said(follower, r))
			sg_buf_addf(
				&text, "%sno %s: %.255s", text.len ? "; " : "", r->request, r->why);
	return sg_arena_dup(follower->world->arena, sg_buf_str(&text));
}

void sg_follower_drop_refusals(struct sg_follower *follower)
{
	while (follower->refusals)
		drop(&follower->refusals);
}
