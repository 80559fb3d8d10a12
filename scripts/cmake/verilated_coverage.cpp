// Saves what the cover properties of a model have counted: part of a build with STRATA_COVERAGE,
// and of no other. Each model calls it when it is done, from the final block
// scripts/coverage.d/points.py binds to its top. A process sums over all its models and writes one
// file when it ends, in the format of verilator_coverage, into the folder the environment variable
// STRATA_COVERAGE_DIR names.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "verilated.h"
#include "verilated_cov.h"

namespace {

class CoverageFile {
 public:
  explicit CoverageFile(const char* folder)
      : path_(std::filesystem::path(folder) / (std::to_string(getpid()) + ".dat")) {
    std::filesystem::create_directories(folder);
  }

  ~CoverageFile() {
    std::ofstream file(path_);
    file << kHeader << '\n';
    for (const auto& [point, count] : counts_) file << point << ' ' << count << '\n';
  }

  /// Adds the counts of all models in the context, which forgets them: their counters end with
  /// them.
  void add(VerilatedCovContext& coverage) {
    const std::string part = path_.string() + ".part";
    coverage.write(part.c_str());
    coverage.clear();
    std::ifstream file(part);
    for (std::string line; std::getline(file, line);) {
      const std::size_t end = line.rfind(' ');
      if (line.starts_with("C ")) counts_[line.substr(0, end)] += std::stoull(line.substr(end));
    }
    std::filesystem::remove(part);
  }

 private:
  static constexpr char kHeader[] = "# SystemC::Coverage-3";

  std::filesystem::path path_;
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace

extern "C" void strata_save_coverage() {
  const VerilatedScope* scope = Verilated::dpiScope();  // of the model whose final block runs
  VerilatedContext* context = scope->symsp()->_vm_contextp__;
  // The model is destroyed next, and its scopes take leave of the thread's context
  // (Verilator 5.006), which is that of the model made last and may be gone.
  Verilated::threadContextp(context);
  const char* folder = std::getenv("STRATA_COVERAGE_DIR");
  if (!folder) return;
  static CoverageFile file(folder);
  file.add(*context->coveragep());
}
