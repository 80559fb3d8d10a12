// `strata disk create`.
#include <fmt/format.h>

#include "platform/commands.h"
#include "platform/disk/raw_image.h"
#include "platform/exit_codes.h"
#include "platform/output/standard_streams.h"

namespace strata {

int disk_create_command(const DiskCreateOptions& options) {
  const auto sectors = create_image(options.path, options.bytes);
  if (!sectors) return report_error(sectors.failure());
  standard_output().put(
      fmt::format("{}: {} sectors of 512 bytes\n", options.path, sectors.value()));
  return kExitOk;
}

}  // namespace strata
