#ifndef SG_IO_SIGNAL_H
#define SG_IO_SIGNAL_H

int sg_signal_seen(void);

#endif
