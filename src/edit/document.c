#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "edit/node.h"

#define MAX_NAMED 5

/* Documents of a file, in its order, as the nodes of their roots. */
struct documents {
	size_t *roots;
	size_t count;
};

static void documents_release(struct documents *documents)
{
	sg_free_ptr(&documents->roots);
}

static void add(struct documents *documents, size_t root)
{
	size_t n = documents->count;

	if ((n & (n - 1)) == 0)
		documents->roots =
			sg_realloc(documents->roots, n ? 2 * n : 1, sizeof(*documents->roots));
	documents->roots[documents->count++] = root;
}

static struct sg_str name_of(struct sg_edit_tree *tree, size_t root)
{
	size_t meta = sg_edit_member(tree, root, "metadata");

	return meta ? sg_edit_member_text(tree, meta, "name") : (struct sg_str){"", 0};
}

/* "line 1 (Deployment/web)" */
static void name_document(struct sg_edit_tree *tree, size_t root, struct sg_buf *out)
{
	struct sg_str kind = sg_edit_member_text(tree, root, "kind");
	struct sg_str name = name_of(tree, root);

	sg_buf_addf(out, "line %d", sg_edit_event(tree, root - 1).line);
	if (kind.len)
		sg_buf_addf(out, " (%.*s/%.*s)", SG_STR_ARG(sg_str_sub(kind, 0, 40)),
			SG_STR_ARG(sg_str_sub(name, 0, 40)));
}

static void name_documents(
	struct sg_edit_tree *tree, const struct documents *documents, struct sg_buf *out)
{
	for (size_t i = 0; i < documents->count && i < MAX_NAMED; i++) {
		sg_buf_adds(out, i ? ", " : "");
		name_document(tree, documents->roots[i], out);
	}
	if (documents->count > MAX_NAMED)
		sg_buf_adds(out, ", ...");
}

static int refuse_documents(
	struct sg_edit_tree *tree, const struct documents *documents, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf names = {0};

	sg_buf_init(&names, 1024);
	name_documents(tree, documents, &names);
	(void)sg_fail(err, SG_R_EDIT_DOCUMENTS, "%s: %zu documents: %s", tree->file,
		documents->count, names.ptr);
	return sg_hint(err,
		"a path names a place in one document; begin it with the document: its number from "
		"0 (1:image.tag) or KIND/NAME (Deployment/web:spec...)");
}

static void list_documents(struct sg_edit_tree *tree, struct documents *documents)
{
	size_t at = 1; /* behind the start of the stream */

	while (sg_edit_event(tree, at).kind == SG_YAML_DOC_START) {
		add(documents, at + 1);
		at = sg_edit_node_end(tree, at + 1) + 1;
	}
}

static int pick_only(struct sg_edit_tree *tree, const struct documents *all, size_t *ret_root,
	struct sg_err *err)
{
	SG_AUTO(documents_release) struct documents full = {0};

	for (size_t i = 0; i < all->count; i++) {
		struct sg_yaml_event root = sg_edit_event(tree, all->roots[i]);

		if (!sg_edit_is_null(&root))
			add(&full, all->roots[i]);
	}
	if (full.count == 0)
		return sg_fail(err, SG_R_KEY_NOT_FOUND, "%s: the file is empty", tree->file);
	if (full.count > 1)
		return refuse_documents(tree, all, err);
	*ret_root = full.roots[0];
	return 0;
}

static int pick_index(struct sg_edit_tree *tree, const struct documents *all, size_t index,
	size_t *ret_root, struct sg_err *err)
{
	if (index >= all->count)
		return sg_fail(err, SG_R_KEY_NOT_FOUND,
			"%s: there is no document %zu; the file has %zu, counted from 0",
			tree->file, index, all->count);
	*ret_root = all->roots[index];
	return 0;
}

static int no_document(struct sg_edit_tree *tree, const struct documents *all,
	const struct sg_edit_document *wanted, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf names = {0};

	sg_buf_init(&names, 1024);
	name_documents(tree, all, &names);
	(void)sg_fail(err, SG_R_KEY_NOT_FOUND, "%s: there is no document %.80s/%.80s", tree->file,
		wanted->resource, wanted->name);
	return names.len ? sg_hint(err, "there are: %s", names.ptr) : -1;
}

static int pick_named(struct sg_edit_tree *tree, const struct documents *all,
	const struct sg_edit_document *wanted, size_t *ret_root, struct sg_err *err)
{
	size_t hit = 0;

	for (size_t i = 0; i < all->count; i++) {
		size_t root = all->roots[i];

		if (!sg_str_is(sg_edit_member_text(tree, root, "kind"), wanted->resource) ||
			!sg_str_is(name_of(tree, root), wanted->name))
			continue;
		if (hit) {
			(void)sg_edit_refuse(tree, root, SG_R_EDIT_DUPLICATE, err,
				"a second document is %.80s/%.80s (first at line %d)",
				wanted->resource, wanted->name, sg_edit_event(tree, hit).line);
			return sg_hint(err, "name the document by its number: %zu:", i);
		}
		hit = root;
	}
	if (!hit)
		return no_document(tree, all, wanted, err);
	*ret_root = hit;
	return 0;
}

int sg_edit_document(struct sg_edit_tree *tree, const struct sg_edit_document *wanted,
	size_t *ret_root, struct sg_err *err)
{
	SG_AUTO(documents_release) struct documents all = {0};

	list_documents(tree, &all);
	switch (wanted->kind) {
	case SG_DOCUMENT_ONLY:
		return pick_only(tree, &all, ret_root, err);
	case SG_DOCUMENT_INDEX:
		return pick_index(tree, &all, wanted->index, ret_root, err);
	case SG_DOCUMENT_NAMED:
		return pick_named(tree, &all, wanted, ret_root, err);
	}
	SG_BUG("document");
}

size_t sg_edit_count_documents(const struct sg_edit_tree *tree)
{
	size_t count = 0;

	for (size_t i = 0; i < tree->events.count; i++)
		count += sg_edit_event(tree, i).kind == SG_YAML_DOC_START;
	return count;
}
