/* Reading Argo CD objects by tables, with the API's idea of "nothing". Inside cluster/ only. */
#ifndef SG_CLUSTER_APP_READER_H
#define SG_CLUSTER_APP_READER_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "io/json_doc.h"
#include "model/app.h"

/* Words that come again and again in one object, each kept once. Zeroed before. */
struct sg_app_words {
	const char *seen[64];
};

struct sg_app_reader {
	struct sg_arena *arena;
	const char *where; /* of the object: "application argocd/web" */
	struct sg_err *err;
	struct sg_app_words *words; /* NULL: each is kept for itself */
};

/* NULL for what the API means as nothing: absent, null, "" and {}. */
const struct sg_json *sg_app_reader_at(const struct sg_json *value, const char *path);

/*
 * Reads the fields into RET; strings that are absent become "". PATH says where VALUE stands in
 * the object ("" for the object itself).
 */
int sg_app_reader_fields(const struct sg_app_reader *reader, const struct sg_json *value,
	const char *path, const struct sg_json_field *fields, size_t count,
	void *ret) SG_MUST_CHECK;

/* TEXT in the reader's arena; "" costs nothing, and what was just kept is kept once. */
const char *sg_app_reader_word(const struct sg_app_reader *reader, const char *text);

/* The array at PATH of VALUE, NULL when it is nothing. */
int sg_app_reader_array(const struct sg_app_reader *reader, const struct sg_json *value,
	const char *path, const struct sg_json **ret) SG_MUST_CHECK;

/* An array of strings; elements that are null are "". */
int sg_app_reader_strings(const struct sg_app_reader *reader, const struct sg_json *value,
	const char *path, struct sg_app_strings *ret) SG_MUST_CHECK;

/* An RFC 3339 time; SG_APP_NO_TIME for "". */
int sg_app_reader_time(const struct sg_app_reader *reader, const char *text, const char *path,
	int64_t *ret) SG_MUST_CHECK;

/* metadata.annotations[KEY], "" when it is absent; cut behind 900 bytes. */
const char *sg_app_reader_annotation(
	const struct sg_app_reader *reader, const struct sg_json *object, const char *key);

struct sg_app_marks sg_app_reader_marks(
	const struct sg_app_reader *reader, const struct sg_json *object);

#define SG_APP_FIELD(type, struct_name, member, path)                                              \
	{                                                                                          \
		path, type, offsetof(struct struct_name, member), false                            \
	}

/* application_spec.c, application_status.c */
int sg_application_spec(const struct sg_app_reader *reader, const struct sg_json *object,
	struct sg_app *ret) SG_MUST_CHECK;
int sg_application_status(const struct sg_app_reader *reader, const struct sg_json *object,
	struct sg_app *ret) SG_MUST_CHECK;
int sg_application_operation(const struct sg_app_reader *reader, const struct sg_json *object,
	struct sg_app *ret) SG_MUST_CHECK;

/* workload.c: `status.conditions` of a workload or a pod; the array lives in the arena. */
struct sg_workload_condition;
int sg_workload_conditions(const struct sg_app_reader *reader, const struct sg_json *object,
	const struct sg_workload_condition **ret_items, size_t *ret_count) SG_MUST_CHECK;

/* An RFC 3339 time that nothing but a soak time needs: SG_APP_NO_TIME for what is none. */
int64_t sg_workload_time(const char *text);

/* One or several sources in one spelling (argocd.md 0.2, row 12). */
int sg_application_source_text(const struct sg_app_reader *reader, const struct sg_json *parent,
	const char **ret) SG_MUST_CHECK;

#endif
