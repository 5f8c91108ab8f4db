#ifndef SG_BASE_NUM_H
#define SG_BASE_NUM_H

int sg_num(void);

#endif
