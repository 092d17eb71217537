// Light, dark, or as the system says. Stored on this device only.
const KEY = 'rounds-theme';
const NEXT = { auto: 'light', light: 'dark', dark: 'auto' };
const WORDS = { auto: 'Theme: follows the system', light: 'Theme: light', dark: 'Theme: dark' };

/** The stored theme; "auto" when there is none or the store is closed to us (private windows). */
export function storedTheme() {
  try {
    const theme = localStorage.getItem(KEY);
    return theme in NEXT ? theme : 'auto';
  } catch {
    return 'auto';
  }
}

/** Puts the theme on the page; "auto" takes the mark away. */
export function showTheme(theme) {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function storeTheme(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // The theme still holds for this page; that is all one can have without a store.
  }
}

/** Wires the button that goes from auto to light to dark. */
export function startTheme() {
  const button = document.querySelector('[data-theme-toggle]');
  if (!button) return;
  const show = (theme) => {
    showTheme(theme);
    button.setAttribute('aria-label', WORDS[theme]);
    button.title = WORDS[theme];
    button.querySelector('use').setAttribute('href', `/assets/icons.svg#theme-${theme}`);
  };
  show(storedTheme());
  button.addEventListener('click', () => {
    const theme = NEXT[storedTheme()];
    storeTheme(theme);
    show(theme);
  });
}
