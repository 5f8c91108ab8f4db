#ifndef SG_BASE_A_H
#define SG_BASE_A_H

#include "base/b.h"

#endif
