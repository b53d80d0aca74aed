/* speedscope.c - speedscope's own format (https://www.speedscope.app/file-format-schema.json): spans as one evented
 * profile for each thread, samples as a sampled one. */
#include "harness/cmd/bitnet_profiler/profiler.h"
#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

bool profiler_write_speedscope(const struct profiler_view *view, FILE *out);

/* Names by their numbers, in order of their first use. */
struct name {
    char *text;
    size_t number;
};
struct names {
    void *tree;
    size_t n;
    bool failed;
    FILE *out; /* the list of frames, or NULL */
};

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

static size_t number_of(struct names *names, const char *text)
{
    struct name key = {(char *)(uintptr_t)text, 0};
    struct name **found = tfind(&key, &names->tree, by_text);
    if (found) return (*found)->number;
    struct name *fresh = malloc(sizeof *fresh);
    if (!fresh || !(fresh->text = strdup(text)) || !tsearch(fresh, &names->tree, by_text)) {
        names->failed = true;
        return 0;
    }
    fresh->number = names->n++;
    fputs(fresh->number ? ",\n{\"name\":" : "{\"name\":", names->out);
    profiler_put_text(names->out, text);
    fputc('}', names->out);
    return fresh->number;
}

static void release(void *item)
{
    struct name *n = item;
    free(n->text);
    free(n);
}

/* ---- spans ---- */
static void put_event(FILE *out, char type, size_t frame, int64_t at, bool *first)
{
    fprintf(out, "%s{\"type\":\"%c\",\"frame\":%zu,\"at\":%" PRId64 "}", *first ? "" : ",\n", type, frame, at);
    *first = false;
}

static size_t number_of_frame(struct names *names, const struct bn_frame *f)
{
    char name[BN_FRAME_NAME];
    return number_of(names, bn_frame_name(f, name));
}

/* Opens in order, and closes what has ended before the next one opens. */
static void put_thread(struct names *names, const struct bn_frames *frames, FILE *out)
{
    size_t open = 0;
    bool first = true;
    for (size_t i = 0; i < frames->n; i++) {
        for (; i && open != frames->at[i].parent; open = frames->at[open].parent)
            put_event(out, 'C', number_of_frame(names, &frames->at[open]), frames->at[open].end_ns, &first);
        put_event(out, 'O', number_of_frame(names, &frames->at[i]), frames->at[i].begin_ns, &first);
        open = i;
    }
    for (;; open = frames->at[open].parent) {
        put_event(out, 'C', number_of_frame(names, &frames->at[open]), frames->at[open].end_ns, &first);
        if (!open) break;
    }
}

static void put_spans(const struct bn_profile *p, struct names *names, FILE *out)
{
    for (int t = 0; t < p->n_threads; t++) {
        fprintf(out,
                "%s{\"type\":\"evented\",\"name\":\"thread "
                "%d\",\"unit\":\"nanoseconds\",\"startValue\":0,\"endValue\":%" PRId64 ",\"events\":[\n",
                t ? ",\n" : "", t, p->frames[t].at[0].end_ns);
        put_thread(names, &p->frames[t], out);
        fputs("]}", out);
    }
}

/* ---- samples ---- */
static void put_samples(const struct bn_profile *p, struct names *names, FILE *out)
{
    const struct bn_stacks *s = &p->stacks;
    fprintf(out,
            "{\"type\":\"sampled\",\"name\":\"samples\",\"unit\":\"none\",\"startValue\":0,\"endValue\":%" PRIu64
            ",\"samples\":[\n",
            s->n_samples);
    for (size_t i = 0; i < s->n_counts; i++) {
        fputs(i ? ",\n[" : "[", out);
        for (char *at = s->counts[i].stack; *at;) {
            size_t n = strcspn(at, ";");
            char after = at[n];
            at[n] = 0;
            fprintf(out, "%s%zu", at == s->counts[i].stack ? "" : ",", number_of(names, at));
            at[n] = after, at += n + (after == ';');
        }
        fputc(']', out);
    }
    fputs("],\n\"weights\":[", out);
    for (size_t i = 0; i < s->n_counts; i++) fprintf(out, "%s%" PRIu64, i ? "," : "", s->counts[i].n);
    fputs("]}", out);
}

bool profiler_write_speedscope(const struct profiler_view *view, FILE *out)
{
    struct names names = {0};
    char *profiles = NULL, *frames = NULL;
    size_t n_profiles, n_frames;
    FILE *body = open_memstream(&profiles, &n_profiles);
    names.out = open_memstream(&frames, &n_frames);
    bool ok = body && names.out;
    if (ok) (view->samples ? put_samples : put_spans)(view->profile, &names, body);
    if (body) ok &= !fclose(body);
    if (names.out) ok &= !fclose(names.out);
    ok &= !names.failed;
    if (ok) {
        fputs("{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\n\"exporter\":", out);
        char exporter[64];
        snprintf(exporter, sizeof exporter, "bitnet-profiler@%s", bn_version());
        profiler_put_text(out, exporter);
        fputs(",\"name\":", out);
        profiler_put_text(out, view->title);
        fprintf(out, ",\"activeProfileIndex\":0,\n\"shared\":{\"frames\":[\n%s]},\n\"profiles\":[\n%s]}\n", frames,
                profiles);
    }
    tdestroy(names.tree, release);
    free(profiles), free(frames);
    return ok;
}
