// What a guest's file knows of its code, for a profile of it: read before the run, so that it is of
// the file that runs.
#pragma once

#include "platform/loader/guest_image.h"
#include "platform/profile/function_map.h"
#include "platform/profile/line_table.h"
#include "platform/profile/profile.h"
#include "platform/profile/recording.h"

namespace strata {

class GuestProfile {
 public:
  /// Reads the guest's file again; where that fails there are no lines.
  explicit GuestProfile(const GuestImage& guest);

  const FunctionMap& functions() const { return functions_; }

  /// As make_profile().
  Profile make(const Recording& recording) const;

 private:
  FunctionMap functions_;
  LineTable lines_;
};

}  // namespace strata
