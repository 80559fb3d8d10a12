// Wishbone B4 interconnect: one master (the CPU), a slave port for each device.
//
// Decoding follows memory_map_pkg, dword by dword. Memory space goes to `mem`, but for the VGA text
// window; I/O space goes to the device that owns a port of the dword, at the offset the device has in
// its own block (*_BLOCK_*); interrupt acknowledge goes to the interrupt controllers. I/O nobody owns
// is acknowledged here and reads all ones (memory nobody owns is the memory's to answer likewise).
//
// Latency: a request sampled at edge n is on the slave's wires after edge n; an ack sampled from the
// slave at edge m is on the master's wires after edge m. The master's next request is sampled two
// edges later, which is the first edge that can see it, because the master samples the ack in between.
//
// Bursts: a read with CTI 010 and BTE 01 (four words, wrapping) to memory ends with the slave's fourth
// ack; the acks are relayed as they come, one a cycle at best. All other CTI and BTE values, and bursts
// to other slaves, are taken as classic cycles: one ack for each request.
//
// Left out: more than one master, ERR and RTY, giving up a cycle before its ack.
module wb_interconnect
  import memory_map_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // from the CPU (master)
    input  logic        cpu_cyc_i,
    input  logic        cpu_stb_i,
    input  logic        cpu_we_i,
    input  logic [31:2] cpu_adr_i,
    input  logic [ 3:0] cpu_sel_i,
    input  logic [31:0] cpu_dat_i,
    input  logic [ 1:0] cpu_tga_i,  // 0 memory, 1 I/O, 2 interrupt acknowledge
    input  logic [ 2:0] cpu_cti_i,
    input  logic [ 1:0] cpu_bte_i,
    output logic        cpu_ack_o,
    output logic [31:0] cpu_dat_o,

    // to all slaves; valid for the one whose stb is high
    output logic        slave_we_o,
    output logic [ 3:0] slave_sel_o,
    output logic [31:0] slave_dat_o,

    // memory: physical address
    output logic        mem_cyc_o,
    output logic        mem_stb_o,
    output logic [31:2] mem_adr_o,
    output logic [ 2:0] mem_cti_o,  // 010 or 000
    output logic [ 1:0] mem_bte_o,
    input  logic        mem_ack_i,
    input  logic [31:0] mem_dat_i,

    // VGA: text memory from VGA_BLOCK_TEXT, ports from VGA_BLOCK_PORTS
    output logic        vga_cyc_o,
    output logic        vga_stb_o,
    output logic [15:2] vga_adr_o,
    input  logic        vga_ack_i,
    input  logic [31:0] vga_dat_i,

    // ATA
    output logic        ata_cyc_o,
    output logic        ata_stb_o,
    output logic [ 3:2] ata_adr_o,
    input  logic        ata_ack_i,
    input  logic [31:0] ata_dat_i,

    // interrupt controllers
    output logic        pic_cyc_o,
    output logic        pic_stb_o,
    output logic [ 2:2] pic_adr_o,
    output logic        pic_inta_o,  // this access is an interrupt acknowledge
    input  logic        pic_ack_i,
    input  logic [31:0] pic_dat_i,

    // timer (one dword)
    output logic        pit_cyc_o,
    output logic        pit_stb_o,
    input  logic        pit_ack_i,
    input  logic [31:0] pit_dat_i,

    // UART
    output logic        uart_cyc_o,
    output logic        uart_stb_o,
    output logic [ 2:2] uart_adr_o,
    input  logic        uart_ack_i,
    input  logic [31:0] uart_dat_i,

    // POST, debug console and exit ports
    output logic        debug_cyc_o,
    output logic        debug_stb_o,
    output logic [ 3:2] debug_adr_o,
    input  logic        debug_ack_i,
    input  logic [31:0] debug_dat_i,

    // to the clock control
    output logic idle_o  // no cycle in progress
);

  typedef enum logic [1:0] {
    StIdle,      // waiting for the master's request
    StForward,   // on a slave's wires, waiting for its ack
    StTurnaround // ack on the master's wires; its request is still the old one
  } state_e;

  typedef enum logic [2:0] {
    TgtMem,
    TgtVga,
    TgtAta,
    TgtPic,
    TgtPit,
    TgtUart,
    TgtDebug,
    TgtNone
  } target_e;

  localparam logic [1:0] TGA_MEMORY = 2'd0;
  localparam logic [1:0] TGA_IO = 2'd1;
  localparam logic [1:0] TGA_INTA = 2'd2;
  localparam logic [2:0] CTI_CLASSIC = 3'b000;
  localparam logic [2:0] CTI_INCREMENTING = 3'b010;
  localparam logic [1:0] BTE_WRAP4 = 2'b01;

  // Whether the dword of I/O space holds one of `ports` ports from `base` on.
  function automatic logic has_port(logic [15:2] dword, int unsigned base, int unsigned ports);
    return dword >= 14'(base >> 2) && dword <= 14'((base + ports - 1) >> 2);
  endfunction

  function automatic logic in_vga_text(logic [31:2] dword);
    return dword >= 30'(VGA_TEXT_BASE >> 2) && dword < 30'((VGA_TEXT_BASE + VGA_TEXT_SIZE) >> 2);
  endfunction

  function automatic target_e io_target(logic [15:2] dword);
    if (has_port(dword, ATA_COMMAND_PORT, ATA_COMMAND_PORTS)) return TgtAta;
    if (has_port(dword, ATA_CONTROL_PORT, ATA_CONTROL_PORTS)) return TgtAta;
    if (has_port(dword, VGA_PORT, VGA_PORTS)) return TgtVga;
    if (has_port(dword, PIC1_PORT, PIC1_PORTS)) return TgtPic;
    if (has_port(dword, PIC2_PORT, PIC2_PORTS)) return TgtPic;
    if (has_port(dword, PIT_PORT, PIT_PORTS)) return TgtPit;
    if (has_port(dword, UART_PORT, UART_PORTS)) return TgtUart;
    if (has_port(dword, POST_PORT, POST_PORTS)) return TgtDebug;
    if (has_port(dword, DEBUG_CONSOLE_PORT, DEBUG_CONSOLE_PORTS)) return TgtDebug;
    if (has_port(dword, EXIT_PORT, EXIT_PORTS)) return TgtDebug;
    return TgtNone;
  endfunction

  function automatic target_e target_of(logic [1:0] tga, logic [31:2] dword);
    unique case (tga)
      TGA_MEMORY: return in_vga_text(dword) ? TgtVga : TgtMem;
      TGA_IO:     return io_target(dword[15:2]);
      TGA_INTA:   return TgtPic;
      default:    return TgtNone;
    endcase
  endfunction

  // Offsets in the device's block, as dwords.
  function automatic logic [15:2] vga_offset(logic [1:0] tga, logic [15:2] dword);
    if (tga == TGA_MEMORY) return dword - 14'((VGA_TEXT_BASE - VGA_BLOCK_TEXT) >> 2);
    return dword - 14'(VGA_PORT >> 2) + 14'(VGA_BLOCK_PORTS >> 2);
  endfunction

  function automatic logic [3:2] ata_offset(logic [15:2] dword);
    if (has_port(dword, ATA_CONTROL_PORT, ATA_CONTROL_PORTS)) return 2'(ATA_BLOCK_CONTROL >> 2);
    return dword[3:2] - 2'(ATA_COMMAND_PORT >> 2) + 2'(ATA_BLOCK_COMMAND >> 2);
  endfunction

  function automatic logic pic_offset(logic [15:2] dword);
    if (has_port(dword, PIC2_PORT, PIC2_PORTS)) return 1'(PIC_BLOCK_SLAVE >> 2);
    return 1'(PIC_BLOCK_MASTER >> 2);
  endfunction

  function automatic logic [3:2] debug_offset(logic [15:2] dword);
    if (has_port(dword, DEBUG_CONSOLE_PORT, DEBUG_CONSOLE_PORTS))
      return 2'(DEBUG_BLOCK_CONSOLE >> 2);
    if (has_port(dword, EXIT_PORT, EXIT_PORTS)) return 2'(DEBUG_BLOCK_EXIT >> 2);
    return 2'(DEBUG_BLOCK_POST >> 2);
  endfunction

  state_e  state_q;
  target_e target_q;
  logic [1:0] acks_left_q;  // after the next one

  // One process and one case on the state: while idle nothing but the test of the request is evaluated.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q     <= StIdle;
      target_q    <= TgtNone;
      acks_left_q <= '0;
      cpu_ack_o   <= 1'b0;
      mem_stb_o   <= 1'b0;
      vga_stb_o   <= 1'b0;
      ata_stb_o   <= 1'b0;
      pic_stb_o   <= 1'b0;
      pit_stb_o   <= 1'b0;
      uart_stb_o  <= 1'b0;
      debug_stb_o <= 1'b0;
    end else begin
      unique case (state_q)
        StIdle: if (cpu_cyc_i && cpu_stb_i) begin
          slave_we_o  <= cpu_we_i;
          slave_sel_o <= cpu_sel_i;
          slave_dat_o <= cpu_dat_i;
          acks_left_q <= '0;
          state_q     <= StForward;
          target_q    <= target_of(cpu_tga_i, cpu_adr_i);
          unique case (target_of(cpu_tga_i, cpu_adr_i))
            TgtMem: begin
              mem_stb_o <= 1'b1;
              mem_adr_o <= cpu_adr_i;
              mem_cti_o <= CTI_CLASSIC;
              mem_bte_o <= '0;
              if (!cpu_we_i && cpu_cti_i == CTI_INCREMENTING && cpu_bte_i == BTE_WRAP4) begin
                mem_cti_o   <= CTI_INCREMENTING;
                mem_bte_o   <= BTE_WRAP4;
                acks_left_q <= 2'd3;
              end
            end
            TgtVga: begin
              vga_stb_o <= 1'b1;
              vga_adr_o <= vga_offset(cpu_tga_i, cpu_adr_i[15:2]);
            end
            TgtAta: begin
              ata_stb_o <= 1'b1;
              ata_adr_o <= ata_offset(cpu_adr_i[15:2]);
            end
            TgtPic: begin
              pic_stb_o  <= 1'b1;
              pic_adr_o  <= pic_offset(cpu_adr_i[15:2]);
              pic_inta_o <= cpu_tga_i == TGA_INTA;
            end
            TgtPit: pit_stb_o <= 1'b1;
            TgtUart: begin
              uart_stb_o <= 1'b1;
              uart_adr_o <= cpu_adr_i[2:2] - 1'(UART_PORT >> 2);
            end
            TgtDebug: begin
              debug_stb_o <= 1'b1;
              debug_adr_o <= debug_offset(cpu_adr_i[15:2]);
            end
            default: begin
              cpu_ack_o <= 1'b1;
              cpu_dat_o <= '1;
              state_q   <= StTurnaround;
            end
          endcase
        end

        StForward: begin
          cpu_ack_o <= 1'b0;
          unique case (target_q)
            TgtMem: if (mem_ack_i) begin
              cpu_ack_o   <= 1'b1;
              cpu_dat_o   <= mem_dat_i;
              acks_left_q <= acks_left_q - 2'd1;
              if (acks_left_q == '0) begin
                mem_stb_o <= 1'b0;
                state_q   <= StTurnaround;
              end
            end
            TgtVga: if (vga_ack_i) begin
              cpu_ack_o <= 1'b1;
              cpu_dat_o <= vga_dat_i;
              vga_stb_o <= 1'b0;
              state_q   <= StTurnaround;
            end
            TgtAta: if (ata_ack_i) begin
              cpu_ack_o <= 1'b1;
              cpu_dat_o <= ata_dat_i;
              ata_stb_o <= 1'b0;
              state_q   <= StTurnaround;
            end
            TgtPic: if (pic_ack_i) begin
              cpu_ack_o <= 1'b1;
              cpu_dat_o <= pic_dat_i;
              pic_stb_o <= 1'b0;
              state_q   <= StTurnaround;
            end
            TgtPit: if (pit_ack_i) begin
              cpu_ack_o <= 1'b1;
              cpu_dat_o <= pit_dat_i;
              pit_stb_o <= 1'b0;
              state_q   <= StTurnaround;
            end
            TgtUart: if (uart_ack_i) begin
              cpu_ack_o  <= 1'b1;
              cpu_dat_o  <= uart_dat_i;
              uart_stb_o <= 1'b0;
              state_q    <= StTurnaround;
            end
            default: if (debug_ack_i) begin
              cpu_ack_o   <= 1'b1;
              cpu_dat_o   <= debug_dat_i;
              debug_stb_o <= 1'b0;
              state_q     <= StTurnaround;
            end
          endcase
        end

        default: begin  // StTurnaround
          cpu_ack_o <= 1'b0;
          state_q   <= StIdle;
        end
      endcase
    end
  end

  // A cycle of this interconnect is one strobe (or one burst) long.
  assign mem_cyc_o   = mem_stb_o;
  assign vga_cyc_o   = vga_stb_o;
  assign ata_cyc_o   = ata_stb_o;
  assign pic_cyc_o   = pic_stb_o;
  assign pit_cyc_o   = pit_stb_o;
  assign uart_cyc_o  = uart_stb_o;
  assign debug_cyc_o = debug_stb_o;

  assign idle_o = state_q == StIdle;
endmodule
