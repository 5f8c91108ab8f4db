#ifndef SG_BASE_STR_UTIL_H
#define SG_BASE_STR_UTIL_H

int sg_str(void);

#endif
