# SPDX-License-Identifier: Apache-2.0
#
# How C code is compiled in this project, and the two things it is made into:
#
#   trapline_layer(NAME [source...])   one layer of the library `trapline`: the object library
#                                      trapline_NAME_obj. Without sources: every *.c of the folder.
#   trapline_library(TARGET EXPORT_NAME OUTPUT_NAME)
#                                      turns TARGET into an installed library trapline::EXPORT_NAME.
#
# and trapline_compile(TARGET...) for everything else that is C or C++ here (tools, tests, benches).

set(TRAPLINE_WARNINGS -Wall -Wextra -Wpedantic -Wconversion
    $<$<COMPILE_LANGUAGE:C>:-Wshadow> $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
    # In C++ a struct and a function of one name, as C headers may have, would count as shadowing.
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wshadow=local> $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wshadow>)
if(TRAPLINE_WERROR)
    list(APPEND TRAPLINE_WARNINGS -Werror)
endif()

# Language level and warnings, the same for every target of ours; users of the libraries inherit neither.
function(trapline_compile)
    foreach(target IN LISTS ARGN)
        set_target_properties(${target} PROPERTIES
            C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF C_VISIBILITY_PRESET hidden
            CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF)
        target_compile_options(${target} PRIVATE ${TRAPLINE_WARNINGS})
        # Across the layers; "fat" objects link without it too, so installed archives suit any compiler.
        if(TRAPLINE_LTO AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
            target_compile_options(${target} PRIVATE -flto=auto -ffat-lto-objects)
            target_link_options(${target} PRIVATE -flto=auto)
        endif()
    endforeach()
endfunction()

# The public headers, in the tree and (version.h) generated.
function(trapline_public_includes target scope)
    target_include_directories(${target} ${scope}
        $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
        $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>)
endfunction()

function(trapline_layer name)
    set(sources ${ARGN})
    set(folder "${PROJECT_SOURCE_DIR}/lib/${name}")
    if(NOT sources)
        file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.c")
    endif()
    # A layer that has no files (yet) is no target.
    if(NOT sources)
        return()
    endif()
    add_library(trapline_${name}_obj OBJECT ${sources})
    # Public headers and the layer's own folder, no other layer's: private headers stay private.
    trapline_public_includes(trapline_${name}_obj PRIVATE)
    target_include_directories(trapline_${name}_obj PRIVATE "${folder}")
    trapline_compile(trapline_${name}_obj)
endfunction()

function(trapline_library target export_name output_name)
    if(NOT TARGET trapline::${export_name})
        add_library(trapline::${export_name} ALIAS ${target})
    endif()
    trapline_compile(${target})
    trapline_public_includes(${target} PUBLIC)
    target_include_directories(${target} PUBLIC $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_compile_features(${target} INTERFACE c_std_11)
    set_target_properties(${target} PROPERTIES
        EXPORT_NAME ${export_name} OUTPUT_NAME ${output_name}
        VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
endfunction()
