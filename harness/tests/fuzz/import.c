/* import.c - a result file of another program, read into documents and recognised. */
#include "ci/fuzz/fuzz.h"
#include "harness/import/import.h"

#define FORMAT(function, name, purpose) bn_import_recognise bn_import_##function##_is;
#include "harness/import/formats.list"
#undef FORMAT

bool fuzz_path(const char *path, struct bn_error *err)
{
    json_t *documents, *document;
    size_t i;
    char hash[64];
    if (bn_import_read(path, &documents, hash, sizeof hash, err)) return false;
    json_array_foreach(documents, i, document)
    {
#define FORMAT(function, name, purpose) bn_import_##function##_is(document);
#include "harness/import/formats.list"
#undef FORMAT
    }
    json_decref(documents);
    return true;
}
FUZZ_FILE
