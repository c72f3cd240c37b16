#include <larder/audit.h>

#include <larder/metadata.h>

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "formats/pickle/machine.h"
#include "persist/audit_observer.h"
#include "persist/detect.h"
#include "persist/loading.h"
#include "persist/object_stream.h"

namespace larder {

using internal::join;

namespace {

void add_once(std::vector<std::string>& texts, const std::string& text) {
  if (!text.empty() && std::ranges::find(texts, text) == texts.end()) texts.push_back(text);
}

// Reads all objects of a source, and tells an observer what they do.
class Auditor {
 public:
  // companions_of: as in LoadOptions.
  Auditor(Reader& source, const AuditOptions& options, const Path& companions_of)
      : source_(source),
        options_(options),
        surroundings_(internal::surroundings_of(companions_of)),
        start_(source.position()),
        observer_(audit_, options) {}

  Audit run() {
    try {
      read_all();
    } catch (const Error& error) {
      const bool of_content = error.kind() != ErrorKind::io && error.kind() != ErrorKind::usage;
      if (!of_content) throw;
      audit_.error = error;
      audit_.verdict = Verdict::malformed;
    }
    const bool is_clean = audit_.verdict < Verdict::dangerous;
    if (is_clean && observer_.saw_raw_arrays() && source_.can_seek()) read_as_pickle();
    return std::move(audit_);
  }

 private:
  void read_all() {
    internal::ObjectStream stream(source_, options_.limits, options_.threads);
    audit_.checksummed = true;
    while (Reader* const reader = stream.next()) {
      add_once(audit_.codecs, stream.codecs());
      const std::uint64_t begin = reader->position();
      try {
        const OwnChecksums own = read_object(*reader, stream.codecs().empty());
        audit_.checksummed = audit_.checksummed && (stream.checksummed() || own.cover_all());
        for (const std::string& checksum : own.verified) add_once(audit_.own_checksums, checksum);
      } catch (Error& error) {
        if (audit_.objects > 0)
          error.at(join("reading object ", audit_.objects + 1, ", which begins at byte ", begin,
                        reader == &source_ ? "" : " of the decompressed data"));
        throw;
      }
      ++audit_.objects;
    }
  }

  OwnChecksums read_object(Reader& reader, bool uncompressed) {
    const std::uint64_t begin = reader.position();
    observer_.begin_object(audit_.objects + 1, begin);
    const Format& format = internal::detect_format(reader, surroundings_.name, surroundings_.is_near && uncompressed);
    // Mapped arrays need no memory.
    const auto file = uncompressed ? reader.map(MapMode::read) : std::nullopt;
    Document document(options_.limits);
    OwnChecksums own;
    with_observer(reader, file ? &*file : nullptr, &own, [&](const ReadSource& source) {
      add_once(audit_.formats, format.read(source, document).info().name);
    });
    audit_.decoded_bytes += reader.position() - begin;
    while (const auto metadata = read_metadata(reader, options_.limits)) {
      verify_arrays(document.root(), *metadata);
      audit_.checked_arrays += metadata->arrays.size();
    }
    return own;
  }

  // Reads with an observer, and lets it look once more at the Document, whole or not, while it is there.
  template <class Read>
  void with_observer(Reader& reader, const Region* file, OwnChecksums* checksums, Read read) {
    const auto ignore_warning = [](std::string_view) {};  // of how arrays are read, which is of no interest here
    const ReadSource source{.reader = reader,
                            .limits = options_.limits,
                            .native_byte_order = false,
                            .mapped_file = file,
                            .warn = ignore_warning,
                            .open_sibling = surroundings_.open_sibling,
                            .pickle = options_.pickle,
                            .observer = &observer_,
                            .map_mode = file == nullptr ? MapMode::none : MapMode::read,
                            .name = surroundings_.name,
                            .verify = true,
                            .threads = options_.threads,
                            .checksums = checksums};
    try {
      read(source);
    } catch (Error& error) {
      observer_.end_object();
      if (!error.has_place()) error.at(join("byte ", reader.position(), " of ", reader.name()));
      throw;
    }
    observer_.end_object();
  }

  // pickle.load takes the bytes of joblib's arrays for opcodes. With the files of joblib itself it stops at the first
  // of them; a file that was made for both readers goes on.
  void read_as_pickle() {
    observer_.expect_other_reading();
    source_.seek(start_);
    internal::ObjectStream stream(source_, options_.limits, options_.threads);
    try {
      std::uint64_t number = 0;
      while (Reader* const reader = stream.next()) {
        observer_.begin_object(++number, reader->position());
        Document document(options_.limits);
        with_observer(*reader, nullptr, nullptr, [&](const ReadSource& read) {
          internal::PickleInput input(*reader, options_.limits);
          static_cast<void>(internal::PickleMachine(input, document, read).run());
          static_cast<void>(input.release());
        });
      }
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::io) throw;
      // Nothing follows in this reading.
    }
  }

  Reader& source_;
  const AuditOptions& options_;
  internal::Surroundings surroundings_;
  std::uint64_t start_;
  Audit audit_;
  internal::AuditObserver observer_;
};

}  // namespace

std::string_view name_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::data_only:
      return "data_only";
    case Verdict::known_libraries:
      return "known_libraries";
    case Verdict::dangerous:
      return "dangerous";
    case Verdict::malformed:
      break;
  }
  return "malformed";
}

std::string_view name_of(FindingKind kind) noexcept {
  switch (kind) {
    case FindingKind::import:
      return "import";
    case FindingKind::call:
      return "call";
    case FindingKind::state:
      return "state";
    case FindingKind::persistent_id:
      return "persistent_id";
    case FindingKind::extension:
      break;
  }
  return "extension";
}

const Finding* Audit::worst() const noexcept {
  const auto found = std::ranges::max_element(findings, {}, &Finding::verdict);
  return found == findings.end() ? nullptr : &*found;
}

Audit audit(Reader& reader, const AuditOptions& options) {
  return Auditor(reader, options, options.companions_of).run();
}

Audit audit(const Path& path, const AuditOptions& options) {
  const Path file = internal::file_of(path);
  return Auditor(*open_file(file), options, file).run();
}

}  // namespace larder
