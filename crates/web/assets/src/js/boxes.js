// Boxes that open (details.disclosure) and dialogs. Without script a dialog is a box; with script it takes the focus.

/** Closes every open box but the one given (and those around it). */
export function closeBoxes(except) {
  for (const box of document.querySelectorAll('details.disclosure[open]')) {
    if (!except || !box.contains(except)) box.open = false;
  }
}

/** Opens a box and puts the focus on its first field. */
export function openBox(box) {
  if (box.hasAttribute('data-dialog')) {
    openDialog(box);
    return;
  }
  box.open = true;
  focusFirst(box.querySelector('.disclosure-box'));
}

function focusFirst(element) {
  element?.querySelector('input:not([type=hidden]), select, textarea, button, a[href]')?.focus();
}

function closeButton() {
  const form = document.createElement('form');
  form.method = 'dialog';
  form.innerHTML = '<button type="submit" class="button quiet icon-button" aria-label="Close"><svg class="icon" aria-hidden="true"><use href="/assets/icons.svg#close"></use></svg></button>';
  return form;
}

// Moves the box's content into a real dialog, and back when it closes, so that what was typed stays.
function openDialog(box) {
  const content = box.querySelector('.disclosure-box');
  const dialog = document.createElement('dialog');
  const title = document.createElement('h2');
  title.id = `${box.id}-title`;
  title.textContent = box.dataset.dialog;
  const head = document.createElement('header');
  head.className = 'dialog-head';
  head.append(title, closeButton());
  const body = document.createElement('div');
  body.className = 'dialog-body';
  body.append(...content.childNodes);
  dialog.className = 'dialog';
  dialog.setAttribute('aria-labelledby', title.id);
  dialog.append(head, body);
  dialog.addEventListener('close', () => {
    content.append(...body.childNodes);
    dialog.remove();
    box.querySelector('summary').focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  focusFirst(body);
}

/** Opens a dialog of the page by its id, e.g. the keys. */
export function showDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

/** Wires boxes and dialogs. */
export function startBoxes() {
  // A box that opens below the edge comes into view; `toggle` does not bubble, so it is caught on its way down.
  document.addEventListener('toggle', (event) => {
    if (event.target.matches?.('details.disclosure[open]')) event.target.querySelector('.disclosure-box')?.scrollIntoView({ block: 'nearest' });
  }, true);
  document.addEventListener('click', (event) => {
    const summary = event.target.closest('details.disclosure > summary');
    if (summary?.parentElement.hasAttribute('data-dialog')) {
      event.preventDefault();
      openDialog(summary.parentElement);
    }
    const named = event.target.closest('[data-show-dialog]');
    if (named) showDialog(named.dataset.showDialog);
    if (event.target instanceof HTMLDialogElement) event.target.close(); // a click on the backdrop
    if (!event.target.closest('dialog')) closeBoxes(event.target);
  });
}
