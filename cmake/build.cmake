# How everything of ours is compiled, and the function that declares a room.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

find_package(Threads REQUIRED)

if(LARDER_BUILD_FUZZERS AND NOT (CMAKE_CXX_COMPILER_ID STREQUAL Clang AND LARDER_SANITIZE MATCHES address))
  message(FATAL_ERROR "LARDER_BUILD_FUZZERS needs clang and LARDER_SANITIZE=address,undefined (cmake --preset asan)")
endif()

# Flags of every target of ours: an interface that only the build tree links, so that no user inherits them.
add_library(larder_flags INTERFACE)
target_include_directories(larder_flags INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR})
target_compile_options(larder_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # Wrong about std::string's operator+ (GCC bug 105651), and about an std::optional that is moved from.
  target_compile_options(larder_flags INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(LARDER_WARNINGS_AS_ERRORS)
  target_compile_options(larder_flags INTERFACE -Werror)
endif()
if(LARDER_SANITIZE)
  # Lines are all that a sanitizer's report names, and the rest of what debuggers want takes a third of the build's time.
  target_compile_options(larder_flags INTERFACE -fsanitize=${LARDER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  target_link_options(larder_flags INTERFACE -fsanitize=${LARDER_SANITIZE})
endif()

# What most files include. Optimized builds without sanitizers read it file by file, and so find files that include too little.
set(LARDER_PRECOMPILED_HEADERS <algorithm> <array> <atomic> <chrono> <fstream> <functional> <map> <memory> <optional> <random> <set>
  <span> <sstream> <string> <string_view> <thread> <utility> <vector>)

# larder_room(NAME source...): the objects of one room, compiled once for the shared and the static library.
function(larder_room name)
  add_library(larder_${name} OBJECT ${ARGN})
  target_link_libraries(larder_${name} PRIVATE larder_flags Threads::Threads)
  if(LARDER_BUILD_FUZZERS)
    # Counters that steer the fuzzers; whoever links the room needs a sanitizer's run time.
    target_compile_options(larder_${name} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  if(LARDER_PRECOMPILE AND LARDER_SANITIZE)
    if(name STREQUAL base)
      target_precompile_headers(larder_base PRIVATE ${LARDER_PRECOMPILED_HEADERS})
    else()
      target_precompile_headers(larder_${name} REUSE_FROM larder_base)
    endif()
  endif()
endfunction()

# larder_sees(ROOM X file): the one file of a room that sees library X, and is told whether this build has it.
function(larder_sees room dependency file)
  set_source_files_properties(${file} PROPERTIES COMPILE_DEFINITIONS LARDER_HAS_${dependency}=$<BOOL:${LARDER_HAS_${dependency}}>)
  if(LARDER_HAS_${dependency})
    target_link_libraries(larder_${room} PRIVATE larder_dep_${dependency})
  endif()
endfunction()
