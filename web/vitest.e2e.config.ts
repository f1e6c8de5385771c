// Journeys in a real browser. MESH_BIN names the node's binary; without it they run against the simulated node.
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => ({
  test: {
    // `npm run measure` prints figures; journeys assert.
    include: [mode === 'measure' ? 'e2e/**/*.measure.ts' : 'e2e/**/*.e2e.ts'],
    environment: 'node',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One browser at a time: software rendering takes every core it gets.
    fileParallelism: false,
  },
}));
