#ifndef SG_MODEL_IMAGE_H
#define SG_MODEL_IMAGE_H

int sg_image(void);

#endif
