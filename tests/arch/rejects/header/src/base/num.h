#ifndef SG_BASE_NUM_H
#define SG_BASE_NUM_H

size_t sg_num(void);

#endif
