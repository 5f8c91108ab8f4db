/* Advice: why an edit was refused. */
#include "base/attr.h"
#include "model/advice.h"

static const struct sg_advice rows[] = {
	{
		.code = "EDIT_REFUSED",
		.means = "The place was found, and it cannot be changed without touching "
			 "something else. Nothing was changed.",
		.cause = "A file of the commit that is a symbolic link or a submodule, or a "
			 "value that no YAML file can hold.",
		.remedy = "Read the message; it names the file and what stands there. Name a "
			  "plain file and a text in UTF-8.",
		.look = "git show origin/BRANCH:FILE\n",
	},
	{
		.code = "EDIT_ALIAS",
		.means = "An alias (*name) stands there: the value itself stands at its "
			 "anchor (&name), and everything else that names it would change "
			 "with it.",
		.cause = "The file shares one value between several places, and the path "
			 "leads to one that only points to it.",
		.remedy = "Name the place of the anchor, or write a value of its own in place "
			  "of the alias.",
		.look = "grep -n '[&*]NAME' FILE\n",
	},
	{
		.code = "EDIT_SHARED",
		.means = "The value carries an anchor that other places use: they would "
			 "change too.",
		.cause = "A value or a mapping that was written once for several services or "
			 "containers.",
		.remedy = "Where all of them are meant, take the aliases away and give each "
			  "its own value, or change all of them with `stagegate edit --shared`; "
			  "else give this place its own.",
		.look = "grep -n '[&*]NAME' FILE\n",
	},
	{
		.code = "EDIT_MERGE_KEY",
		.means = "The mapping has no such key of its own; it may come from a merge "
			 "key (<<).",
		.cause = "Defaults that are merged into several mappings.",
		.remedy = "Give the mapping a key of its own, which goes before what is "
			  "merged into it.",
		.look = "grep -n '<<' FILE\n",
	},
	{
		.code = "EDIT_DUPLICATE",
		.means = "Two places answer to the same name, and readers differ in which of "
			 "the two counts.",
		.cause = "A key that stands twice in one mapping, two items of a list or two "
			 "documents of the same name: most often left over from a merge.",
		.remedy = "Remove one of the two; the message names both lines.",
		.look = "git log -p -3 -- FILE\n",
	},
	{
		.code = "EDIT_DOCUMENTS",
		.means = "The file has several documents, and the path does not say which is "
			 "meant.",
		.cause = "Manifests that stand in one file, with --- between them.",
		.remedy = "Begin the path with the document: its number from 0 (1:image.tag) "
			  "or KIND/NAME (Deployment/web:spec.replicas).",
		.look = "grep -n -e '^---' -e '^kind:' FILE\n",
	},
	{
		.code = "EDIT_TEMPLATE",
		.means = "Braces ({{ ... }}) stand there unquoted: the place is computed, "
			 "not data.",
		.cause = "A Helm template, or a values file that another tool fills in "
			 "first.",
		.remedy = "Name the values file that the template reads.",
		.look = "grep -rn 'image' --include 'values*.yaml' .\n",
	},
	{
		.code = "EDIT_MULTILINE",
		.means = "The value goes over several lines.",
		.cause = "A block (| or >) of more than one line or with a line break at its "
			 "end, or a quoted or plain text with a line break in it.",
		.remedy = "Write the value on the line of its key.",
		.look = "git show origin/BRANCH:FILE\n",
	},
	{
		.code = "EDIT_TAGGED",
		.means = "The value has a tag (!!int, !secret) that says it is no text.",
		.cause = "A tag that somebody wrote on purpose, or that another tool "
			 "understands.",
		.remedy = "Remove the tag, or name another place.",
		.look = "git log -p -1 -- FILE\n",
	},
	{
		.code = "EDIT_NOT_SCALAR",
		.means = "A mapping or a list stands where a single value was meant.",
		.cause = "A path that ends one step too early (image in place of image.tag), "
			 "or a chart that changed its shape.",
		.remedy = "Name the value inside of it.",
		.look = "git show origin/BRANCH:FILE\n",
	},
	{
		.code = "EDIT_OTHER_VALUE",
		.means = "Something else stands there than what was to be replaced: another "
			 "image, or no tag, digest or reference at all.",
		.cause = "A path to the wrong place, the wrong `part`, or an image that was "
			 "moved to another registry by hand.",
		.remedy = "Compare the configuration with the file: `part` says what stands "
			  "there, `image` which repository it must be.",
		.look = "stagegate check\n"
			"git log -p -1 -- FILE\n",
	},
	{
		.code = "EDIT_DIGEST",
		.means = "A digest stands beside the tag or behind it. The digest decides "
			 "what runs: a new tag alone would change nothing.",
		.cause = "The image was pinned by its digest.",
		.remedy = "Give tag and digest (TAG@sha256:...), name a place for the digest "
			  "too, or take the digest away.",
		.look = "git log -p -1 -- FILE\n",
	},
	{
		.code = "EDIT_NO_FIELD",
		.means = "The field to write into is missing, and it cannot be added there "
			 "exactly.",
		.cause = "A mapping without the key, or a place where nothing stands yet.",
		.remedy = "Write a first value by hand; from then on it is changed exactly.",
		.look = "git show origin/BRANCH:FILE\n",
	},
	{
		.code = "EDIT_UNPROVEN",
		.means = "The edited text was read again and differed in more than the one "
			 "value, so nothing was changed.",
		.cause = "A file in an unusual form. It is meant to be refused by a clearer "
			 "reason before it comes to this: a mistake of ours.",
		.remedy = "Write the value by hand, on a line of its own, and report the "
			  "file.",
		.look = "git show origin/BRANCH:FILE\n",
	},
};

const struct sg_advice_table sg_advice_edits = {rows, SG_COUNT(rows)};
