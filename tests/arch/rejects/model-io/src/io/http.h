#ifndef SG_IO_HTTP_H
#define SG_IO_HTTP_H

int sg_http(void);

#endif
