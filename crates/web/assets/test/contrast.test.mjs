// WCAG 2.2 AA, computed from the tokens: 4.5:1 for words, 3:1 for lines of fields, icons and series.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const css = readFileSync(new URL('../src/css/tokens.css', import.meta.url), 'utf8');
const tokens = Object.fromEntries([...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [name, { light, dark }]));

const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const luminance = (hex) => {
  const [r, g, b] = [1, 3, 5].map((at) => channel(parseInt(hex.slice(at, at + 2), 16) / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

const surfaces = ['bg', 'bg-2', 'bg-3'];
const pairs = [
  ...['ink', 'ink-2', 'ink-3', 'accent'].flatMap((word) => surfaces.map((surface) => [word, surface, 4.5])),
  ...['good', 'warn', 'bad', 'info'].flatMap((tone) => ['bg', 'bg-2', `${tone}-bg`].map((surface) => [tone, surface, 4.5])),
  ['accent', 'accent-bg', 4.5], ['ink-2', 'bad-bg', 4.5], ['ink', 'accent-bg', 4.5], ['ink-3', 'accent-bg', 4.5],
  ['on-accent', 'accent', 4.5], ['on-accent', 'accent-strong', 4.5],
  ['line-field', 'bg', 3],
  ...[0, 1, 2, 3, 4, 5].flatMap((series) => ['bg', 'bg-2'].map((surface) => [`s${series}`, surface, 3])),
];

for (const theme of ['light', 'dark']) {
  test(`contrast, ${theme}`, () => {
    const low = pairs.flatMap(([front, back, least]) => {
      assert.ok(tokens[front] && tokens[back], `no such token: ${front} or ${back}`);
      const ratio = contrast(tokens[front][theme], tokens[back][theme]);
      return ratio < least ? [`${front} on ${back}: ${ratio.toFixed(2)} < ${least}`] : [];
    });
    assert.deepEqual(low, []);
  });
}

test('the formula itself: black on white is 21, white on white is 1', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21);
  assert.equal(contrast('#ffffff', '#ffffff'), 1);
});
