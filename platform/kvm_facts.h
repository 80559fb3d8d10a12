// What the engine asks of this host's KVM when a guest has come to what not every KVM runs. Finding
// out takes another VM, and a run that is confined can make none: it is made by a process that has
// been started before, if anybody asks.
#pragma once

namespace strata {

/// Before the process confines itself and has threads. A host without room for a process: it is
/// asked now.
void prepare_kvm_facts();

/// As KvmHost::kind and KvmHost::paging say. On any thread.
bool kvm_emulates();
bool kvm_pages();

}  // namespace strata
