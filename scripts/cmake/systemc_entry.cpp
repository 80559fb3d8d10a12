// libsystemc's shared library refers to sc_main from its own main(). Our programs have a main() of
// their own and call the kernel directly, so this only satisfies the linker.
#include <cstdlib>

extern "C" int sc_main(int, char**) {
  std::abort();
}
