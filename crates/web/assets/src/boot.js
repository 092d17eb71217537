// Runs before the page is drawn: the stored theme, and the mark that script works.
import { storedTheme, showTheme } from './js/theme.js';

document.documentElement.dataset.script = '';
showTheme(storedTheme());
