#include "edit/edit.h"

#include "base/buf.h"
#include "edit/helm.h"
#include "edit/kustomize.h"
#include "edit/prove.h"
#include "edit/quote.h"
#include "edit/value.h"
#include "model/image.h"

/* The longest value (a repository of 255, a tag of 128, a digest of 135) with every byte escaped,
 * and room for what other parts may need. */
#define MAX_SCALAR 16384

struct job {
	const struct sg_edit_ask *ask;
	struct sg_arena *arena; /* of the caller: what the answer points to */
	struct sg_arena scratch;
	struct sg_edit_tree tree;
	struct sg_edit_found found;
};

static void job_release(struct job *job)
{
	sg_arena_release(&job->scratch);
}

static int read_tree(struct job *job, struct sg_err *err)
{
	const struct sg_edit_ask *ask = job->ask;

	job->tree.file = ask->file;
	job->tree.text = ask->text;
	if (sg_yaml_parse(&job->scratch, ask->file, ask->text, &job->tree.events, err) < 0)
		return sg_edit_blame_template(ask->file, ask->text, err);
	return 0;
}

static int find(struct job *job, struct sg_err *err)
{
	if (!job->ask->key == !job->ask->image)
		return sg_fail(err, SG_R_CONFIG_INVALID, "%s: say either `key` or `image`",
			job->ask->file);
	if (read_tree(job, err) < 0)
		return -1;
	if (job->ask->image)
		return sg_edit_kustomize_find(
			&job->scratch, &job->tree, job->ask, &job->found, err);
	return sg_edit_helm_find(&job->scratch, &job->tree, job->ask, &job->found, err);
}

static struct sg_yaml_event scalar(const struct job *job)
{
	return sg_edit_event(&job->tree, job->found.site.node);
}

static bool reads_as_text(const struct sg_yaml_event *event)
{
	return event->style != SG_YAML_PLAIN || !event->implicit ||
	       sg_edit_resolves_to_text(event->value);
}

/* A digest beside the tag decides what runs, so that a new tag alone would change nothing. */
static int check_digest(const struct job *job, struct sg_err *err)
{
	if (job->ask->any_text || job->ask->part != SG_PART_TAG || !job->found.digest ||
		job->ask->with_digest)
		return 0;
	(void)sg_edit_refuse(&job->tree, job->found.site.node, SG_R_EDIT_DIGEST, err,
		"a digest stands beside the tag (line %d) and decides what runs",
		job->found.digest_line);
	return sg_hint(err, "take the digest away, or set part digest in the same update");
}

/* In JSON a text has double quotes, also where a number stood. */
static enum sg_yaml_style old_style(const struct job *job)
{
	struct sg_yaml_event event = scalar(job);

	return job->found.site.json && !reads_as_text(&event) ? SG_YAML_DOUBLE_QUOTED : event.style;
}

static int splice(const struct job *job, const struct sg_edit_target *target, const char *wanted,
	struct sg_edit_done *done, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf bytes = {0};
	SG_AUTO(sg_buf_release) struct sg_buf after = {0};
	struct sg_str text = job->ask->text;
	struct sg_edit_claim claim = {.value = sg_str_of(wanted)};

	sg_buf_init(&bytes, MAX_SCALAR);
	if (target->pad)
		sg_buf_addc(&bytes, ' ');
	if (!sg_edit_quote(claim.value, old_style(job), target->flow, &bytes, &claim.style) ||
		bytes.overflow)
		return sg_edit_refuse(&job->tree, target->node, SG_R_EDIT_REFUSED, err,
			"the new value is no UTF-8 or too long");
	sg_buf_init(&after, text.len + bytes.len);
	sg_buf_addstr(&after, sg_str_sub(text, 0, target->start));
	sg_buf_addstr(&after, sg_buf_str(&bytes));
	sg_buf_addstr(&after, sg_str_sub(text, target->end, text.len));
	claim.after = sg_buf_str(&after);
	claim.len = bytes.len;
	if (sg_edit_prove(&job->tree, target, &claim, err) < 0)
		return -1;
	done->text = (struct sg_str){sg_arena_dup(job->arena, claim.after), claim.after.len};
	return 0;
}

