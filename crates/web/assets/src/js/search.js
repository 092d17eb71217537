// Search as one types: the server's list of hits under the field, by arrow keys and enter. Without it the form asks for the page.
const LIST = 'search-hits';

function show(field, list, html) {
  list.innerHTML = html;
  list.hidden = list.childElementCount === 0;
  field.setAttribute('aria-expanded', String(!list.hidden));
  field.removeAttribute('aria-activedescendant');
}

function mark(field, list, step) {
  const hits = [...list.querySelectorAll('a')];
  if (!hits.length) return;
  const now = hits.findIndex((hit) => hit.getAttribute('aria-selected') === 'true');
  const next = (now + step + hits.length + (now < 0 && step < 0 ? 1 : 0)) % hits.length;
  for (const [i, hit] of hits.entries()) hit.setAttribute('aria-selected', String(i === next));
  hits[next].scrollIntoView({ block: 'nearest' });
  field.setAttribute('aria-activedescendant', hits[next].id);
}

/** Wires the search field at the top of every page. */
export function startSearch() {
  const field = document.getElementById('search');
  if (!field) return;
  const list = document.createElement('div');
  list.id = LIST;
  list.className = 'search-hits';
  list.hidden = true;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', 'Hits');
  field.after(list);
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-expanded': 'false', 'aria-controls': LIST, 'aria-autocomplete': 'list' })) field.setAttribute(name, value);
  let asking = null;
  const ask = async () => {
    asking?.abort();
    const words = field.value.trim();
    if (!words) return show(field, list, '');
    asking = new AbortController();
    try {
      const answer = await fetch(`/search/suggest?q=${encodeURIComponent(words)}`, { signal: asking.signal, headers: { accept: 'text/html' } });
      if (answer.ok && field.value.trim() === words) show(field, list, await answer.text());
    } catch (error) {
      // A newer letter ended this question, or the server is away: the form still works.
      if (error.name !== 'AbortError') show(field, list, '');
    }
  };
  field.addEventListener('input', ask);
  field.addEventListener('focus', () => { if (field.value.trim()) ask(); });
  field.addEventListener('keydown', (event) => {
    if (event.isComposing || list.hidden) return;
    const chosen = list.querySelector('[aria-selected="true"]');
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') mark(field, list, event.key === 'ArrowDown' ? 1 : -1);
    else if (event.key === 'Enter' && chosen) chosen.click();
    else if (event.key === 'Escape') show(field, list, '');
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener('click', (event) => { if (!event.target.closest('.search')) show(field, list, ''); });
}
