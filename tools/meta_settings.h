// What the user says about the objects of a file: --meta KEY=VALUE.
#pragma once

#include <string>
#include <vector>

#include <larder/metadata.h>

namespace larder::tools {

// Each setting is "key=text" or "key:=JSON", such as "source=wine.csv" or "scores:={\"accuracy\": 0.93}".
using MetaSettings = std::vector<std::string>;

// What is wrong with the setting, in one line; empty where nothing is.
std::string problem_with(const std::string& setting);

// The metadata that an object is to be stored with: what it came with (null: nothing), where no setting has the same
// key. The root is None where there is nothing to store. Error `usage`.
Document merged_metadata(const Metadata* stored, const MetaSettings& settings);

}  // namespace larder::tools
