# Not agent-tools as a whole, with the command line. exposition_source.cpp, which unpacks a page, also fetches one.
find_package(CLI11 REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(prometheus-cpp REQUIRED CONFIG)
target_sources(${target} PRIVATE
  "${PROJECT_SOURCE_DIR}/agent/metrics/openmetrics.cpp"
  "${PROJECT_SOURCE_DIR}/agent/process/build_info.cpp"
  "${PROJECT_SOURCE_DIR}/agent/tools/exposition.cpp"
  "${PROJECT_SOURCE_DIR}/agent/tools/exposition_source.cpp"
  "${PROJECT_SOURCE_DIR}/agent/tools/http_client.cpp"
  "${PROJECT_SOURCE_DIR}/agent/tools/prometheus_api.cpp")
target_link_libraries(${target} PRIVATE agent-text CLI11::CLI11 CURL::libcurl ZLIB::ZLIB nlohmann_json::nlohmann_json prometheus-cpp::core)
target_compile_definitions(${target} PRIVATE MARLIN_VERSION="fuzz" MARLIN_REVISION="fuzz")
