#include "models/engine/lockstep/bus_feed.h"

#include <cstdio>

namespace strata {

void BusFeed::append(std::deque<Byte>& queue, const BusAccess& access) {
  for (unsigned n = 0; n < access.bytes; ++n) {
    queue.push_back(
        {access.port, access.address + n, static_cast<std::uint8_t>(access.data >> (8 * n))});
  }
}

void BusFeed::forget() {
  reads_.clear();
  engine_writes_.clear();
  model_writes_.clear();
}

void BusFeed::add(const BusAccess& access) {
  append(access.write ? engine_writes_ : reads_, access);
  compare_writes();
}

std::string BusFeed::place(const Byte& byte) {
  char line[32];
  std::snprintf(line, sizeof(line), "%s %x", byte.port ? "port" : "memory", byte.address);
  return line;
}

std::string BusFeed::text(const Byte& byte) {
  char line[16];
  std::snprintf(line, sizeof(line), " = %02x", unsigned{byte.data});
  return place(byte) + line;
}

void BusFeed::differ(const std::string& what) {
  if (difference_.empty()) {
    difference_ = what;
  }
}

std::uint32_t BusFeed::read(bool port, std::uint32_t address, unsigned bytes) {
  std::uint32_t value = 0;
  for (unsigned n = 0; n < bytes; ++n) {
    Byte wanted{.port = port, .address = address + n};
    if (reads_.empty()) {
      differ("the interpreter reads " + place(wanted) + ", the engine has not");
      return value;
    }
    wanted.data = reads_.front().data;
    if (reads_.front() != wanted) {
      differ("the interpreter reads " + place(wanted) + ", the engine has read " +
             text(reads_.front()));
    }
    value |= std::uint32_t{wanted.data} << (8 * n);
    reads_.pop_front();
  }
  return value;
}

std::string BusFeed::missing_write() const {
  if (model_writes_.empty()) {
    return {};
  }
  return "the interpreter has written " + text(model_writes_.front()) + ", the engine never did";
}

void BusFeed::compare_writes() {
  while (!engine_writes_.empty() && !model_writes_.empty()) {
    if (engine_writes_.front() != model_writes_.front()) {
      differ("the interpreter writes " + text(model_writes_.front()) + ", the engine " +
             text(engine_writes_.front()));
    }
    engine_writes_.pop_front();
    model_writes_.pop_front();
  }
}

std::uint32_t BusFeed::port_read(std::uint16_t port, unsigned bytes) {
  return read(true, port, bytes);
}

std::uint32_t BusFeed::mmio_read(std::uint32_t physical, unsigned bytes) {
  if (!is_device_(physical)) {
    return bytes < 4 ? (1u << (8 * bytes)) - 1 : ~0u;
  }
  return read(false, physical, bytes);
}

void BusFeed::port_write(std::uint16_t port, unsigned bytes, std::uint32_t value) {
  append(model_writes_, {true, true, port, bytes, value});
  compare_writes();
}

void BusFeed::mmio_write(std::uint32_t physical, unsigned bytes, std::uint32_t value) {
  if (!is_device_(physical)) {
    return;
  }
  append(model_writes_, {true, false, physical, bytes, value});
  compare_writes();
}

}  // namespace strata
