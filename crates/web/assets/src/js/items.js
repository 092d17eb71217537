// Items one can move along: cards, table rows, events of a timeline.
import htmx from './live.js';

const items = () => [...document.querySelectorAll('[data-item]')].filter((item) => item.checkVisibility());

/** The chosen item, if any. */
export const chosen = () => document.querySelector('[data-item].is-chosen');

/** Chooses an item: marks it, brings it into view, and shows its evidence where the page has a place for it. */
export function choose(item, { focus = true } = {}) {
  const before = chosen();
  if (!item || item === before) return;
  before?.classList.remove('is-chosen');
  item.classList.add('is-chosen');
  if (focus) {
    if (!item.hasAttribute('tabindex')) item.tabIndex = -1;
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: 'nearest' });
  }
  peek(item);
}

/** Chooses the next item (1) or the previous one (-1); from nothing, the first. */
export function move(step) {
  const list = items();
  if (list.length === 0) return;
  const at = list.indexOf(chosen());
  choose(at < 0 ? list[0] : list[Math.min(Math.max(at + step, 0), list.length - 1)]);
}

/** The chosen item, or the first of the page when none is: `a` on a fresh queue means the lead card. */
export function current() {
  return chosen() ?? items()[0];
}

// Waits a moment, so that running along the list with j does not ask for every card's evidence.
let waiting;
function peek(item) {
  const target = document.getElementById('peek');
  if (!item.dataset.peek || !target) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => htmx.ajax('GET', item.dataset.peek, { target, swap: 'innerHTML' }), 120);
}

// A page of cards comes with the reason only; the evidence of its first card follows, where there is room beside it.
function peekFirst() {
  const first = items().find((item) => item.dataset.peek);
  if (first && matchMedia('(min-width: 1081px)').matches) peek(first);
}

/** Wires the pointer: a click anywhere on an item chooses it, and takes nothing away from its links and buttons. */
export function startItems() {
  const named = document.getElementById(location.hash.slice(1));
  if (named?.matches('[data-item]')) choose(named);
  else peekFirst();
  document.addEventListener('pointerdown', (event) => {
    const item = event.target.closest('[data-item]');
    if (item) choose(item, { focus: false });
  });
}
