# SPDX-License-Identifier: Apache-2.0
# assay_help(target docs/man/assay.1 ...): the manual pages as plain text in `target`, for --help:
# a generated help_pages.c, and help_pages.h on its include path. Paths are relative to the checkout.
if(NOT TARGET man2help)
  add_executable(man2help ${CMAKE_SOURCE_DIR}/tools/man2help.c)
  target_link_libraries(man2help PRIVATE base)
  set_target_properties(man2help PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tools)
endif()

function(assay_help target)
  set(folder ${CMAKE_BINARY_DIR}/help/${target})
  list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/ OUTPUT_VARIABLE pages)
  configure_file(${CMAKE_SOURCE_DIR}/tools/help_pages.h ${folder}/help_pages.h COPYONLY)
  add_custom_command(OUTPUT ${folder}/help_pages.c
    COMMAND man2help ${folder}/help_pages.c ${pages}
    DEPENDS man2help ${pages} VERBATIM)
  target_sources(${target} PRIVATE ${folder}/help_pages.c)
  target_include_directories(${target} PUBLIC ${folder})
endfunction()
