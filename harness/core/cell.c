/* cell.c - cuts and pads by characters, not bytes. */
#include "harness/core/cell.h"
#include "engine/bitnet.h"

void bn_cell_put(FILE *out, const char *text, int width)
{
    char shown[1024];
    int used = 0;
    for (text = bn_printable(shown, sizeof shown, text); *text; text++) {
        used += ((unsigned char)*text & 0xc0) != 0x80;
        if (used > width) break;
        fputc(*text, out);
    }
    fprintf(out, "%*s", used < width ? width - used + 1 : 1, "");
}
