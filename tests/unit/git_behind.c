/* mkdtemp(), popen(), setenv() */
#define _XOPEN_SOURCE 700
#include "git_behind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* The whole repository as one stream for fast-import, which is one process instead of twenty. */
static const char setup[] =
	"set -eu\n"
	"git init -q --bare -b main \"$BARE\"\n"
	"git -C \"$BARE\" config receive.denyNonFastForwards true\n"
	"git -C \"$BARE\" config uploadpack.allowAnySHA1InWant true\n"
	"file() { printf 'M 100644 inline %s\\ndata %d\\n%s\\n' \"$1\" $((${#2} + 1)) \"$2\"; }\n"
	"commit() { printf 'commit refs/heads/%s\\ncommitter Somebody <somebody@example.com> "
	"1767261600 "
	"+0000\\ndata 6\\nstart\\n\\n' \"$1\"; }\n"
	"{\n"
	"	commit main\n"
	"	for s in catalog cart orders; do for e in dev staging prod; do\n"
	"		file apps/$s/values-$e.yaml \"image:\n"
	"  repository: registry.example.com/shop/$s\n"
	"  tag: 1.0.0\"\n"
	"	done; done\n"
	"	file stagegate.yaml 'version: 1'\n"
	"	commit develop\n"
	"	echo 'from refs/heads/main'\n"
	"	file note.txt develop\n"
	"} | git -C \"$BARE\" fast-import --quiet\n";

static void export_names(const struct git_behind *g)
{
	setenv("BARE", g->bare, 1);
	setenv("CLONE", g->clone, 1);
	setenv("TMP", g->tmp, 1);
	setenv("HOME", g->root, 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("GIT_AUTHOR_NAME", "Somebody", 1);
	setenv("GIT_AUTHOR_EMAIL", "somebody@example.com", 1);
	setenv("GIT_COMMITTER_NAME", "Somebody", 1);
	setenv("GIT_COMMITTER_EMAIL", "somebody@example.com", 1);
	setenv("GIT_AUTHOR_DATE", "2026-01-01T10:00:00Z", 1);
	setenv("GIT_COMMITTER_DATE", "2026-01-01T10:00:00Z", 1);
}

static void make_clone(struct git_behind *g)
{
	if (g->cloned)
		return;
	g->cloned = true;
	git_behind_sh(g,
		"git clone -q \"$BARE\" \"$CLONE\"; cd \"$CLONE\"; git checkout -q develop; git "
		"checkout -q main");
}

void git_behind_sh(struct git_behind *g, const char *command)
{
	if (strstr(command, "$CLONE"))
		make_clone(g);
	export_names(g);
	assert_int_equal(system(command), 0);
}

const char *git_behind_out(struct git_behind *g, const char *command, char *out, size_t size)
{
	FILE *pipe;
	size_t len;

	export_names(g);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	len = fread(out, 1, size - 1, pipe);
	assert_int_equal(pclose(pipe), 0);
	while (len > 0 && (out[len - 1] == '\n' || out[len - 1] == ' '))
		len--;
	out[len] = '\0';
	return out;
}

void git_behind_foreign(
	struct git_behind *g, const char *branch, const char *file, const char *text)
{
	export_names(g);
	setenv("BRANCH", branch, 1);
	setenv("FILE", file, 1);
	setenv("TEXT", text, 1);
	git_behind_sh(g,
		"set -eu; cd \"$CLONE\"; git fetch -q origin; git checkout -q -B \"$BRANCH\" "
		"\"origin/$BRANCH\"; mkdir -p \"$(dirname \"$FILE\")\"; printf '%s' \"$TEXT\" "
		">\"$FILE\"; "
		"git add -A; git commit -qm foreign; git push -q origin \"$BRANCH\"");
}

static void run_git(
	struct git_behind *g, const char *command, struct sg_str body, struct sg_buf *out)
{
	char path[256], chunk[16384], line[640];
	FILE *file, *pipe;
	size_t got;

	(void)snprintf(path, sizeof(path), "%s/request", g->root);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(body.ptr ? body.ptr : "", 1, body.len, file), body.len);
	fclose(file);
	export_names(g);
	(void)snprintf(line, sizeof(line), "%s <'%s' 2>'%s/stderr'", command, path, g->root);
	pipe = popen(line, "r");
	assert_non_null(pipe);
	while ((got = fread(chunk, 1, sizeof(chunk), pipe)) > 0)
		sg_buf_add(out, chunk, got);
	(void)pclose(pipe); /* stateless commands may end with an error after an answer */
}

