# Files that a program carries with it, as bytes in a source file that is made anew when one of them changes.

# karbonetes_embed_page(NAME DIR): the files of DIR become dashboard::assets() of karbonetes_NAME.
function(karbonetes_embed_page NAME DIR)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${DIR}/*)
  set(out ${CMAKE_BINARY_DIR}/embedded/${NAME}_assets.cpp)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} "-DFILES=${files}" -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
    COMMENT "Embedding ${DIR}" VERBATIM)
  target_sources(karbonetes_${NAME} PRIVATE ${out})
endfunction()
