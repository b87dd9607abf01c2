target_sources(${target} PRIVATE "${PROJECT_SOURCE_DIR}/agent/text/time_text.cpp")
