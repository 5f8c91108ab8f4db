/* Which of two states of an application is the later one. */
#include <string.h>

#include "base/alloc.h"
#include "cluster/watch_impl.h"
#include "model/ids.h"

bool sg_watch_counts(const char *version)
{
	return sg_str_is_digits(sg_str_of(version)) && version[0] != '0';
}

static int64_t time_at(const struct sg_json *object, const char *path)
{
	int64_t unix_s;

	return sg_time_parse(sg_str_of(sg_json_str(sg_json_at(object, path), "")), &unix_s) ? unix_s
											    : 0;
}

static int64_t reconciled_at(const struct sg_json *object)
{
	return time_at(object, "status.reconciledAt");
}

static int64_t started_at(const struct sg_json *object)
{
	return time_at(object, "status.operationState.startedAt");
}

void sg_watch_keep_order(struct sg_watch_item *item, const struct sg_json *object)
{
	char version[SG_WATCH_VERSION_SIZE];

	sg_free_ptr(&item->version);
	if (sg_watch_keep_version(version, sg_cluster_version_of(object)))
		item->version = sg_strdup(version);
	item->reconciled_unix_s = reconciled_at(object);
	item->started_unix_s = started_at(object);
}

/* Of two decimal numbers of any length, as the API server's guarantee for versions has it. */
static int compare_numbers(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);

	return a_len != b_len ? (a_len > b_len) - (a_len < b_len) : strcmp(a, b);
}

/* The operation is absent for a moment each time a new one is set: that says nothing. */
static bool is_earlier(const struct sg_watch_item *item, const struct sg_json *object)
{
	int64_t reconciled_unix_s = reconciled_at(object), started_unix_s = started_at(object);

	if (reconciled_unix_s != item->reconciled_unix_s)
		return reconciled_unix_s < item->reconciled_unix_s;
	return started_unix_s && started_unix_s < item->started_unix_s;
}

bool sg_watch_is_behind(const struct sg_watch_item *item, const struct sg_json *object)
{
	const char *version = sg_cluster_version_of(object);
	int n;

	if (!item->version)
		return false;
	if (!sg_watch_counts(version) || !sg_watch_counts(item->version))
		return strcmp(version, item->version) != 0 && is_earlier(item, object);
	n = compare_numbers(version, item->version);
	return n < 0 ||
	       (n == 0 && !item->there); /* what was deleted does not come back as it was */
}
