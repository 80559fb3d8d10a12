// A demo of sw/ run by the real program in a folder of its own.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/cli/cli_test.h"

namespace strata::test {

constexpr std::size_t kImageSectors = 64;

class GuestTest : public CliTest {
 protected:
  static std::string guest(const std::string& file) {
    return std::string(STRATA_GUESTS) + "/" + file;
  }

  /// Runs `file` on `engine` with a fresh disk image, "disk.img"; leaves screen.txt and stats.json.
  Finished run(const std::string& engine, const std::string& file,
               const std::vector<std::string>& options = {}) const {
    write("disk.img", Bytes(kImageSectors * 512));
    std::vector<std::string> arguments = {"run",
                                          "--engine=" + engine,
                                          "--disk=disk.img",
                                          "--screen-text=screen.txt",
                                          "--stats=stats.json",
                                          "--timeout=1500"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.push_back(guest(file));
    return strata(arguments);
  }

  nlohmann::json stats() const { return nlohmann::json::parse(read("stats.json")); }
};

}  // namespace strata::test
