# The configuration lies in agent/, which the fuzz build leaves out: these sources of it need nothing but toml++.
target_sources(${target} PRIVATE
  "${PROJECT_SOURCE_DIR}/agent/config_table.cpp"
  "${PROJECT_SOURCE_DIR}/agent/config_text.cpp"
  "${PROJECT_SOURCE_DIR}/agent/config_usb.cpp"
  "${PROJECT_SOURCE_DIR}/agent/config_values.cpp"
  "${PROJECT_SOURCE_DIR}/agent/configuration.cpp"
  "${PROJECT_SOURCE_DIR}/agent/duration_text.cpp"
  "${PROJECT_SOURCE_DIR}/agent/log_escape.cpp"
  "${PROJECT_SOURCE_DIR}/agent/usb_boards.cpp"
  "${PROJECT_SOURCE_DIR}/agent/usb_rule.cpp"
  "${PROJECT_SOURCE_DIR}/transport/usb_device.cpp")
