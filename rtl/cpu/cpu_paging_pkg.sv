// What a page walk finds and a TLB keeps.
package cpu_paging_pkg;

  // One 4 KiB piece of the linear address space. U and W are the AND of both levels' bits (SDM vol. 3,
  // 4.6); a 4 MiB page is kept as the pieces that are used.
  typedef struct packed {
    logic [31:12] frame;
    logic         large_page;   // piece of a 4 MiB page
    logic         global_page;
    logic         dirty;
    logic         uncached;     // PCD
    logic         write;
    logic         user;
  } translation_t;

  // Access rights (SDM vol. 3, 4.6); `wp` is CR0.WP.
  function automatic logic permitted(translation_t page, logic user, logic write, logic wp);
    return (!user || page.user) && (!write || page.write || (!user && !wp));
  endfunction

endpackage
