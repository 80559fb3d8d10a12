# What `cmake --install` installs: the program with its manual page and completion, the guests, the kit to
# build guests with, and the GTKWave files.
include(GNUInstallDirs)

if(TARGET strata AND TARGET strata_manual_files AND TARGET strata_guests)
  set(manual_folder "${PROJECT_BINARY_DIR}/platform/manual")
  set(guest_folder "${PROJECT_BINARY_DIR}/sw/")
  install(TARGETS strata RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  install(FILES "${manual_folder}/strata.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
  install(FILES "${manual_folder}/strata.bash"
      DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME strata)
  install(FILES "${manual_folder}/_strata" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
  install(DIRECTORY "${guest_folder}" DESTINATION "${CMAKE_INSTALL_DATADIR}/strata/guests"
      USE_SOURCE_PERMISSIONS
      FILES_MATCHING PATTERN "*.elf" PATTERN "*.img" PATTERN "*.native" PATTERN "*.no-native"
      PATTERN "CMakeFiles" EXCLUDE PATTERN "objects" EXCLUDE)
  set(kit_folder "${CMAKE_INSTALL_DATADIR}/strata/guest")
  install(FILES "${guest_folder}outside/libstrata-guest.a" "${guest_folder}outside/strata-guest.cmake"
      "${guest_folder}outside/strata-guest.mk" "${PROJECT_SOURCE_DIR}/sw/start/guest.ld" DESTINATION "${kit_folder}")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/sw/include/" DESTINATION "${kit_folder}/include/sw/include")
  install(FILES "${STRATA_GENERATED_DIR}/models/machine/memory_map.h" DESTINATION "${kit_folder}/include/models/machine")
  install(FILES "${PROJECT_SOURCE_DIR}/models/pv/pv_page.h" DESTINATION "${kit_folder}/include/models/pv")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/sw/outside/example" DESTINATION "${kit_folder}")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/traces/" DESTINATION "${CMAKE_INSTALL_DATADIR}/strata/traces")
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
endif()
