/* SIGINT, SIGTERM and SIGHUP end the run at the next wait; SIGPIPE and SIGXFSZ are
 * ignored: the write fails, and that is said. */
#ifndef SG_IO_SIGNAL_H
#define SG_IO_SIGNAL_H

/* Installs the handlers; once, from main. */
void sg_signal_install(void);

/* The signal that asked for the end, or 0. */
int sg_signal_seen(void);

/* A descriptor that becomes readable when a signal came, or -1 before install. */
int sg_signal_fd(void);

#endif
