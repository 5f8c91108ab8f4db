/* Advice: why the places of an image could not be found out. */
#include "base/attr.h"
#include "model/advice.h"

static const struct sg_advice rows[] = {
	{
		.code = "PLACE_AMBIGUOUS",
		.means = "stagegate.yaml names no `update:` for the service, and more than one "
			 "place may carry its image, or its application is there more than once. "
			 "Nothing was changed.",
		.cause = "Two containers, two values files of equal rank or two manifests have the "
			 "image; or `image:` of the service is missing and the files have several.",
		.remedy = "Write `update:` with the places that are meant: the message has the "
			  "lines to choose from. All places that it names are changed together. "
			  "Where the service has no `image:`, that may be enough.",
		.look = "stagegate check --repo .\n",
	},
	{
		.code = "PLACE_SHARED",
		.means = "The place that carries the image in this environment carries it in "
			 "another one on the same branch, too. A change for one would be a change "
			 "for both, so nothing was changed.",
		.cause = "The tag stands in a file that both read, such as values.yaml or a base, "
			 "and no file of this environment alone sets it.",
		.remedy = "Set the tag in a file of each environment, such as values-dev.yaml or "
			  "overlays/dev, or name the places by `update:`.",
		.look = "stagegate check --repo .\n",
	},
	{
		.code = "PLACE_NOT_FOUND",
		.means = "stagegate.yaml names no `update:` for the service, and no file of the "
			 "repository says its image in a way that can be told.",
		.cause = "`image:` of the service is not the repository that the files name, no "
			 "file sets a tag, the application reads another repository, or its "
			 "ApplicationSet is filled in by something that is not in the files.",
		.remedy = "Compare `image:` with the files that the message names. Where the files "
			  "cannot say it, name the places by `update:`.",
		.look = "stagegate check --repo .\n"
			"git grep -n IMAGE origin/BRANCH\n",
	},
};

const struct sg_advice_table sg_advice_places = {rows, SG_COUNT(rows)};
