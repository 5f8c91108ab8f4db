#include "model/push_answer.h"

#include <string.h>

#include "base/num.h"

#define WHY_BYTES 300
#define URL_BYTES 1000

/* The number at the end of "https://HOST/.../PROJECT/-/merge_requests/N", or 0. */
static int64_t number_of(struct sg_str url, const char *project)
{
	static const char safe[] = "-._~:/%[]";
	struct sg_str path = url, rest;
	uint64_t iid;
	long at;

	if (url.len > URL_BYTES ||
		!(sg_str_starts(url, "https://") || sg_str_starts(url, "http://")))
		return 0;
	for (size_t i = 0; i < url.len; i++) {
		char c = url.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    (c && strchr(safe, c))))
			return 0;
	}
	at = sg_str_search(path, "/merge_requests/");
	if (at < 0)
		return 0;
	rest = sg_str_sub(path, (size_t)at + strlen("/merge_requests/"), path.len);
	path = sg_str_sub(path, 0, (size_t)at);
	if (sg_str_ends(path, "/-"))
		path.len -= 2;
	if (!sg_str_ends(path, project) || path.len <= strlen(project) ||
		path.ptr[path.len - strlen(project) - 1] != '/' || !sg_num_u64(rest, &iid) ||
		iid > INT64_MAX)
		return 0;
	return (int64_t)iid;
}

/* Is LINE "BEFORE BRANCH BEHIND"? */
static bool says(struct sg_str line, const char *before, const char *branch, const char *behind)
{
	if (!sg_str_starts(line, before))
		return false;
	line = sg_str_sub(line, strlen(before), line.len);
	if (!sg_str_starts(line, branch))
		return false;
	return sg_str_is(sg_str_sub(line, strlen(branch), line.len), behind);
}

static bool is_frame(struct sg_str line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.ptr[i] != '=')
			return false;
	return line.len > 0;
}

/*
 * The last line of a frame parts WORDS. In the frame of a complaint stand the options, and so text
 * of strangers, in lines that break where they want; only what is behind its end is GitLab's own.
 */
static void part_at_frame(struct sg_str words, struct sg_str *ret_inside, struct sg_str *ret_behind)
{
	struct sg_str rest = words, line;

	*ret_inside = words;
	*ret_behind = SG_STR("");
	while (sg_str_cut(&rest, '\n', &line))
		if (is_frame(sg_str_trim(line))) {
			*ret_inside = sg_str_sub(words, 0, (size_t)(line.ptr - words.ptr));
			*ret_behind = rest;
		}
}

static struct sg_str before_frame(struct sg_str text)
{
	struct sg_str rest = text, line;

	while (sg_str_cut(&rest, '\n', &line))
		if (is_frame(sg_str_trim(line)))
			return sg_str_sub(text, 0, (size_t)(line.ptr - text.ptr));
	return text;
}

/*
 * The complaint stands behind all options, each between quotes, in a frame that breaks lines: its
 * end is what is of interest. The banner of the instance comes in a frame of its own behind it.
 */
static const char *complaint(struct sg_str words, struct sg_arena *arena)
{
	static const char mark[] = "Error encountered with push option";
	long at = sg_str_search(words, mark), quote;
	struct sg_str text, behind;
	char *line;
	size_t len = 0;

	if (at < 0)
		return NULL;
	part_at_frame(sg_str_sub(words, (size_t)at + strlen(mark), words.len), &text, &behind);
	while ((quote = sg_str_search(text, "':")) >= 0)
		text = sg_str_sub(text, (size_t)quote + 2, text.len);
	text = before_frame(text);
	if (text.len > WHY_BYTES)
		text = sg_str_sub(text, text.len - WHY_BYTES, text.len);
	line = sg_arena_dup(arena, text);
	for (size_t i = 0; i < text.len; i++) {
		bool blank = (unsigned char)text.ptr[i] <= ' ';

		if (!blank || (len && line[len - 1] != ' '))
			line[len++] = blank ? ' ' : text.ptr[i];
	}
	while (len && line[len - 1] == ' ')
		len--;
	line[len] = '\0';
	return line;
}

void sg_push_answer_read(struct sg_str words, const char *branch, const char *project,
	struct sg_arena *arena, struct sg_push_answer *ret)
{
	struct sg_str rest = words, line, inside;
	bool named = false;

	*ret = (struct sg_push_answer){.why = complaint(words, arena)};
	if (ret->why)
		part_at_frame(words, &inside, &rest);
	while (sg_str_cut(&rest, '\n', &line)) {
		line = sg_str_trim(line);
		if (named && line.len && !ret->iid) {
			ret->iid = number_of(line, project);
			ret->url = ret->iid ? sg_arena_dup(arena, line) : NULL;
		}
		named = says(line, "View merge request for ", branch, ":") || (named && !line.len);
		ret->none = ret->none ||
			    says(line, "To create a merge request for ", branch, ", visit:");
	}
}
