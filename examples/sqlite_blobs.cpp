// Blobs of SQLite in a larder store: rows hold keys, and the store holds each content once, compressed, with a
// checksum. The database stays small and quick.
//
//   sqlite_blobs [DIRECTORY]
//
// SQL gets two functions:
//   keep(blob)   stores the blob and returns its key, which is made of its content
//   fetch(key)   returns the blob
//
// The order of writes makes it safe: a blob is in the store before the row that names it is committed. Blobs without a
// row (of a transaction that was rolled back, or a process that was killed) are found and removed by `sweep`.
#include <larder/larder.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using larder::Bytes;
using larder::Region;
using larder::Store;

// Contents by key.
class Blobs {
 public:
  explicit Blobs(const larder::Path& directory) : store_(larder::local_store(directory)) {}

  // The key is made of the content; where another content has it already, a number is added.
  std::string keep(Bytes content) {
    for (int twin = 0;; ++twin) {
      const std::string key = key_of(content, twin);
      if (!store_->exists(key)) store_->put_if_absent(key, codec_.compress(content).bytes());
      if (std::ranges::equal(fetch(key).bytes(), content)) return key;
    }
  }

  // Error `checksum`, and from then on `not_found`, where it is damaged.
  Region fetch(std::string_view key) { return codec_.decompress(store_->read(key, {.verify = true}).bytes()); }

  // Removes what `is_used` does not know; how many went. For a time in which nobody keeps anything: a blob is used only
  // once its row is there.
  int sweep(const std::function<bool(const std::string&)>& is_used) {
    int gone = 0;
    const auto listing = store_->list({.prefix = "blobs/"});
    for (auto page = listing->next(); !page.empty(); page = listing->next()) {
      for (const auto& entry : page) gone += !is_used(entry.key) && store_->remove(entry.key) ? 1 : 0;
    }
    return gone;
  }

 private:
  // By FNV-1a, which is enough where equality is checked.
  static std::string key_of(Bytes content, int twin) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const std::byte byte : content) hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3U;
    char text[64];
    std::snprintf(text, sizeof text, "blobs/%02llx/%016llx-%d", static_cast<unsigned long long>(hash >> 56U),
                  static_cast<unsigned long long>(hash), twin);
    return text;
  }

  std::unique_ptr<Store> store_;
  const larder::Codec& codec_ = larder::CodecRegistry::global().get("zstd");
};

// An SQL function of one argument; what it throws becomes an SQL error.
template <class Work>
void answer(sqlite3_context* context, const Work& work) noexcept {
  try {
    work(*static_cast<Blobs*>(sqlite3_user_data(context)));
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const std::exception& error) {
    sqlite3_result_error(context, error.what(), -1);
  }
}

void sql_keep(sqlite3_context* context, int, sqlite3_value** arguments) {
  answer(context, [&](Blobs& blobs) {
    const auto* const data = static_cast<const std::byte*>(sqlite3_value_blob(arguments[0]));
    const std::string key = blobs.keep({data, static_cast<std::size_t>(sqlite3_value_bytes(arguments[0]))});
    sqlite3_result_text(context, key.data(), static_cast<int>(key.size()), SQLITE_TRANSIENT);
  });
}

void sql_fetch(sqlite3_context* context, int, sqlite3_value** arguments) {
  answer(context, [&](Blobs& blobs) {
    const auto* const text = reinterpret_cast<const char*>(sqlite3_value_text(arguments[0]));
    if (text == nullptr) return;  // NULL of NULL
    const Region content = blobs.fetch(text);
    sqlite3_result_blob64(context, content.data(), content.size(), SQLITE_TRANSIENT);
  });
}

// A connection that knows the two functions.
class Database {
 public:
  Database(const std::string& file, Blobs& blobs) {
    sqlite3* opened = nullptr;
    const int status = sqlite3_open(file.c_str(), &opened);
    connection_.reset(opened);
    require(status);
    require(sqlite3_create_function(opened, "keep", 1, SQLITE_UTF8, &blobs, sql_keep, nullptr, nullptr));
    require(sqlite3_create_function(opened, "fetch", 1, SQLITE_UTF8, &blobs, sql_fetch, nullptr, nullptr));
  }

  // Runs one statement with its arguments, all of them blobs; returns the first column of the first row.
  std::string run(const std::string& sql, const std::vector<std::string_view>& arguments = {}) {
    sqlite3_stmt* prepared = nullptr;
    require(sqlite3_prepare_v2(connection_.get(), sql.c_str(), -1, &prepared, nullptr));
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(prepared, sqlite3_finalize);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      require(sqlite3_bind_blob64(prepared, static_cast<int>(i + 1), arguments[i].data(), arguments[i].size(),
                                  SQLITE_STATIC));
    }
    const int status = sqlite3_step(prepared);
    if (status == SQLITE_DONE) return {};
    if (status != SQLITE_ROW) require(status);
    const auto* const data = static_cast<const char*>(sqlite3_column_blob(prepared, 0));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(prepared, 0))};
  }

 private:
  void require(int status) const {
    if (status != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(connection_.get()));
  }

  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close(connection); }
  };
  std::unique_ptr<sqlite3, Close> connection_;
};

int show(const larder::Path& directory) {
  std::filesystem::create_directories(directory);
  Blobs blobs(directory / "blobs");
  Database database(directory / "photos.db", blobs);
  database.run("CREATE TABLE IF NOT EXISTS photos (name TEXT PRIMARY KEY, content TEXT NOT NULL)");

  const std::string sunset(5'000'000, 'r');
  const std::string forest(3'000'000, 'g');
  database.run("INSERT OR REPLACE INTO photos VALUES ('sunset', keep(?))", {sunset});
  database.run("INSERT OR REPLACE INTO photos VALUES ('copy', keep(?))", {sunset});
  database.run("BEGIN");
  database.run("INSERT OR REPLACE INTO photos VALUES ('forest', keep(?))", {forest});
  database.run("ROLLBACK");

  const bool same = database.run("SELECT fetch(content) FROM photos WHERE name = 'copy'") == sunset;
  const std::string kept = database.run("SELECT count(DISTINCT content) FROM photos");
  const auto is_used = [&](const std::string& key) {
    return database.run("SELECT count(*) FROM photos WHERE content = CAST(? AS TEXT)", {key}) != "0";
  };
  const int swept = blobs.sweep(is_used);
  std::printf("2 photos, contents: %s, swept: %d, the database has %llu bytes\n", kept.c_str(), swept,
              static_cast<unsigned long long>(std::filesystem::file_size(directory / "photos.db")));
  return same && kept == "1" && swept == 1 && blobs.sweep(is_used) == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return show(argc > 1 ? argv[1] : "album");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sqlite_blobs: %s\n", error.what());
    return 2;
  }
}
