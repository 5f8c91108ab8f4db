#include "edit/edit.h"

#include <string.h>

#include "base/buf.h"
#include "edit/add.h"
#include "edit/find.h"
#include "edit/nested.h"
#include "edit/prove.h"
#include "edit/quote.h"
#include "edit/target.h"
#include "edit/value.h"

/* The longest value (a repository of 255, a tag of 128, a digest of 135) with every byte escaped,
 * and room for what other parts may need. */
#define MAX_SCALAR 16384

/* One file, and what is to be done to it. */
struct run {
	struct sg_arena *arena; /* of the caller: what the answers point to */
	struct sg_arena scratch;
	struct sg_edit_tree tree;
	struct sg_edit_done *dones; /* one for each ask */
	struct sg_edit_splice *splices;
	size_t count;
	struct sg_edit_addition *additions;
	size_t addition_count;
};

static void run_release(struct run *run)
{
	sg_arena_release(&run->scratch);
}

/* A digest beside the tag decides what runs, so that a new tag alone would change nothing. */
static int check_digest(const struct run *run, const struct sg_edit_ask *ask,
	const struct sg_edit_found *found, struct sg_err *err)
{
	if (ask->any_text || ask->part != SG_PART_TAG || !found->digest || ask->with_digest)
		return 0;
	(void)sg_edit_refuse(&run->tree, found->site.node, SG_R_EDIT_DIGEST, err,
		"a digest stands beside the tag (line %d) and decides what runs",
		found->digest_line);
	return sg_hint(err, "take the digest away, or set part digest in the same update");
}

/* In JSON a text has double quotes, also where a number stood. */
static enum sg_yaml_style old_style(
	const struct sg_edit_site *site, const struct sg_yaml_event *event)
{
	return site->json && !sg_edit_reads_as_text(event) ? SG_YAML_DOUBLE_QUOTED : event->style;
}

static struct sg_edit_splice *add_splice(struct run *run, size_t node, size_t ask)
{
	struct sg_edit_splice *splice =
		sg_arena_push(&run->scratch, &run->splices, &run->count, sizeof(*splice));

	splice->node = node;
	splice->ask = ask;
	return splice;
}

/* The bytes that stand for the claimed value at the place of the old one. */
static int write_value(struct run *run, const struct sg_edit_site *site,
	const struct sg_edit_target *target, struct sg_edit_claim *claim, struct sg_buf *bytes,
	struct sg_err *err)
{
	struct sg_yaml_event event = sg_edit_event(&run->tree, site->node);

	if (target->block) {
		if (!sg_edit_block_fits(claim->value))
			return sg_edit_refuse(&run->tree, site->node, SG_R_EDIT_MULTILINE, err,
				"the new value cannot stand in a block (| or >) as it is");
		claim->style = event.style;
		sg_buf_addstr(bytes, claim->value);
	}
	if (target->pad)
		sg_buf_addc(bytes, ' ');
	if ((!target->block && !sg_edit_quote(claim->value, old_style(site, &event), site->flow,
				       bytes, &claim->style)) ||
		bytes->overflow)
		return sg_edit_refuse(&run->tree, site->node, SG_R_EDIT_REFUSED, err,
			"the new value is no UTF-8 or too long");
	return 0;
}

static int change(struct run *run, const struct sg_edit_site *site, struct sg_edit_done *done,
	struct sg_edit_splice *splice, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf bytes = {0};
	struct sg_edit_claim *claim = sg_arena_alloc(&run->scratch, sizeof(*claim));
	struct sg_edit_target target;

	if (sg_edit_target_check(&run->tree, site, &target, err) < 0)
		return -1;
	*claim = (struct sg_edit_claim){
		.kind = SG_YAML_SCALAR, .value = sg_str_of(done->to), .ret_line = &done->line};
	sg_buf_init(&bytes, MAX_SCALAR);
	if (write_value(run, site, &target, claim, &bytes, err) < 0)
		return -1;
	splice->start = target.start;
	splice->end = target.end;
	splice->bytes = (struct sg_str){sg_arena_dup(&run->scratch, sg_buf_str(&bytes)), bytes.len};
	splice->lead = target.pad;
	splice->claims = claim;
	splice->claim_count = 1;
	return 0;
}

/* The content is wrong; where the shape is wrong too, that is what has to be mended first. */
static int blame_shape(struct run *run, const struct sg_edit_site *site, struct sg_err *err)
{
	struct sg_edit_target target;
	struct sg_err shape = SG_ERR_INIT;

	if (sg_edit_target_check(&run->tree, site, &target, &shape) < 0)
		*err = shape;
	return -1;
}

static int take_missing(struct run *run, const struct sg_edit_ask *ask,
	const struct sg_edit_found *found, size_t i, struct sg_err *err)
{
	struct sg_edit_addition *addition;

	if (check_digest(run, ask, found, err) < 0)
		return -1;
	addition = sg_arena_push(
		&run->scratch, &run->additions, &run->addition_count, sizeof(*addition));
	*addition = (struct sg_edit_addition){found->site, i, &run->dones[i]};
	run->dones[i] = (struct sg_edit_done){
		.added = true,
		.from = "",
		.to = sg_arena_strdup(run->arena, ask->value),
		.place = sg_arena_strdup(run->arena, found->place),
	};
	return 0;
}

