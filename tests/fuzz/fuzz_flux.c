/*
 * Any bytes as objects of Flux: decoding ends and names what it refuses; nothing succeeds that has
 * not applied the wanted commit, is not Ready or has not been looked at by its controller; nothing
 * but an order or a deletion fails at the first look; what waits says when to look again.
 *
 * Input: one object a line, its kind as a digit before it; a Kustomization ends a look. 40 s pass
 * between two looks, and each request that is due is made.
 */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "cluster/flux.h"
#include "model/flux_verdict.h"

#include "fuzz.h"

#define LINES_MAX 24
#define STEP_MS 40000
#define WANTED "1111111111111111111111111111111111111111"

struct world {
	struct sg_arena arena;
	struct sg_flux_kustomization kustomization;
	struct sg_flux_repository repository;
	struct sg_flux_release release;
	struct sg_flux_look look;
	struct sg_flux_fold *fold;
	int64_t now_ms;
	bool looked;
};

/* Without anybody to ask only equal commits are known. */
static void check_success(const struct world *w)
{
	const struct sg_flux_object *object = &w->kustomization.object;
	const struct sg_flux_object *release = &w->release.object;

	PROMISE(w->look.kustomization && w->look.release);
	PROMISE(strstr(w->kustomization.applied, WANTED) ||
		strstr(w->kustomization.origin, WANTED));
	PROMISE(sg_flux_is(object, "Ready", "True") && sg_flux_is_observed(object));
	PROMISE(!object->suspended && !object->deleting);
	PROMISE(!w->release.applied_only); /* the release alone counts, whether or not its
					      Kustomization waits */
	PROMISE(sg_flux_is(release, "Ready", "True") && sg_flux_is_observed(release));
	PROMISE(!release->suspended && !release->deleting);
}

static bool is_order(enum sg_app_code code)
{
	return code == SG_APP_CODE_FLUX_DELETED || code == SG_APP_CODE_FLUX_SUSPENDED ||
	       code == SG_APP_CODE_FLUX_WRONG_REPOSITORY || code == SG_APP_CODE_FLUX_WRONG_REF ||
	       code == SG_APP_CODE_FLUX_CHILD_UNWATCHED;
}

static void ask(struct world *w)
{
	struct sg_flux_request request;

	if (!sg_flux_fold_request(w->fold, w->now_ms, &request))
		return;
	PROMISE(request.name[0]);
	sg_flux_fold_requested(w->fold, &request, "asked", w->now_ms);
	PROMISE(!sg_flux_fold_request(w->fold, w->now_ms, &request));
}

static void look(struct world *w)
{
	const struct sg_flux_verdict *verdict = sg_flux_fold_verdict(w->fold);
	int64_t next;

	sg_flux_fold_feed(w->fold, &w->look, w->now_ms);
	PROMISE(verdict->kind != SG_APP_POLICY);
	PROMISE(verdict->message[0] && strlen(verdict->message) < SG_APP_MESSAGE_MAX);
	PROMISE((verdict->kind == SG_APP_SUCCESS) == (verdict->code == SG_APP_CODE_DEPLOYED));
	if (verdict->kind == SG_APP_SUCCESS)
		check_success(w);
	if (verdict->kind == SG_APP_FAIL) {
		PROMISE(sg_app_code_exit(verdict->code) == 1);
		PROMISE(w->looked || is_order(verdict->code));
	}
	ask(w);
	next = sg_flux_fold_next_look(w->fold, w->now_ms);
	PROMISE(next >= w->now_ms && next <= w->now_ms + 30000);
	w->looked = true;
	w->now_ms += STEP_MS;
}

static int decode(
	struct world *w, enum sg_flux_kind kind, const struct sg_json *doc, struct sg_err *err)
{
	if (kind == SG_FLUX_REPOSITORY)
		return sg_flux_repository_decode(doc, &w->arena, &w->repository, err);
	if (kind == SG_FLUX_RELEASE)
		return sg_flux_release_decode(doc, &w->arena, &w->release, err);
	return sg_flux_kustomization_decode(doc, &w->arena, &w->kustomization, err);
}

static void show(struct world *w, struct sg_str line)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_json *doc = NULL;
	enum sg_flux_kind kind;
	int rc;

	if (line.len < 2)
		return;
	kind = (enum sg_flux_kind)((unsigned char)line.ptr[0] % SG_FLUX_KIND_COUNT);
	if (sg_json_parse(sg_str_sub(line, 1, line.len), &doc, &err) < 0)
		return;
	rc = decode(w, kind, doc, &err);
	sg_json_free(doc);
	PROMISE(rc == 0 || (err.reason == SG_R_ANSWER_INVALID && err.cause[0]));
	if (rc < 0)
		return;
	if (kind == SG_FLUX_REPOSITORY)
		w->look.repository = &w->repository;
	else if (kind == SG_FLUX_RELEASE)
		w->look.release = &w->release;
	else
		w->look.kustomization = &w->kustomization;
	if (kind == SG_FLUX_KUSTOMIZATION)
		look(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sg_flux_want want = {.revision = WANTED,
		.repo_url = "https://git.example.org/a.git",
		.branch = "main",
		.release = true};
	const struct sg_flux_policy policy = sg_flux_policy_default();
	struct sg_str rest = {(const char *)data, size}, line;
	struct world w = {0};

	w.fold = sg_flux_fold_new(&want, &policy, NULL);
	for (int i = 0; i < LINES_MAX && sg_str_cut(&rest, '\n', &line); i++)
		show(&w, line);
	sg_flux_fold_free(w.fold);
	sg_arena_release(&w.arena);
	return 0;
}
