#include "step/request_options.h"

#include <string.h>

#include "base/attr.h"
#include "base/text.h"
#include "step/request_style.h"

#define PREFIX "merge_request."
/* Room for the name before a value. */
#define VALUE_MAX_BYTES (SG_PUSH_OPTION_MAX - 100)

struct making {
	struct sg_world *world;
	const struct sg_request_options_ask *ask;
	const char **items;
	size_t count;
};

static void add_flag(struct making *m, const char *name)
{
	m->items[m->count++] = sg_arena_printf(m->world->arena, PREFIX "%s", name);
}

/* False when it is too long, and then it is not there. */
static bool add(struct making *m, const char *name, const char *value, bool lines)
{
	struct sg_buf out SG_AUTO(sg_buf_release);

	sg_buf_init(&out, VALUE_MAX_BYTES);
	sg_text_push_option(sg_str_of(value), lines, &out);
	if (out.overflow)
		return false;
	m->items[m->count++] = sg_arena_printf(
		m->world->arena, PREFIX "%s=%.*s", name, SG_STR_ARG(sg_buf_str(&out)));
	return true;
}

/* The whole text; without its diff where that is too long; else none. */
static void add_text(struct making *m)
{
	const struct sg_request_options_ask *ask = m->ask;
	struct sg_plan plan = *ask->plan;
	struct sg_gitlab_mr_text text =
		sg_request_text(m->world, ask->env, ask->service, &plan, ask->span);

	(void)add(
		m, "title", sg_request_style_title(m->world->arena, text.title, ask->draft), false);
	if (add(m, "description", text.description, true))
		return;
	plan.file_count = 0;
	text = sg_request_text(m->world, ask->env, ask->service, &plan, ask->span);
	(void)add(m, "description", text.description, true);
}

/* A flag can only be set: what it is without one, the project says. */
static const char *left_out(struct sg_arena *arena, const struct sg_request_style *style)
{
	const char *list = NULL;
	const struct {
		bool is;
		const char *words;
	} rows[] = {
		{style->reviewer_count > 0, "reviewers"},
		{style->squash_given && !style->squash, "squash: false"},
		{style->remove_branch_given && !style->remove_branch,
			"remove_source_branch: false"},
	};

	for (size_t i = 0; i < SG_COUNT(rows); i++)
		if (rows[i].is)
			list = sg_arena_printf(
				arena, "%s%s%s", list ? list : "", list ? ", " : "", rows[i].words);
	return list;
}

void sg_request_options_make(struct sg_world *world, const struct sg_request_options_ask *ask,
	struct sg_request_options *ret)
{
	const struct sg_request_style *style = &ask->env->request;
	struct making m = {.world = world, .ask = ask};
	/* create, target, title, description, branch, squash, milestone */
	const size_t fixed = 7;

	m.items = sg_arena_calloc(
		world->arena, fixed + style->label_count + style->assignee_count, sizeof(*m.items));
	add_flag(&m, "create");
	(void)add(&m, "target", ask->env->branch, false);
	add_text(&m);
	if (sg_request_style_removes_branch(style))
		add_flag(&m, "remove_source_branch");
	if (style->squash)
		add_flag(&m, "squash");
	for (size_t i = 0; i < style->label_count; i++)
		(void)add(&m, "label", style->labels[i], false);
	for (size_t i = 0; i < style->assignee_count; i++)
		(void)add(&m, "assign", style->assignees[i] + 1, false);
	if (style->milestone)
		(void)add(&m, "milestone", style->milestone, false);
	*ret = (struct sg_request_options){m.items, m.count, left_out(world->arena, style)};
}
