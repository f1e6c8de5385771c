// Builds the page into dist/. `npm run dev` serves it beside a simulated node, or in front of a real one named by MESH_URL.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

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

const target = process.env.MESH_URL;

export default defineConfig({
  base: '/',
  plugins: [svelte(), devNode()],
  build: {
    target: 'es2023',
    // Data addresses are not allowed by the page's content security policy, so nothing is inlined.
    assetsInlineLimit: 0,
    // The world is one lazy chunk of about a megabyte before compression; its budget is checked in e2e/world.e2e.ts.
    chunkSizeWarningLimit: 1200,
    modulePreload: { polyfill: false },
    // What the first page needs comes in one piece: in several it compresses worse.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } } },
  },
  server: target
    ? { proxy: { '/api': target, '/login': target, '/ws': { target, ws: true, changeOrigin: true } } }
    : undefined,
});
