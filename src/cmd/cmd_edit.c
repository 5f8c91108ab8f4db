#include "base/attr.h"
#include "cmd/table.h"
#include "edit/path.h"
#include "flow/edit.h"

struct edit_args {
	struct sg_settings settings;
	struct sg_output_args output;
	struct sg_opt_list set, marker;
	const char *image;
	bool add;
	bool shared;
	bool write;
	bool diff;
};

static const struct sg_opt edit_opts[] = {
	SG_LIST(struct edit_args, set, "set", "PATH=VALUE",
		"the value at PATH becomes the text VALUE; may be given several times (in the "
		"variable: one a line)"),
	/* STAGEGATE_IMAGE says what has to run, for other commands of the same job. */
	{
		.name = "image",
		.arg = "REPOSITORY:TAG",
		.type = SG_OPT_STRING,
		.offset = SG_OPT_CHECK(const char *, struct edit_args, image),
		.variable = "edit-image",
		.help = "every image of that repository gets this tag (or @DIGEST, or :TAG@DIGEST)",
	},
	SG_LIST(struct edit_args, marker, "marker", "NAME=VERSION",
		"every value with the comment \"# stagegate: NAME\" (or Flux's, by NAMESPACE:NAME) "
		"gets this tag, TAG@DIGEST or REPOSITORY:TAG[@DIGEST], each its part; may be given "
		"several times (in the variable: one a line)"),
	SG_FLAG(struct edit_args, add, "add",
		"a last key that is missing is added, whatever its name (tag, digest, newTag and "
		"newName always are), and with --image an entry in `images` of a kustomization"),
	SG_FLAG(struct edit_args, shared, "shared",
		"a value that other places use through an anchor is changed for all of them, with "
		"a warning"),
	SG_FLAG(struct edit_args, write, "write", "replace the files: all of them or none"),
	SG_FLAG(struct edit_args, diff, "diff", "show the diff, write nothing (the default)"),
};

static const struct sg_opt_set edit_sets[] = {
	{"Options of edit", edit_opts, SG_COUNT(edit_opts), 0},
	{"Output", sg_opts_output, SG_OPTS_OUTPUT, offsetof(struct edit_args, output)},
};

/* FORM: "PATH=VALUE" of the option NAME. */
static int take_wishes(struct sg_arena *arena, const struct sg_opt_list *list, const char *name,
	const char *form, const struct sg_edit_wish **ret, struct sg_err *err)
{
	struct sg_edit_wish *wishes = sg_arena_calloc(arena, list->count, sizeof(*wishes));

	for (size_t i = 0; i < list->count; i++) {
		struct sg_str path, value;

		if (!sg_edit_path_split(sg_str_of(list->items[i]), &path, &value))
			return sg_fail(err, SG_R_USAGE, "%s: '%.200s' is not %s", name,
				list->items[i], form);
		wishes[i] = (struct sg_edit_wish){sg_arena_dup(arena, path), value.ptr};
	}
	*ret = wishes;
	return 0;
}

static int check(const struct edit_args *args, const struct sg_words *words, struct sg_err *err)
{
	int ways;

	if (words->count == 0)
		return sg_fail(err, SG_R_USAGE, "edit needs a file");
	if (args->write && args->diff)
		return sg_fail(err, SG_R_USAGE, "--write and --diff exclude each other");
	ways = (args->set.count > 0) + (args->image != NULL) + (args->marker.count > 0);
	if (ways == 1)
		return 0;
	(void)sg_fail(err, SG_R_USAGE, "%s",
		ways ? "--set, --image and --marker exclude each other"
		     : "nothing says what to change");
	return sg_hint(err, "give --set PATH=VALUE, --image REPOSITORY:TAG, or --marker NAME=TAG; "
			    "STAGEGATE_SET, STAGEGATE_EDIT_IMAGE and STAGEGATE_MARKER count, too");
}

static int run(struct sg_world *world, const void *raw, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	const struct edit_args *args = raw;
	struct sg_edit_files_ask ask = {
		.files = words->items,
		.file_count = words->count,
		.wish_count = args->set.count,
		.marked_count = args->marker.count,
		.image = args->image,
		.add = args->add,
		.shared = args->shared,
		.write = args->write,
	};

	if (check(args, words, err) < 0 ||
		take_wishes(world->arena, &args->set, "--set", "PATH=VALUE", &ask.wishes, err) <
			0 ||
		take_wishes(world->arena, &args->marker, "--marker", "NAME=VERSION", &ask.marked,
			err) < 0)
		return -1;
	return sg_flow_edit(world, &ask, report, err);
}

static bool offline(const void *raw)
{
	(void)raw;
	return true;
}

const struct sg_cmd sg_cmd_edit = {
	.name = "edit",
	.summary = "change values of local YAML files, and not a byte besides",
	.words = "FILE...",
	.details = "Replaces the bytes of values in YAML or JSON files and proves by a second "
		   "parse that nothing else changed: comments, quotes, indentation and line ends "
		   "stay. What cannot be changed exactly is refused with file:line:column (exit "
		   "9). A value is always a text, and gets quotes where a reader of YAML 1.1 or "
		   "1.2 would take it for something else. Needs no configuration, no Git and no "
		   "network; docs/editing.md has the paths.",
	.examples = "  stagegate edit values.yaml --set image.tag=1.4.2\n"
		    "  stagegate edit deploy.yaml --set "
		    "'Deployment/web:spec.template.spec.containers[name=web].image=web:1.4.2'\n"
		    "  stagegate edit k8s/*.yaml --image registry.example.com/shop/web:1.4.2 "
		    "--write\n"
		    "  stagegate edit values.yaml --marker web=1.4.2 --write\n",
	.sets = edit_sets,
	.set_count = SG_COUNT(edit_sets),
	.args_size = sizeof(struct edit_args),
	.settings_offset = offsetof(struct edit_args, settings),
	.output_offset = offsetof(struct edit_args, output),
	.offline = offline,
	.run = run,
};
