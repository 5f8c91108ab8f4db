#include <string.h>

#include "base/buf.h"
#include "cluster/app_reader.h"
#include "io/json_canon.h"

#define TEXT_MAX_BYTES ((size_t)48 * 1024 * 1024)

#define SOURCE(type, member, path) SG_APP_FIELD(type, sg_app_source, member, path)

static const struct sg_json_field source_fields[] = {
	SOURCE(SG_FIELD_STR, repo_url, "repoURL"),
	SOURCE(SG_FIELD_STR, target_revision, "targetRevision"),
	SOURCE(SG_FIELD_STR, path, "path"),
	SOURCE(SG_FIELD_STR, chart, "chart"),
};

#define DESTINATION(type, member, path) SG_APP_FIELD(type, sg_app_destination, member, path)

static const struct sg_json_field destination_fields[] = {
	DESTINATION(SG_FIELD_STR, name, "name"),
	DESTINATION(SG_FIELD_STR, server, "server"),
	DESTINATION(SG_FIELD_STR, namespace, "namespace"),
};

#define POLICY(type, member, path) SG_APP_FIELD(type, sg_app, member, path)

static const struct sg_json_field automated_fields[] = {
	POLICY(SG_FIELD_BOOL, automated, "enabled"),
	POLICY(SG_FIELD_BOOL, prune, "prune"),
	POLICY(SG_FIELD_BOOL, self_heal, "selfHeal"),
};

static int add_source(const struct sg_app_reader *reader, const struct sg_json *value,
	const char *path, struct sg_app *app)
{
	struct sg_app_source *source =
		sg_arena_push(reader->arena, &app->sources, &app->source_count, sizeof(*source));

	return sg_app_reader_fields(
		reader, value, path, source_fields, SG_COUNT(source_fields), source);
}

/* The sources that the table looks at: the dry one, else all of `sources`, else `source`. */
static int read_sources(
	const struct sg_app_reader *reader, const struct sg_json *spec, struct sg_app *app)
{
	const struct sg_json *dry = sg_app_reader_at(spec, "sourceHydrator.drySource");
	const struct sg_json *one = sg_app_reader_at(spec, "source"), *many;

	app->hydrator.used = sg_app_reader_at(spec, "sourceHydrator") != NULL;
	if (sg_app_reader_array(reader, spec, "sources", &many) < 0)
		return -1;
	if (app->hydrator.used)
		return dry ? add_source(reader, dry, "spec.sourceHydrator.drySource", app) : 0;
	app->many_sources = sg_json_first(many) != NULL;
	if (!app->many_sources)
		return one ? add_source(reader, one, "spec.source", app) : 0;
	for (const struct sg_json *e = sg_json_first(many); e; e = sg_json_next(e))
		if (add_source(reader, sg_json_type(e) == SG_JSON_ABSENT ? NULL : e,
			    "spec.sources[]", app) < 0)
			return -1;
	return 0;
}

static int canon_text(
	const struct sg_app_reader *reader, const struct sg_json *value, const char **ret)
{
	SG_AUTO(sg_buf_release) struct sg_buf text;

	sg_buf_init(&text, TEXT_MAX_BYTES);
	sg_json_canon(value, "valuesObject", &text);
	if (text.overflow)
		return sg_fail(reader->err, SG_R_TOO_LARGE, "%s: its sources are too large",
			reader->where);
	*ret = sg_app_reader_word(reader, text.len ? text.ptr : "");
	return 0;
}

int sg_application_source_text(
	const struct sg_app_reader *reader, const struct sg_json *parent, const char **ret)
{
	const struct sg_json *many = sg_app_reader_at(parent, "sources");

	return canon_text(
		reader, sg_json_first(many) ? many : sg_app_reader_at(parent, "source"), ret);
}

