/* drawing.c - what gnuplot wrote, line by line, with what readers need in the place of what gnuplot says. */
#include "reports/page/drawing.h"
#include "reports/page/html.h"
#include "reports/page/page.h"
#include <stdlib.h>
#include <string.h>

bool drawing_read(struct drawing *drawing, const char *path, const struct content *content, const char *names)
{
    *drawing = (struct drawing){content, names, NULL};
    FILE *file = fopen(path, "r"), *text = NULL;
    size_t size, n;
    char bytes[4096];
    if (file && (text = open_memstream(&drawing->text, &size)))
        while ((n = fread(bytes, 1, sizeof bytes, file))) fwrite(bytes, 1, n, text);
    bool whole = file && text && !ferror(file);
    if (text) whole = !fclose(text) && whole;
    if (file) fclose(file);
    return whole && strstr(drawing->text, "<svg") && strstr(drawing->text, "</svg>");
}

void drawing_release(struct drawing *drawing)
{
    free(drawing->text);
    drawing->text = NULL;
}

/* What is written in the place of a piece of gnuplot's: colours that would end the inheritance of the text colour go,
 * the grey of text and axes (style.gp) is the page's text colour, and ids, which gnuplot gives to every plot alike, get
 * the plot's name in front. */
struct replacement {
    const char *from, *to;
    bool named;
};
static const struct replacement replacements[] = {{"rgb(136, 136, 136)", "currentColor", false},
                                                  {"rgb(136,136,136)", "currentColor", false},
                                                  {"#888888", "currentColor", false},
                                                  {" color=\"black\"", "", false},
                                                  {" color=\"white\"", "", false},
                                                  {"id=\"", "id=\"", true},
                                                  {"id='", "id='", true},
                                                  {"href=\"#", "href=\"#", true},
                                                  {"href='#", "href='#", true},
                                                  {"url(#", "url(#", true}};

static const struct replacement *at(const char *p)
{
    for (size_t i = 0; i < sizeof replacements / sizeof *replacements; i++)
        if (!strncmp(p, replacements[i].from, strlen(replacements[i].from))) return &replacements[i];
    return NULL;
}

static void put_replaced(const char *from, const char *to, const char *name, FILE *out)
{
    const struct replacement *r;
    while (from < to) {
        if (strchr(" r#ihu", *from) && (r = at(from))) {
            fprintf(out, "%s%s%s", r->to, r->named ? name : "", r->named ? "-" : "");
            from += strlen(r->from);
        } else
            fputc(*from++, out);
    }
}

static void put_head(const struct drawing *drawing, bool in_page, FILE *out)
{
    char text[512];
    const struct content *content = drawing->content;
    fprintf(out, "<title id=\"%s-title\">", content->name);
    html_put(out, content_says(content, "title", text, sizeof text));
    fprintf(out, "</title>\n<desc id=\"%s-desc\">", content->name);
    html_put(out, content_says(content, "note", text, sizeof text));
    fputs(" Shown: ", out);
    html_put(out, drawing->names);
    fputs(".</desc>\n", out);
    if (!in_page)
        fputs("<style>svg{color:#57606a;background:#fff}@media(prefers-color-scheme:dark){svg{color:#9aa4af;background:"
              "#0f1318}}"
              "</style>\n",
              out);
}

void drawing_put(const struct drawing *drawing, bool in_page, FILE *out)
{
    static const char *const dropped[] = {"<title>", "<desc>"};
    const char *name = drawing->content->name, *from = strstr(drawing->text, "<svg"), *body = strchr(from, '>') + 1;
    const char *end = strstr(body, "</svg>");
    fprintf(out, "<svg role=\"img\" aria-labelledby=\"%s-title %s-desc\"", name, name);
    put_replaced(from + 4, body, name, out);
    fputc('\n', out);
    put_head(drawing, in_page, out);
    /* gnuplot's own are lines of the beginning; those further down name what is drawn */
    for (int i = 0; i < 2; i++) {
        const char *line = strstr(body, dropped[i]);
        if (line && line < strstr(body, "<g")) body = line + strcspn(line, "\n");
    }
    put_replaced(body, end, name, out);
    fputs("</svg>\n", out);
}
