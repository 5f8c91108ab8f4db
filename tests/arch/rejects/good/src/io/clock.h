#ifndef SG_IO_CLOCK_H
#define SG_IO_CLOCK_H

int sg_clock(void);

#endif
