#include <string.h>

#include "io/http_url.h"
#include "model/image.h"
#include "model/name.h"
#include "scaffold/scaffold.h"

#define SERVICE_MAX_BYTES 55 /* with "-staging" a label of 63 bytes */
#define SERVICES_MAX 200
#define URL_MAX_BYTES 1000
#define IMAGE_MAX_BYTES (255 - SERVICE_MAX_BYTES)

static int check_service(const char *name, struct sg_err *err)
{
	struct sg_str s = sg_str_of(name);

	if (sg_name_is_label(s) && s.len <= SERVICE_MAX_BYTES && s.ptr[0] >= 'a')
		return 0;
	(void)sg_fail(err, SG_R_USAGE,
		"--services: '%.80s' cannot name a chart and a Kubernetes service", name);
	return sg_hint(err,
		"lower-case letters, digits and dashes, beginning with a letter, at most %d",
		SERVICE_MAX_BYTES);
}

static int check_services(const struct sg_scaffold_values *values, struct sg_err *err)
{
	if (values->service_count > SERVICES_MAX)
		return sg_fail(err, SG_R_USAGE, "--services: more than %d", SERVICES_MAX);
	for (size_t i = 0; i < values->service_count; i++) {
		if (check_service(values->services[i], err) < 0)
			return -1;
		for (size_t k = 0; k < i; k++)
			if (strcmp(values->services[k], values->services[i]) == 0)
				return sg_fail(err, SG_R_USAGE, "--services: '%s' stands twice",
					values->services[i]);
	}
	return 0;
}

/* A registry alone ("registry.example.com:5000") will do: what counts are the names below it. */
static int check_image(const char *text, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf sample = {0};
	struct sg_image image;

	if (!text)
		return 0;
	sg_buf_init(&sample, IMAGE_MAX_BYTES);
	sg_buf_addf(&sample, "%s/s", text);
	if (!sample.overflow && sg_image_parse(sg_buf_str(&sample), &image) && !image.tag.len &&
		!image.digest.len)
		return 0;
	(void)sg_fail(err, SG_R_USAGE, "--image-prefix: '%.200s' is no place for images", text);
	return sg_hint(err, "without tag, as in registry.example.com/shop");
}

static bool is_url_char(char c)
{
	return sg_name_is_char(c) || (c && strchr("/~+%:[]", c));
}

static int check_url(const char *text, struct sg_err *err)
{
	struct sg_http_url url;

	if (!text)
		return 0;
	if (sg_http_url_parse(text, &url, err) < 0)
		return sg_wrap(err, "--gitops");
	if (url.tls && url.target.len > 1 && strlen(text) <= URL_MAX_BYTES &&
		sg_name_all(sg_str_of(text), is_url_char))
		return 0;
	return sg_fail(err, SG_R_USAGE, "--gitops: '%.200s' is no https URL of a repository", text);
}

static bool is_branch_char(char c)
{
	return sg_name_is_char(c) || c == '/';
}

/* Git allows more; none of it is worth a file that somebody has to quote. */
static int check_branch(const char *option, const char *text, struct sg_err *err)
{
	struct sg_str s = sg_str_of(text);

	if (!text || (sg_name_is_branch(s) && sg_name_all(s, is_branch_char)))
		return 0;
	(void)sg_fail(err, SG_R_USAGE, "%s: '%.80s' is no name for a branch here", option, text);
	return sg_hint(err, "letters, digits, '.', '_', '-' and '/', as Git allows them");
}

static int check_approvers(const struct sg_scaffold_values *values, struct sg_err *err)
{
	for (size_t i = 0; i < values->approver_count; i++)
		if (!sg_name_is_approvers(sg_str_of(values->approvers[i])))
			return sg_fail(err, SG_R_USAGE,
				"--approvers: '%.80s' is neither @user nor @group/subgroup",
				values->approvers[i]);
	return 0;
}

/* As GitLab has it: a group, and no component is empty or begins with a dot or a dash. */
static bool is_project(struct sg_str s)
{
	struct sg_str rest = s, part;
	size_t parts = 0;

	for (; sg_str_cut(&rest, '/', &part); parts++)
		if (part.len == 0 || part.ptr[0] == '.' || part.ptr[0] == '-' ||
			!sg_name_all(part, sg_name_is_char))
			return false;
	return parts > 1 && s.len <= URL_MAX_BYTES;
}

static int check_gitops(const char *text, struct sg_err *err)
{
	if (!text || is_project(sg_str_of(text)))
		return 0;
	if (strstr(text, "://"))
		return check_url(text, err);
	return sg_fail(err, SG_R_USAGE,
		"--gitops: '%.200s' is neither a project path nor an https URL", text);
}

static int check_components(const char *text, struct sg_err *err)
{
	if (!text || is_project(sg_str_of(text)))
		return 0;
	return sg_fail(err, SG_R_USAGE, "--components: '%.200s' is no project path", text);
}

/* An image of a job; GitLab's variables are filled in by GitLab. */
static bool is_job_image_char(char c)
{
	return sg_name_is_char(c) || (c && strchr("/:@$", c));
}

static int check_job_image(const char *text, struct sg_err *err)
{
	if (!text || (*text && strlen(text) <= URL_MAX_BYTES &&
			     sg_name_all(sg_str_of(text), is_job_image_char)))
		return 0;
	return sg_fail(err, SG_R_USAGE, "--job-image: '%.200s' is no image", text);
}

int sg_scaffold_check(const struct sg_scaffold_values *values, struct sg_err *err)
{
	if (values->namespace && !sg_name_is_label(sg_str_of(values->namespace)))
		return sg_fail(err, SG_R_USAGE, "--namespace: '%.80s' is no Kubernetes namespace",
			values->namespace);
	if (check_gitops(values->gitops, err) < 0 ||
		check_components(values->components, err) < 0 ||
		check_job_image(values->job_image, err) < 0)
		return -1;
	if (check_services(values, err) < 0 || check_image(values->image, err) < 0 ||
		check_url(values->url, err) < 0 ||
		check_branch("--main-branch", values->branch, err) < 0 ||
		check_branch("--dev-branch", values->dev_branch, err) < 0)
		return -1;
	return check_approvers(values, err);
}