static int take_value(struct run *run, const struct sg_edit_ask *ask,
	const struct sg_edit_found *found, size_t i, struct sg_err *err)
{
	struct sg_edit_done *done = &run->dones[i];
	struct sg_edit_splice *splice;
	struct sg_yaml_event event;
	const char *wanted;

	if (sg_edit_scalar_check(&run->tree, &found->site, err) < 0 ||
		check_digest(run, ask, found, err) < 0)
		return -1;
	if (sg_edit_value_wanted(&run->scratch, &run->tree, found->site.node, ask, &wanted, err) <
		0)
		return blame_shape(run, &found->site, err);
	event = sg_edit_event(&run->tree, found->site.node);
	*done = (struct sg_edit_done){
		.unchanged = sg_str_is(event.value, wanted) && sg_edit_reads_as_text(&event),
		.from = sg_arena_dup(run->arena, event.value),
		.to = sg_arena_strdup(run->arena, wanted),
		.place = sg_arena_strdup(run->arena, found->place),
		.line = event.line,
		.column = event.column,
	};
	splice = add_splice(run, found->site.node, i);
	return done->unchanged ? 0 : change(run, &found->site, done, splice, err);
}

static int take_ask(struct run *run, const struct sg_edit_ask *ask, size_t i, struct sg_err *err)
{
	struct sg_edit_found found = {0};
	int rc;

	run->tree.sharing = (struct sg_edit_sharing){.allowed = ask->shared};
	if (sg_edit_find(&run->scratch, &run->tree, ask, &found, err) < 0)
		return -1;
	rc = found.site.missing ? take_missing(run, ask, &found, i, err)
				: take_value(run, ask, &found, i, err);
	run->dones[i].shared_line = run->tree.sharing.line;
	return rc;
}

static bool differ(
	const struct run *run, const struct sg_edit_splice *a, const struct sg_edit_splice *b)
{
	if (a->claims && b->claims && !sg_str_eq(a->claims->value, b->claims->value))
		return true;
	return strcmp(run->dones[a->ask].to, run->dones[b->ask].to) != 0;
}

/* Several asks for one scalar are one when they want the same; what is so already goes, and what is
 * missing comes. */
static int unite(struct run *run, size_t *ret_failed, struct sg_err *err)
{
	const struct sg_edit_splice *first = NULL;
	size_t kept = 0;

	sg_edit_splices_sort(run->splices, run->count);
	for (size_t i = 0; i < run->count; i++) {
		const struct sg_edit_splice *splice = &run->splices[i];
		struct sg_edit_done *done = &run->dones[splice->ask];

		if (!first || first->node != splice->node) {
			first = splice;
			if (!done->unchanged)
				run->splices[kept++] = *splice;
			continue;
		}
		*ret_failed = splice->ask;
		if (differ(run, first, splice))
			return sg_edit_refuse_two(
				&run->tree, splice->node, &run->dones[first->ask], done, err);
		done->unchanged = true;
		done->from = done->to;
	}
	run->count = kept;
	if (sg_edit_add_all(&run->scratch, &run->tree, run->additions, run->addition_count,
		    &run->splices, &run->count, ret_failed, err) < 0)
		return -1;
	sg_edit_splices_sort(run->splices, run->count);
	return 0;
}

static int write_and_prove(
	struct run *run, struct sg_str *ret_text, size_t *ret_failed, struct sg_err *err)
{
	*ret_text = run->tree.text;
	if (run->count == 0)
		return 0;
	*ret_text = sg_edit_splices_write(run->arena, run->tree.text, run->splices, run->count);
	return sg_edit_prove(&run->tree, *ret_text, run->splices, run->count, ret_failed, err);
}

static int take_all(struct run *run, const struct sg_edit_ask *asks, size_t count,
	size_t *ret_failed, struct sg_err *err)
{
	for (size_t i = 0; i < count; i++) {
		*ret_failed = i;
		if (sg_edit_value_check(&asks[i], err) < 0)
			return -1;
	}
	*ret_failed = 0;
	if (sg_edit_tree_read(&run->scratch, &run->tree, err) < 0 ||
		sg_edit_nested_all(run->arena, &run->scratch, &run->tree, asks, count, run->dones,
			&run->splices, &run->count, ret_failed, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		*ret_failed = i;
		if (!run->dones[i].place && take_ask(run, &asks[i], i, err) < 0)
			return -1;
	}
	return 0;
}

int sg_edit_apply_all(struct sg_arena *arena, const struct sg_edit_ask *asks, size_t count,
	struct sg_edit_done *ret_dones, size_t *ret_failed, struct sg_err *err)
{
	SG_AUTO(run_release)
	struct run run = {
		.arena = arena,
		.tree = {.file = asks[0].file, .text = asks[0].text},
	};
	struct sg_str text;

	run.dones = sg_arena_calloc(&run.scratch, count, sizeof(*run.dones));
	if (take_all(&run, asks, count, ret_failed, err) < 0 || unite(&run, ret_failed, err) < 0 ||
		write_and_prove(&run, &text, ret_failed, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		ret_dones[i] = run.dones[i];
		ret_dones[i].text = text;
	}
	return 0;
}

int sg_edit_apply(struct sg_arena *arena, const struct sg_edit_ask *ask, struct sg_edit_done *ret,
	struct sg_err *err)
{
	size_t failed;

	return sg_edit_apply_all(arena, ask, 1, ret, &failed, err);
}
