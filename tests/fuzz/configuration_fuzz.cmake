# The configuration is in agent/, which the fuzz build leaves out: these sources need only toml++.
target_sources(${target} PRIVATE
  "${PROJECT_SOURCE_DIR}/agent/config/config_table.cpp"
  "${PROJECT_SOURCE_DIR}/agent/config/config_values.cpp"
  "${PROJECT_SOURCE_DIR}/agent/config/listen_overlap.cpp"
  "${PROJECT_SOURCE_DIR}/agent/config/parse_configuration.cpp"
  "${PROJECT_SOURCE_DIR}/agent/text/time_text.cpp"
  "${PROJECT_SOURCE_DIR}/agent/text/log_escape.cpp"
  "${PROJECT_SOURCE_DIR}/agent/config/usb_rule.cpp"
  "${PROJECT_SOURCE_DIR}/transport/usb_device.cpp")
