#ifndef SG_CLUSTER_WATCH_H
#define SG_CLUSTER_WATCH_H

int sg_watch(void);

#endif
