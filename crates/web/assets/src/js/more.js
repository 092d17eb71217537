// A list of events goes on when its end comes into view: the link “Older” is followed before it is clicked, and what its page
// shows is put below. Without this script the link opens that page.

/** Puts the days of `page` below those that are shown; a day that goes on keeps one heading. */
function append(shown, page) {
  const last = shown.querySelector('section.day:last-of-type');
  const days = [...page.querySelectorAll('section.day')];
  const first = days[0];
  if (last && first && last.querySelector('h3').textContent === first.querySelector('h3').textContent) {
    last.querySelector('ol').append(...first.querySelectorAll('ol > li'));
    days.shift();
  }
  (last?.parentElement ?? shown).append(...days);
}

async function follow(link) {
  const shown = link.closest('section, article, main, body').querySelector('[data-events]');
  if (!shown || link.dataset.more === 'asked') return;
  link.dataset.more = 'asked';
  link.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(link.href, { headers: { accept: 'text/html' } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const events = page.querySelector('[data-events]');
    if (!events) return;
    append(shown, events);
    const next = page.querySelector('a[data-more]');
    if (next) {
      link.href = next.getAttribute('href');
      link.dataset.more = '';
    } else {
      link.remove();
    }
  } finally {
    link.removeAttribute('aria-busy');
  }
}

/** Watches the links of the page that lead on. */
export function startMore() {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        // While the end stays in view, no entry comes: look again after each page.
        follow(target).then(() => {
          seen.unobserve(target);
          if (target.isConnected && target.dataset.more === '') seen.observe(target);
        });
      }
    },
    { rootMargin: '400px' },
  );
  // The first page of a record's own timeline waits for a scroll: nobody who opens a record asks for its whole past.
  const watch = () => document.querySelectorAll('a[data-more]').forEach((link) => seen.observe(link));
  addEventListener('scroll', watch, { once: true, passive: true });
}
