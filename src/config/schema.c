#include "config/schema.h"

#include <string.h>

#include "base/attr.h"
#include "config/schema_cluster.h"
#include "config/schema_request.h"
#include "model/policy.h"

_Static_assert(sizeof(enum sg_publish_via) == sizeof(int), "enums are written as int");
_Static_assert(sizeof(enum sg_publish_mode) == sizeof(int), "enums are written as int");

#define SG_X(name, word) word " "
static const char publish_words[] = SG_PUBLISH_MODES(SG_X);
static const char via_words[] = SG_PUBLISH_VIAS(SG_X);
static const char merge_words[] = SG_MERGE_MODES(SG_X);
static const char sign_words[] = SG_SIGN_MODES(SG_X);
static const char gate_words[] = SG_GATE_TYPES(SG_X);
static const char part_words[] = SG_IMAGE_PARTS(SG_X);
#undef SG_X

#define AT(type, field) .offset = offsetof(struct type, field)
#define LIST(type, field, counter) AT(type, field), .count_offset = offsetof(struct type, counter)

static const struct sg_config_key gate_keys[] = {
	{.name = "type",
		.type = SG_CONFIG_WORD,
		.words = gate_words,
		.required = true,
		AT(sg_gate_spec, type),
		.doc = "What the gate asks: `health` (the environment before runs it, healthy), "
		       "`soak` "
		       "(for so long), `approval` (people said yes), `freeze` (no freeze period)."},
	{.name = "duration",
		.type = SG_CONFIG_TIME,
		.required = true,
		.only = "soak ",
		AT(sg_gate_spec, duration_ms),
		.doc = "How long the version must have run in the environment before, from `1s` to "
		       "`90d`."},
	{.name = "count",
		.type = SG_CONFIG_COUNT,
		.only = "approval ",
		AT(sg_gate_spec, count),
		.fallback = "1",
		.doc = "How many different people must approve."},
	{.name = "from",
		.type = SG_CONFIG_TEXTS,
		.format = SG_FORMAT_APPROVERS,
		.required = true,
		.only = "approval ",
		LIST(sg_gate_spec, from, from_count),
		.doc = "Whose approval counts: users, and members of groups."},
	{.name = "exclude",
		.type = SG_CONFIG_TEXTS,
		.format = SG_FORMAT_EXCLUDED,
		.only = "approval ",
		LIST(sg_gate_spec, exclude, exclude_count),
		.fallback = "requester",
		.doc = "Whose approval does not count besides the merge request's author and bots: "
		       "`requester` (always), `authors` (of the source commits between the "
		       "versions)."},
};

static const struct sg_config_map gate_map = {
	.name = "gate",
	.doc = "A condition that must hold before a version enters the environment.",
	.keys = gate_keys,
	.key_count = SG_COUNT(gate_keys),
	.tag = "type",
	.size = sizeof(struct sg_gate_spec),
	.line_offset = offsetof(struct sg_gate_spec, line),
	.column_offset = offsetof(struct sg_gate_spec, column),
};

