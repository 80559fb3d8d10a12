// What --help says above the list of options.
#pragma once

#include <string>

namespace strata {

inline const std::string kGeneralHelp =
    R"(strata runs one IA-32 PC at every level: cycle-accurate RTL, interpreter, KVM.

  strata run [options] GUEST        run a guest
  strata compare [options] GUEST    run it on one engine after another and compare
  strata info                       this host, its KVM, versions
  strata disk create FILE SIZE      make an empty disk image

'strata COMMAND --help' lists a command's options. The program ends with
  the guest's own status (port F4), or
  0  the guest halted for good       3  triple fault
  1  a check failed, something       4  a limit was reached
     could not be written, or      130  interrupted (Ctrl-C)
     the disk image was lost       141  the reader of the output went away
  2  bad option, file or host
)";

inline const std::string kRunHelp =
    R"(strata run [options] GUEST

GUEST is a multiboot (version 1) i386 ELF file, a boot sector (512 bytes ending
55 AA, loaded at 7C00), or a disk image whose first sector is one; such an image
is also the disk when --disk is not given. Without GUEST, --bios is needed.
A guest but a disk image may come through a pipe; - is standard input. The debug
console (port E9) goes to standard output, unless --console names a file or a
document (--stats -, --screen-text -) takes standard output; then to standard error.
)";

inline const std::string kCompareHelp =
    R"(strata compare [options] GUEST

Runs GUEST on each engine in a process of its own, on a fresh copy of the disk
image, and prints cycles, instructions, wall time and exits side by side. Ends
with 1 when final screen, disk image or status differ.
)";

inline const std::string kInfoHelp =
    "strata info\n\nDescribes the host, its KVM and the libraries.\n";

inline const std::string kDiskHelp =
    R"(strata disk create FILE SIZE

Makes FILE, a raw image of SIZE zero bytes; SIZE is a multiple of 512 and may
end in K, M or G. An existing file is never overwritten.
)";

}  // namespace strata
