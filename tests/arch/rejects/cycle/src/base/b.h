#ifndef SG_BASE_B_H
#define SG_BASE_B_H

#include "base/a.h"

#endif
