# SPDX-License-Identifier: Apache-2.0
# assay_test(name SOURCES a.c LEANS base model): one program; every TEST(x) in it is one ctest case.
# LABELS threads: what make tsan runs.
# A case that exits 77 is a skip; it prints its reason.
function(assay_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LEANS;LIBS;LABELS" ${ARGN})
  add_executable(test_${name} ${arg_SOURCES} ${CMAKE_SOURCE_DIR}/tests/test.c)
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(test_${name} PRIVATE ${arg_LEANS} base ${arg_LIBS})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${arg_SOURCES})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  foreach(source IN LISTS arg_SOURCES)
    file(STRINGS ${source} lines REGEX "^TEST\\([a-zA-Z0-9_]+\\)")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^TEST\\(([a-zA-Z0-9_]+)\\).*" "\\1" case "${line}")
      add_test(NAME ${name}.${case} COMMAND test_${name} ${case}
               WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
      set_tests_properties(${name}.${case} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT ${arg_TIMEOUT}
        LABELS "${arg_LABELS}"
        ENVIRONMENT "ASSAY_BIN=${CMAKE_BINARY_DIR}/assay;ASSAY_SOURCE=${CMAKE_SOURCE_DIR}")
    endforeach()
  endforeach()
endfunction()
