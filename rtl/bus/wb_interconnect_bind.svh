// What is asserted of the interconnect, bound to it in a build with assertions.
bind wb_interconnect wb_interconnect_rules #(
    .Masters(Masters),
    .Slaves (SLAVES)
) u_rules (
    .clk_i,
    .rst_ni,
    .m_cyc_i,
    .m_stb_i,
    .m_lock_i,
    .m_we_i,
    .m_adr_i,
    .m_sel_i,
    .m_dat_i,
    .m_tga_i,
    .m_cti_i,
    .m_bte_i,
    .m_ack_i (m_ack_o),
    .m_rdat_i(m_dat_o),
    .s_cyc_i (s_cyc_o),
    .s_stb_i (s_stb_o),
    .s_we_i  (s_we_o),
    .s_adr_i (s_adr_o),
    .s_sel_i (s_sel_o),
    .s_dat_i (s_dat_o),
    .s_tga_i (s_tga_o),
    .s_cti_i (s_cti_o),
    .s_bte_i (s_bte_o),
    .s_ack_i,
    .busy_i  (state_q != StIdle),
    .owner_i (32'(owner_q)),
    .rest_i  (rest_q)
);
