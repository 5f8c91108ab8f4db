#include "base/text.h"
#include "gitlab/call.h"

static bool leads_elsewhere(struct sg_str part)
{
	return part.len == 0 || sg_str_is(part, ".") || sg_str_is(part, "..");
}

int sg_gitlab_path_part(struct sg_buf *path, const char *part, struct sg_err *err)
{
	struct sg_str text = sg_str_of(part);

	if (leads_elsewhere(text))
		return sg_fail(err, SG_R_CONFIG_INVALID,
			"\"%s\" cannot be a name in an address of GitLab's", part ? part : "");
	sg_buf_addc(path, '/');
	sg_text_url(text, path);
	return 0;
}

int sg_gitlab_path_project(struct sg_buf *path, const char *project, struct sg_err *err)
{
	struct sg_str rest = sg_str_of(project), part;

	while (sg_str_cut(&rest, '/', &part))
		if (leads_elsewhere(part))
			return sg_fail(err, SG_R_CONFIG_INVALID,
				"\"%s\" cannot be the path of a project", project);
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
