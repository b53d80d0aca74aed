// table.js - sorts tables by a click on a heading and filters long ones by a word. The page is complete without it.
"use strict";
for (const box of document.querySelectorAll(".scroll")) {
    const table = box.firstElementChild, body = table.tBodies[0], rows = [...body.rows];
    // "12.3 ± 0.4" and "1,234 tokens/s" by their number, others by their text; an empty cell comes last
    const number = text => (/^[+−~≈-]?\s*[\d.,]*\d/.test(text) ? parseFloat(text.replace(/[~≈,\s]/g, "").replace("−", "-")) : NaN);
    const sort = (heading, column) => {
        const down = heading.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", down ? "descending" : "ascending");
        const keyed = rows.map((row, at) => ({ row, at, text: row.cells[column].textContent.trim(), none: row.cells[column].className === "none" }));
        for (const k of keyed) k.number = number(k.text);
        const numbers = keyed.every(k => k.none || !isNaN(k.number)), sign = down ? -1 : 1;
        keyed.sort((a, b) => a.none - b.none || (a.none ? 0 : sign * (numbers ? a.number - b.number : a.text.localeCompare(b.text))) || a.at - b.at);
        body.append(...keyed.map(k => k.row));
    };
    if (rows.length > 1)
        [...table.tHead.rows[0].cells].forEach((heading, column) => {
            const button = document.createElement("button");
            button.append(...heading.childNodes);
            button.title = "sort";
            button.onclick = () => sort(heading, column);
            heading.append(button);
        });
    if (rows.length < 10) continue;
    const field = document.createElement("input"), count = document.createElement("output");
    field.type = "search", field.placeholder = "filter";
    field.setAttribute("aria-label", "Filter rows of " + box.getAttribute("aria-label"));
    field.oninput = () => {
        const words = field.value.toLowerCase().split(/\s+/);
        for (const row of rows) row.hidden = !words.every(w => row.textContent.toLowerCase().includes(w));
        count.textContent = field.value ? `${rows.filter(r => !r.hidden).length} of ${rows.length} rows` : "";
    };
    const line = document.createElement("p");
    line.className = "filter";
    line.append(field, count);
    box.before(line);
}
