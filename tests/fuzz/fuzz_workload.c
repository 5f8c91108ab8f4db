/*
 * Any bytes as workloads and pods: decoding ends and names what it refuses; every reading has a
 * sentence and a code that fits; nothing is DONE before its controller has looked at it; what is
 * stuck has a grace, and is ripe only when a read before this one has shown it. The same bytes as
 * an event: what says why something stands still has a time. The same bytes as the resource tree of
 * Argo CD's own API: what is not healthy comes first, and each label can be asked for.
 *
 * Input: one object a line, its kind as a digit before it. 40 s pass between two lines.
 */
#include <string.h>

#include "base/attr.h"
#include "cluster/argocd_tree.h"
#include "cluster/workload.h"
#include "model/app_verdict.h"
#include "model/stuck.h"

#include "fuzz.h"

#define LINES_MAX 24
#define STEP_MS 40000

struct world {
	struct sg_arena arena;
	struct sg_stuck_memory memory;
	int64_t now_ms;
};

static void check_reading(struct world *w, const struct sg_workload *workload)
{
	struct sg_workload_reading reading = {0};
	bool counted = workload->kind != SG_WORKLOAD_POD && workload->kind != SG_WORKLOAD_JOB &&
		       workload->kind != SG_WORKLOAD_CRON_JOB;

	sg_workload_state(workload, &w->arena, &reading);
	PROMISE(reading.sentence);
	PROMISE((reading.state == SG_WORKLOAD_DONE) == (reading.code == SG_APP_CODE_DEPLOYED));
	PROMISE((reading.state == SG_WORKLOAD_PAUSED) == (reading.code == SG_APP_CODE_SUSPENDED));
	PROMISE((reading.state == SG_WORKLOAD_PROGRESSING) ==
		(reading.code == SG_APP_CODE_PROGRESSING));
	PROMISE(reading.state == SG_WORKLOAD_DONE || reading.sentence[0]);
	if (counted && workload->kind != SG_WORKLOAD_ROLLOUT &&
		workload->generation > workload->observed)
		PROMISE(reading.state != SG_WORKLOAD_DONE);
	PROMISE(strlen(reading.sentence) < SG_APP_MESSAGE_MAX);
}

static void check_stuck(struct world *w, const struct sg_workload *workload)
{
	bool known = false, ripe = false, found;
	struct sg_stuck stuck = {0};

	found = workload->kind == SG_WORKLOAD_POD
			? sg_pod_stuck(&workload->pod, sg_workload_progress_ms(workload), &w->arena,
				  &stuck)
			: sg_workload_pods_refused(workload, &w->arena, &stuck);
	sg_stuck_begin(&w->memory);
	for (size_t i = 0; found && i < w->memory.count; i++)
		known = known || w->memory.items[i].code == stuck.code;
	if (found) {
		PROMISE(stuck.sentence && stuck.sentence[0]);
		PROMISE(stuck.grace_ms >= 0);
		PROMISE(sg_app_code_exit(stuck.code) == 1);
		ripe = sg_stuck_seen(&w->memory, "w", &stuck, w->now_ms);
	}
	sg_stuck_end(&w->memory);
	PROMISE(!ripe || known);
	PROMISE(w->memory.count <= 1);
	PROMISE(sg_stuck_due_ms(&w->memory) > w->now_ms || ripe);
}

static void check_event(struct world *w, const struct sg_json *doc)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_event event;
	struct sg_stuck stuck;

	if (sg_event_decode(doc, &w->arena, &event, &err) < 0) {
		PROMISE(err.reason == SG_R_ANSWER_INVALID && err.cause[0]);
		return;
	}
	for (int pod = 0; pod < 2; pod++)
		if (sg_events_stuck(&event, 1, 1, pod ? "p" : NULL, &w->arena, &stuck)) {
			PROMISE(event.timed && event.last_s >= 1);
			PROMISE(sg_app_code_exit(stuck.code) == 1);
			PROMISE(strlen(stuck.sentence) < SG_APP_MESSAGE_MAX / 2);
		}
}

/* Whatever SELECTOR is, it is read to its end. */
static void check_labels(struct world *w, const struct sg_tree_node *node, const char *selector)
{
	(void)sg_argocd_tree_selects(node, selector);
	for (size_t i = 0; i < node->label_count; i++) {
		const char *key = node->labels[i].key;

		if (!key[0] || strpbrk(key, ",=!() \t\r\n\v\f"))
			continue;
		PROMISE(sg_argocd_tree_selects(node, key));
		PROMISE(!sg_argocd_tree_selects(node, sg_arena_printf(&w->arena, "!%s", key)));
	}
}

static void check_tree(struct world *w, const struct sg_json *doc)
{
	const char *selector = sg_json_str(sg_json_get(doc, "selector"), "");
	struct sg_err err = SG_ERR_INIT;
	struct sg_tree tree;
	bool healthy = false;

	if (sg_argocd_tree_decode(doc, &w->arena, &tree, &err) < 0) {
		PROMISE(err.reason == SG_R_ANSWER_INVALID && err.cause[0]);
		return;
	}
	for (size_t i = 0; i < tree.count; i++) {
		const struct sg_tree_node *node = &tree.nodes[i];

		PROMISE(node->healthy || !healthy);
		healthy = node->healthy;
		PROMISE(node->group && node->kind && node->namespace && node->name && node->uid &&
			node->owner_uid && node->revision);
		PROMISE(!node->uid[0] || sg_argocd_tree_find(&tree, node->uid));
		check_labels(w, node, selector);
	}
}

static void show(struct world *w, struct sg_str line)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_workload workload;
	struct sg_json *doc = NULL;
	unsigned kind;
	int rc;

	if (line.len < 2)
		return;
	kind = (unsigned char)line.ptr[0] % SG_WORKLOAD_KIND_COUNT;
	if (sg_json_parse(sg_str_sub(line, 1, line.len), &doc, &err) < 0)
		return;
	check_event(w, doc);
	check_tree(w, doc);
	rc = sg_workload_decode(doc, (enum sg_workload_kind)kind, &w->arena, &workload, &err);
	sg_json_free(doc);
	PROMISE(rc == 0 || (err.reason == SG_R_ANSWER_INVALID && err.cause[0]));
	if (rc < 0)
		return;
	check_reading(w, &workload);
	check_stuck(w, &workload);
	w->now_ms += STEP_MS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_str rest = {(const char *)data, size}, line;
	struct world w = {0};

	for (int i = 0; i < LINES_MAX && sg_str_cut(&rest, '\n', &line); i++)
		show(&w, line);
	sg_arena_release(&w.arena);
	return 0;
}
