// Builds src/ into dist/: app.js, app.css, boot.js, icons.svg, mark.svg, the fonts and their licences. `npm run watch` builds again on change.
import * as esbuild from 'esbuild';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const watch = process.argv.includes('--watch');

const options = {
  entryPoints: [
    { in: here('src/app.js'), out: 'app' },
    { in: here('src/boot.js'), out: 'boot' },
    { in: here('src/app.css'), out: 'app' },
  ],
  outdir: here('dist'),
  assetNames: '[name]',
  bundle: true,
  minify: !watch,
  format: 'iife',
  // Oldest browsers with `light-dark()`, which the themes rest on.
  target: ['chrome123', 'firefox120', 'safari17.5'],
  loader: { '.woff2': 'file' },
  legalComments: 'none',
  logLevel: 'info',
};
await rm(options.outdir, { recursive: true, force: true });
await mkdir(options.outdir, { recursive: true });
// What is built in comes with its licence.
const parts = ['htmx.org', '@fontsource-variable/inter'];
const licences = await Promise.all(parts.map(async (name) => `${name}\n\n${await readFile(here(`node_modules/${name}/LICENSE`), 'utf8')}`));
await writeFile(here('dist/licences.txt'), licences.join('\n\n'));
for (const name of ['icons.svg', 'mark.svg']) await copyFile(here(`src/${name}`), here(`dist/${name}`));

if (watch) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  await esbuild.build(options);
}
