#include "base/text.h"
#include "gitlab/call.h"

/* A server or proxy may decode an encoded slash before it looks at the parts. */
static bool leads_elsewhere(struct sg_str name)
{
	struct sg_str part;

	if (name.len == 0)
		return true;
	while (sg_str_cut(&name, '/', &part))
		if (part.len == 0 || sg_str_is(part, ".") || sg_str_is(part, ".."))
			return true;
	return false;
}

int sg_gitlab_path_part(struct sg_buf *path, const char *part, struct sg_err *err)
{
	if (leads_elsewhere(sg_str_of(part)))
		return sg_fail(err, SG_R_CONFIG_INVALID,
			"\"%s\" cannot be a name in an address of GitLab's", part ? part : "");
	sg_buf_addc(path, '/');
	sg_text_url(sg_str_of(part), path);
	return 0;
}

int sg_gitlab_path_project(struct sg_buf *path, const char *project, struct sg_err *err)
{
	sg_buf_adds(path, "/projects");
	return sg_gitlab_path_part(path, project, err);
}

void sg_gitlab_path_param(struct sg_buf *path, const char *name, const char *value)
{
	sg_buf_addc(path, sg_str_find(sg_buf_str(path), '?') < 0 ? '?' : '&');
	sg_text_url(sg_str_of(name), path);
	sg_buf_addc(path, '=');
	sg_text_url(sg_str_of(value), path);
}