static const struct sg_config_key environment_keys[] = {
	{.name = "name",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_NAME,
		.required = true,
		AT(sg_environment, name),
		.doc = "The name by which commands call it; `{env}` in templates."},
	{.name = "short",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_NAME,
		AT(sg_environment, short_name),
		.fallback = "the name",
		.doc = "What `{short}` in templates stands for."},
	{.name = "branch",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_BRANCH,
		AT(sg_environment, branch),
		.fallback = "the top-level `branch`",
		.doc = "Branch of the GitOps repository that the environment follows."},
	{.name = "publish",
		.type = SG_CONFIG_WORD,
		.words = publish_words,
		AT(sg_environment, publish),
		.fallback = "commit",
		.doc = "How a change gets onto the branch."},
	{.name = "merge",
		.type = SG_CONFIG_WORD,
		.words = merge_words,
		AT(sg_environment, merge),
		.fallback = "auto",
		.doc = "Who merges when every gate passes: stagegate (`auto`), a person (`human`), "
		       "or GitLab by its merge train or auto-merge (`gitlab`; not with gates that "
		       "are decided right before the merge)."},
	{.name = "merge_request",
		.type = SG_CONFIG_MAP,
		.map = &sg_config_request_map,
		AT(sg_environment, request),
		.doc = "How a new merge request is made."},
	{.name = "application",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_TEMPLATE,
		AT(sg_environment, application),
		.doc = "The Argo CD Application of a service, `NAME` or `NAMESPACE/NAME`; this, "
		       "`selector` or `applicationSet` is needed by `stagegate wait`."},
	{.name = "selector",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_TEMPLATE,
		AT(sg_environment, selector),
		.doc = "Labels of the Applications of a service, written as for `kubectl get -l`, "
		       "such as `app={service}`: all that have them are followed."},
	{.name = "applicationSet",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_TEMPLATE,
		AT(sg_environment, application_set),
		.doc = "The ApplicationSet that makes the Applications of a service: all of them "
		       "are followed; with `selector`: those that have the labels, too."},
	{.name = "kustomization",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_TEMPLATE,
		AT(sg_environment, kustomization),
		.doc = "In the place of `application`: the Kustomization of Flux that brings a "
		       "service, `NAME` or `NAMESPACE/NAME`."},
	{.name = "helm_release",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_TEMPLATE,
		AT(sg_environment, helm_release),
		.doc = "In the place of `application`: the HelmRelease of Flux that a "
		       "Kustomization brings for a service, `NAME` or `NAMESPACE/NAME`."},
	{.name = "workload",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_TEMPLATE,
		AT(sg_environment, workload),
		.doc = "In the place of `application`, where no GitOps controller is asked: the "
		       "workload of a service, `KIND/NAME` or `NAMESPACE/KIND/NAME`, such as "
		       "`deployment/{service}`; several with blanks between them."},
	{.name = "cluster",
		.type = SG_CONFIG_MAP,
		.map = &sg_config_cluster_map,
		AT(sg_environment, cluster),
		.doc = "Where the Applications, the objects of Flux, or the workloads are."},
	{.name = "sync",
		.type = SG_CONFIG_BOOL,
		AT(sg_environment, sync),
		.fallback = "false",
		.doc = "Start a sync of an Application whose automated sync is off, of exactly the "
		       "landed revision; nothing is pruned or forced."},
	{.name = "rollout",
		.type = SG_CONFIG_MAP,
		.map = &sg_config_rollout_map,
		AT(sg_environment, rollout),
		.doc = "Whether Argo Rollouts are resumed or aborted; see "
		       "[workloads.md](workloads.md#argo-rollouts)."},
	{.name = "gates",
		.type = SG_CONFIG_MAPS,
		.map = &gate_map,
		LIST(sg_environment, gates, gate_count),
		.fallback = "none",
		.doc = "What must hold before a version enters."},
	{.name = "after",
		.type = SG_CONFIG_TEXTS,
		.format = SG_FORMAT_NAME,
		LIST(sg_environment, after, after_count),
		.fallback = "the environment listed before; `[]` for none",
		.doc = "The environments that a version passes first."},
};

static const struct sg_config_map environment_map = {
	.name = "environment",
	.doc = "One stage on the way to production.",
	.keys = environment_keys,
	.key_count = SG_COUNT(environment_keys),
	.size = sizeof(struct sg_environment),
	.line_offset = offsetof(struct sg_environment, line),
	.column_offset = SG_CONFIG_NOWHERE,
};

