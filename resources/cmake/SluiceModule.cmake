# SPDX-License-Identifier: Apache-2.0
# How a part of the tree becomes a library, and its tests one executable.

add_library(sluice_pch_arrow OBJECT ${CMAKE_CURRENT_LIST_DIR}/empty.cpp)
target_link_libraries(sluice_pch_arrow PRIVATE sluice_warnings Arrow::arrow Arrow::compute)
target_precompile_headers(
  sluice_pch_arrow PRIVATE <arrow/api.h> <arrow/compute/api.h> <algorithm> <chrono> <functional>
  <map> <memory> <optional> <set> <string> <variant> <vector>)

# sluice_module(<name> SOURCES ... [DEPENDS modules...] [LIBRARIES foreign...] [PRIVATE_LIBRARIES ...]
#               [QT] [PCH arrow]): a static library. It sees the headers of what it names, no others.
function(sluice_module name)
  cmake_parse_arguments(arg "QT" "PCH" "SOURCES;DEPENDS;LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  add_library(Sluice::${name} ALIAS ${name})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  target_link_libraries(${name} PRIVATE sluice_warnings ${arg_PRIVATE_LIBRARIES}
                                PUBLIC ${arg_DEPENDS} ${arg_LIBRARIES})
  if(arg_QT)
    set_target_properties(${name} PROPERTIES AUTOMOC ON)
    target_compile_definitions(${name} PRIVATE QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_FOREACH)
  endif()
  if(arg_PCH STREQUAL "arrow")
    target_precompile_headers(${name} REUSE_FROM sluice_pch_arrow)
  endif()
endfunction()

# sluice_components(<module> <base> <name>...): each name adds <name>.cpp, its registration
# (<PascalName>::kind() goes into the registry) and tests/<folder>/<name>_test.cpp, which must exist.
function(sluice_components module base)
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${PROJECT_SOURCE_DIR}
             OUTPUT_VARIABLE folder)
  get_filename_component(namespace ${folder} NAME)
  set(includes "")
  set(adds "")
  foreach(name IN LISTS ARGN)
    if(NOT EXISTS ${PROJECT_SOURCE_DIR}/tests/${folder}/${name}_test.cpp)
      message(FATAL_ERROR "Cannot find source file: tests/${folder}/${name}_test.cpp (every component has a test)")
    endif()
    string(REPLACE "_" ";" words ${name})
    set(type "")
    foreach(word IN LISTS words)
      string(SUBSTRING ${word} 0 1 head)
      string(SUBSTRING ${word} 1 -1 tail)
      string(TOUPPER ${head} head)
      string(APPEND type ${head}${tail})
    endforeach()
    string(APPEND includes "#include \"${folder}/${name}.h\"\n")
    string(APPEND adds "    registry.add(${type}::kind());\n")
    target_sources(${module} PRIVATE ${name}.cpp)
  endforeach()
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${folder}/register_all.cpp CONTENT
"${includes}#include \"engine/flow/node_registry.h\"

namespace sluice::${namespace} {
void registerAll(flow::NodeRegistry& registry);
void registerAll(flow::NodeRegistry& registry)
{
${adds}}
} // namespace sluice::${namespace}
")
  target_sources(${module} PRIVATE ${PROJECT_BINARY_DIR}/${folder}/register_all.cpp)
endfunction()

# sluice_tests(<module> FILES a_test.cpp ... [DEPENDS targets...] [GUI]): one executable
# <module>_test, one ctest entry <module>.<file> a file.
function(sluice_tests module)
  cmake_parse_arguments(arg "GUI" "LABEL" "FILES;DEPENDS" ${ARGN})
  set(target ${module}_test)
  add_executable(${target} ${arg_FILES} ${PROJECT_SOURCE_DIR}/tests/support/test_main.cpp)
  set_target_properties(${target} PROPERTIES AUTOMOC ON RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  # The engine has functions called emit, which Qt would make a macro of.
  target_compile_definitions(${target} PRIVATE QT_NO_EMIT)
  target_link_libraries(${target} PRIVATE sluice_warnings ${arg_DEPENDS} Qt6::Test)
  if(TARGET ${module})
    target_link_libraries(${target} PRIVATE ${module})
  endif()
  if(arg_GUI)
    target_compile_definitions(${target} PRIVATE SLUICE_TEST_GUI)
    target_link_libraries(${target} PRIVATE Qt6::Widgets)
  endif()
  if(NOT arg_LABEL)
    set(arg_LABEL fast)
  endif()
  set(timeout 300)
  if(SLUICE_SANITIZE)
    set(timeout 1800) # a run takes five to ten times as long
  endif()
  foreach(file IN LISTS arg_FILES)
    get_filename_component(stem ${file} NAME_WE)
    add_test(NAME ${module}.${stem} COMMAND ${target} --file ${stem})
    set_tests_properties(${module}.${stem} PROPERTIES ENVIRONMENT "QT_QPA_PLATFORM=offscreen" LABELS
                         ${arg_LABEL} TIMEOUT ${timeout})
  endforeach()
endfunction()

# sluice_embed(<function> <type> <header> <namespace> <files>...): writes <build>/<header, as .cpp>, in which <function>()
# returns the names and texts of the files as a vector of <type>; <header> declares both.
function(sluice_embed function type header namespace)
  set(rows "")
  foreach(file IN LISTS ARGN)
    file(READ ${file} text)
    get_filename_component(name ${file} NAME_WE)
    string(APPEND rows "        {\"${name}\", R\"sluice_doc(${text})sluice_doc\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  string(REGEX REPLACE "h$" "cpp" source ${PROJECT_BINARY_DIR}/${header})
  file(WRITE ${source}.new
"#include \"${header}\"

namespace ${namespace} {

const std::vector<${type}>& ${function}()
{
    static const std::vector<${type}> all{
${rows}    };
    return all;
}

} // namespace ${namespace}
")
  file(COPY_FILE ${source}.new ${source} ONLY_IF_DIFFERENT)
endfunction()
