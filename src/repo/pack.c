#include "repo/pack.h"

#include "repo/sides.h"

enum { OLD, NEW, BOTH };

static void builder_free_ptr(git_packbuilder **builder)
{
	git_packbuilder_free(*builder);
}

static int add(git_packbuilder *builder, const git_oid *id, const char *name, struct sg_err *err)
{
	int rc = git_packbuilder_insert(builder, id, name);

	return rc < 0 ? sg_git_fail(NULL, rc, "pack what is new", err) : 0;
}

static bool is_file(const struct sg_side *side)
{
	return sg_side_is(side) && side->mode != GIT_FILEMODE_COMMIT;
}

static int add_folder(struct sg_repo *repo, git_packbuilder *builder,
	const struct sg_side folders[BOTH], const char *name, int depth, struct sg_err *err);

static int add_name(struct sg_repo *repo, git_packbuilder *builder, const struct sg_sides *sides,
	const char *name, int depth, struct sg_err *err)
{
	struct sg_side files[BOTH], folders[BOTH];

	sg_sides_get(sides, name, files, folders);
	if (is_file(&files[NEW]) && !sg_side_eq(&files[OLD], &files[NEW]) &&
		add(builder, &files[NEW].id, name, err) < 0)
		return -1;
	if (!sg_side_is(&folders[NEW]) || sg_side_eq(&folders[OLD], &folders[NEW]))
		return 0;
	return add_folder(repo, builder, folders, name, depth + 1, err);
}

static int add_folder(struct sg_repo *repo, git_packbuilder *builder,
	const struct sg_side folders[BOTH], const char *name, int depth, struct sg_err *err)
{
	struct sg_sides sides SG_AUTO(sg_sides_release) = {0};

	if (add(builder, &folders[NEW].id, name, err) < 0 ||
		sg_sides_open(repo, folders, BOTH, depth, &sides, err) < 0)
		return -1;
	for (size_t i = 0; i < sides.name_count; i++)
		if (add_name(repo, builder, &sides, sides.names[i], depth, err) < 0)
			return -1;
	return 0;
}

static int add_all(struct sg_repo *repo, git_packbuilder *builder, const struct sg_push *push,
	struct sg_err *err)
{
	struct sg_side roots[BOTH];
	char oid[SG_OID_SIZE];

	if (sg_side_root(repo, git_oid_tostr(oid, sizeof(oid), &push->parent), &roots[OLD], err) <
			0 ||
		sg_side_root(repo, git_oid_tostr(oid, sizeof(oid), &push->commit), &roots[NEW],
			err) < 0 ||
		add(builder, &push->commit, NULL, err) < 0)
		return -1;
	return sg_side_eq(&roots[OLD], &roots[NEW]) ? 0
						    : add_folder(repo, builder, roots, "", 0, err);
}

int sg_pack_write(
	struct sg_repo *repo, const struct sg_push *push, struct sg_buf *out, struct sg_err *err)
{
	git_packbuilder *builder SG_AUTO(builder_free_ptr) = NULL;
	git_buf pack = {0};
	int rc;

	git_error_clear();
	rc = git_packbuilder_new(&builder, repo->git);
	if (rc < 0)
		return sg_git_fail(NULL, rc, "pack what is new", err);
	(void)git_packbuilder_set_threads(builder, 1);
	if (add_all(repo, builder, push, err) < 0)
		return -1;
	rc = git_packbuilder_write_buf(&pack, builder);
	if (rc < 0)
		return sg_git_fail(NULL, rc, "pack what is new", err);
	sg_buf_add(out, pack.ptr, pack.size);
	git_buf_dispose(&pack);
	return 0;
}
