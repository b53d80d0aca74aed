// accessibility.js - the body of a function that returns what keeps people from using the page that is shown: rules of WCAG 2.2 that a program
// can decide, as sentences. For pages of plain colours without images behind text.
const problems = [];
const shown = e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && e.getClientRects().length > 0;
const all = (selector, root = document) => [...root.querySelectorAll(selector)].filter(shown);
const quote = e => e.outerHTML.replace(/\s+/g, " ").slice(0, 100);
const say = (rule, e) => problems.push(`${rule}: ${quote(e)}`);

// --- the page: 3.1.1, 2.4.2, 1.3.1, 4.1.1
if (!document.documentElement.lang) problems.push("3.1.1: the page names no language");
if (!document.title.trim()) problems.push("2.4.2: the page has no title");
if (all("main, [role=main]").length !== 1) problems.push("1.3.1: the page has not exactly one main part");
const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) problems.push(`4.1.1: two elements have the id ${id}`);
let level = 0;
for (const h of all("h1, h2, h3, h4, h5, h6")) {
    if (Number(h.tagName[1]) > level + 1) say(`1.3.1: a heading of level ${h.tagName[1]} after level ${level}`, h);
    level = Number(h.tagName[1]);
}

// --- names: 1.1.1, 4.1.2
const texts = names => (names || "").split(/\s+/).map(id => document.getElementById(id)?.textContent || "").join(" ");
const named = e => [e.getAttribute("aria-label"), texts(e.getAttribute("aria-labelledby")), ...[...(e.labels || [])].map(l => l.textContent), e.title,
    e.querySelector?.(":scope > title")?.textContent, e.alt, /^(INPUT|SELECT|TEXTAREA|svg)$/.test(e.tagName) ? "" : e.textContent].some(t => (t || "").trim());
for (const e of all("button, input:not([type=hidden]), select, textarea, a[href], summary, [role=button], [role=tab], [tabindex]:not([tabindex='-1'])"))
    if (!named(e)) say("4.1.2: a control without a name", e);
for (const e of all("img, svg:not(svg svg), [role=img]"))
    if (!e.closest("[aria-hidden=true]") && e.getAttribute("role") !== "presentation" && e.getAttribute("alt") !== "" && !named(e)) say("1.1.1: a picture without a text", e);

// --- keyboard: 2.1.1, 2.4.3
for (const e of all("[tabindex]")) if (e.tabIndex > 0) say("2.4.3: a tabindex above 0", e);
for (const e of all("[onclick]")) if (e.tabIndex < 0) say("2.1.1: a click that the keyboard cannot make", e);
for (const e of all("[aria-hidden=true] :is(button, input, select, textarea, a[href])")) say("4.1.2: a control inside what is hidden from readers", e);
for (const e of all("*"))
    if ((e.scrollHeight > e.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(e).overflowY) || e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX)) &&
        e.tabIndex < 0 && e !== document.documentElement && e !== document.body && !all("a[href], button, input, select, textarea, [tabindex]", e).length)
        say("2.1.1: a part that scrolls and cannot have the focus", e);

// --- tables: 1.3.1
for (const t of all("table")) if (!t.querySelector("th")) say("1.3.1: a table without headings", t);

// --- contrast: 1.4.3
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1), (canvas.fillStyle = colour), canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].map(v => v / 255);
};
const over = ([r, g, b, a], under) => [r, g, b].map((v, i) => v * a + under[i] * (1 - a));
const behind = e => (e ? over(rgba(getComputedStyle(e).backgroundColor), behind(e.parentElement)) : matchMedia("(prefers-color-scheme: dark)").matches && /dark/.test(getComputedStyle(document.documentElement).colorScheme) ? [0.07, 0.07, 0.07] : [1, 1, 1]);
const luminance = c => c.map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
for (const e of all("body *")) {
    if (e.closest("svg") || e.matches(":disabled, :disabled *") || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const style = getComputedStyle(e), under = behind(e), size = parseFloat(style.fontSize);
    const wanted = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const got = contrast(luminance(over(rgba(style.color), under)), luminance(under));
    if (got < wanted - 0.005) say(`1.4.3: contrast ${got.toFixed(2)}, wanted ${wanted}`, e);
}
return problems;
