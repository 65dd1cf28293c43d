# SPDX-License-Identifier: Apache-2.0
# The build enforces the arrow: a folder under src/ is a static library that sees the headers of
# the folders it names and of no other. Each folder gets an include root that holds one link, to
# itself, so "#include <other/x.h>" does not compile unless `other` is named under LEANS.

set(ASSAY_FLOORS
  base:1 model:2 versions:3 archive:3 policy:3 formats:3 engines:3
  layers:4 sources:4 probes:4 advisories:4 applications:4 inventory:5 score:5 scanners:6
  results:7 records:7 report:7 response:7 analyze:8 serve:9 watch:9 lsp:9 fleet:9 cli:10)

function(assay_floor folder out)
  foreach(row IN LISTS ASSAY_FLOORS)
    if(row MATCHES "^${folder}:([0-9]+)$")
      set(${out} ${CMAKE_MATCH_1} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "${folder} has no floor: add it to ASSAY_FLOORS")
endfunction()

# A shared library costs every start a tenth of a millisecond, a third of what a program that does
# nothing takes; of small ones that are there as archives the code becomes part of the program.
option(ASSAY_STATIC_CODECS "Link zlib, zstd, xz, bzip2 and expat statically where that is possible" ON)

function(assay_library name out)
  if(ASSAY_STATIC_CODECS AND name MATCHES "^(z|zstd|lzma|bz2|expat)$")
    find_library(ASSAY_LIB_${name} lib${name}.a)
    mark_as_advanced(ASSAY_LIB_${name})
    if(ASSAY_LIB_${name})
      set(name ${ASSAY_LIB_${name}})
    endif()
  endif()
  set(${out} ${name} PARENT_SCOPE)
endfunction()

# assay_folder(name SOURCES a.c b.c LEANS base model LIBS zstd)
function(assay_folder name)
  cmake_parse_arguments(arg "" "" "SOURCES;LEANS;LIBS" ${ARGN})
  set(root ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${name} SYMBOLIC)
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC ${root})
  assay_floor(${name} mine)
  foreach(lean IN LISTS arg_LEANS)
    assay_floor(${lean} theirs)
    if(NOT theirs LESS mine)
      message(FATAL_ERROR "${name} (floor ${mine}) may not lean on ${lean} (floor ${theirs})")
    endif()
    target_link_libraries(${name} PRIVATE ${lean})
  endforeach()
  foreach(lib IN LISTS arg_LIBS)
    assay_library(${lib} lib)
    target_link_libraries(${name} PRIVATE ${lib})
  endforeach()
endfunction()
