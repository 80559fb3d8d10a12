// An EventLog that keeps what it is told, for tests to look at.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "models/base/event_log.h"

namespace strata::test {

struct RecordedEvent {
  Cycle cycle = 0;
  std::string unit;
  std::string what;
  bool operator==(const RecordedEvent&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const RecordedEvent& event) {
  return out << event.cycle << ' ' << event.unit << ' ' << event.what;
}

class EventRecorder : public EventLog {
 public:
  void record(Cycle cycle, std::string_view unit, std::string what) override {
    events.push_back({cycle, std::string(unit), std::move(what)});
  }

  /// Cycle of the latest event that is `what`, or kNever.
  Cycle latest(std::string_view what) const {
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
      if (event->what == what) return event->cycle;
    }
    return kNever;
  }

  std::vector<RecordedEvent> events;
};

}  // namespace strata::test