static const struct sg_config_key update_keys[] = {
	{.name = "file",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_TEMPLATE,
		.required = true,
		AT(sg_update, file),
		.doc = "The file, relative to the service's `path`."},
	{.name = "key",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_TEMPLATE,
		AT(sg_update, key),
		.doc = "Path of the value in a YAML or JSON file, such as `image.tag`; this, "
		       "`image` "
		       "or `marker`."},
	{.name = "image",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_TEMPLATE,
		AT(sg_update, image),
		.doc = "Name of the entry in `images:` of a kustomization."},
	{.name = "marker",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_TEMPLATE,
		AT(sg_update, marker),
		.doc = "Name in comments behind the values, such as `# stagegate: web:tag`; they "
		       "say "
		       "the part, too."},
	{.name = "part",
		.type = SG_CONFIG_WORD,
		.words = part_words,
		AT(sg_update, part),
		.fallback = "tag",
		.doc = "Which part of the image reference stands there; `version`: none, but the "
		       "version of a chart, which may have `+BUILD`."},
};

static const struct sg_config_map update_map = {
	.name = "update",
	.doc = "A place that carries the image of a service.",
	.keys = update_keys,
	.key_count = SG_COUNT(update_keys),
	.size = sizeof(struct sg_update),
	.line_offset = offsetof(struct sg_update, line),
	.column_offset = offsetof(struct sg_update, column),
};

static const struct sg_config_key service_keys[] = {
	{.name = "name",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_SERVICE,
		.required = true,
		AT(sg_service, name),
		.doc = "The name by which commands call it; `\"*\"` stands for every folder that "
		       "`path` "
		       "finds."},
	{.name = "path",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_TEMPLATE,
		.required = true,
		AT(sg_service, path),
		.doc = "Folder of the service in the GitOps repository."},
	{.name = "source",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_TEMPLATE,
		AT(sg_service, source),
		.doc = "GitLab project that the image is built from."},
	{.name = "image",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_TEMPLATE,
		AT(sg_service, image),
		.doc = "Repository of the image, without tag."},
	{.name = "update",
		.type = SG_CONFIG_MAPS,
		.map = &update_map,
		LIST(sg_service, updates, update_count),
		.fallback = "found out, see [places](#places)",
		.doc = "The places that carry the image; all of them are changed together."},
};

static const struct sg_config_map service_map = {
	.name = "service",
	.doc = "What is deployed.",
	.keys = service_keys,
	.key_count = SG_COUNT(service_keys),
	.size = sizeof(struct sg_service),
	.line_offset = offsetof(struct sg_service, line),
	.column_offset = SG_CONFIG_NOWHERE,
};

static const struct sg_config_key author_keys[] = {
	{.name = "name",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_PERSON,
		AT(sg_commit_style, author_name),
		.fallback = "stagegate",
		.doc = "Author's and committer's name."},
	{.name = "email",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_EMAIL,
		AT(sg_commit_style, author_email),
		.fallback = "noreply@stagegate.invalid",
		.doc = "Author's and committer's address."},
};

/* Written into the same struct as `commit` itself. */
static const struct sg_config_map author_map = {
	.name = "author",
	.doc = "Who the commits are by.",
	.keys = author_keys,
	.key_count = SG_COUNT(author_keys),
	.size = sizeof(struct sg_commit_style),
	.line_offset = SG_CONFIG_NOWHERE,
	.column_offset = SG_CONFIG_NOWHERE,
};

static const struct sg_config_key commit_keys[] = {
	{.name = "subject",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_SUBJECT,
		AT(sg_commit_style, subject),
		.fallback = "deploy({env}): {service} {tag}",
		.doc = "First line of the commit message."},
	{.name = "author",
		.type = SG_CONFIG_MAP,
		.map = &author_map,
		.offset = 0,
		.doc = "Who the commits are by."},
	{.name = "sign",
		.type = SG_CONFIG_WORD,
		.words = sign_words,
		AT(sg_commit_style, sign),
		.fallback = "optional",
		.doc = "Whether commits carry a signature: where there is a key (`optional`), or "
		       "always (`required`: without `--signing-key-file` none is published)."},
};

static const struct sg_config_map commit_map = {
	.name = "commit",
	.doc = "How commits look.",
	.keys = commit_keys,
	.key_count = SG_COUNT(commit_keys),
	.size = sizeof(struct sg_commit_style),
	.line_offset = SG_CONFIG_NOWHERE,
	.column_offset = SG_CONFIG_NOWHERE,
};

