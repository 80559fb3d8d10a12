#include "models/engine/kvm/guest_share.h"

namespace strata {

void GuestShare::begin_turn(std::int64_t now, std::int64_t deadline) {
  deadline_ = std::max(deadline, now + least());
  masked_deadline_ = std::max(deadline, now + kMaskedNs);
  if (rest_ == Rest::kTaken) rest_end_ += now;
}

/// Between turns the guest does not run, which is no rest.
void GuestShare::end_turn(std::int64_t now) {
  if (rest_ == Rest::kTaken) rest_end_ = std::max<std::int64_t>(rest_end_ - now, 0);
}

bool GuestShare::rested(std::int64_t now) {
  if (rest_ == Rest::kNone) return true;
  if (rest_ == Rest::kOwed) {
    rest_ = Rest::kTaken;
    rest_end_ = now + least();
    return false;
  }
  if (now < rest_end_) return false;
  rest_ = Rest::kNone;
  return true;
}

}  // namespace strata
