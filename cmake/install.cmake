# What `cmake --install` puts where: headers, both libraries, and what find_package and pkg-config need to find them.
# Nothing installed names the prefix, so that an installed tree can be moved.

include(CMakePackageConfigHelpers)

set(larder_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/larder)
set(larder_pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(DIRECTORY include/larder DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES include/larder.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS larder larder_static EXPORT larder-targets)
install(EXPORT larder-targets NAMESPACE larder:: DESTINATION ${larder_cmake_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

configure_package_config_file(cmake/larder-config.cmake.in larder-config.cmake INSTALL_DESTINATION ${larder_cmake_dir})
write_basic_package_version_file(larder-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/larder-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/larder-config-version.cmake
        DESTINATION ${larder_cmake_dir})

foreach(dir LIBDIR INCLUDEDIR)
  set(larder_pc_${dir} "\${prefix}/${CMAKE_INSTALL_${dir}}")
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
    set(larder_pc_${dir} "${CMAKE_INSTALL_${dir}}")
  endif()
endforeach()
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE larder_pc_prefix)
list(TRANSFORM LARDER_PRIVATE_LIBRARIES PREPEND "-l" OUTPUT_VARIABLE larder_pc_private)
list(JOIN larder_pc_private " " larder_pc_private)
configure_file(cmake/larder.pc.in larder.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/larder.pc DESTINATION ${larder_pkgconfig_dir})
