// Notices: they leave by themselves, but never while looked at, never those that can be undone too soon, never errors.
const STAY = 6000;
const STAY_WITH_UNDO = 15000;

function leave(toast) {
  if (toast.matches(':hover, :focus-within')) setTimeout(() => leave(toast), 2000);
  else toast.remove();
}

function watch(toast) {
  if (toast.classList.contains('toast-bad')) return;
  setTimeout(() => leave(toast), toast.querySelector('form') ? STAY_WITH_UNDO : STAY);
}

/** Wires the notices that came with the page and those that arrive later. */
export function startToasts() {
  const place = document.getElementById('toasts');
  if (!place) return;
  place.querySelectorAll('[data-toast]').forEach(watch);
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node instanceof HTMLElement) watch(node);
  }).observe(place, { childList: true });
  place.addEventListener('click', (event) => {
    if (event.target.closest('[data-close-toast]')) event.target.closest('[data-toast]').remove();
  });
}
