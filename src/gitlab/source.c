#include "gitlab/source.h"

#include <string.h>

#include "gitlab/file.h"
#include "model/place.h"

/* What the target of a symbolic link can be on Linux. */
#define LINK_MAX_BYTES 4096

struct source {
	struct sg_tree_source base; /* first */
	struct sg_gitlab *gitlab;
	const char *ref; /* "refs/heads/...": a tag may have the branch's name */
	char commit[SG_OID_SIZE];
	size_t first_request, max_requests;
};

static struct source *source_of(struct sg_tree_source *base)
{
	return (struct source *)(void *)base;
}

static int spend(const struct source *source, struct sg_err *err)
{
	if (source->gitlab->requests - source->first_request < source->max_requests)
		return 0;
	return sg_fail(err, SG_R_TOO_LARGE,
		"%s: more than %zu requests would be needed to read this over GitLab's API",
		source->base.label, source->max_requests);
}

static void pin(struct source *source, const char *oid)
{
	memcpy(source->commit, oid, strlen(oid) + 1);
	source->base.revision = source->commit;
}

static int not_found(const struct source *source, const char *path, struct sg_err *err)
{
	return sg_fail(err, SG_R_FILE_NOT_FOUND, "%s has no \"%s\"", source->base.label, path);
}

static int refuse(
	const struct source *source, const char *path, const char *what, struct sg_err *err)
{
	return sg_fail(err, SG_R_EDIT_REFUSED, "%s: \"%s\" is %s", source->base.label, path, what);
}

/* No file of settings is one line without an end; a link's target is. */
static bool may_be_link(struct sg_str text)
{
	return text.len > 0 && text.len < LINK_MAX_BYTES && sg_str_find(text, '\n') < 0;
}

static int check_kind(struct source *source, const char *path, struct sg_err *err)
{
	struct sg_arena scratch SG_AUTO(sg_arena_release) = {0};
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct sg_gitlab_entry *entries;
	size_t count;
	const char *dir = sg_repo_folder_of(&scratch, path);

	if (spend(source, err) < 0 || sg_gitlab_folder_read(source->gitlab, dir, source->commit,
					      &scratch, &entries, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(entries[i].name, name) != 0)
			continue;
		if (strncmp(entries[i].mode, "100", 3) == 0)
			return 0;
		return refuse(source, path,
			strcmp(entries[i].mode, "120000") == 0 ? "a symbolic link"
							       : "of an unknown kind",
			err);
	}
	return refuse(source, path, "not listed in its folder", err);
}

/* What was asked for by the branch's name says which commit that is. */
static int take_commit(
	struct source *source, const char *path, const char *commit, struct sg_err *err)
{
	if (!source->base.revision) {
		pin(source, commit);
		return 0;
	}
	if (strcmp(commit, source->commit) == 0)
		return 0;
	return sg_fail(err, SG_R_ANSWER_INVALID,
		"%s was asked for at %.12s, and the answer is of %.12s", path, source->commit,
		commit);
}

/* One request; a second one where the bytes leave it open what they are of. */
static int source_read(
	struct sg_tree_source *base, const char *path, struct sg_buf *buf, struct sg_err *err)
{
	struct sg_arena scratch SG_AUTO(sg_arena_release) = {0};
	struct source *source = source_of(base);
	const char *at = base->revision ? base->revision : source->ref;
	struct sg_gitlab_file file;
	size_t from = buf->len;

	if (spend(source, err) < 0)
		return -1;
	if (sg_gitlab_file_read(source->gitlab, path, at, &scratch, buf, &file, err) < 0)
		return err->reason == SG_R_FILE_NOT_FOUND ? not_found(source, path, err) : -1;
	if (take_commit(source, path, file.commit, err) < 0)
		return -1;
	base->just_changed = base->just_changed || file.just_changed;
	return may_be_link(sg_str_sub(sg_buf_str(buf), from, buf->len))
		       ? check_kind(source, path, err)
		       : 0;
}

static int source_list(struct sg_tree_source *base, const char *dir, struct sg_arena *arena,
	struct sg_tree_entry **ret_entries, size_t *ret_count, struct sg_err *err)
{
	struct source *source = source_of(base);
	struct sg_gitlab_entry *found;
	struct sg_tree_entry *entries;
	char tip[SG_OID_SIZE];
	size_t count;

	if (!base->revision) {
		if (spend(source, err) < 0 ||
			sg_gitlab_branch_tip(source->gitlab, base->label, tip, err) < 0)
			return -1;
		pin(source, tip);
	}
	if (spend(source, err) < 0)
		return -1;
	if (sg_gitlab_folder_read(source->gitlab, strcmp(dir, ".") == 0 ? "" : dir, source->commit,
		    arena, &found, &count, err) < 0)
		return err->reason == SG_R_FILE_NOT_FOUND ? not_found(source, dir, err) : -1;
	entries = sg_arena_calloc(arena, count + 1, sizeof(*entries));
	for (size_t i = 0; i < count; i++)
		entries[i] = (struct sg_tree_entry){found[i].name, found[i].is_dir};
	*ret_entries = entries;
	*ret_count = count;
	return 0;
}

void sg_gitlab_source(struct sg_gitlab *gitlab, const struct sg_gitlab_source_ask *ask,
	struct sg_arena *arena, struct sg_tree_source **ret_source)
{
	struct source *source = sg_arena_calloc(arena, 1, sizeof(*source));

	source->base.label = ask->branch;
	source->base.url = ask->url;
	source->base.by_request = true;
	source->base.read = source_read;
	source->base.list = source_list;
	source->gitlab = gitlab;
	source->ref = sg_arena_printf(arena, "refs/heads/%s", ask->branch);
	source->first_request = gitlab->requests;
	source->max_requests = ask->max_requests;
	if (ask->commit)
		pin(source, ask->commit);
	*ret_source = &source->base;
}
