target_link_libraries(${target} PRIVATE agent-jobs agent-status)
