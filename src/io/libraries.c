#include "io/libraries.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <mbedtls/build_info.h>
#include <yaml.h>

void sg_io_libraries(struct sg_library ret_libraries[SG_IO_LIBRARIES])
{
	ret_libraries[0] =
		(struct sg_library){"libcurl", curl_version_info(CURLVERSION_NOW)->version};
	ret_libraries[1] = (struct sg_library){"mbedTLS", MBEDTLS_VERSION_STRING};
	ret_libraries[2] = (struct sg_library){"libyaml", yaml_get_version_string()};
	ret_libraries[3] = (struct sg_library){"cJSON", cJSON_Version()};
}
