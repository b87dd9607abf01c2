# Time of a scrape over a bare prometheus-cpp serialization of as many series.
add_executable(scrape-bench scrape_bench.cpp)
target_link_libraries(scrape-bench PRIVATE agent)
# Only that it runs: a time is no claim of a test.
add_test(NAME "bench: scrape-bench runs" COMMAND scrape-bench 3)
