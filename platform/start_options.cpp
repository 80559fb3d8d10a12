#include "platform/start_options.h"

#include <algorithm>
#include <array>

namespace strata {
namespace {

constexpr std::array<std::string_view, 5> kOptions = {"append", "bios", "initrd", "kernel",
                                                      "module"};

void check_kernel(const Values& values, const RunOptions& run) {
  if (run.kernel.empty()) {
    if (!run.initrd.empty()) fail_option("--initrd needs --kernel FILE");
    return;
  }
  if (!run.guest.empty()) {
    fail_option("--kernel {} and guest {}: a machine starts one of them", run.kernel, run.guest);
  }
  values.refuse_together({"kernel", "bios"});
  values.refuse_together({"kernel", "module"});
}

}  // namespace

void read_start(const Values& values, RunOptions& run) {
  run.guest = values.positional();
  run.bios = values.text("bios");
  run.append = values.text("append");
  run.kernel = values.text("kernel");
  run.initrd = values.text("initrd");
  run.modules = values.list("module");
  check_kernel(values, run);
  for (const std::string& module : run.modules) {
    if (module.empty() || module.starts_with('=')) {
      fail_option("--module: '{}' is not FILE or FILE=TEXT", module);
    }
  }
  if (!run.modules.empty() && run.guest.empty()) fail_option("--module needs a multiboot guest");
  if (run.guest.empty() && run.bios.empty() && run.kernel.empty()) {
    fail_option(
        "no guest given; name an ELF file, a boot sector or a disk image, or use --bios FILE or "
        "--kernel FILE");
  }
}

bool is_of_start(const std::string& option) {
  return std::ranges::find(kOptions, option) != kOptions.end();
}

}  // namespace strata
