/* What keeps secrets of this process from leaking by way of the system (security.md 4.1). */
#ifndef SG_IO_HARDEN_H
#define SG_IO_HARDEN_H

/*
 * No core dumps, no ptrace and no readable /proc/PID by others of the same user, no TLS key log.
 * Once, first thing in main. What the system refuses is left as it is.
 */
void sg_harden_process(void);

#endif
