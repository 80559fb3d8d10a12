// One 8259A interrupt controller (Intel data sheet 231468): edge or level triggered, fully nested or
// special fully nested, rotating priorities, all forms of EOI, special mask mode and polling.
//
// Time: a request line sampled at an edge is in IRR after it, and int_o follows combinationally from
// the registers. A request in edge mode lasts while its line stays high.
//
// Left out: MCS-80/85 mode (ICW4 uPM = 0 is taken as 1), buffered mode (accepted, no effect), ICW3 (the
// cascade is wired to line 2 of the master; its contents are accepted and ignored). Before the first
// ICW1 all lines are masked.
module pic_8259a
  import pic_state_pkg::*;
#(
    parameter bit IsMaster = 1'b1
) (
    input logic clk_i,
    input logic rst_ni,

    // from the devices; line 2 of the master is the slave's int_o
    input logic [7:0] ir_i,

    // register access at this edge
    input  logic       read_i,
    input  logic       write_i,
    input  logic       a0_i,
    input  logic [7:0] data_i,
    output logic [7:0] status_o,  // what A0 = 0 reads
    output logic [7:0] mask_o,    // what A0 = 1 reads

    // interrupt acknowledge at this edge
    input  logic       inta_i,
    output logic       int_o,
    output logic       cascade_o,  // the acknowledge is the slave's to answer
    output logic [7:0] vector_o,   // of the request, or of line 7 if there is none

    // load and unload port (pic.sv)
    input  logic            load_valid_i,
    input  pic_chip_state_t load_state_i,
    input  logic            unload_clk_i,
    output pic_chip_state_t state_o,

    // to the clock control
    output logic settled_o  // no register would change by itself at the next edge
);

  localparam logic [2:0] CASCADE_LINE = 3'd2;

  typedef enum logic [1:0] {
    ExpectOcw1,
    ExpectIcw2,
    ExpectIcw3,
    ExpectIcw4
  } expect_e;

  // Registers
  logic [7:0] lines_q;  // ir_i as last sampled
  logic [7:0] irr_q, irr_d;
  logic [7:0] isr_q, isr_d;
  logic [7:0] imr_q;
  logic [4:0] base_q;  // vector bits 7:3
  logic [2:0] lowest_q, lowest_d;  // line of lowest priority
  expect_e    expect_q;
  logic       level_triggered_q;
  logic       cascaded_q;
  logic       icw4_follows_q;
  logic       auto_eoi_q;
  logic       rotate_auto_eoi_q;
  logic       fully_nested_q;
  logic       special_mask_q;
  logic       read_isr_q;
  logic       poll_q;

  // Priority: bit 0 of a rotated set is the line after the lowest.
  function automatic logic [7:0] rotate(logic [7:0] lines, logic [2:0] lowest);
    return 8'({lines, lines} >> (4'(lowest) + 4'd1));
  endfunction

  // Number of the lowest bit set; 8 if none is.
  function automatic logic [3:0] first_rank(logic [7:0] rotated);
    for (int unsigned i = 0; i < 8; i++) begin
      if (rotated[i]) return 4'(i);
    end
    return 4'd8;
  endfunction

  logic [7:0] serving;  // in service and counted for priority
  logic [3:0] request_rank;
  logic [3:0] serving_rank;
  logic [2:0] request_line;
  logic [2:0] serving_line;
  logic       nested;

  assign serving      = special_mask_q ? isr_q & ~imr_q : isr_q;
  assign request_rank = first_rank(rotate(irr_q & ~imr_q, lowest_q));
  assign serving_rank = first_rank(rotate(serving, lowest_q));
  assign request_line = request_rank[2:0] + lowest_q + 3'd1;
  assign serving_line = serving_rank[2:0] + lowest_q + 3'd1;

  // Special fully nested mode: the slave may interrupt its own service routine.
  assign nested = IsMaster && fully_nested_q && request_line == CASCADE_LINE &&
      request_rank == serving_rank && !request_rank[3];

  assign int_o     = request_rank < serving_rank || nested;
  assign cascade_o = IsMaster && cascaded_q && int_o && request_line == CASCADE_LINE;
  assign vector_o  = {base_q, int_o ? request_line : 3'd7};
  assign mask_o    = poll_q ? status_o : imr_q;

  // The poll word takes the place of any register.
  always_comb begin
    if (poll_q) status_o = int_o ? {5'b10000, request_line} : '0;
    else if (read_isr_q) status_o = isr_q;
    else status_o = irr_q;
  end

  // Command words: ICW1 and the two that share its address, told apart by bits 4 and 3.
  logic write_icw1, write_ocw2, write_ocw3, write_data;
  assign write_icw1 = write_i && !a0_i && data_i[4];
  assign write_ocw2 = write_i && !a0_i && data_i[4:3] == 2'b00;
  assign write_ocw3 = write_i && !a0_i && data_i[4:3] == 2'b01;
  assign write_data = write_i && a0_i;

  // A request goes into service by INTA or by the read after a poll command.
  logic take;
  assign take = int_o && (inta_i || (read_i && poll_q));

  always_comb begin
    irr_d = level_triggered_q ? ir_i : (irr_q | (ir_i & ~lines_q)) & ir_i;
    if (take && !level_triggered_q) irr_d[request_line] = 1'b0;
    if (write_icw1 && !data_i[3]) irr_d = '0;
  end

  // OCW2 in data_i[7:5]: rotate, specific, EOI.
  logic       eoi;
  logic [2:0] eoi_line;
  assign eoi      = write_ocw2 && data_i[5] && (data_i[6] || !serving_rank[3]);
  assign eoi_line = data_i[6] ? data_i[2:0] : serving_line;

  always_comb begin
    isr_d    = isr_q;
    lowest_d = lowest_q;
    if (take) begin
      isr_d[request_line] = !auto_eoi_q;
      if (auto_eoi_q && rotate_auto_eoi_q) lowest_d = request_line;
    end
    if (eoi) begin
      isr_d[eoi_line] = 1'b0;
      if (data_i[7]) lowest_d = eoi_line;
    end
    if (write_ocw2 && data_i[7:5] == 3'b110) lowest_d = data_i[2:0];
    if (write_icw1) begin
      isr_d    = '0;
      lowest_d = 3'd7;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      lines_q  <= '0;
      irr_q    <= '0;
      isr_q    <= '0;
      lowest_q <= 3'd7;
    end else begin
      lines_q  <= ir_i;
      irr_q    <= irr_d;
      isr_q    <= isr_d;
      lowest_q <= lowest_d;
      // The slave's INT drops between the INTA pulses, so a further request of it is a new edge.
      if (inta_i && cascade_o) lines_q[CASCADE_LINE] <= 1'b0;
    end
    if (load_valid_i) begin
      lines_q  <= load_state_i.lines[7:0];
      irr_q    <= load_state_i.irr[7:0];
      isr_q    <= load_state_i.isr[7:0];
      lowest_q <= load_state_i.lowest[2:0];
    end
  end

  expect_e after_icw3;
  assign after_icw3 = icw4_follows_q ? ExpectIcw4 : ExpectOcw1;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      imr_q             <= '1;
      base_q            <= '0;
      expect_q          <= ExpectOcw1;
      level_triggered_q <= 1'b0;
      cascaded_q        <= 1'b1;
      icw4_follows_q    <= 1'b0;
      auto_eoi_q        <= 1'b0;
      rotate_auto_eoi_q <= 1'b0;
      fully_nested_q    <= 1'b0;
      special_mask_q    <= 1'b0;
      read_isr_q        <= 1'b0;
      poll_q            <= 1'b0;
    end else begin
      if (read_i) poll_q <= 1'b0;
      if (write_icw1) begin
        // Data sheet, "Initialization command words 1 and 2", items a to f; ISR is cleared too.
        imr_q             <= '0;
        expect_q          <= ExpectIcw2;
        level_triggered_q <= data_i[3];
        cascaded_q        <= !data_i[1];
        icw4_follows_q    <= data_i[0];
        auto_eoi_q        <= 1'b0;
        rotate_auto_eoi_q <= 1'b0;
        fully_nested_q    <= 1'b0;
        special_mask_q    <= 1'b0;
        read_isr_q        <= 1'b0;
        poll_q            <= 1'b0;
      end
      if (write_ocw2 && data_i[6:5] == 2'b00) rotate_auto_eoi_q <= data_i[7];
      if (write_ocw3) begin
        if (data_i[6]) special_mask_q <= data_i[5];
        poll_q <= data_i[2];
        if (data_i[1]) read_isr_q <= data_i[0];
      end
      if (write_data) begin
        unique case (expect_q)
          ExpectIcw2: begin
            base_q   <= data_i[7:3];
            expect_q <= cascaded_q ? ExpectIcw3 : after_icw3;
          end
          ExpectIcw3: expect_q <= after_icw3;
          ExpectIcw4: begin
            fully_nested_q <= data_i[4];
            auto_eoi_q     <= data_i[1];
            expect_q       <= ExpectOcw1;
          end
          default: imr_q <= data_i;  // OCW1
        endcase
      end
    end
    if (load_valid_i) begin
      imr_q             <= load_state_i.imr[7:0];
      base_q            <= load_state_i.base[7:3];
      expect_q          <= expect_e'(load_state_i.expected[1:0]);
      level_triggered_q <= load_state_i.level_triggered[0];
      cascaded_q        <= load_state_i.cascaded[0];
      icw4_follows_q    <= load_state_i.icw4_follows[0];
      auto_eoi_q        <= load_state_i.auto_eoi[0];
      rotate_auto_eoi_q <= load_state_i.rotate_auto_eoi[0];
      fully_nested_q    <= load_state_i.fully_nested[0];
      special_mask_q    <= load_state_i.special_mask[0];
      read_isr_q        <= load_state_i.read_isr[0];
      poll_q            <= load_state_i.poll[0];
    end
  end

  always_ff @(posedge unload_clk_i) begin
    state_o.lines           <= 32'(lines_q);
    state_o.irr             <= 32'(irr_q);
    state_o.isr             <= 32'(isr_q);
    state_o.imr             <= 32'(imr_q);
    state_o.base            <= 32'({base_q, 3'b0});
    state_o.lowest          <= 32'(lowest_q);
    state_o.expected        <= 32'(expect_q);
    state_o.level_triggered <= 32'(level_triggered_q);
    state_o.cascaded        <= 32'(cascaded_q);
    state_o.icw4_follows    <= 32'(icw4_follows_q);
    state_o.auto_eoi        <= 32'(auto_eoi_q);
    state_o.rotate_auto_eoi <= 32'(rotate_auto_eoi_q);
    state_o.fully_nested    <= 32'(fully_nested_q);
    state_o.special_mask    <= 32'(special_mask_q);
    state_o.read_isr        <= 32'(read_isr_q);
    state_o.poll            <= 32'(poll_q);
  end

  assign settled_o = lines_q == ir_i && irr_q == irr_d;

  logic unused;
  assign unused = ^load_state_i;
endmodule
