# SPDX-License-Identifier: Apache-2.0
#
# Finds SystemC 2.3.x with TLM-2.0 and makes the target SystemC::systemc. Accellera's own CMake package
# (SystemCLanguage) is preferred; distributions that leave it out, Debian among them, are searched through
# pkg-config and the variable SYSTEMC_HOME. This file is installed beside Trapline's package for its users.
#
# SystemC checks when linking that everybody was compiled for the C++ standard of the library: the date of that
# standard is part of the name of a symbol. We read it there, so that a user may compile for a later standard.
#
# Sets SystemC_FOUND, SystemC_VERSION, SystemC_LIBRARY and SystemC_CXX_STANDARD_DATE (201703; empty: not known).
include(FindPackageHandleStandardArgs)

find_package(SystemCLanguage CONFIG QUIET)
if(TARGET SystemC::systemc)
    set(SystemC_VERSION "${SystemCLanguage_VERSION}")
    get_target_property(SystemC_LIBRARY SystemC::systemc LOCATION)
else()
    find_package(PkgConfig QUIET)
    if(PkgConfig_FOUND)
        pkg_check_modules(PC_SystemC QUIET systemc)
    endif()
    find_path(SystemC_INCLUDE_DIR systemc HINTS ${PC_SystemC_INCLUDE_DIRS} ENV SYSTEMC_HOME PATH_SUFFIXES include)
    find_library(SystemC_LIBRARY systemc HINTS ${PC_SystemC_LIBRARY_DIRS} ENV SYSTEMC_HOME
                 PATH_SUFFIXES lib lib-linux64 lib-linuxaarch64)
    mark_as_advanced(SystemC_INCLUDE_DIR SystemC_LIBRARY)
    set(SystemC_VERSION "${PC_SystemC_VERSION}")
    # SYSTEMC_HOME of a plain build has no pkg-config file that we would see: the header knows.
    set(version_header "${SystemC_INCLUDE_DIR}/sysc/kernel/sc_ver.h")
    if(NOT SystemC_VERSION AND EXISTS "${version_header}")
        set(numbers)
        foreach(part MAJOR MINOR PATCH)
            file(STRINGS "${version_header}" line REGEX "#define SC_VERSION_${part}[ \t]")
            string(REGEX MATCH "[0-9]+" number "${line}")
            list(APPEND numbers "${number}")
        endforeach()
        list(JOIN numbers "." SystemC_VERSION)
    endif()
endif()

set(required SystemC_LIBRARY)
if(NOT TARGET SystemC::systemc)
    list(APPEND required SystemC_INCLUDE_DIR)
endif()
find_package_handle_standard_args(SystemC REQUIRED_VARS ${required} VERSION_VAR SystemC_VERSION)

if(SystemC_FOUND AND NOT TARGET SystemC::systemc)
    find_package(Threads REQUIRED)
    add_library(SystemC::systemc UNKNOWN IMPORTED)
    set_target_properties(SystemC::systemc PROPERTIES
        IMPORTED_LOCATION "${SystemC_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${SystemC_INCLUDE_DIR}"
        INTERFACE_LINK_LIBRARIES Threads::Threads
        INTERFACE_COMPILE_FEATURES cxx_std_17)
    find_program(SystemC_NM nm)
    mark_as_advanced(SystemC_NM)
    if(SystemC_NM)
        execute_process(COMMAND "${SystemC_NM}" -D --defined-only "${SystemC_LIBRARY}"
                        OUTPUT_VARIABLE symbols ERROR_QUIET)
        if(symbols MATCHES "sc_api_version_[0-9_]+cxx([0-9]+)L")
            set(SystemC_CXX_STANDARD_DATE "${CMAKE_MATCH_1}")
            set_property(TARGET SystemC::systemc PROPERTY
                         INTERFACE_COMPILE_DEFINITIONS "SC_CPLUSPLUS=${SystemC_CXX_STANDARD_DATE}L")
        endif()
    endif()
endif()
