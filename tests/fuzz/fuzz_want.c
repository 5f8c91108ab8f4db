/*
 * Any bytes as a server's answer to a fetch of our own, and as its list of branches: what it can do
 * is read from a whole line only, every pkt-line ends where it says, every fetch ends, after one
 * request, and what is refused has a cause that a terminal can show.
 *
 * Input: a byte of choices (1: commits, whose history is cut; 2: a filter; 4: no more than a few
 * objects), one for how the answer is cut into pieces, and the answer.
 */
#include <string.h>
#include <unistd.h>

#include "io/fs.h"
#include "repo/pkt.h"
#include "repo/want.h"
#include "script_http.h"

#include "fuzz.h"

#define URL "https://git.test/gitops/apps.git"
#define ID "257cc5642cb1a054f08cc83f2d943e56fd3ebe99"
#define WORDS_MAX 65536

enum { COMMITS = 1, FILTER = 2, FEW = 4, FEW_OBJECTS = 2, PIECES_MAX = 64 };

static void check_abilities(struct sg_str list)
{
	struct sg_abilities can = {0};
	long from = sg_str_find(list, '\0');

	if (!sg_want_abilities(list, &can)) {
		PROMISE(!can.filter && !can.shallow && !can.side_band && !can.any_id);
		PROMISE(from < 0 ||
			sg_str_find(sg_str_sub(list, (size_t)from, list.len), '\n') < 0);
		return;
	}
	PROMISE(from >= 0);
	PROMISE(!can.filter || sg_str_search(list, "filter") >= 0);
	PROMISE(!can.any_id || sg_str_search(list, "allow-reachable-sha1-in-want") >= 0);
}

static void check_lines(struct sg_str rest)
{
	for (;;) {
		struct sg_str before = rest, line;
		enum sg_pkt kind = sg_pkt_next(&rest, &line);

		if (kind == SG_PKT_MORE || kind == SG_PKT_BAD) {
			PROMISE(rest.len == before.len);
			return;
		}
		PROMISE(rest.len + 4 + line.len == before.len);
		PROMISE(kind == SG_PKT_LINE || line.len == 0);
	}
}

static void answer_with(struct script *script, struct sg_str bytes, size_t piece_bytes)
{
	struct script_answer *answer = script_expect(script, "POST", URL "/git-upload-pack");
	int64_t at_ms = 1;

	script_header(answer, "Content-Type", "application/x-git-upload-pack-result");
	for (; bytes.len > piece_bytes && at_ms < PIECES_MAX; at_ms++) {
		script_piece(answer, at_ms, sg_str_sub(bytes, 0, piece_bytes));
		bytes = sg_str_sub(bytes, piece_bytes, bytes.len);
	}
	script_piece(answer, at_ms, bytes);
}

static void check_error(const struct sg_err *err)
{
	PROMISE(err->reason != SG_R_OK && err->reason != SG_R_BUG && err->cause[0]);
	PROMISE(err->reason != SG_R_LOCAL_IO);
	for (const char *p = err->cause; *p; p++)
		PROMISE((unsigned char)*p >= ' ' && *p != 0x7f);
}

static void check_request(struct sg_str body, unsigned choices)
{
	PROMISE(sg_str_search(body, "want " ID " side-band-64k") >= 0);
	PROMISE((sg_str_search(body, "deepen 1\n") >= 0) == ((choices & COMMITS) != 0));
	PROMISE((sg_str_search(body, "filter tree:0\n") >= 0) == ((choices & FILTER) != 0));
	PROMISE(sg_str_search(body, "have ") < 0 && sg_str_ends(body, "done\n"));
}

static void fetch(struct script *script, struct sg_repo *repo, unsigned choices)
{
	static const char *const ids[] = {ID};
	const struct sg_want want = {.ids = ids,
		.count = 1,
		.filter = choices & FILTER ? "tree:0" : NULL,
		.depth = choices & COMMITS ? 1 : 0,
		.max_objects = choices & FEW ? FEW_OBJECTS : 0};
	struct sg_err err = SG_ERR_INIT;

	if (sg_want_fetch(repo, &want, &err) < 0)
		check_error(&err);
	PROMISE(repo->max_objects == 0 && repo->words.len <= WORDS_MAX);
	PROMISE(script_request_count(script) == 1 && script_open_calls(script) == 0);
	check_request(script_request(script, 0)->body, choices);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_str bytes = sg_str_sub((struct sg_str){(const char *)data, size}, 2, size);
	struct script *script = script_new();
	struct sg_repo_opts opts = {.http = script_http(script),
		.url = URL,
		.tmpdir = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NULL,
		.retry = {.base_ms = 1, .max_ms = 1, .tries = 1, .deadline_ms = SG_NEVER}};
	struct sg_repo *repo = NULL;
	struct sg_err err = SG_ERR_INIT;

	check_abilities(bytes);
	check_lines(bytes);
	if (size >= 2) {
		PROMISE(sg_repo_open(&opts, &repo, &err) == 0);
		answer_with(script, bytes, 1 + data[1]);
		fetch(script, repo, data[0]);
		sg_repo_close(repo);
	}
	script_free(script);
	return 0;
}
