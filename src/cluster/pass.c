#include "cluster/pass.h"

#include <string.h>

struct sg_pass_entry {
	const char *key;
	void *value;
	int64_t deadline_ms;
	bool done;
	const struct sg_err *why; /* with `done`: it could not be found out; NULL: it was */
};

static void drop_read(struct sg_cluster_pass *pass)
{
	sg_cluster_read_free(pass->read);
	pass->read = NULL;
	sg_json_free(pass->doc);
	pass->doc = NULL;
	pass->answered = false;
}

void sg_cluster_pass_release(struct sg_cluster_pass *pass)
{
	drop_read(pass);
	sg_arena_release(&pass->arena);
	*pass = (struct sg_cluster_pass){0};
}

bool sg_cluster_pass_poll(struct sg_cluster_pass *pass)
{
	int n;

	if (!pass->read || pass->answered)
		return true;
	pass->why = (struct sg_err)SG_ERR_INIT;
	n = sg_cluster_read_step(pass->read, &pass->doc, &pass->fault, &pass->why);
	pass->rc = n < 0 ? -1 : 0;
	pass->answered = n != 0;
	return pass->answered;
}

void sg_cluster_pass_turn(struct sg_cluster_pass *pass)
{
	pass->at = 0;
	pass->waiting = false;
}

int64_t sg_cluster_pass_due_ms(const struct sg_cluster_pass *pass)
{
	if (!pass->read)
		return SG_NEVER;
	return pass->answered ? 0 : sg_cluster_read_due_ms(pass->read);
}

/* What was found out earlier in this turn; NULL: nothing of that name. */
static struct sg_pass_entry *earlier(const struct sg_cluster_pass *pass, const char *key)
{
	for (size_t i = 0; i < pass->at; i++)
		if (strcmp(pass->entries[i]->key, key) == 0)
			return pass->entries[i];
	return NULL;
}

/* The entry of STEP; where what it follows from has changed, all from there on is asked anew. */
static struct sg_pass_entry *entry_of(const struct sg_pass_step *step)
{
	struct sg_cluster_pass *pass = step->pass;
	struct sg_pass_entry *entry = step->shared ? earlier(pass, step->key) : NULL;

	if (entry)
		return entry;
	if (pass->at < pass->count && strcmp(pass->entries[pass->at]->key, step->key) == 0)
		return pass->entries[pass->at++];
	if (pass->at < pass->count)
		drop_read(pass);
	pass->count = pass->at;
	entry = sg_arena_alloc(&pass->arena, sizeof(*entry));
	entry->key = sg_arena_strdup(&pass->arena, step->key);
	entry->value = sg_arena_alloc(&pass->arena, step->size);
	entry->deadline_ms = step->deadline_ms;
	*(struct sg_pass_entry **)sg_arena_push(
		&pass->arena, &pass->entries, &pass->count, sizeof(struct sg_pass_entry *)) = entry;
	pass->at = pass->count;
	return entry;
}

static void keep_why(
	struct sg_cluster_pass *pass, struct sg_pass_entry *entry, const struct sg_err *why)
{
	struct sg_err *kept = sg_arena_alloc(&pass->arena, sizeof(*kept));

	*kept = *why;
	entry->why = kept;
}

int sg_cluster_pass_once(
	const struct sg_pass_step *step, struct sg_arena *arena, void *value, struct sg_err *err)
{
	struct sg_cluster_pass *pass = step->pass;
	struct sg_pass_entry *entry;

	if (!pass)
		return step->find(step->arg, arena, step->deadline_ms, value, err);
	entry = entry_of(step);
	if (!entry->done) {
		struct sg_err why = SG_ERR_INIT;

		if (step->find(step->arg, &pass->arena, entry->deadline_ms, entry->value, &why) <
			0) {
			if (pass->waiting) {
				*err = why;
				return -1;
			}
			keep_why(pass, entry, &why);
		}
		entry->done = true;
	}
	memcpy(value, entry->value, step->size);
	if (!entry->why)
		return 0;
	*err = *entry->why;
	return -1;
}

int sg_cluster_pass_ask(struct sg_cluster_pass *pass, struct sg_cluster_client *client,
	const struct sg_cluster_req *req, int64_t deadline_ms, struct sg_json **ret_doc,
	struct sg_arena *arena, const char **ret_text, struct sg_fault *ret_fault,
	struct sg_err *err)
{
	int rc;

	if (!pass->read) {
		pass->read = sg_cluster_read_new(client, req->path, req->label, deadline_ms);
		sg_cluster_read_limit(pass->read, req->max_bytes, !ret_doc);
		if (req->body.len)
			sg_cluster_read_send(pass->read, req);
	}
	if (!sg_cluster_pass_poll(pass)) {
		pass->waiting = true;
		return sg_fail(err, SG_R_CANCELLED, "not answered yet");
	}
	rc = pass->rc;
	if (rc < 0) {
		*err = pass->why;
	} else {
		*ret_fault = pass->fault;
		if (ret_doc)
			*ret_doc = pass->doc;
		else
			*ret_text = sg_arena_dup(arena, sg_cluster_read_text(pass->read));
		pass->doc = NULL;
	}
	drop_read(pass);
	return rc;
}
