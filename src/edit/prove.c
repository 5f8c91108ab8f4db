#include "edit/prove.h"

#include <string.h>

struct proof {
	const struct sg_edit_tree *before;
	const struct sg_edit_target *target;
	const struct sg_edit_claim *claim;
	size_t at;
};

static int unproven(const struct proof *p, struct sg_err *err, const char *what)
{
	size_t last = p->before->events.count - 1;

	(void)sg_edit_refuse(p->before, p->at < last ? p->at : last, SG_R_EDIT_UNPROVEN, err,
		"the edited file would not read back as wanted: %s", what);
	return sg_hint(err, "write the value at line %d by hand, on a line of its own",
		sg_edit_event(p->before, p->target->node).line);
}

static bool same_name(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_target(const struct proof *p)
{
	return p->at == p->target->node;
}

/* Where the offset OLD of the file before stands in the file after. */
static size_t moved(const struct proof *p, size_t old)
{
	if (p->at < p->target->node)
		return old;
	return old - (p->target->end - p->target->start) + p->claim->len;
}

static int compare(void *arg, const struct sg_yaml_event *now, struct sg_err *err)
{
	struct proof *p = arg;
	struct sg_yaml_event old;
	struct sg_str value;
	enum sg_yaml_style style;

	if (p->at >= p->before->events.count)
		return unproven(p, err, "there is more in it");
	old = sg_edit_event(p->before, p->at);
	value = is_target(p) ? p->claim->value : old.value;
	style = is_target(p) ? p->claim->style : old.style;
	if (now->kind != old.kind || !same_name(now->anchor, old.anchor) ||
		!same_name(now->tag, old.tag) || now->implicit != old.implicit)
		return unproven(p, err, "another kind of node");
	if (now->style != style || !sg_str_eq(now->value, value))
		return unproven(p, err, "another value");
	if (now->start != (is_target(p) ? old.start + p->target->pad : moved(p, old.start)) ||
		now->end != moved(p, old.end) || now->line != old.line ||
		now->end_line != old.end_line)
		return unproven(p, err, "another place");
	p->at++;
	return 0;
}

static bool same_outside(const struct proof *p)
{
	struct sg_str before = p->before->text, after = p->claim->after;
	size_t start = p->target->start, end = p->target->end;
	size_t tail = before.len - end;

	return after.len == start + p->claim->len + tail &&
	       sg_str_eq(sg_str_sub(before, 0, start), sg_str_sub(after, 0, start)) &&
	       sg_str_eq(sg_str_sub(before, end, before.len),
		       sg_str_sub(after, after.len - tail, after.len));
}

int sg_edit_prove(const struct sg_edit_tree *before, const struct sg_edit_target *target,
	const struct sg_edit_claim *claim, struct sg_err *err)
{
	struct proof p = {before, target, claim, 0};

	if (!same_outside(&p))
		return unproven(&p, err, "other bytes changed");
	if (sg_yaml_each(before->file, claim->after, compare, &p, err) < 0) {
		if (err->reason == SG_R_YAML_INVALID)
			return unproven(&p, err, "it is no YAML any more");
		return -1;
	}
	if (p.at != before->events.count)
		return unproven(&p, err, "something is missing");
	return 0;
}
