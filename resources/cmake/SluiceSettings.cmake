# SPDX-License-Identifier: Apache-2.0
# Language, warnings, linker and cache for everything of ours.

option(SLUICE_WERROR "Warnings are errors" ON)
option(SLUICE_CONSOLE "Build the console, its tests and the package" ON)
set(SLUICE_SANITIZE "" CACHE STRING "Sanitizers, comma separated: address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# moc 6.4 cannot parse what the standard headers declare for C++20; without the predefines they do not.
set(CMAKE_AUTOMOC_COMPILER_PREDEFINES OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# The JSON parser and our loops are compiled for processors with AVX2 (Intel since 2013, AMD since
# 2015); every program says so and ends when it is started on an older one.
add_compile_options(-march=x86-64-v3 -mpclmul)
# -g1: line numbers for profiles and crash reports at a fifth of the size.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g -DSLUICE_DEBUG")
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib/sluice")

find_program(SLUICE_CCACHE ccache)
if(SLUICE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${SLUICE_CCACHE})
endif()
find_program(SLUICE_MOLD mold)
if(SLUICE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
# The Arrow libraries of the wheel carry another version of simdjson and show its names. The dynamic
# linker takes the first library that has a name, so ours must come before them in every program.
add_link_options(-Wl,--no-as-needed,-lsimdjson,--as-needed)
if(SLUICE_SANITIZE)
  # A finding ends the program, so that a test cannot pass over it. -O1: at -O0 a run takes five
  # times as long, at -O2 the build twice.
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -DSLUICE_DEBUG -D_GLIBCXX_ASSERTIONS")
  add_compile_options(-fsanitize=${SLUICE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SLUICE_SANITIZE})
endif()

add_library(sluice_warnings INTERFACE)
target_compile_options(sluice_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  # Designated initialisers leave members out on purpose; the language gives them their defaults.
  -Wno-missing-field-initializers
  # GCC 12 warns of string copies that cannot happen (its bug 105329 and others).
  -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict)
if(SLUICE_WERROR)
  target_compile_options(sluice_warnings INTERFACE -Werror)
endif()
