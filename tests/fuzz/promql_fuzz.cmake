# Not agent-tools as a whole, with the command line.
target_sources(${target} PRIVATE
  "${PROJECT_SOURCE_DIR}/agent/tools/presets.cpp"
  "${PROJECT_SOURCE_DIR}/agent/tools/series_table.cpp"
  "${PROJECT_SOURCE_DIR}/agent/tools/time_grid.cpp")
target_link_libraries(${target} PRIVATE agent-text)
