// The main function of the unit tests; with Catch2 3 the library has one.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
