# Writes the C++ file that holds the files of this folder: cmake -DOUTPUT=... -DFILES="a;b" -P embed.cmake
set(text "// Written by CMake from agent/web/page.\n#include \"agent/web/api/web_routes.h\"\n\nnamespace agent::web::api {\nnamespace {\n\nconstexpr EmbeddedFile kFiles[] = {\n")
foreach(path IN LISTS FILES)
  get_filename_component(name "${path}" NAME)
  # As hexadecimal numbers nothing in a file can end the literal or be taken for CMake's own signs.
  file(READ "${path}" hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${hex}")
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(APPEND text "    {\"${name}\", {\"${bytes}\", ${size}}},\n")
endforeach()
string(APPEND text "};\n\n}  // namespace\n\nstd::span<const EmbeddedFile> embedded_files() {\n  return kFiles;\n}\n\n}  // namespace agent::web::api\n")
file(WRITE "${OUTPUT}" "${text}")
