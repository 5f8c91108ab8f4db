/* Names that others make the rules for: Git's branches, Kubernetes' labels, GitLab's people. */
#ifndef SG_MODEL_NAME_H
#define SG_MODEL_NAME_H

#include <stdbool.h>

#include "base/str.h"

/* One branch by the rules of git check-ref-format, at most 200 bytes; for a printable text. */
bool sg_name_is_branch(struct sg_str s);

/* RFC 1123 label: 1 to 63 lower-case letters, digits and inner dashes. */
bool sg_name_is_label(struct sg_str s);

/* "@user" or "@group/subgroup". */
bool sg_name_is_approvers(struct sg_str s);

/* A letter, a digit, '.', '_' or '-'. */
bool sg_name_is_char(char c);

/* Whether every byte of S is one that IS accepts. */
bool sg_name_all(struct sg_str s, bool (*is)(char));

#endif