static int change(struct job *job, const char *wanted, struct sg_edit_done *ret, struct sg_err *err)
{
	struct sg_yaml_event event = scalar(job);
	struct sg_edit_target target;
	struct sg_edit_done done = {
		.text = job->ask->text,
		.unchanged = sg_str_is(event.value, wanted) && reads_as_text(&event),
		.from = sg_arena_dup(job->arena, event.value),
		.to = sg_arena_strdup(job->arena, wanted),
		.place = sg_arena_strdup(job->arena, job->found.place),
		.line = event.line,
		.column = event.column,
	};

	if (!done.unchanged &&
		(sg_edit_target_check(&job->tree, &job->found.site, &target, err) < 0 ||
			splice(job, &target, wanted, &done, err) < 0))
		return -1;
	*ret = done;
	return 0;
}

/* The content is wrong; where the shape is wrong too, that is what has to be mended first. */
static int blame_shape(struct job *job, struct sg_err *err)
{
	struct sg_edit_target target;
	struct sg_err shape = SG_ERR_INIT;

	if (sg_edit_target_check(&job->tree, &job->found.site, &target, &shape) < 0)
		*err = shape;
	return -1;
}

int sg_edit_apply(struct sg_arena *arena, const struct sg_edit_ask *ask, struct sg_edit_done *ret,
	struct sg_err *err)
{
	SG_AUTO(job_release) struct job job = {.ask = ask, .arena = arena};
	const char *wanted;

	if (sg_edit_value_check(ask, err) < 0 || find(&job, err) < 0 ||
		sg_edit_scalar_check(&job.tree, &job.found.site, err) < 0 ||
		check_digest(&job, err) < 0)
		return -1;
	if (sg_edit_value_wanted(&job.scratch, &job.tree, job.found.site.node, ask, &wanted, err) <
		0)
		return blame_shape(&job, err);
	return change(&job, wanted, ret, err);
}

/* The parts of the value itself come before what stands beside it. */
static void tell_image(const struct job *job, struct sg_edit_value *value)
{
	struct sg_yaml_event event = scalar(job);
	struct sg_str text = event.value;
	struct sg_image image;

	value->repository = sg_arena_strdup(job->arena, job->found.repository);
	value->tag = sg_arena_strdup(job->arena, job->found.tag);
	value->digest = sg_arena_strdup(job->arena, job->found.digest);
	if (text.len == 0 || sg_edit_is_null(&event))
		return;
	switch (job->ask->part) {
	case SG_PART_TAG:
		value->tag = value->value;
		break;
	case SG_PART_DIGEST:
		value->digest = value->value;
		break;
	case SG_PART_REPOSITORY:
		if (!value->repository)
			value->repository = value->value;
		break;
	case SG_PART_REFERENCE:
		if (!sg_image_parse(text, &image))
			break;
		value->repository = sg_arena_dup(job->arena, image.repository);
		value->tag = image.tag.len ? sg_arena_dup(job->arena, image.tag) : NULL;
		value->digest = image.digest.len ? sg_arena_dup(job->arena, image.digest) : NULL;
		break;
	}
}

int sg_edit_read(struct sg_arena *arena, const struct sg_edit_ask *ask, struct sg_edit_value *ret,
	struct sg_err *err)
{
	SG_AUTO(job_release) struct job job = {.ask = ask, .arena = arena};
	struct sg_edit_value value = {0};
	struct sg_yaml_event event;

	if (find(&job, err) < 0 || sg_edit_scalar_check(&job.tree, &job.found.site, err) < 0)
		return -1;
	event = scalar(&job);
	value.value = sg_arena_dup(arena, event.value);
	value.is_text = reads_as_text(&event);
	value.place = sg_arena_strdup(arena, job.found.place);
	value.line = event.line;
	value.column = event.column;
	tell_image(&job, &value);
	*ret = value;
	return 0;
}
