// The keys. Never while typing, never with a modifier, never over a dialog.
import { choose, chosen, current, move } from './items.js';
import { closeBoxes, openBox, showDialog } from './boxes.js';

let going = 0;

const typing = (target) => target.closest?.('input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]');

// Each page of the menu gets the first free letter of its words.
function letters() {
  const taken = new Map();
  for (const link of document.querySelectorAll('.menu-group a')) {
    const words = link.dataset.words ?? link.textContent.trim();
    link.dataset.words = words;
    const letter = [...words.toLowerCase()].find((c) => /\p{L}/u.test(c) && !taken.has(c));
    if (letter) taken.set(letter, link);
  }
  return taken;
}

function showLetters(taken) {
  const list = document.getElementById('go-keys');
  for (const [letter, link] of taken) {
    const cap = document.createElement('kbd');
    cap.textContent = letter;
    cap.setAttribute('aria-hidden', 'true');
    link.append(cap);
    if (!list) continue;
    const row = document.createElement('div');
    row.innerHTML = '<dt><kbd>g</kbd> <kbd></kbd></dt><dd></dd>';
    row.querySelectorAll('kbd')[1].textContent = letter;
    row.querySelector('dd').textContent = link.dataset.words.toLowerCase();
    list.append(row);
  }
}

function setGoing(on) {
  clearTimeout(going);
  going = on ? setTimeout(() => setGoing(false), 1500) : 0;
  document.documentElement.toggleAttribute('data-going', Boolean(on));
}

// A key of the current item: its button is pressed, its box opened. Undo belongs to the page, not to an item.
function act(key) {
  const item = key === 'z' ? document : current();
  const control = item?.querySelector(`[data-key="${key}"]`);
  if (!control) return false;
  if (item !== document) choose(item, { focus: false });
  const box = control.matches('summary') ? control.parentElement : null;
  if (box) {
    closeBoxes(box);
    openBox(box);
  } else {
    control.click();
  }
  return true;
}

function escape(event) {
  setGoing(false);
  if (document.querySelector('details.disclosure[open]')) {
    const opened = document.querySelector('details.disclosure[open] > summary');
    closeBoxes();
    opened.focus();
  } else if (typing(event.target)) {
    event.target.blur();
    chosen()?.focus({ preventScroll: true });
  }
  const menu = document.getElementById('menu-open');
  if (menu) menu.checked = false;
}

function press(event, taken) {
  if (going) {
    setGoing(false);
    const link = taken.get(event.key.toLowerCase());
    link?.click();
    return Boolean(link);
  }
  switch (event.key) {
    case 'j': move(1); return true;
    case 'k': move(-1); return true;
    case 'g': setGoing(true); return true;
    case '?': showDialog('keys'); return true;
    case '/': document.getElementById('search')?.focus(); return true;
    // On a link or a button, enter belongs to it.
    case 'Enter': {
      const link = event.target.closest('a, button, summary, input') ? null : chosen()?.querySelector('[data-open]');
      link?.click();
      return Boolean(link);
    }
    default: return 'aocsdz'.includes(event.key) && act(event.key);
  }
}

/** Wires the keys. */
export function startKeys() {
  const taken = letters();
  showLetters(taken);
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape') escape(event);
    else if (event.key.length === 1 || event.key === 'Enter') {
      if (typing(event.target) || event.target.closest?.('.disclosure-box')) return;
      if (press(event, taken)) event.preventDefault();
    }
  });
}
