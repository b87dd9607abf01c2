target_link_libraries(${target} PRIVATE agent-metrics agent-web-http)
