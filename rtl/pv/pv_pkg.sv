// Names of the block behind port ABBA that are in no other package; the numbers a guest sees are in memory_map_pkg.
package pv_pkg;
  import bus_map_pkg::*;
  import memory_map_pkg::*;

  // Of a call or transfer (models/pv/pv_page.h); 0 is none.
  typedef logic [3:0] error_t;

  // What the block asks of the medium; the ATA controller's numbers.
  typedef enum logic [1:0] {
    MediumRead,
    MediumWrite,
    MediumFlush
  } medium_op_e;

  // What a transfer is a part of.
  typedef enum logic [1:0] {
    OfCall,
    OfList,
    OfRing
  } origin_e;

  // What the block is at.
  typedef enum logic [4:0] {
    StNext,           // what there is to do: nothing while idle
    // ways to move data; then after_q
    StLoad,           // memory to buffer
    StStore,          // buffer, or one word, to memory
    StMedium,         // buffer to medium or back
    // a call
    StCall,           // its arguments are there
    StFrame,          // the next piece of a frame
    StFrameLoaded,
    StText,           // a byte a cycle
    StCounts,         // the words of a result
    StStatus,
    StDone,
    // a transfer
    StTransfer,       // to be checked
    StSector,         // the next sector
    StSectorRead,     // from the medium
    StSectorLoaded,   // from memory
    StSectorMoved,
    StTransferDone,
    // a list
    StList,           // the next entry
    StEntry,          // is there
    StListDone,
    // the ring
    StRing,           // its words are there
    StDescriptor,     // is there
    StTail,           // the descriptor is marked as done
    StRingStatus,
    StRingDone
  } pv_state_e;

  parameter int unsigned SECTOR_WORDS = 128;
  parameter int unsigned SECTOR_BYTES = 4 * SECTOR_WORDS;
  parameter int unsigned LINE_WORDS = 4;
  parameter int unsigned ROWS = 25;
  parameter int unsigned COLUMNS = 80;
  parameter int unsigned FRAME_WORDS = ROWS * COLUMNS / 2;

  // What adapters and ROMs have on a PC.
  parameter logic [32:0] HOLE_BEGIN = 33'h0_000A_0000;
  parameter logic [32:0] HOLE_END = 33'h0_0010_0000;

  // Address of word `index` of the shared page.
  function automatic logic [31:2] page_word(int unsigned index);
    return 30'(PV_PAGE / 4 + index);
  endfunction

  // Whether `bytes` bytes from `address` on, not none, are wholly in RAM of `ram_end` bytes.
  function automatic logic is_ram(logic [31:0] address, logic [31:0] bytes, logic [32:0] ram_end);
    logic [32:0] first, last;
    first = {1'b0, address};
    last  = first + {1'b0, bytes} - 33'd1;
    if (last >= ram_end || (last >= HOLE_BEGIN && first < HOLE_END)) return 1'b0;
    for (int i = 0; i < int'(MEMORY_WINDOWS); i++) begin
      if (first <= {1'b0, MEMORY_WINDOW[i].last} && last >= {1'b0, MEMORY_WINDOW[i].first}) return 1'b0;
    end
    return 1'b1;
  endfunction

  // What is wrong with a transfer between disk and memory, the first of pv_page.h's checks that fails.
  function automatic error_t transfer_error(logic [31:0] lba, logic [31:0] sectors, logic [31:0] address,
                                            logic [31:0] direction, logic [32:0] ram_end,
                                            logic [32:0] disk_sectors);
    if (direction == PV_FLUSH) return 4'd0;
    if (direction != PV_READ && direction != PV_WRITE) return error_t'(PV_ERROR_DIRECTION);
    if (sectors == '0 || sectors > PV_MOST_SECTORS) return error_t'(PV_ERROR_LENGTH);
    if (address[1:0] != 2'd0 || !is_ram(address, sectors * SECTOR_BYTES, ram_end)) begin
      return error_t'(PV_ERROR_ADDRESS);
    end
    if ({1'b0, lba} + {1'b0, sectors} > disk_sectors) return error_t'(PV_ERROR_SECTOR);
    return 4'd0;
  endfunction

  // What is wrong with a text.
  function automatic error_t text_error(logic [31:0] address, logic [31:0] bytes, logic [32:0] ram_end);
    if (bytes == '0 || bytes > PV_MOST_TEXT) return error_t'(PV_ERROR_LENGTH);
    return is_ram(address, bytes, ram_end) ? 4'd0 : error_t'(PV_ERROR_ADDRESS);
  endfunction

endpackage
