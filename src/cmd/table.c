#include "cmd/table.h"

#include <string.h>

#include "base/attr.h"

static const struct sg_cmd *const commands[] = {
	&sg_cmd_bump,
	&sg_cmd_wait,
	&sg_cmd_promote,
	&sg_cmd_gate,
	&sg_cmd_mr_open,
	&sg_cmd_mr_status,
	&sg_cmd_mr_merge,
	&sg_cmd_mr_close,
	&sg_cmd_mr_list,
	&sg_cmd_status,
	&sg_cmd_check,
	&sg_cmd_doctor,
	&sg_cmd_init,
	&sg_cmd_edit,
	&sg_cmd_explain,
	&sg_cmd_completion,
	&sg_cmd_version,
};

const struct sg_cmd *const *sg_cmd_table(size_t *ret_count)
{
	*ret_count = SG_COUNT(commands);
	return commands;
}

const struct sg_cmd *sg_cmd_find(const char *name)
{
	for (size_t i = 0; i < SG_COUNT(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

struct sg_str sg_cmd_family(const struct sg_cmd *cmd)
{
	struct sg_str name = sg_str_of(cmd->name);
	long blank = sg_str_find(name, ' ');

	return sg_str_sub(name, 0, blank < 0 ? 0 : (size_t)blank);
}

bool sg_cmd_is_family(const char *name)
{
	for (size_t i = 0; i < SG_COUNT(commands); i++)
		if (*name && sg_str_is(sg_cmd_family(commands[i]), name))
			return true;
	return false;
}

const struct sg_cmd *sg_cmd_match(int argc, const char *const *argv, int *ret_used)
{
	for (size_t i = 0; i < SG_COUNT(commands); i++) {
		struct sg_str family = sg_cmd_family(commands[i]);

		*ret_used = family.len ? 2 : 1;
		if (argc < *ret_used)
			continue;
		if (family.len ? sg_str_is(family, argv[0]) &&
					 strcmp(commands[i]->name + family.len + 1, argv[1]) == 0
			       : strcmp(commands[i]->name, argv[0]) == 0)
			return commands[i];
	}
	*ret_used = 0;
	return NULL;
}
