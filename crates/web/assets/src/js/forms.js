// Forms: one send a press, and no send into the void.

function showConnection() {
  const ribbon = document.getElementById('offline');
  if (ribbon) ribbon.hidden = navigator.onLine;
}

function send(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post') return;
  if (!navigator.onLine || form.ariaBusy === 'true') {
    event.preventDefault(); // what was typed stays
    showConnection();
    return;
  }
  form.ariaBusy = 'true';
}

// A page that comes back from the browser's memory was sent before; its forms may be sent again.
function wake() {
  for (const form of document.querySelectorAll('form[aria-busy]')) form.ariaBusy = null;
}

/** Wires the forms and the line that says there is no connection. */
export function startForms() {
  showConnection();
  addEventListener('online', showConnection);
  addEventListener('offline', showConnection);
  addEventListener('pageshow', wake);
  document.addEventListener('submit', send);
}
