#ifndef SG_MODEL_IMAGE_H
#define SG_MODEL_IMAGE_H

#include "io/http.h"

#endif
