# Third-party libraries. LARDER_WITH_X is AUTO (used where found), ON (its absence is an error) or OFF.

set(LARDER_DEPENDENCIES "")       # the X of each that was found
set(LARDER_PRIVATE_LIBRARIES "")  # their names for the linker, for users of the static library

# larder_dependency(X header library "what for"): sets LARDER_HAS_X and, where found, the target larder_dep_X.
function(larder_dependency name header library purpose)
  set(LARDER_WITH_${name} AUTO CACHE STRING "${purpose}: AUTO, ON or OFF")
  set_property(CACHE LARDER_WITH_${name} PROPERTY STRINGS AUTO ON OFF)
  set(found OFF)
  if(NOT LARDER_WITH_${name} STREQUAL OFF)
    find_path(LARDER_${name}_INCLUDE_DIR ${header})
    find_library(LARDER_${name}_LIBRARY ${library})
    mark_as_advanced(LARDER_${name}_INCLUDE_DIR LARDER_${name}_LIBRARY)
    if(LARDER_${name}_INCLUDE_DIR AND LARDER_${name}_LIBRARY)
      set(found ON)
      add_library(larder_dep_${name} INTERFACE)
      target_include_directories(larder_dep_${name} SYSTEM INTERFACE ${LARDER_${name}_INCLUDE_DIR})
      target_link_libraries(larder_dep_${name} INTERFACE ${LARDER_${name}_LIBRARY})
      set(LARDER_DEPENDENCIES ${LARDER_DEPENDENCIES} ${name} PARENT_SCOPE)
      set(LARDER_PRIVATE_LIBRARIES ${LARDER_PRIVATE_LIBRARIES} ${library} PARENT_SCOPE)
    elseif(NOT LARDER_WITH_${name} STREQUAL AUTO)
      message(FATAL_ERROR "LARDER_WITH_${name}=${LARDER_WITH_${name}}, but ${header} or lib${library} is not found (${purpose})")
    endif()
  endif()
  set(LARDER_HAS_${name} ${found} PARENT_SCOPE)
  message(STATUS "larder: ${purpose}: ${found}")
endfunction()

larder_dependency(ZLIB zlib.h z "zlib and gzip codecs")
larder_dependency(ISAL isa-l/igzip_lib.h isal "faster zlib and gzip: ISA-L")
larder_dependency(LIBDEFLATE libdeflate.h deflate "faster zlib and gzip: libdeflate")
larder_dependency(BZIP2 bzlib.h bz2 "bz2 codec")
larder_dependency(LZMA lzma.h lzma "xz and lzma codecs")
larder_dependency(LZ4 lz4frame.h lz4 "lz4 codec")
larder_dependency(ZSTD zstd.h zstd "zstd codec")
larder_dependency(XXHASH xxhash.h xxhash "checksums of arrays, metadata")
