/* perfetto.c - the JSON trace-event format, which ui.perfetto.dev and chrome://tracing open: complete events,
 * microseconds. */
#include "harness/cmd/bitnet_profiler/profiler.h"
#include <inttypes.h>

bool profiler_write_perfetto(const struct profiler_view *view, FILE *out);

static const char *category(const struct bn_frame *f)
{
    static const char *const names[] = {"run", "stage", "pass", "layer", "operation", "wait"};
    return names[f->kind];
}

static void put_frame(FILE *out, const struct bn_frame *f, int thread)
{
    char name[BN_FRAME_NAME];
    fprintf(out, ",\n{\"ph\":\"X\",\"pid\":1,\"tid\":%d,\"ts\":%.3f,\"dur\":%.3f,\"cat\":\"%s\",\"name\":\"%s\"",
            thread + 1, 1e-3 * (double)f->begin_ns, 1e-3 * (double)(f->end_ns - f->begin_ns), category(f),
            bn_frame_name(f, name));
    if (f->kind == BN_FRAME_OP)
        fprintf(out,
                ",\"args\":{\"weight_bytes\":%" PRIu64 ",\"kv_bytes\":%" PRIu64 ",\"macs\":%" PRIu64
                ",\"kernel_calls\":%u}",
                f->weight_bytes, f->kv_bytes, f->macs, f->count);
    if (f->kind == BN_FRAME_PASS) fprintf(out, ",\"args\":{\"rows\":%u}", f->count);
    fputc('}', out);
}

bool profiler_write_perfetto(const struct profiler_view *view, FILE *out)
{
    const struct bn_profile *p = view->profile;
    fputs("{\"displayTimeUnit\":\"ns\",\"otherData\":{\"exporter\":\"bitnet-profiler\"},\"traceEvents\":[\n"
          "{\"ph\":\"M\",\"pid\":1,\"tid\":1,\"name\":\"process_name\",\"args\":{\"name\":",
          out);
    profiler_put_text(out, view->title);
    fputs("}}", out);
    for (int t = 0; t < p->n_threads; t++)
        fprintf(out,
                ",\n{\"ph\":\"M\",\"pid\":1,\"tid\":%d,\"name\":\"thread_name\",\"args\":{\"name\":\"thread %d\"}}",
                t + 1, t);
    for (int t = 0; t < p->n_threads; t++)
        for (size_t i = 0; i < p->frames[t].n; i++) put_frame(out, &p->frames[t].at[i], t);
    fputs("\n]}\n", out);
    return true;
}
