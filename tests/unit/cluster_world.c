#include "cluster_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "io/fs.h"

int cluster_world_setup(void **state)
{
	struct cluster_world *w = sg_calloc(1, sizeof(*w));

	w->script = script_new();
	w->redactor = sg_redactor_new();
	w->access.redactor = w->redactor;
	w->access.source = "context \"prod\" of config";
	w->access.token = sg_secret_new(w->redactor, SG_STR("first-token"));
	w->app = (struct sg_cluster_app){"argocd", "web-prod"};
	w->client = (struct sg_cluster_client){
		.http = script_http(w->script),
		.access = &w->access,
		.retry = {.base_ms = 500, .max_ms = 30000, .max_after_ms = 120000, .seed = 7},
	};
	*state = w;
	return sg_cluster_access_server(&w->access, SERVER, "test", &w->err);
}

int cluster_world_teardown(void **state)
{
	struct cluster_world *w = *state;

	if (w->folder)
		sg_fs_rmtree(w->folder);
	sg_cluster_access_release(&w->access);
	sg_redactor_free(w->redactor);
	script_free(w->script);
	sg_arena_release(&w->arena);
	free(w);
	return 0;
}

void cluster_world_token_file(struct cluster_world *w, const char *text)
{
	const char *path;

	if (!w->folder && sg_fs_tempdir(&w->arena, NULL, &w->folder, &w->err) < 0)
		fail_msg("%s", w->err.cause);
	path = sg_arena_printf(&w->arena, "%s/token", w->folder);
	if (sg_fs_write(path, sg_str_of(text), 0600, &w->err) < 0)
		fail_msg("%s", w->err.cause);
	w->access.token_file = path;
}

int64_t cluster_world_in(struct cluster_world *w, int64_t ms)
{
	return script_now_ms(w->script) + ms;
}

const char *cluster_world_app(struct cluster_world *w, const char *version, const char *more)
{
	return sg_arena_printf(&w->arena,
		"{\"apiVersion\":\"argoproj.io/v1alpha1\",\"kind\":\"Application\",\"metadata\":{"
		"\"name\":\"web-prod\",\"namespace\":\"argocd\",\"resourceVersion\":\"%s\"%s},"
		"\"spec\":{}}",
		version, more);
}

const char *cluster_world_list(struct cluster_world *w, const char *version, const char *items)
{
	return sg_arena_printf(&w->arena,
		"{\"kind\":\"ApplicationList\",\"items\":[%s],\"metadata\":{\"resourceVersion\":"
		"\"%s\"}}",
		items, version);
}

const char *cluster_world_frame(struct cluster_world *w, const char *type, const char *object)
{
	return sg_arena_printf(&w->arena, "{\"type\":\"%s\",\"object\":%s}\n", type, object);
}

struct sg_str cluster_world_file(struct cluster_world *w, const char *path)
{
	struct sg_buf text;
	struct sg_str copy;

	sg_buf_init(&text, SG_CLUSTER_OBJECT_MAX_BYTES);
	if (sg_fs_read(path, &text, &w->err) < 0)
		fail_msg("%s", w->err.cause);
	copy = (struct sg_str){sg_arena_dup(&w->arena, sg_buf_str(&text)), text.len};
	sg_buf_release(&text);
	return copy;
}

const char *cluster_world_samples(struct cluster_world *w, const char *name)
{
	const char *root = getenv("STAGEGATE_CONTRACTS");

	if (!root)
		root = "../shared/contracts";
	if (!sg_fs_is_dir(root))
		return NULL;
	return sg_arena_printf(&w->arena, "%s/data/argocd/samples/%s", root, name);
}

void cluster_world_done(struct cluster_world *w)
{
	const char *problem = script_problem(w->script);

	if (problem)
		fail_msg("%s", problem);
	assert_int_equal(script_open_calls(w->script), 0);
}
