# Time of a scrape, compared with a bare prometheus-cpp serialization of as many series.
add_executable(scrape-bench scrape_bench.cpp)
target_link_libraries(scrape-bench PRIVATE agent)
# Checks only that it runs: times are not asserted.
add_test(NAME "bench: scrape-bench runs" COMMAND scrape-bench 3)
