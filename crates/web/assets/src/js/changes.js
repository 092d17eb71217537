// Tells when what a page shows was changed by someone else: `data-stream` names the stream, a hidden `[data-changed]` is the notice.
// Nothing moves by itself while one reads or types: the notice offers to show the present state.
export function startChanges() {
  const shown = document.querySelector('[data-stream]');
  const notice = document.querySelector('[data-changed]');
  if (!shown || !notice || !window.EventSource) return;
  const stream = new EventSource(shown.dataset.stream);
  stream.addEventListener('message', () => {
    notice.hidden = false;
  });
  window.addEventListener('pagehide', () => stream.close());
}
