#include "config/schema_request.h"

#include "base/attr.h"
#include "model/policy.h"

#define AT(field) .offset = offsetof(struct sg_request_style, field)
#define LIST(field, counter) AT(field), .count_offset = offsetof(struct sg_request_style, counter)

static const struct sg_config_key request_keys[] = {
	{.name = "labels",
		.type = SG_CONFIG_TEXTS,
		.format = SG_FORMAT_ISSUE_LABEL,
		LIST(labels, label_count),
		.fallback = "none",
		.doc = "Labels; one that the project does not have is made by GitLab."},
	{.name = "reviewers",
		.type = SG_CONFIG_TEXTS,
		.format = SG_FORMAT_USER,
		LIST(reviewers, reviewer_count),
		.spot_offset = offsetof(struct sg_request_style, reviewer_spots),
		.fallback = "none",
		.doc = "Users who are asked for a review; GitLab Free takes one."},
	{.name = "assignees",
		.type = SG_CONFIG_TEXTS,
		.format = SG_FORMAT_USER,
		LIST(assignees, assignee_count),
		.spot_offset = offsetof(struct sg_request_style, assignee_spots),
		.fallback = "none",
		.doc = "Users to whom it is assigned; GitLab Free takes one."},
	{.name = "milestone",
		.type = SG_CONFIG_TEXT,
		AT(milestone),
		.spot_offset = offsetof(struct sg_request_style, milestone_spot),
		.fallback = "none",
		.doc = "Title of an active milestone of the project or of a group above it."},
	{.name = "draft",
		.type = SG_CONFIG_BOOL,
		AT(draft),
		.fallback = "false",
		.doc = "Open it as a draft: it is merged after a person has marked it as ready. A "
		       "version that takes the place of another one makes it a draft again."},
	{.name = "start_pipeline",
		.type = SG_CONFIG_BOOL,
		AT(start_pipeline),
		.fallback = "false",
		.doc = "Start a pipeline, once for each head, where \"Pipelines must succeed\" is "
		       "on and none comes."},
	{.name = "squash",
		.type = SG_CONFIG_BOOL,
		AT(squash),
		.given_offset = offsetof(struct sg_request_style, squash_given),
		.fallback = "as the project says",
		.doc = "Squash its commits when it is merged."},
	{.name = "remove_source_branch",
		.type = SG_CONFIG_BOOL,
		AT(remove_branch),
		.given_offset = offsetof(struct sg_request_style, remove_branch_given),
		.fallback = "true",
		.doc = "Remove our branch when it is merged."},
};

const struct sg_config_map sg_config_request_map = {
	.name = "merge_request",
	.doc = "How a new merge request of the environment is made; what people change about it "
	       "later stays.",
	.keys = request_keys,
	.key_count = SG_COUNT(request_keys),
	.size = sizeof(struct sg_request_style),
	.line_offset = SG_CONFIG_NOWHERE,
	.column_offset = SG_CONFIG_NOWHERE,
};
