target_link_libraries(${target} PRIVATE agent-recording)
