#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/num.h"
#include "io/fs.h"
#include "web.h"

#define PYTHON "/usr/bin/python3"
#define SERVER "tests/unit/http_server.py"

static struct sg_arena arena;
static const char *folder;
static struct sg_buf ports;
static struct sg_err last;
static pid_t child = -1;
static int to_child = -1;

static void run_server(const int in[2], const int out[2])
{
	(void)dup2(in[0], 0);
	(void)dup2(out[1], 1);
	(void)close(in[1]);
	(void)close(out[0]);
	(void)execl(PYTHON, PYTHON, "-W", "ignore", SERVER, folder, (char *)NULL);
	_exit(127);
}

static bool read_ports(int fd)
{
	char part[512];
	ssize_t got;

	sg_buf_init(&ports, 4096);
	while (sg_str_search(sg_buf_str(&ports), "ready\n") < 0) {
		got = read(fd, part, sizeof(part));
		if (got <= 0)
			return false;
		sg_buf_add(&ports, part, (size_t)got);
	}
	return true;
}

int web_set_up(void **state)
{
	struct sg_err err;
	int in[2], out[2];

	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	if (access(PYTHON, X_OK) != 0 || access(SERVER, R_OK) != 0)
		return 0;
	if (sg_fs_tempdir(&arena, NULL, &folder, &err) < 0 || pipe(in) < 0 || pipe(out) < 0)
		return -1;
	child = fork();
	if (child == 0)
		run_server(in, out);
	(void)close(in[0]);
	(void)close(out[1]);
	(void)fcntl(in[1], F_SETFD, FD_CLOEXEC);
	to_child = in[1];
	if (!read_ports(out[0]))
		return -1;
	(void)close(out[0]);
	return 0;
}

int web_tear_down(void **state)
{
	(void)state;
	if (to_child >= 0)
		(void)close(to_child);
	if (child > 0)
		(void)waitpid(child, NULL, 0);
	if (folder)
		sg_fs_rmtree(folder);
	sg_buf_release(&ports);
	sg_arena_release(&arena);
	return 0;
}

bool web_ready(void)
{
	if (child > 0)
		return true;
	print_message("skipped: no " PYTHON " or not run from the root of the checkout\n");
	return false;
}

int web_port(const char *name)
{
	struct sg_str rest = sg_buf_str(&ports), line;
	uint64_t port;

	while (sg_str_cut(&rest, '\n', &line)) {
		size_t len = strlen(name);

		if (sg_str_starts(line, name) && line.len > len && line.ptr[len] == ' ' &&
			sg_num_u64(sg_str_sub(line, len + 1, line.len), &port))
			return (int)port;
	}
	fail_msg("no server named %s", name);
	return 0;
}

const char *web_url(const char *name, const char *path)
{
	return sg_arena_printf(&arena, "https://localhost:%d%s", web_port(name), path);
}

static struct sg_str file(const char *name, const char *suffix)
{
	const char *path = sg_arena_printf(&arena, "%s/%s%s", folder, name, suffix);
	struct sg_buf text;
	struct sg_err err;
	char *copy;

	sg_buf_init(&text, 100000);
	assert_int_equal(sg_fs_read(path, &text, &err), 0);
	copy = sg_arena_dup(&arena, sg_buf_str(&text));
	sg_buf_release(&text);
	return sg_str_of(copy);
}

struct sg_str web_pem(const char *name)
{
	return file(name, ".pem");
}

struct sg_str web_key(const char *name)
{
	return file(name, ".key");
}

struct sg_http *web_client(const struct sg_http_curl_opts *opts)
{
	struct sg_http_curl_opts all = opts ? *opts : (struct sg_http_curl_opts){.clock = NULL};
	struct sg_http *http;
	struct sg_err err;

	all.clock = sg_clock_real();
	if (all.ca_pem.len == 0) {
		all.ca_pem = web_pem("ca");
		all.ca_from = "/some/where/ca.pem";
	}
	all.user_agent = "stagegate/test";
	assert_int_equal(sg_http_curl_new(&all, &http, &err), 0);
	return http;
}

struct sg_http_req web_get(const char *url)
{
	return (struct sg_http_req){.method = "GET",
		.url = url,
		.max_body_bytes = 1000000,
		.connect_timeout_ms = 5000,
		.idle_timeout_ms = 5000,
		.total_timeout_ms = 10000,
		.replayable = true};
}

const char *web_body(struct sg_http *http, const struct sg_http_req *req, int status)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_http_res res;
	char *body;

	if (sg_http_send(http, req, &res, &err) < 0)
		fail_msg("%s: %s", err.where, err.cause);
	assert_int_equal(res.status, status);
	body = sg_arena_dup(&arena, sg_buf_str(&res.body));
	sg_http_res_release(&res);
	return body;
}

void web_fails(struct sg_http *http, const struct sg_http_req *req, enum sg_reason reason,
	const char *const *words)
{
	struct sg_http_res res;

	last = (struct sg_err)SG_ERR_INIT;
	if (sg_http_send(http, req, &res, &last) == 0) {
		sg_http_res_release(&res);
		fail_msg("%s was answered", req->url);
	}
	print_message("    %s: %s (%s)\n", last.where, last.cause, last.hint);
	if (last.reason != reason)
		fail_msg("%s instead of %s", sg_reason_name(last.reason), sg_reason_name(reason));
	for (; *words; words++)
		if (!strstr(last.cause, *words) && !strstr(last.hint, *words))
			fail_msg("no \"%s\" in: %s (%s)", *words, last.cause, last.hint);
}

const struct sg_err *web_error(void)
{
	return &last;
}
