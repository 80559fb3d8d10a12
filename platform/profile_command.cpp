// `strata profile`: prints what `strata run --profile FILE` has written.
#include "platform/commands.h"
#include "platform/exit_codes.h"
#include "platform/output/standard_streams.h"
#include "platform/profile/profile_file.h"
#include "platform/profile/profile_text.h"

namespace strata {
namespace {

Result<std::string> profile_report(const ProfileOptions& options) {
  const auto profile = read_profile(options.file);
  if (!profile) return profile.failure();
  const Profile& run = profile.value();
  if (!options.annotate.empty()) {
    return options.csv ? annotated_csv(run, options.annotate)
                       : annotated_text(run, options.annotate);
  }
  if (options.folded) return folded_text(run);
  if (options.other.empty()) {
    return options.csv ? flat_csv(run, options.unit) : flat_text(run, options.unit, options.most);
  }
  const auto other = read_profile(options.other);
  if (!other) return other.failure();
  return options.csv ? diff_csv(run, other.value(), options.unit)
                     : diff_text(run, other.value(), options.unit, options.most);
}

}  // namespace

int profile_command(const ProfileOptions& options) {
  const auto text = profile_report(options);
  if (!text) return report_error(text.failure());
  standard_output().put(text.value());
  return kExitOk;
}

}  // namespace strata
