/* What an environment follows, where that is workloads that no controller brings. */
#include <string.h>

#include "cluster/survey.h"
#include "cluster/workload_read.h"
#include "model/image.h"
#include "model/plain.h"
#include "step/change.h"
#include "step/survey_app.h"

struct plain {
	struct sg_survey_cluster *c;
	struct sg_arena *arena;
	struct sg_doctor_seen down; /* why the server is not asked any more */
	struct sg_doctor_plain *rows;
	size_t count;
};

/* What a wait would look for. */
struct image {
	const char *text; /* NULL: it is not known, and */
	const char *why;  /* why not */
	bool unread;      /* nobody answered that question */
};

/* What a server did not answer for the moment is no answer; what the files say, and that there is
 * no such branch, is one. */
static bool may_pass(const struct sg_err *why)
{
	return why->transient || sg_survey_is_silence(why->reason);
}

static int find_image(struct plain *p, const char *service, struct image *ret, struct sg_err *err)
{
	struct sg_survey *survey = p->c->survey;
	const struct sg_environment *env = p->c->facts->env;
	struct sg_err why = SG_ERR_INIT;
	struct sg_tree_source *source;
	struct sg_trouble trouble = {0};

	*ret = (struct image){.why = "the service has no `image:`, and its files name none"};
	if (sg_load_branch(survey->world, &survey->loaded, env->branch, &source, &why) == 0 &&
		sg_change_image(survey->world, &survey->loaded.policy, env, service, source,
			&ret->text, &why) == 0)
		return 0;
	*ret = (struct image){.unread = may_pass(&why)};
	if (sg_world_trouble(survey->world, &why, &trouble, err) < 0)
		return -1;
	ret->why = ret->unread ? sg_arena_printf(p->arena, "the branch %s could not be read: %s",
					 env->branch, trouble.words)
			       : trouble.words;
	return 0;
}

/* Has it a container of the repository of IMAGE? */
static void compare(struct plain *p, const struct sg_workload *workload, const struct image *image,
	struct sg_doctor_plain *row)
{
	struct sg_image want, one;

	row->image_why = image->why;
	row->image_unread = image->unread;
	if (!image->text || !sg_image_parse(sg_str_of(image->text), &want))
		return;
	row->image = sg_arena_dup(p->arena, want.repository);
	row->image_why = "another object has its template";
	if (!workload->images_known)
		return;
	row->has_image = SG_ANSWER_NO;
	for (size_t i = 0; i < workload->images.count; i++)
		if (sg_image_parse(sg_str_of(workload->images.items[i]), &one) &&
			sg_image_same_repository(one.repository, want.repository))
			row->has_image = SG_ANSWER_YES;
	row->runs = sg_arena_strdup(
		p->arena, workload->images.count ? workload->images.items[0] : "no image at all");
}

static int read_workload(struct plain *p, const struct sg_plain_name *name,
	const struct image *image, struct sg_doctor_plain *row, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	const struct sg_workload_call read = {.client = &p->c->reached.client,
		.arena = &scratch,
		.deadline_ms = sg_survey_until_ms(p->c->survey)};
	struct sg_err why = SG_ERR_INIT;
	struct sg_workload workload;

	if (sg_cluster_get_workload(
		    &read, name->kind, name->namespace, name->name, &workload, &why) == 0) {
		row->seen.state = SG_DOCTOR_KNOWN;
		compare(p, &workload, image, row);
		return 0;
	}
	if (sg_survey_is_silence(why.reason))
		p->down.why = "the cluster stopped answering";
	return sg_survey_failed(p->c->survey, &why, &row->seen, err);
}

/* Once for a namespace. */
static int ask_pods(
	struct plain *p, const char *namespace, struct sg_doctor_plain *row, struct sg_err *err)
{
	static const struct sg_cluster_right list = {"list", "", "pods", NULL};
	struct sg_err why = SG_ERR_INIT;

	row->namespace = namespace;
	row->pods = p->down;
	for (size_t i = 0; i + 1 < p->count; i++)
		if (p->rows[i].namespace && strcmp(p->rows[i].namespace, namespace) == 0) {
			row->pods = p->rows[i].pods;
			row->may_list_pods = p->rows[i].may_list_pods;
			return 0;
		}
	if (p->down.why)
		return 0;
	if (sg_cluster_may_do(&p->c->reached.client, &list, namespace,
		    sg_survey_until_ms(p->c->survey), &row->may_list_pods, &why) < 0)
		return sg_survey_failed(p->c->survey, &why, &row->pods, err);
	row->pods.state = SG_DOCTOR_KNOWN;
	return 0;
}

static int look_at(struct plain *p, const struct sg_cluster_app *app, const struct image *image,
	struct sg_err *err)
{
	struct sg_doctor_plain *row = sg_arena_push(p->arena, &p->rows, &p->count, sizeof(*row));
	struct sg_plain_name name;
	bool known;

	*row = (struct sg_doctor_plain){.has_image = SG_ANSWER_UNKNOWN};
	known = sg_plain_name_parse(p->arena, sg_str_of(app->name), app->namespace, &name);
	SG_ASSERT(known); /* step/cluster has made that name */
	row->name = sg_arena_printf(
		p->arena, "%s %s/%s", sg_workload_kind_name(name.kind), name.namespace, name.name);
	row->seen = p->down;
	if (!p->down.why && read_workload(p, &name, image, row, err) < 0)
		return -1;
	return name.kind == SG_WORKLOAD_POD ? 0 : ask_pods(p, name.namespace, row, err);
}

static int look_at_service(struct plain *p, const char *service, struct sg_err *err)
{
	struct sg_survey *survey = p->c->survey;
	struct sg_cluster_app *apps;
	struct sg_err why = SG_ERR_INIT;
	struct image image;
	size_t count;

	if (sg_targets_of(survey->world, &survey->loaded.policy, p->c->facts->env, service,
		    &p->c->reached.client, &apps, &count, &why) < 0) {
		struct sg_doctor_plain *row =
			sg_arena_push(p->arena, &p->rows, &p->count, sizeof(*row));

		*row = (struct sg_doctor_plain){.name = service};
		return sg_survey_failed(survey, &why, &row->seen, err);
	}
	if (find_image(p, service, &image, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (look_at(p, &apps[i], &image, err) < 0)
			return -1;
	return 0;
}

int sg_survey_plain(struct sg_survey_cluster *c, struct sg_err *err)
{
	struct plain p = {.c = c, .arena = c->survey->world->arena};
	const char *const *names;
	size_t count;

	if (sg_survey_services(
		    c->survey, c->facts->env, &names, &count, &c->facts->no_apps_why, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (look_at_service(&p, names[i], err) < 0)
			return -1;
	c->facts->plain = p.rows;
	c->facts->plain_count = p.count;
	return 0;
}
