// States, register bits, command codes and IDENTIFY DEVICE data of the ATA controller (ATA/ATAPI-6).
package ata_pkg;

  // Command codes (ATA-1, table 9-1, which gives RECALIBRATE and SEEK sixteen codes each; FLUSH CACHE:
  // ATA/ATAPI-6).
  parameter logic [7:0] CMD_RECALIBRATE = 8'h10;  // to 1F
  parameter logic [7:0] CMD_READ_SECTORS = 8'h20;  // 21: without retries, the same here
  parameter logic [7:0] CMD_WRITE_SECTORS = 8'h30;  // 31 likewise
  parameter logic [7:0] CMD_READ_VERIFY = 8'h40;  // 41 likewise
  parameter logic [7:0] CMD_SEEK = 8'h70;  // to 7F
  parameter logic [7:0] CMD_EXECUTE_DIAGNOSTIC = 8'h90;
  parameter logic [7:0] CMD_INITIALIZE_PARAMETERS = 8'h91;
  parameter logic [7:0] CMD_FLUSH_CACHE = 8'hE7;
  parameter logic [7:0] CMD_IDENTIFY_DEVICE = 8'hEC;
  parameter logic [7:0] CMD_SET_FEATURES = 8'hEF;

  // What the controller is at.
  typedef enum logic [2:0] {
    StReady,     // BSY 0, DRQ 0
    StBusy,      // BSY until the timer and the medium are done; then outcome_q
    StDataIn,    // DRQ, the host reads the buffer
    StDataOut,   // DRQ, the host fills the buffer
    StSoftReset  // SRST is 1
  } ata_state_e;

  // What the end of BSY brings.
  typedef enum logic [2:0] {
    OutDone,           // command complete, INTRQ
    OutFailed,         // ERR with the error register, INTRQ
    OutOfferIn,        // DRQ towards the host, INTRQ
    OutOfferFirstOut,  // DRQ for the first sector of a write, no INTRQ
    OutSectorStored,   // a sector is on the medium: INTRQ, DRQ again if there are more
    OutResetDone,      // signature
    OutVerified,       // a sector was readable: the next one, or INTRQ
    OutDiagnosed       // signature, INTRQ
  } outcome_e;

  // Subcommands of SET FEATURES.
  parameter logic [7:0] FEATURE_TRANSFER_MODE = 8'h03;
  parameter logic [7:0] FEATURE_KEEP_OVER_RESET = 8'h66;
  parameter logic [7:0] FEATURE_REVERT_AT_RESET = 8'hCC;

  // Status register (ATA-1, 7.2.13).
  parameter logic [7:0] STATUS_BSY = 8'h80;
  parameter logic [7:0] STATUS_READY = 8'h50;  // DRDY, DSC
  parameter logic [7:0] STATUS_DRQ = 8'h08;
  parameter logic [7:0] STATUS_ERR = 8'h01;

  // Error register; after a reset it holds the diagnostic code (ATA-1, 7.2.9).
  parameter logic [7:0] ERROR_UNC = 8'h40;
  parameter logic [7:0] ERROR_IDNF = 8'h10;
  parameter logic [7:0] ERROR_ABRT = 8'h04;
  parameter logic [7:0] DIAGNOSTIC_PASSED = 8'h01;

  // Device register (ATA-1: Drive/Head, 7.2.8): the bit that selects device 1.
  parameter int unsigned DEVICE_DEV = 4;

  // Device Control register (ATA-1, 7.2.6).
  parameter int unsigned CONTROL_NIEN = 1;
  parameter int unsigned CONTROL_SRST = 2;

  // The CHS translation, the only one there is.
  parameter int unsigned HEADS = 16;
  parameter int unsigned SECTORS_PER_TRACK = 63;

  // What the controller asks of the medium.
  typedef enum logic [1:0] {
    MediumRead,
    MediumWrite,
    MediumFlush
  } medium_op_e;

  // Device register.
  typedef struct packed {
    logic       obsolete7;
    logic       lba;
    logic       obsolete5;
    logic       dev;        // device 1 selected
    logic [3:0] head;       // or LBA 27:24
  } device_t;

  // A sector's address as the host writes it.
  typedef struct packed {
    device_t    device;
    logic [7:0] lba_high;  // or cylinder 15:8
    logic [7:0] lba_mid;   // or cylinder 7:0
    logic [7:0] lba_low;   // or sector
  } address_t;

  // The Command Block registers that keep a value.
  typedef struct packed {
    logic [7:0] error;
    logic [7:0] count;
    address_t   address;
  } task_file_t;

  // After power-on and software reset (ATA/ATAPI-6, 9.12): not a packet device.
  parameter task_file_t SIGNATURE = '{
      error: DIAGNOSTIC_PASSED,
      count: 8'd1,
      address: 32'h0000_0001
  };

  // Sector number on the medium. CHS sector 0 does not exist: see address_exists().
  function automatic logic [27:0] linear_address(address_t address);
    logic [27:0] cylinder = 28'({address.lba_high, address.lba_mid});
    if (address.device.lba) begin
      return {address.device.head, address.lba_high, address.lba_mid, address.lba_low};
    end
    return (cylinder * 28'(HEADS) + 28'(address.device.head)) * 28'(SECTORS_PER_TRACK) +
        28'(address.lba_low) - 28'd1;
  endfunction

  function automatic logic address_exists(address_t address, logic [27:0] sectors);
    logic sector_ok = address.lba_low != 8'd0 && address.lba_low <= 8'(SECTORS_PER_TRACK);
    return (address.device.lba || sector_ok) && linear_address(address) < sectors;
  endfunction

  // The address one sector on.
  function automatic address_t next_sector(address_t address);
    address_t next = address;
    if (address.device.lba) begin
      {next.device.head, next.lba_high, next.lba_mid, next.lba_low} =
          linear_address(address) + 28'd1;
    end else if (address.lba_low < 8'(SECTORS_PER_TRACK)) begin
      next.lba_low = address.lba_low + 8'd1;
    end else begin
      next.lba_low = 8'd1;
      {next.lba_high, next.lba_mid, next.device.head} =
          {address.lba_high, address.lba_mid, address.device.head} + 20'd1;
    end
    return next;
  endfunction

  function automatic logic verifies(logic [7:0] command);
    return command == CMD_READ_VERIFY || command == (CMD_READ_VERIFY | 8'h01);
  endfunction

  // Whether SET FEATURES has something to set: IDENTIFY DEVICE offers no cache, no look-ahead, no power
  // management and no transfer mode but the default PIO one, with IORDY or without.
  function automatic logic feature_exists(logic [7:0] features, logic [7:0] count);
    unique case (features)
      FEATURE_TRANSFER_MODE:                            return count <= 8'd1;
      FEATURE_KEEP_OVER_RESET, FEATURE_REVERT_AT_RESET: return 1'b1;
      default:                                          return 1'b0;
    endcase
  endfunction

  // ATA strings: padded with spaces, the first character of each pair in the high byte.
  parameter logic [159:0] SERIAL_NUMBER = "S86-0001            ";
  parameter logic [63:0] FIRMWARE_REVISION = "1.0     ";
  parameter logic [319:0] MODEL_NUMBER = "STRATA86 DISK                           ";

  // Word `index` of the IDENTIFY DEVICE data.
  function automatic logic [15:0] identify_word(logic [7:0] index, logic [27:0] sectors,
                                                logic [13:0] cylinders);
    logic [31:0] chs_sectors = 32'(cylinders) * 32'(HEADS * SECTORS_PER_TRACK);
    if (index >= 8'd10 && index <= 8'd19) return SERIAL_NUMBER[16*(19-32'(index))+:16];
    if (index >= 8'd23 && index <= 8'd26) return FIRMWARE_REVISION[16*(26-32'(index))+:16];
    if (index >= 8'd27 && index <= 8'd46) return MODEL_NUMBER[16*(46-32'(index))+:16];
    unique case (index)
      8'd0:       return 16'h0040;  // fixed, not removable
      8'd1, 8'd54: return 16'(cylinders);
      8'd3, 8'd55: return 16'(HEADS);
      8'd6, 8'd56: return 16'(SECTORS_PER_TRACK);
      8'd49:      return 16'h0200;  // LBA; no DMA
      8'd50:      return 16'h4000;  // fixed bit pattern
      8'd53:      return 16'h0001;  // words 54 to 58 are valid
      8'd57:      return chs_sectors[15:0];
      8'd58:      return chs_sectors[31:16];
      8'd60:      return sectors[15:0];
      8'd61:      return 16'(sectors[27:16]);
      8'd80:      return 16'h0070;  // ATA/ATAPI-4, -5 and -6
      8'd83:      return 16'h5000;  // fixed bit pattern; FLUSH CACHE
      8'd84:      return 16'h4000;  // fixed bit pattern
      8'd86:      return 16'h1000;  // FLUSH CACHE enabled
      8'd87:      return 16'h4000;  // fixed bit pattern
      default:    return 16'h0000;
    endcase
  endfunction

endpackage
