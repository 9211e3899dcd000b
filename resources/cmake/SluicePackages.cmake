# SPDX-License-Identifier: Apache-2.0
# The foreign libraries. Those that Debian does not have in the version we need lie in .deps,
# where ./dev puts them.

set(SLUICE_DEPS ${PROJECT_SOURCE_DIR}/.deps CACHE PATH "Folder that ./dev fills")

# sluice_imported(<target> <library file> <include folder>): a shared library of .deps.
function(sluice_imported target library include)
  if(NOT EXISTS ${library})
    message(FATAL_ERROR "${library} is missing: run ./dev test, which fetches it")
  endif()
  add_library(${target} SHARED IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${library})
  target_include_directories(${target} SYSTEM INTERFACE ${include})
endfunction()

set(arrow ${SLUICE_DEPS}/arrow)
sluice_imported(Arrow::arrow ${arrow}/lib/libarrow.so.2600 ${arrow}/include)
sluice_imported(Arrow::compute ${arrow}/lib/libarrow_compute.so.2600 ${arrow}/include)
sluice_imported(Arrow::parquet ${arrow}/lib/libparquet.so.2600 ${arrow}/include)
target_link_libraries(Arrow::compute INTERFACE Arrow::arrow)
target_link_libraries(Arrow::parquet INTERFACE Arrow::arrow)
sluice_imported(DuckDB::duckdb ${SLUICE_DEPS}/duckdb/lib/libduckdb.so ${SLUICE_DEPS}/duckdb/include)
sluice_imported(RdKafka::rdkafka ${SLUICE_DEPS}/rdkafka/lib/librdkafka.so.1
                ${SLUICE_DEPS}/rdkafka/include)

find_package(Threads REQUIRED)
find_package(simdjson REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET GLOBAL libsodium)
find_package(Qt6 6.4 REQUIRED COMPONENTS Core Gui Widgets Svg Charts Test)
