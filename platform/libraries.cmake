# The libraries of the program.
add_library(strata_command_line STATIC cache_text.cpp command_table.cpp numbers.cpp option_files.cpp option_values.cpp options.cpp paging_text.cpp rtc_text.cpp start_options.cpp vary.cpp)
strata_together(strata_command_line)
target_compile_definitions(strata_command_line PRIVATE STRATA_VERSION="${PROJECT_VERSION}")
target_link_libraries(strata_command_line
    PUBLIC strata_config strata_machine PRIVATE Boost::program_options fmt::fmt)

# What every machine is built from, without SystemC.
add_library(strata_machine_base STATIC counter_watch.cpp host_memory.cpp machine_memory.cpp machine_state.cpp power_on.cpp
    run_control.cpp)
strata_together(strata_machine_base)
target_link_libraries(strata_machine_base
    PUBLIC strata_cache_shape strata_engine strata_loader strata_bus_map strata_memory_map strata_output
    PRIVATE fmt::fmt)

add_library(strata_rtl_machine STATIC last_instruction.cpp rtl_debug.cpp rtl_devices.cpp rtl_exits.cpp rtl_figures.cpp rtl_machine.cpp rtl_timing.cpp rtl_watch.cpp)
target_link_libraries(strata_rtl_machine
    PUBLIC strata_machine_base
    PRIVATE strata_cpu_rtl strata_bus_rtl strata_slot_rtl strata_slots strata_memory strata_disk
            strata_trace strata_explain strata_profile strata_isa strata_interpreter strata_lockstep strata_verilated strata_vga_rtl strata_vga_tlm strata_ata_rtl
            strata_ata_tlm strata_pic_rtl strata_pic_tlm strata_pit_rtl strata_pit_tlm strata_uart_rtl strata_uart_tlm
            strata_debug_rtl strata_debug_tlm strata_pv_rtl strata_rtc_contents strata_rtc_rtl strata_rtc_tlm strata_keyboard_rtl strata_keyboard_tlm fmt::fmt)

# Without SystemC: several such machines fit in a process.
add_library(strata_software_machine STATIC ring_thread.cpp software_machine.cpp)
target_link_libraries(strata_software_machine
    PUBLIC strata_machine_base strata_plain_machine
    PRIVATE strata_slot_device strata_slots strata_disk strata_vga_core strata_ata_core strata_pic_core strata_pit_core
            strata_uart_core strata_debug_core strata_pv_core strata_rtc_contents strata_rtc_core strata_keyboard_core strata_explain strata_profile strata_sensitive)

add_library(strata_machine STATIC engines.cpp kvm_facts.cpp later_work.cpp)
target_link_libraries(strata_machine
    PUBLIC strata_machine_base
    PRIVATE strata_rtl_machine strata_software_machine strata_interpreter strata_block strata_jit strata_kvm strata_monitor fmt::fmt)

execute_process(COMMAND "${VERILATOR}" --version OUTPUT_VARIABLE verilator_version
                OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REGEX REPLACE "^Verilator " "" verilator_version "${verilator_version}")
set_source_files_properties(simulator_versions.cpp PROPERTIES
    COMPILE_DEFINITIONS "STRATA_VERILATOR_VERSION=\"${verilator_version}\"")

# All of the program but main().
add_library(strata_program STATIC
    bench_command.cpp
    call_measurement.cpp
    child_process.cpp
    native_program.cpp
    compare_command.cpp
    disk_command.cpp
    guest_output.cpp
    host_cpu.cpp
    info_command.cpp
    live_view.cpp
    machines_command.cpp
    profile_command.cpp
    region.cpp
    run_command.cpp
    run_confinement.cpp
    run_files.cpp
    run_end.cpp
    run_input.cpp
    run_log.cpp
    serial_source.cpp
    simulator_versions.cpp
    stop_signals.cpp
    symbol_text.cpp
    temporary_folder.cpp
    trace_point.cpp
    unpatched_run.cpp)
strata_together(strata_program)
target_compile_definitions(strata_program PRIVATE STRATA_VERSION="${PROJECT_VERSION}")
target_link_libraries(strata_program PUBLIC
    strata_options strata_command_line strata_machine strata_loader strata_stats strata_bench strata_bench_guests strata_explain strata_sensitive strata_trace strata_measure_data strata_profile strata_disk strata_output strata_sandbox
    strata_display strata_input strata_kvm strata_memory_timing strata_systemc fmt::fmt Zydis::Zydis)
