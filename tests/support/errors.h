// Asking what an expression throws.
#pragma once

#include <catch2/catch.hpp>

#include <larder/error.h>

// The expression must throw a larder::Error of this kind.
#define CHECK_ERROR(expression, wanted)                                                   \
  do {                                                                                    \
    bool thrown = false;                                                                  \
    try {                                                                                 \
      static_cast<void>(expression);                                                      \
    } catch (const larder::Error& error) {                                                \
      thrown = true;                                                                      \
      INFO("the error is: " << error.what());                                             \
      CHECK(larder::name_of(error.kind()) == larder::name_of(larder::ErrorKind::wanted)); \
    }                                                                                     \
    CHECK((thrown && #expression));                                                       \
  } while (false)
