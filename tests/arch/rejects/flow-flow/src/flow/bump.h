#ifndef SG_FLOW_BUMP_H
#define SG_FLOW_BUMP_H

int sg_flow_bump(void);

#endif