/* What a hydrated application is compared with: the branch that it is hydrated to. */
static int hydrated_text(const struct sg_app_reader *reader, const char *repo_url, const char *path,
	const char *revision, const char **ret)
{
	*ret = sg_arena_printf(reader->arena, "%zu:%s %zu:%s %s", strlen(repo_url), repo_url,
		strlen(path), path, revision);
	return 0;
}

struct sync_source {
	const char *repo_url;
	const char *dry_repo_url;
	const char *path;
	const char *branch;
	const char *hydrate_to;
};

#define SYNC(type, member, path) SG_APP_FIELD(type, sync_source, member, path)

static const struct sg_json_field sync_source_fields[] = {
	SYNC(SG_FIELD_STR, repo_url, "syncSource.repoURL"),
	SYNC(SG_FIELD_STR, dry_repo_url, "drySource.repoURL"),
	SYNC(SG_FIELD_STR, path, "syncSource.path"),
	SYNC(SG_FIELD_STR, branch, "syncSource.targetBranch"),
	SYNC(SG_FIELD_STR, hydrate_to, "hydrateTo.targetBranch"),
};

static int read_hydrated_texts(
	const struct sg_app_reader *reader, const struct sg_json *object, struct sg_app *app)
{
	struct sync_source spec = {0};
	struct sg_app_source compared = {0};

	if (sg_app_reader_fields(reader, sg_app_reader_at(object, "spec.sourceHydrator"),
		    "spec.sourceHydrator", sync_source_fields, SG_COUNT(sync_source_fields),
		    &spec) < 0 ||
		sg_app_reader_fields(reader,
			sg_app_reader_at(object, "status.sync.comparedTo.source"),
			"status.sync.comparedTo.source", source_fields, SG_COUNT(source_fields),
			&compared) < 0)
		return -1;
	app->hydrator.hydrate_to = spec.hydrate_to;
	(void)hydrated_text(reader, spec.repo_url[0] ? spec.repo_url : spec.dry_repo_url, spec.path,
		spec.branch, &app->spec_source);
	return hydrated_text(reader, compared.repo_url, compared.path, compared.target_revision,
		&app->compared_source);
}

static int read_source_texts(
	const struct sg_app_reader *reader, const struct sg_json *object, struct sg_app *app)
{
	app->hydrator.hydrate_to = "";
	if (app->hydrator.used)
		return read_hydrated_texts(reader, object, app);
	if (sg_application_source_text(reader, sg_json_get(object, "spec"), &app->spec_source) < 0)
		return -1;
	return sg_application_source_text(
		reader, sg_json_at(object, "status.sync.comparedTo"), &app->compared_source);
}

static int read_destinations(
	const struct sg_app_reader *reader, const struct sg_json *object, struct sg_app *app)
{
	static const char spec[] = "spec.destination";
	static const char compared[] = "status.sync.comparedTo.destination";

	if (sg_app_reader_fields(reader, sg_app_reader_at(object, spec), spec, destination_fields,
		    SG_COUNT(destination_fields), &app->destination) < 0)
		return -1;
	return sg_app_reader_fields(reader, sg_app_reader_at(object, compared), compared,
		destination_fields, SG_COUNT(destination_fields), &app->compared_destination);
}

/* `automated: {}` is on; this is the one place where {} is not nothing. */
static int read_automated(
	const struct sg_app_reader *reader, const struct sg_json *spec, struct sg_app *app)
{
	const struct sg_json *automated = sg_json_at(spec, "syncPolicy.automated");

	app->automated = sg_json_type(automated) == SG_JSON_OBJECT;
	return sg_app_reader_fields(reader, automated, "spec.syncPolicy.automated",
		automated_fields, SG_COUNT(automated_fields), app);
}

static bool has_word(struct sg_str text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (sg_str_search(text, words[i]) >= 0)
			return true;
	return false;
}

/* A parameter whose value is part of an image. Others are nobody's business: not all that speak of
 * images are harmless ("imageCredentials.password"). */
