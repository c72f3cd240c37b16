# How everything of ours is compiled, and the function that declares a room.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

find_package(Threads REQUIRED)

# Flags of every target of ours: an interface that only the build tree links, so that no user inherits them.
add_library(larder_flags INTERFACE)
target_include_directories(larder_flags INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR})
target_compile_options(larder_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow)
if(LARDER_WARNINGS_AS_ERRORS)
  target_compile_options(larder_flags INTERFACE -Werror)
endif()
if(LARDER_SANITIZE)
  target_compile_options(larder_flags INTERFACE -fsanitize=${LARDER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(larder_flags INTERFACE -fsanitize=${LARDER_SANITIZE})
endif()

# larder_room(NAME source...): the objects of one room, compiled once for the shared and the static library.
function(larder_room name)
  foreach(source IN LISTS ARGN)
    if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${source})
      message(STATUS "room ${name} is not complete: ${source}")
      return()
    endif()
  endforeach()
  add_library(larder_${name} OBJECT ${ARGN})
  target_link_libraries(larder_${name} PRIVATE larder_flags Threads::Threads)
endfunction()
