// Builds src/ into dist/: app.js, app.css, boot.js, icons.svg, mark.svg and the fonts. `npm run watch` builds again on change.
import * as esbuild from 'esbuild';
import { copyFile, mkdir, rm } from 'node:fs/promises';
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
  legalComments: 'linked',
  logLevel: 'info',
};
await rm(options.outdir, { recursive: true, force: true });
await mkdir(options.outdir, { recursive: true });
for (const name of ['icons.svg', 'mark.svg']) await copyFile(here(`src/${name}`), here(`dist/${name}`));

if (watch) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  await esbuild.build(options);
}
