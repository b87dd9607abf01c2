# Not agent-tools as a whole, with the command line. http_client.cpp has the text of a refused request.
find_package(CLI11 REQUIRED)
find_package(CURL REQUIRED)
find_package(nlohmann_json REQUIRED)
target_sources(${target} PRIVATE
  "${PROJECT_SOURCE_DIR}/agent/process/build_info.cpp"
  "${PROJECT_SOURCE_DIR}/agent/tools/http_client.cpp"
  "${PROJECT_SOURCE_DIR}/agent/tools/prometheus_api.cpp")
target_link_libraries(${target} PRIVATE agent-text CLI11::CLI11 CURL::libcurl nlohmann_json::nlohmann_json)
target_compile_definitions(${target} PRIVATE MARLIN_VERSION="fuzz" MARLIN_REVISION="fuzz")
