// LARDER_API marks what the shared library exports; everything else is hidden.
#pragma once

#if defined(LARDER_STATIC)
#define LARDER_API
#else
#define LARDER_API __attribute__((visibility("default")))
#endif
