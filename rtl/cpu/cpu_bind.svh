// What is asserted of the CPU, bound to it in a build with assertions.
bind cpu wishbone_rules u_wishbone_rules (
    .clk_i,
    .rst_ni,
    .cyc_i(wb_cyc_o),
    .stb_i(wb_stb_o),
    .we_i (wb_we_o),
    .adr_i(wb_adr_o),
    .sel_i(wb_sel_o),
    .dat_i(wb_dat_o),
    .tga_i(wb_tga_o),
    .cti_i(wb_cti_o),
    .bte_i(wb_bte_o),
    .ack_i(wb_ack_i)
);

bind cpu cpu_rules u_rules (
    .clk_i,
    .rst_ni,
    .load_i          (load_valid_i),
    .boot_i          (boot_q),
    .at_boundary_i   (at_boundary),
    .redirect_i      (redirect),
    .x_valid_i       (x_valid_q),
    .ex_done_i       (ex_done),
    .seq_active_i    (seq_active),
    .seq_done_i      (seq_done),
    .retire_valid_i  (retire_valid_o),
    .stale_i         (stale_q),
    .store_hit_i     (store_hit),
    .shutdown_i      (shutdown_o),
    .idle_i          (idle_o),
    .write_back_i    (u_registers.w0_valid_i || u_registers.w1_valid_i || u_registers.esp_valid_i ||
                      u_registers.esi_valid_i || u_registers.edi_valid_i || u_registers.ecx_valid_i ||
                      u_registers.flags_valid_i || u_registers.seg_valid_i || u_registers.table_valid_i ||
                      u_registers.cr_valid_i || u_registers.dr_valid_i),
    .eip_valid_i     (seq_eip_valid),
    .eip_i           (regs.eip),
    .ex_store_i      (ex_store),
    .seq_access_i    (seq_d_valid),
    .load_access_i   (m_issue),
    .d_write_i       (d_write),
    .d_space_i       (d_space),
    .d_linear_i      (d_linear),
    .d_size_i        (d_size),
    .d_wdata_i       (d_wdata),
    .d_ready_i       (d_ready),
    .d_fault_i       (d_fault),
    .d_committed_i   (d_committed),
    .data_taken_i    (b_valid && b_ready),
    .data_done_i     (d_done),
    .fetch_taken_i   (f_ready),
    .fetch_beat_i    (f_beat),
    .cyc_i           (wb_cyc_o),
    .available_i     (available),
    .consume_i       (consume)
);
