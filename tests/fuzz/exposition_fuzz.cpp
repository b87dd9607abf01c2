// Any bytes as a page of metrics, compressed or not: families whose samples have a name and a value, or a sentence.
#include <cstdint>
#include <string>

#include "agent/tools/exposition.h"
#include "tests/fuzz/claim.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fuzz::claim;
  try {
    const std::string text = agent::tools::unpacked({reinterpret_cast<const char*>(data), size});
    claim(text.size() <= agent::tools::kLargestPage, "a page is bounded");
    for (const auto& family : agent::tools::parse_exposition(text).families) {
      claim(!family.name.empty() && !family.type.empty(), "a family has a name and a type");
      for (const auto& sample : family.samples) {
        claim(sample.name.starts_with(family.name), "a sample belongs to its family");
        claim(!sample.value_text.empty(), "a sample has a value");
      }
    }
  } catch (const agent::tools::Failure& failure) {
    claim(failure.exit == agent::tools::Exit::kServer && *failure.what() != 0, "a failure has a reason");
  }
  return 0;
}
