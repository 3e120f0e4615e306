# SPDX-License-Identifier: Apache-2.0
#
#   trapline_gtest(TARGET source... [LIBS lib...] [LABELS label...] [INCLUDES dir...] [TIMEOUT seconds]
#                  [SYSTEMC])
#
# A Google Test program. LIBS: what it tests (default: every library there is). Every TEST becomes a
# ctest test TARGET.Suite.Name in a process of its own, with all LABELS (default: TARGET). TIMEOUT is
# 60 s unless told. TRAPLINE_SOURCE_DIR is defined as the top of the source tree. SYSTEMC: libsystemc has
# main(), and one of the sources sc_main().

if(TRAPLINE_BUILD_TESTS)
    find_package(GTest CONFIG REQUIRED)
    include(GoogleTest)
endif()

# Every library of ours that exists in this configuration.
function(trapline_all_libraries out)
    set(libs)
    foreach(lib trapline_scenario trapline_core trapline_vectors trapline_gic)
        if(TARGET ${lib})
            list(APPEND libs ${lib})
        endif()
    endforeach()
    set(${out} ${libs} PARENT_SCOPE)
endfunction()

function(trapline_gtest)
    cmake_parse_arguments(arg "SYSTEMC" "NAME;TIMEOUT" "LIBS;LABELS;INCLUDES" ${ARGN})
    set(sources ${arg_UNPARSED_ARGUMENTS})
    if(arg_NAME)
        set(target ${arg_NAME})
    else()
        list(POP_FRONT sources target)
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 60)
    endif()
    if(NOT arg_LABELS)
        set(arg_LABELS ${target})
    endif()
    if(NOT arg_LIBS)
        trapline_all_libraries(arg_LIBS)
    endif()

    add_executable(${target} ${sources})
    trapline_compile(${target})
    # INSTANTIATE_TEST_SUITE_P has a parameter `info`, and so has every naming lambda in the manual.
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-shadow=local>)
    set(main GTest::gtest_main)
    set(environment)
    if(arg_SYSTEMC)
        set(main GTest::gtest)
        set(environment ENVIRONMENT SC_COPYRIGHT_MESSAGE=DISABLE)
    endif()
    target_link_libraries(${target} PRIVATE ${arg_LIBS} ${main})
    target_include_directories(${target} PRIVATE ${arg_INCLUDES})
    target_compile_definitions(${target} PRIVATE TRAPLINE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    # PRE_TEST: the program is asked for its tests when ctest starts, not while building.
    # NO_PRETTY_VALUES: a parameter that is a structure would put its bytes into the test's name.
    gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES TEST_PREFIX ${target}. TEST_LIST ${target}_TESTS
        PROPERTIES TIMEOUT ${arg_TIMEOUT} ${environment})
    # gtest_discover_tests loses all labels but the first, and what follows them. So they are set by a
    # file that ctest reads after the discovery.
    set(labels_file "${CMAKE_CURRENT_BINARY_DIR}/${target}_labels.cmake")
    file(WRITE "${labels_file}"
        "foreach(t IN LISTS ${target}_TESTS)\n"
        "    set_tests_properties(\"\${t}\" PROPERTIES LABELS \"${arg_LABELS}\")\n"
        "endforeach()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels_file}")
endfunction()

#   trapline_doc_example(TARGET PAGE [LIBS lib...] [LABELS label...] [CXX])
#
# The example of a documentation page (path from the top), in C or with CXX in C++, is compiled, run, and its output
# compared with the page.
function(trapline_doc_example target page)
    cmake_parse_arguments(arg "CXX" "" "LIBS;LABELS" ${ARGN})
    if(NOT arg_LIBS)
        trapline_all_libraries(arg_LIBS)
    endif()
    set(language c)
    if(arg_CXX)
        set(language cpp)
    endif()
    find_package(Python3 REQUIRED COMPONENTS Interpreter)
    set(script "${PROJECT_SOURCE_DIR}/cmake/doc_example.py")
    set(source "${CMAKE_CURRENT_BINARY_DIR}/${target}.${language}")
    add_custom_command(OUTPUT "${source}"
        COMMAND Python3::Interpreter "${script}" extract "${PROJECT_SOURCE_DIR}/${page}" "${source}"
        DEPENDS "${PROJECT_SOURCE_DIR}/${page}" "${script}" COMMENT "Extracting the example of ${page}" VERBATIM)
    add_executable(${target} "${source}")
    trapline_compile(${target})
    target_link_libraries(${target} PRIVATE ${arg_LIBS})
    add_test(NAME ${target}
        COMMAND Python3::Interpreter "${script}" run "${PROJECT_SOURCE_DIR}/${page}" $<TARGET_FILE:${target}>)
    set_tests_properties(${target} PROPERTIES TIMEOUT 60 LABELS "${arg_LABELS}")
endfunction()
