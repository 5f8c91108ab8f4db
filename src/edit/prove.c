#include "edit/prove.h"

struct proof {
	const struct sg_edit_tree *before;
	struct sg_str after;
	const struct sg_edit_splice *splices;
	size_t count;
	size_t at;    /* the old event that comes next */
	size_t next;  /* the splice that comes next */
	size_t claim; /* of it */
	size_t more;  /* bytes that the splices so far put in; may wrap around */
	int lines;    /* the same in lines */
};

/* The splice in whose reach the reading is: the one being compared, or else the last one. */
static const struct sg_edit_splice *nearest(const struct proof *p)
{
	bool reached = p->next < p->count && p->splices[p->next].node <= p->at;

	return &p->splices[reached || p->next == 0 ? p->next : p->next - 1];
}

static int unproven(const struct proof *p, struct sg_err *err, const char *what)
{
	size_t last = p->before->events.count - 1;

	(void)sg_edit_refuse(p->before, p->at < last ? p->at : last, SG_R_EDIT_UNPROVEN, err,
		"the edited file would not read back as wanted: %s", what);
	return sg_hint(err, "write the value at line %d by hand, on a line of its own",
		sg_edit_event(p->before, nearest(p)->node).line);
}

static int lines_added(const struct proof *p, const struct sg_edit_splice *s)
{
	return sg_edit_count_lines(s->bytes) -
	       sg_edit_count_lines(sg_str_sub(p->before->text, s->start, s->end));
}

static void pass_splice(struct proof *p)
{
	const struct sg_edit_splice *s = &p->splices[p->next++];

	p->more += s->bytes.len - (s->end - s->start);
	p->lines += lines_added(p, s);
	p->claim = 0;
}

/* The entries that are added here, when it is their turn. */
static const struct sg_edit_splice *added_here(const struct proof *p)
{
	const struct sg_edit_splice *s = &p->splices[p->next];

	return p->next < p->count && s->added && s->node == p->at ? s : NULL;
}

static void tell_place(const struct sg_edit_claim *claim, const struct sg_yaml_event *now)
{
	if (claim->ret_line)
		*claim->ret_line = now->line;
	if (claim->ret_column)
		*claim->ret_column = now->column;
}

static int compare_added(struct proof *p, const struct sg_edit_splice *s,
	const struct sg_yaml_event *now, struct sg_err *err)
{
	const struct sg_edit_claim *claim = &s->claims[p->claim];
	size_t first = s->start + p->more;

	if (now->kind != claim->kind || now->anchor || now->tag)
		return unproven(p, err, "another kind of node");
	if (now->style != claim->style || !sg_str_eq(now->value, claim->value))
		return unproven(p, err, "another value");
	if (!sg_yaml_is_end(now->kind) && (now->start < first || now->end > first + s->bytes.len))
		return unproven(p, err, "another place");
	tell_place(claim, now);
	if (++p->claim == s->claim_count) {
		p->at += s->filled;
		pass_splice(p);
	}
	return 0;
}

/* A block has no sign of its own at its end: it ends where the next token begins. */
static bool ends_at_added(const struct proof *p, const struct sg_yaml_event *old)
{
	const struct sg_edit_splice *s = &p->splices[p->next];

	return p->next < p->count && s->added && sg_yaml_is_end(old->kind) &&
	       old->start >= s->start;
}

static int compare_place(const struct proof *p, const struct sg_yaml_event *old,
	const struct sg_edit_splice *changed, const struct sg_yaml_event *now, struct sg_err *err)
{
	size_t start = old->start + p->more, end = old->end + p->more;
	int lines = p->lines;

	if (ends_at_added(p, old)) {
		size_t first = p->splices[p->next].start + p->more + p->splices[p->next].lead;

		return now->start == first && now->end == first ? 0
								: unproven(p, err, "another place");
	}
	if (changed) {
		start += old->start == old->end ? changed->lead : 0;
		end += changed->bytes.len - (changed->end - changed->start);
		lines += lines_added(p, changed);
	}
	if (now->start != start || now->end != end || now->line != old->line + p->lines ||
		now->end_line != old->end_line + lines)
		return unproven(p, err, "another place");
	return 0;
}

static int compare(void *arg, const struct sg_yaml_event *now, struct sg_err *err)
{
	struct proof *p = arg;
	const struct sg_edit_splice *added = added_here(p), *changed = NULL;
	struct sg_edit_claim want;
	struct sg_yaml_event old;

	if (p->at >= p->before->events.count)
		return unproven(p, err, "there is more in it");
	if (added)
		return compare_added(p, added, now, err);
	old = sg_edit_event(p->before, p->at);
	want = (struct sg_edit_claim){.kind = old.kind, .style = old.style, .value = old.value};
	if (p->next < p->count && p->splices[p->next].node == p->at) {
		changed = &p->splices[p->next];
		want = changed->claims[0];
	}
	if (now->kind != want.kind || !sg_str_same(now->anchor, old.anchor) ||
		!sg_str_same(now->tag, old.tag) || now->implicit != old.implicit)
		return unproven(p, err, "another kind of node");
	if (now->style != want.style || !sg_str_eq(now->value, want.value))
		return unproven(p, err, "another value");
	if (compare_place(p, &old, changed, now, err) < 0)
		return -1;
	if (changed) {
		tell_place(&want, now);
		pass_splice(p);
	}
	p->at++;
	return 0;
}

/* The new file is the old one between the splices. */
static bool same_outside(const struct proof *p)
{
	struct sg_str before = p->before->text;
	size_t old = 0, new = 0;

	for (size_t i = 0; i < p->count; i++) {
		const struct sg_edit_splice *s = &p->splices[i];

		if (s->start < old || s->end < s->start || s->end > before.len ||
			!sg_str_eq(sg_str_sub(before, old, s->start),
				sg_str_sub(p->after, new, new + (s->start - old))))
			return false;
		new += s->start - old;
		if (!sg_str_eq(s->bytes, sg_str_sub(p->after, new, new + s->bytes.len)))
			return false;
		new += s->bytes.len;
		old = s->end;
	}
	return sg_str_eq(
		sg_str_sub(before, old, before.len), sg_str_sub(p->after, new, p->after.len));
}

int sg_edit_prove(const struct sg_edit_tree *before, struct sg_str after,
	const struct sg_edit_splice *splices, size_t count, size_t *ret_ask, struct sg_err *err)
{
	struct proof p = {.before = before, .after = after, .splices = splices, .count = count};
	int rc = 0;

	if (!same_outside(&p))
		rc = unproven(&p, err, "other bytes changed");
	else if (sg_yaml_each(before->file, after, compare, &p, err) < 0)
		rc = err->reason == SG_R_YAML_INVALID ? unproven(&p, err, "it is no YAML any more")
						      : -1;
	else if (p.at != before->events.count || p.next != count)
		rc = unproven(&p, err, "something is missing");
	*ret_ask = nearest(&p)->ask;
	return rc;
}
