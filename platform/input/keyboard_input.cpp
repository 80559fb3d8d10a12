#include "platform/input/keyboard_input.h"

#include "platform/machine.h"

namespace strata {

void KeyboardInput::press(const Key& key) {
  if (down_.insert(&key).second) strokes_.push_back({&key, true});
}

void KeyboardInput::release(const Key& key) {
  if (down_.erase(&key) != 0) strokes_.push_back({&key, false});
}

void KeyboardInput::type(std::string_view text) {
  const Key& shift = *find_key("shift");
  for (const char character : text) {
    const Key& key = *key_of_character(character);
    const bool shifted = key.plain != character;
    if (shifted) press(shift);
    press(key);
    release(key);
    if (shifted) release(shift);
  }
}

void KeyboardInput::deliver(Machine& machine) {
  const Cycle now = machine.cycles();
  if (now < next()) return;
  const Stroke stroke = strokes_.front();
  strokes_.pop_front();
  due_ = now + gap_;
  machine.press(codes_of(*stroke.key, stroke.down));
  if (watch_) watch_(now, *stroke.key, stroke.down);
}

}  // namespace strata
