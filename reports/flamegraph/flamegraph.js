(function () {
  'use strict';
  const svg = document.currentScript.ownerSVGElement || document.documentElement;
  const W = 1192, M = 4, CHAR = 7;
  const boxes = Array.from(svg.querySelectorAll('.box')).map(g => ({
    g, rect: g.querySelector('rect'), text: g.querySelector('text'), name: g.querySelector('text').dataset.name,
    x: +g.dataset.x, w: +g.dataset.w, d: +g.dataset.d }));
  const reset = svg.querySelector('.reset'), foot = svg.querySelector('.foot');
  const plain = foot.textContent;
  function label(b, width) {
    const fits = Math.floor((width - 6) / CHAR);
    b.text.textContent = fits >= b.name.length ? b.name : fits > 2 ? b.name.slice(0, fits - 1) + '…' : '';
  }
  function show(target) {
    const from = target ? target.x : 0, width = target ? target.w : 1, eps = 1e-7;
    boxes.forEach(b => {
      const above = target && b.d < target.d && b.x <= from + eps && b.x + b.w >= from + width - eps;
      const inside = b.x >= from - eps && b.x + b.w <= from + width + eps && (!target || b.d >= target.d);
      b.g.style.display = above || inside ? '' : 'none';
      if (!above && !inside) return;
      const x = above ? M : M + (b.x - from) / width * W, w = above ? W : b.w / width * W;
      b.rect.setAttribute('x', x); b.rect.setAttribute('width', Math.max(w, 0.2));
      b.text.setAttribute('x', x + 4); label(b, w);
      b.g.classList.toggle('off', !!above);
    });
    reset.setAttribute('visibility', target && target.d > 0 ? 'visible' : 'hidden');
  }
  function search(word) {
    let share = 0;
    boxes.forEach(b => {
      const hit = !!word && b.name.indexOf(word) >= 0;
      b.g.classList.toggle('hit', hit);
      if (hit) share += b.w;
    });
    foot.textContent = word ? '"' + word + '": ' + (100 * share).toFixed(2) + ' % of all' : plain;
  }
  boxes.forEach(b => b.g.addEventListener('click', () => show(b)));
  reset.addEventListener('click', () => show(null));
  document.addEventListener('keydown', e => {
    if (e.key === 'Escape') { show(null); search(''); }
    if (e.key === '/' && !/INPUT|TEXTAREA/.test(e.target.tagName || '')) {
      e.preventDefault();
      search(window.prompt('Boxes whose name contains', '') || '');
    }
  });
}());
