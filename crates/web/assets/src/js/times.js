// Moments: the exact time as a tooltip, and for [data-relative] words that stay true ("3 min ago").
const UNITS = [['year', 31_536_000], ['month', 2_592_000], ['week', 604_800], ['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1]];

/** How long ago (or from now) in the words of `locale`. */
export function relative(then, now, locale) {
  const seconds = Math.round((then - now) / 1000);
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' }).format(Math.round(seconds / size), unit);
}

function refresh(root) {
  const locale = document.documentElement.lang || undefined;
  for (const element of root.querySelectorAll('time[datetime*="T"]')) {
    const then = Date.parse(element.dateTime);
    if (Number.isNaN(then)) continue;
    const words = relative(then, Date.now(), locale);
    if ('relative' in element.dataset) {
      element.dataset.exact ??= element.textContent;
      element.title = element.dataset.exact;
      element.textContent = words;
    } else {
      element.title = words;
    }
  }
}

/** Refreshes all moments now, every half minute, and when a live region was drawn again. */
export function startTimes() {
  refresh(document);
  setInterval(() => refresh(document), 30_000);
  document.addEventListener('htmx:after:swap', () => refresh(document));
}