static const struct sg_config_key publish_keys[] = {
	{.name = "via",
		.type = SG_CONFIG_WORD,
		.words = via_words,
		AT(sg_policy, publish_via),
		.fallback = "auto",
		.doc = "Which way `bump` goes: by Git (`git`), over GitLab's API without a clone "
		       "(`api`), or over the API where it can ([auto](publishing.md))."},
};

/* Written into the same struct as the whole file. */
static const struct sg_config_map publish_map = {
	.name = "publish",
	.doc = "How commits get to the server.",
	.keys = publish_keys,
	.key_count = SG_COUNT(publish_keys),
	.size = sizeof(struct sg_policy),
	.line_offset = SG_CONFIG_NOWHERE,
	.column_offset = SG_CONFIG_NOWHERE,
};

static const struct sg_config_key gitlab_keys[] = {
	{.name = "former_bots",
		.type = SG_CONFIG_IDS,
		LIST(sg_policy, former_bots, former_bot_count),
		.fallback = "none",
		.doc = "Ids of the users that stagegate worked as before: their merge requests are "
		       "its own, their approvals count for nothing."},
	{.name = "environment",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_DEPLOYED,
		AT(sg_policy, gitlab_environment),
		.fallback = "nothing is recorded",
		.doc = "GitLab's environment in which `wait` and `promote` record each roll-out as "
		       "a deployment, such as `{env}/{service}`."},
};

/* Written into the same struct as the whole file. */
static const struct sg_config_map gitlab_map = {
	.name = "gitlab",
	.doc = "What holds for the GitLab that the repository is in.",
	.keys = gitlab_keys,
	.key_count = SG_COUNT(gitlab_keys),
	.size = sizeof(struct sg_policy),
	.line_offset = SG_CONFIG_NOWHERE,
	.column_offset = SG_CONFIG_NOWHERE,
};

static const struct sg_config_key root_keys[] = {
	{.name = "version",
		.type = SG_CONFIG_VERSION,
		.required = true,
		.offset = SG_CONFIG_NOWHERE,
		.doc = "Version of this format: 1."},
	{.name = "branch",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_BRANCH,
		AT(sg_policy, branch),
		.fallback = "main",
		.doc = "Branch of environments that name none."},
	{.name = "environments",
		.type = SG_CONFIG_MAPS,
		.map = &environment_map,
		.required = true,
		LIST(sg_policy, environments, environment_count),
		.doc = "The stages, in promotion order."},
	{.name = "services",
		.type = SG_CONFIG_MAPS,
		.map = &service_map,
		.required = true,
		LIST(sg_policy, services, service_count),
		.doc = "What is deployed; a service's own entry goes before `\"*\"`."},
	{.name = "commit",
		.type = SG_CONFIG_MAP,
		.map = &commit_map,
		AT(sg_policy, commit),
		.doc = "How commits look."},
	{.name = "publish",
		.type = SG_CONFIG_MAP,
		.map = &publish_map,
		.offset = 0,
		.doc = "How commits get to the server."},
	{.name = "gitlab",
		.type = SG_CONFIG_MAP,
		.map = &gitlab_map,
		.offset = 0,
		.doc = "What holds for the GitLab that the repository is in."},
};

const struct sg_config_map *sg_config_schema(void)
{
	static const struct sg_config_map root = {
		.name = "stagegate.yaml",
		.doc = "Configuration of stagegate, at the root of the GitOps repository.",
		.keys = root_keys,
		.key_count = SG_COUNT(root_keys),
		.size = sizeof(struct sg_policy),
		.line_offset = SG_CONFIG_NOWHERE,
		.column_offset = SG_CONFIG_NOWHERE,
	};

	return &root;
}

int sg_config_word(const char *words, const char *text)
{
	struct sg_str rest = sg_str_of(words), word;

	for (int at = 0; sg_str_cut(&rest, ' ', &word); at++)
		if (word.len && sg_str_is(word, text))
			return at;
	return -1;
}
