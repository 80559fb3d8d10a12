// What the processor says it is: EDX after reset and CPUID (models/isa/cpuid.cpp has the same).
package cpu_identity_pkg;
  import cpu_pkg::*;

  // Family, model and stepping (models/isa/cpu_family.h).
  function automatic logic [31:0] component(logic [2:0] cpu_family);
    return cpu_family == 3'd3 ? 32'h0000_0303 : {21'd0, cpu_family, 8'h20};
  endfunction

  // Features of the Pentium without FPU: DE PSE TSC MSR CX8 PGE CMOV (SDM vol. 2, table 3-11).
  parameter logic [31:0] FEATURES_586 = 32'h0000_A13C;

  // One register of CPUID's answer; what is above leaf 1 reads as leaf 1.
  function automatic logic [31:0] cpuid(logic [2:0] cpu_family, logic [31:0] leaf, logic [2:0] register);
    if (leaf == 32'd0)
      unique case (register)
        REG_EAX: return 32'd1;
        REG_EBX: return 32'h756E_6547;  // GenuineIntel
        REG_EDX: return 32'h4965_6E69;
        default: return 32'h6C65_746E;
      endcase
    unique case (register)
      REG_EAX: return component(cpu_family);
      REG_EDX: return cpu_family == 3'd5 ? FEATURES_586 : 32'd0;
      default: return 32'd0;
    endcase
  endfunction

endpackage
