#include "cmd/table.h"

#include <string.h>

#include "base/attr.h"

static const struct sg_cmd *const commands[] = {
	&sg_cmd_bump,
	&sg_cmd_wait,
	&sg_cmd_promote,
	&sg_cmd_gate,
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
