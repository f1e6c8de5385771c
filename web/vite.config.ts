// Builds the page into dist/. `npm run dev` serves it beside a simulated node, or in front of a real one named by MESH_URL.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin, transformWithOxc } from 'vite';

/** Answers /api, /ws and /login in the development server when no real node is named. */
function devNode(): Plugin {
  return {
    name: 'dev-node',
    apply: 'serve',
    async configureServer(server) {
      if (process.env.MESH_URL || process.env.VITEST) return;
      const { DevNode, seedDevNode } = await import('./dev/node.ts');
      const node = new DevNode();
      seedDevNode(node);
      const link = node.oneTimeLink();
      server.middlewares.use((request, response, next) => {
        if (!node.handle(request, response)) next();
      });
      server.httpServer?.on('upgrade', (request, socket, head) => {
        if (request.url === '/ws') node.upgrade(request, socket, head);
      });
      server.config.logger.info(`dev node (simulated): sign in at ${link}`);
    },
  };
}

/** What the service worker keeps from the beginning. The world and rarer letters are kept once somebody has seen them. */
const keptOffline = (name: string) =>
  /\.(?:js|css)$/.test(name)
    ? !/\/(?:World|three|bloom|picture|Side|settle\.worker)-/.test(name)
    : /-latin-.*\.woff2$/.test(name);
/** Files of `public` that the first page names. */
const NAMED = ['/icon.svg', '/manifest.webmanifest'];

/** Names the build in its first page, and puts the service worker beside it. */
function offline(): Plugin {
  return {
    name: 'offline',
    apply: 'build',
    enforce: 'post',
    async generateBundle(_, bundle) {
      const page = bundle['index.html'];
      if (page?.type !== 'asset') throw new Error('the build has no index.html');
      const html = String(page.source);
      const files = Object.keys(bundle).sort();
      const build = createHash('sha256').update(html).update(files.join()).digest('hex').slice(0, 16);
      page.source = html.replace('name="build" content="none"', `name="build" content="${build}"`);
      const source = new URL('src/offline/worker.ts', import.meta.url);
      const { code } = await transformWithOxc(readFileSync(source, 'utf8'), 'worker.ts');
      const kept = [...files.filter(keptOffline).map((name) => `/${name}`), ...NAMED];
      const head = `const BUILD = ${JSON.stringify(build)};\nconst FILES = ${JSON.stringify(kept)};\n`;
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: head + code });
    },
  };
}

const target = process.env.MESH_URL;

export default defineConfig({
  base: '/',
  plugins: [svelte(), devNode(), offline()],
  build: {
    target: 'es2023',
    // Data addresses are not allowed by the page's content security policy, so nothing is inlined.
    assetsInlineLimit: 0,
    // The world is one lazy chunk of about a megabyte before compression; its budget is checked in e2e/world.e2e.ts.
    chunkSizeWarningLimit: 1200,
    modulePreload: { polyfill: false },
    // What the first page needs comes in one piece: in several it compresses worse.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'first', tags: ['$initial'] },
            { name: 'three', test: /node_modules\/three\/build\// },
          ],
        },
      },
    },
  },
  server: target
    ? { proxy: { '/api': target, '/login': target, '/ws': { target, ws: true, changeOrigin: true } } }
    : undefined,
});
