# The library catch-main: Catch2 with a main function. Debian 12 has Catch2 2 and its one header <catch2/catch.hpp>;
# Debian 13 has only version 3, for which catch2_3/ contains a header of that name. The tests are the same for both.
# Sets MARLIN_CATCH_NO_TESTS: arguments that make a name without a test an error, which version 3 does by itself.
find_package(Catch2 REQUIRED)
include(Catch)
add_library(catch-main STATIC "${CMAKE_CURRENT_LIST_DIR}/catch_main.cpp")
if(Catch2_VERSION VERSION_LESS 3)
  target_link_libraries(catch-main PUBLIC Catch2::Catch2)
  set(MARLIN_CATCH_NO_TESTS EXTRA_ARGS -w NoTests)
else()
  target_include_directories(catch-main PUBLIC "${CMAKE_CURRENT_LIST_DIR}/catch2_3")
  target_link_libraries(catch-main PUBLIC Catch2::Catch2WithMain)
  set(MARLIN_CATCH_NO_TESTS "")
endif()
