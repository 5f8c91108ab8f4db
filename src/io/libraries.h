/* The libraries below io/, for the command `version` and for bug reports. */
#ifndef SG_IO_LIBRARIES_H
#define SG_IO_LIBRARIES_H

#include <stddef.h>

struct sg_library {
	const char *name;
	const char *version;
};

enum { SG_IO_LIBRARIES = 4 };

/* What is linked, as the libraries themselves say. */
void sg_io_libraries(struct sg_library ret_libraries[SG_IO_LIBRARIES]);

#endif
