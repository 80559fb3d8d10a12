#include "platform/profile/guest_profile.h"

#include <fstream>
#include <iterator>
#include <vector>

#include "platform/loader/elf32.h"
#include "platform/profile/make_profile.h"

namespace strata {
namespace {

LineTable lines_of(const GuestImage& guest) {
  std::vector<std::uint8_t> file = guest.piped;
  if (file.empty()) {
    std::ifstream stream(guest.name, std::ios::binary);
    file.assign(std::istreambuf_iterator<char>(stream), {});
  }
  return looks_like_elf(file) ? LineTable(file) : LineTable();
}

}  // namespace

/// Only an ELF file has symbols, and only they are worth the reading.
GuestProfile::GuestProfile(const GuestImage& guest) : functions_(guest.symbols) {
  if (!guest.symbols.segments.empty()) lines_ = lines_of(guest);
}

Profile GuestProfile::make(const Recording& recording) const {
  return make_profile(recording, functions_, lines_);
}

}  // namespace strata
