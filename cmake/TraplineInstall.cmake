# SPDX-License-Identifier: Apache-2.0
#
# What `cmake --install` puts down: headers, libraries, tools, a CMake package and pkg-config files.
# Everything finds its neighbours relative to itself, so the installed tree may be moved.

include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/trapline")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/trapline" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.h" PATTERN "*.def")
install(FILES "${PROJECT_BINARY_DIR}/include/trapline/version.h" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/trapline")

set(core_targets trapline_core)
if(TARGET trapline_gic)
    list(APPEND core_targets trapline_gic trapline_vectors)
endif()
# Export sets of their own, so that a user of the core needs neither libyaml nor SystemC.
install(TARGETS ${core_targets} EXPORT traplineTargets)
install(EXPORT traplineTargets NAMESPACE trapline:: DESTINATION "${package_dir}")
if(TARGET trapline_scenario)
    install(TARGETS trapline_scenario EXPORT traplineScenarioTargets)
    install(EXPORT traplineScenarioTargets NAMESPACE trapline:: DESTINATION "${package_dir}")
endif()
if(TARGET trapline_systemc)
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/models/include/trapline" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
            FILES_MATCHING PATTERN "*.hpp")
    install(TARGETS trapline_systemc EXPORT traplineSystemCTargets)
    install(EXPORT traplineSystemCTargets NAMESPACE trapline:: DESTINATION "${package_dir}")
    install(FILES "${PROJECT_SOURCE_DIR}/cmake/FindSystemC.cmake" DESTINATION "${package_dir}")
endif()
foreach(tool trapline trace2vcd)
    if(TARGET ${tool})
        install(TARGETS ${tool})
    endif()
endforeach()

configure_package_config_file(cmake/traplineConfig.cmake.in traplineConfig.cmake INSTALL_DESTINATION "${package_dir}")
# 0.x promises compatibility within a minor version only.
write_basic_package_version_file(traplineConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/traplineConfig.cmake" "${PROJECT_BINARY_DIR}/traplineConfigVersion.cmake"
        DESTINATION "${package_dir}")

# pkg-config: the prefix is found from the place of the .pc file, whatever depth the libdir has.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
    set(pc_libdir "${CMAKE_INSTALL_LIBDIR}")
else()
    file(RELATIVE_PATH pc_up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
    string(REGEX REPLACE "/$" "" pc_up "${pc_up}")
    set(pc_prefix "\${pcfiledir}/${pc_up}")
    set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
endif()
set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
if(IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
    set(pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
endif()

# A static library leaves its private dependencies to whoever links it.
get_target_property(core_type trapline_core TYPE)
set(pc_yaml_field "Requires.private")
if(core_type STREQUAL "STATIC_LIBRARY")
    set(pc_yaml_field "Requires")
endif()

function(trapline_pkgconfig target name description requires libs)
    if(TARGET ${target})
        set(pc_name "${name}")
        set(pc_description "${description}")
        set(pc_requires "${requires}")
        set(pc_libs "${libs}")
        configure_file("${PROJECT_SOURCE_DIR}/cmake/trapline.pc.in" "${PROJECT_BINARY_DIR}/${name}.pc" @ONLY)
        install(FILES "${PROJECT_BINARY_DIR}/${name}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
    endif()
endfunction()
set(core_requires "")
if(TARGET trapline_gic)
    set(core_requires "Requires: trapline-gic = ${PROJECT_VERSION}")
endif()
set(scenario_requires "Requires: trapline = ${PROJECT_VERSION}\n${pc_yaml_field}: yaml-0.1")
if(pc_yaml_field STREQUAL "Requires")
    set(scenario_requires "Requires: trapline = ${PROJECT_VERSION}, yaml-0.1")
endif()
trapline_pkgconfig(trapline_gic trapline-gic "GICv2 with virtualization extensions, a pure state machine" ""
                   "-ltrapline-gic")
trapline_pkgconfig(trapline_vectors trapline-vectors "Conformance vectors of a GICv2 and their replayer"
                   "Requires: trapline-gic = ${PROJECT_VERSION}" "-ltrapline-vectors")
trapline_pkgconfig(trapline_core trapline "Interrupt path of a virtualized host, simulated" "${core_requires}"
                   "-ltrapline -lm")
trapline_pkgconfig(trapline_scenario trapline-scenario "Trapline's scenario files and trace formats"
                   "${scenario_requires}" "-ltrapline-scenario")
trapline_pkgconfig(trapline_systemc trapline-systemc "SystemC/TLM-2.0 models of Trapline"
                   "Requires: trapline = ${PROJECT_VERSION}, systemc" "-ltrapline-systemc")