static void answer_with(
	struct git_behind *g, struct script_answer *answer, struct sg_str body, bool post)
{
	size_t len = post && g->cut_after && g->cut_after < body.len ? g->cut_after : body.len;
	size_t piece = g->piece_bytes ? g->piece_bytes : 1024;
	int64_t at = 0;

	for (size_t from = 0; from < len; at += g->every_ms) {
		size_t to = g->every_ms && len - from > piece ? from + piece : len;

		script_piece(answer, at, sg_str_sub(body, from, to));
		from = to;
	}
	g->bytes_down += len;
}

static void respond(
	struct git_behind *g, const struct script_request *request, struct script_answer *answer)
{
	const char *service =
		strstr(request->url, "git-receive-pack") ? "git-receive-pack" : "git-upload-pack";
	bool post = strcmp(request->method, "POST") == 0;
	char command[320], type[80];
	struct sg_buf out;

	sg_buf_init(&out, 64 * 1024 * 1024);
	(void)snprintf(command, sizeof(command), "git %s --stateless-rpc %s '%s'", service + 4,
		post ? "" : "--advertise-refs", g->bare);
	(void)snprintf(type, sizeof(type), "application/x-%s-%s", service,
		post ? "result" : "advertisement");
	script_header(answer, "Content-Type", type);
	if (!post)
		sg_buf_adds(&out, strcmp(service, "git-upload-pack") == 0
					  ? "001e# service=git-upload-pack\n0000"
					  : "001f# service=git-receive-pack\n0000");
	run_git(g, command, request->body, &out);
	g->requests++;
	g->bytes_up += request->body.len;
	if (post && strcmp(g->drop, service) == 0)
		script_fail(answer, 0, SG_R_UNREACHABLE, true, "connection reset by peer");
	else
		answer_with(g, answer, sg_buf_str(&out), post);
	sg_buf_release(&out);
}

static void compute(void *arg, const struct script_request *request, struct script_answer *answer)
{
	respond(arg, request, answer);
}

static void route(struct git_behind *g, const char *method, const char *tail)
{
	char url[160];
	struct script_answer *answer;

	(void)snprintf(url, sizeof(url), "%s/%s", GIT_BEHIND_URL, tail);
	answer = script_expect(g->script, method, url);
	script_always(answer);
	script_compute(answer, compute, g);
}

void git_behind_init(struct git_behind *g)
{
	*g = (struct git_behind){0};
	(void)snprintf(g->root, sizeof(g->root), "/tmp/sg-test-XXXXXX");
	assert_non_null(mkdtemp(g->root));
	(void)snprintf(g->bare, sizeof(g->bare), "%s/config.git", g->root);
	(void)snprintf(g->clone, sizeof(g->clone), "%s/clone", g->root);
	(void)snprintf(g->tmp, sizeof(g->tmp), "%s/tmp", g->root);
	assert_int_equal(mkdir(g->tmp, 0700), 0);
	git_behind_sh(g, setup);
	g->script = script_new();
	route(g, "GET", "info/refs?service=git-upload-pack");
	route(g, "POST", "git-upload-pack");
	route(g, "GET", "info/refs?service=git-receive-pack");
	route(g, "POST", "git-receive-pack");
}

void git_behind_release(struct git_behind *g)
{
	script_free(g->script);
	git_behind_sh(g, "rm -rf \"$HOME\"");
}
