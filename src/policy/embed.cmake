# SPDX-License-Identifier: Apache-2.0
# default.toml as bytes of C.
file(READ ${CMAKE_CURRENT_SOURCE_DIR}/default.toml hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
       "\\1\n" bytes "${bytes}")
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/default.c CONTENT
"/* made from default.toml */
#include <stddef.h>
extern const unsigned char policy_default_bytes[];
extern const size_t policy_default_len;
const unsigned char policy_default_bytes[] = {\n@bytes@};
const size_t policy_default_len = sizeof policy_default_bytes;
" @ONLY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             ${CMAKE_CURRENT_SOURCE_DIR}/default.toml)
