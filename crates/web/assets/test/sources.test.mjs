// What the templates ask for exists, colours come from tokens, and the lock file names no registry.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { relative } from '../src/js/times.js';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const list = (path) => readdirSync(new URL(path, import.meta.url));
const icons = new Set([...read('../src/icons.svg').matchAll(/symbol id="([\w-]+)"/g)].map((match) => match[1]));

test('every icon that templates and components name is drawn', () => {
  const templates = list('../../templates/').map((name) => read(`../../templates/${name}`)).join('\n');
  const named = [...templates.matchAll(/icons\.svg#([\w-]+)"|icon\("([\w-]+)"\)/g)].map((match) => match[1] ?? match[2]);
  const tones = ['plain', 'good', 'warn', 'bad', 'info', 'accent'].map((tone) => `tone-${tone}`);
  const states = [...templates.matchAll(/notice\("(\w+)"/g)].map((match) => `state-${match[1]}`);
  const channels = ['call', 'visit', 'mail', 'video', 'event', 'demo', 'letter', 'task', 'order', 'case', 'click', 'note', 'plan'];
  const themes = ['auto', 'light', 'dark'].map((theme) => `theme-${theme}`);
  assert.ok(named.length > 10);
  assert.deepEqual([...named, ...tones, ...states, ...channels, ...themes].filter((name) => !icons.has(name)), []);
});

test('colours are tokens', () => {
  for (const name of list('../src/css/').filter((name) => name !== 'tokens.css')) {
    const css = read(`../src/css/${name}`).replace(/rgb\([\d ]+\/ [\d.]+\)/g, ''); // shades over the page are the same in both themes
    assert.equal(css.match(/#[0-9a-f]{3,8}\b|rgba?\(|hsl/i), null, name);
    const used = [...css.matchAll(/var\(--([\w-]+)\)/g)].map((match) => match[1]);
    const tokens = read('../src/css/tokens.css');
    for (const token of used) assert.ok(tokens.includes(`--${token}:`), `${name}: --${token} is no token`);
  }
});

test('no address of a registry in the lock file', () => {
  assert.equal(read('../package-lock.json').includes('"resolved"'), false);
});

test('relative times', () => {
  const now = Date.UTC(2026, 10, 23, 12);
  assert.equal(relative(now - 3 * 60_000, now, 'en'), '3 min. ago');
  assert.equal(relative(now + 2 * 3_600_000, now, 'en'), 'in 2 hr.');
  assert.equal(relative(now, now, 'en'), 'now');
});
