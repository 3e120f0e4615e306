# SPDX-License-Identifier: Apache-2.0
#
# Every tests/fuzz/NAME_fuzz.c is a libFuzzer target linked with all libraries of ours.

function(trapline_fuzzers)
    if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
        message(FATAL_ERROR "the fuzz targets need clang (preset fuzz)")
    endif()
    set(libs)
    foreach(lib trapline_scenario trapline_core trapline_vectors trapline_gic)
        if(TARGET ${lib})
            list(APPEND libs ${lib})
        endif()
    endforeach()
    file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/fuzz/*_fuzz.c")
    foreach(source IN LISTS sources)
        get_filename_component(name "${source}" NAME_WE)
        add_executable(${name} "${source}")
        trapline_compile(${name})
        target_link_libraries(${name} PRIVATE ${libs})
        target_compile_options(${name} PRIVATE -fsanitize=fuzzer -Wno-missing-prototypes)
        target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    endforeach()
endfunction()
