// strata_manual FOLDER: writes strata.1, strata.bash and _strata there, at build time.
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "platform/manual/manual_page.h"
#include "platform/version.h"

namespace {

bool write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file) return true;
  fmt::print(stderr, "strata_manual: {} cannot be written\n", path);
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: strata_manual FOLDER\n");
    return 2;
  }
  const std::string folder = argv[1];
  const bool written = write(folder + "/strata.1", strata::manual_page(strata::kVersion)) &&
                       write(folder + "/strata.bash", strata::bash_completion()) &&
                       write(folder + "/_strata", strata::zsh_completion());
  return written ? 0 : 1;
}
