/* What fuzz_styles promises of a key that comes into a mapping of a made document. */
#ifndef TESTS_FUZZ_STYLES_H
#define TESTS_FUZZ_STYLES_H

#include "maker.h"
#include "written.h"

/*
 * A key in MAPPING of TEXT: it is added on a line of its own behind the last one, with the
 * indentation of the others, or inside of the braces; every old byte stays, and of the events only
 * its two are new. Or it is refused where the maker does not hope for it. Ends the process where
 * that is broken.
 */
void styles_check_added(
	struct sg_str text, const struct maker_mapping *mapping, const struct written_value *value);

#endif
