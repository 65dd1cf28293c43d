# SPDX-License-Identifier: Apache-2.0
# cmake -DFROM=folder -DOUT=file.c -P embed.cmake: the page's style and script as C, and the policy
# that names them by digest. CMake knows digests in hexadecimal only: three digits are two of base64.

function(base64_of hex out)
  set(digits "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  set(base64 "")
  string(APPEND hex "00")
  foreach(i RANGE 0 63 3)
    string(SUBSTRING ${hex} ${i} 3 three)
    math(EXPR high "0x${three} >> 6")
    math(EXPR low "0x${three} & 63")
    string(SUBSTRING ${digits} ${high} 1 a)
    string(SUBSTRING ${digits} ${low} 1 b)
    string(APPEND base64 ${a}${b})
  endforeach()
  string(SUBSTRING ${base64} 0 43 base64)
  set(${out} "${base64}=" PARENT_SCOPE)
endfunction()

set(text "/* SPDX-License-Identifier: Apache-2.0 */\n#include \"report/html/resources.h\"\n\n")
foreach(kind css js)
  file(READ ${FROM}/page.${kind} bytes HEX)
  file(SHA256 ${FROM}/page.${kind} digest)
  base64_of(${digest} digest_${kind})
  string(REGEX REPLACE "(..)" "0x\\1," bytes ${bytes})
  string(APPEND text "static const char ${kind}[] = {${bytes}};\n"
    "const Str page_${kind} = {${kind}, sizeof ${kind}};\n")
endforeach()
string(APPEND text "const Str page_csp = STR_INIT(\"default-src 'none'; style-src 'sha256-${digest_css}'; "
  "script-src 'sha256-${digest_js}'; base-uri 'none'; form-action 'none'\");\n")
file(WRITE ${OUT} "${text}")
