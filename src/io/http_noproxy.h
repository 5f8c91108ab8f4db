/*
 * The exceptions of a proxy environment, by libcurl's rules. libcurl itself looks at the host of
 * the URL; this is for calls whose URL is made to carry another name (see set_server_name()).
 */
#ifndef SG_IO_HTTP_NOPROXY_H
#define SG_IO_HTTP_NOPROXY_H

#include <stdbool.h>

#include "base/str.h"

/*
 * True when HOST (a name or an address, no brackets) is excepted by LIST: names separated by commas
 * or blanks, each matching itself and what is below it, with or without a leading dot; addresses
 * and networks ("10.0.0.0/8"); "*" alone for everything.
 */
bool sg_http_noproxy(struct sg_str list, const char *host);

#endif