static bool is_of_image(const char *text)
{
	static const char *const words[] = {"image", "Image"};
	static const char *const ends[] = {
		"image", "Image", "repository", "Repository", "registry", "Registry", "digest"};
	struct sg_str name = sg_str_of(text);

	for (size_t i = 0; i < SG_COUNT(ends); i++)
		if (sg_str_ends(name, ends[i]) && has_word(name, words, SG_COUNT(words)))
			return true;
	return sg_str_ends(name, "tag") || sg_str_ends(name, "Tag");
}

/* A path, of which only where it leads is said. */
static bool is_about_images(const char *path)
{
	static const char *const words[] = {"image", "Image", "containers"};

	return has_word(sg_str_of(path), words, SG_COUNT(words));
}

static void add_overrides(struct sg_buf *out, const struct sg_json *source)
{
	const struct sg_json *images = sg_json_at(source, "kustomize.images");
	const struct sg_json *parameters = sg_json_at(source, "helm.parameters");

	for (const struct sg_json *e = sg_json_first(images); e; e = sg_json_next(e))
		sg_buf_addf(out, "%s%.300s (kustomize.images)", out->len ? ", " : "",
			sg_json_str(e, ""));
	for (const struct sg_json *e = sg_json_first(parameters); e; e = sg_json_next(e)) {
		const char *name = sg_json_str(sg_json_get(e, "name"), "");

		if (is_of_image(name))
			sg_buf_addf(out, "%s%.100s=%.200s (helm.parameters)", out->len ? ", " : "",
				name, sg_json_str(sg_json_get(e, "value"), ""));
	}
	if (sg_json_at(source, "helm.valuesObject"))
		sg_buf_addf(out, "%shelm.valuesObject", out->len ? ", " : "");
}

/* The paths in the list at NAME of RULE that are about images. */
static void add_ignored(struct sg_buf *out, const struct sg_json *rule, const char *name)
{
	for (const struct sg_json *e = sg_json_first(sg_json_get(rule, name)); e;
		e = sg_json_next(e)) {
		const char *path = sg_json_str(e, "");

		if (is_about_images(path))
			sg_buf_addf(out, "%s%.60s %.200s (ignoreDifferences)", out->len ? ", " : "",
				sg_json_str(sg_json_get(rule, "kind"), ""), path);
	}
}

/* Hints only: whatever does not fit is left out. */
static const char *overrides(const struct sg_app_reader *reader, const struct sg_json *spec)
{
	SG_AUTO(sg_buf_release) struct sg_buf text;

	sg_buf_init(&text, 2048);
	add_overrides(&text, sg_json_get(spec, "source"));
	for (const struct sg_json *e = sg_json_first(sg_json_get(spec, "sources")); e;
		e = sg_json_next(e))
		add_overrides(&text, e);
	for (const struct sg_json *e = sg_json_first(sg_json_get(spec, "ignoreDifferences")); e;
		e = sg_json_next(e)) {
		add_ignored(&text, e, "jsonPointers");
		add_ignored(&text, e, "jqPathExpressions");
	}
	return sg_arena_dup(reader->arena, sg_buf_str(&text));
}

static const struct sg_json_field project_fields[] = {
	POLICY(SG_FIELD_STR, project, "project"),
};

int sg_application_spec(
	const struct sg_app_reader *reader, const struct sg_json *object, struct sg_app *ret)
{
	const struct sg_json *spec = sg_app_reader_at(object, "spec");

	if (sg_app_reader_fields(
		    reader, spec, "spec", project_fields, SG_COUNT(project_fields), ret) < 0)
		return -1;
	if (!ret->project[0])
		ret->project = "default";
	if (read_sources(reader, spec, ret) < 0 || read_source_texts(reader, object, ret) < 0 ||
		read_destinations(reader, object, ret) < 0)
		return -1;
	ret->image_overrides = overrides(reader, spec);
	return read_automated(reader, spec, ret);
}
