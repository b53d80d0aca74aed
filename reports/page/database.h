/* database.h - opens the database that a report is made of. */
#ifndef REPORTS_PAGE_DATABASE_H
#define REPORTS_PAGE_DATABASE_H
#include "reports/page/page.h"

/* Sets report->db, for reading: the file is a database of this version, every page of it is sound, and the views are
 * this program's own, whatever the file says. False with report->error otherwise. */
bool database_open(struct report *report, const char *path);
/* Makes what several queries read (plots/shared.sql), for report->run. */
bool database_share(struct report *report);
#endif
