(function () {
  'use strict';
  const svg = document.currentScript.ownerSVGElement || document.documentElement;
  const M = 4, CHAR = 7.3, EPS = 1e-7, NS = 'http://www.w3.org/2000/svg';
  const height = +svg.getAttribute('height');
  const alone = svg === document.documentElement;
  const reset = svg.querySelector('.reset'), find = svg.querySelector('.search'), foot = svg.querySelector('.foot');
  const plain = foot.textContent;
  let width = 1200, word = '', entry = null;

  // One graph: its boxes in the order of a walk, parents before children.
  function panel(g) {
    const open = [];
    const boxes = Array.from(g.querySelectorAll('.box')).map(b => {
      const text = b.querySelector('text'), rect = b.querySelector('rect');
      const box = { g: b, rect, text, name: text.dataset.name, says: b.querySelector('title').textContent,
        x: +b.dataset.x, w: +b.dataset.w, d: +b.dataset.d, y: +rect.getAttribute('y'), children: [] };
      open.length = box.d;
      box.parent = open[box.d - 1] || null;
      open[box.d] = box;
      if (box.parent) box.parent.children.push(box);
      return box;
    });
    const p = { boxes, target: null };
    boxes.forEach(b => {
      b.panel = p;
      b.g.addEventListener('click', () => { focus(b); zoom(p, b); });
      b.g.addEventListener('mouseenter', () => tell(b));
      b.g.addEventListener('mouseleave', () => tell(null));
      b.g.addEventListener('focus', () => tell(b));
      b.g.addEventListener('keydown', e => key(e, b));
    });
    return p;
  }
  const panels = Array.from(svg.querySelectorAll('.panel')).map(panel);
  const up = panels.some(p => p.boxes.some(b => b.d === 1 && b.y < p.boxes[0].y));

  function label(b, w) {
    const fits = Math.floor((w - 6) / CHAR);
    b.text.textContent = fits >= b.name.length ? b.name : fits > 2 ? b.name.slice(0, fits - 1) + '…' : '';
  }
  function draw(p) {
    const t = p.target, from = t ? t.x : 0, whole = t ? t.w : 1, W = width - 2 * M;
    p.boxes.forEach(b => {
      const around = t && b.d < t.d && b.x <= from + EPS && b.x + b.w >= from + whole - EPS;
      const inside = b.x >= from - EPS && b.x + b.w <= from + whole + EPS && (!t || b.d >= t.d);
      b.shown = around || inside;
      b.g.style.display = b.shown ? '' : 'none';
      if (!b.shown) return;
      const x = around ? M : M + (b.x - from) / whole * W, w = around ? W : b.w / whole * W;
      b.rect.setAttribute('x', x); b.rect.setAttribute('width', Math.max(w, 0.2));
      b.text.setAttribute('x', x + 4); label(b, w);
      b.g.classList.toggle('off', !!around);
    });
  }
  function zoom(p, box) {
    p.target = box && box.d > 0 ? box : null;
    draw(p);
    reset.setAttribute('visibility', panels.some(q => q.target) ? 'visible' : 'hidden');
  }
  function focus(b) {
    b.panel.boxes.forEach(o => { if (o.g.getAttribute('tabindex') === '0') o.g.setAttribute('tabindex', -1); });
    b.g.setAttribute('tabindex', 0);
    b.g.focus({ preventScroll: true });
  }
  function tell(b) { say(b ? b.says : word ? result : plain); }
  function say(text) {
    const fits = Math.floor((width - 2 * M) / CHAR);
    foot.textContent = text.length > fits ? text.slice(0, fits - 1) + '…' : text;
  }
  let result = plain;
  // A box inside one that was found is part of it: shares are not counted twice.
  function search(text) {
    word = text;
    const lower = text.toLowerCase(), shares = [];
    let n = 0;
    panels.forEach(p => {
      let share = 0;
      p.boxes.forEach(b => {
        b.hit = !!text && b.name.toLowerCase().includes(lower);
        b.within = !!b.parent && (b.parent.hit || b.parent.within);
        b.g.classList.toggle('hit', b.hit);
        if (b.hit) n++;
        if (b.hit && !b.within) share += b.w;
      });
      shares.push((100 * share).toFixed(2) + ' %');
    });
    result = '"' + text + '": ' + n + (n === 1 ? ' box, ' : ' boxes, ') + shares.join(' now, ') + (panels.length > 1 ? ' before' : ' of all');
    say(text ? result : plain);
  }
  function all() { panels.forEach(p => zoom(p, null)); search(''); }

  function ask() {
    if (entry) return;
    const place = document.createElementNS(NS, 'foreignObject');
    place.setAttribute('x', M); place.setAttribute('y', 3);
    place.setAttribute('width', Math.min(300, width - 140)); place.setAttribute('height', 26);
    entry = document.createElementNS('http://www.w3.org/1999/xhtml', 'input');
    entry.setAttribute('aria-label', 'Find boxes whose name contains');
    entry.setAttribute('placeholder', 'part of a name');
    entry.value = word;
    place.appendChild(entry);
    svg.appendChild(place);
    const close = keep => {
      if (!entry) return;
      entry = null;
      place.remove();
      if (!keep) search('');
      find.focus();
    };
    entry.addEventListener('input', () => search(entry.value));
    entry.addEventListener('blur', () => close(true));
    entry.addEventListener('keydown', e => {
      e.stopPropagation();
      if (e.key === 'Enter' || e.key === 'Escape') { e.preventDefault(); close(e.key === 'Enter'); }
    });
    entry.focus();
  }

  function key(e, b) {
    const list = (b.parent ? b.parent.children : [b]).filter(o => o.shown), at = list.indexOf(b);
    const inward = b.children.filter(o => o.shown).sort((x, y) => y.w - x.w)[0];
    const to = { ArrowLeft: list[at - 1], ArrowRight: list[at + 1], Home: b.panel.boxes[0],
      [up ? 'ArrowUp' : 'ArrowDown']: inward, [up ? 'ArrowDown' : 'ArrowUp']: b.parent }[e.key];
    if (e.key === 'Enter' || e.key === ' ') zoom(b.panel, b);
    else if (!/^(Arrow|Home)/.test(e.key)) return;
    else if (to) focus(to);
    e.preventDefault();
  }
  function action(element, run) {
    element.addEventListener('click', run);
    element.addEventListener('keydown', e => { if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); run(); } });
  }
  action(reset, all);
  action(find, ask);
  (alone ? document : svg).addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === 'Escape') all();
    else if (e.key === '/') { e.preventDefault(); ask(); }
  });

  // As wide as its place, in whole pixels, so that text keeps its size.
  function fit() {
    const w = Math.round(svg.getBoundingClientRect().width);
    if (w < 50) return;
    width = w;
    svg.setAttribute('viewBox', '0 0 ' + w + ' ' + height);
    find.setAttribute('x', w - M); reset.setAttribute('x', w - M - 60);
    svg.querySelectorAll('.head:not(.action)').forEach((head, i) => {
      const fits = Math.floor((w - (i ? 2 * M : 140)) / CHAR); // the first has the actions beside it
      const text = head.dataset.all = head.dataset.all || head.textContent;
      head.textContent = text.length > fits ? text.slice(0, Math.max(fits - 1, 0)) + '…' : text;
    });
    panels.forEach(draw);
    tell(null);
  }
  if (panels.length) find.setAttribute('visibility', 'visible');
  window.addEventListener('resize', fit);
  fit();
}());
