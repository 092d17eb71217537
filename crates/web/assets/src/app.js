// Everything here makes pages faster to work with; none of it is needed for them to work.
import './js/live.js';
import { startTheme } from './js/theme.js';
import { startChanges } from './js/changes.js';
import { startBoxes } from './js/boxes.js';
import { startForms } from './js/forms.js';
import { startItems } from './js/items.js';
import { startKeys } from './js/keys.js';
import { startMore } from './js/more.js';
import { startSearch } from './js/search.js';
import { startToasts } from './js/toasts.js';
import { startTimes } from './js/times.js';

startTheme();
startBoxes();
startForms();
startItems();
startKeys();
startMore();
startSearch();
startToasts();
startTimes();
startChanges();
