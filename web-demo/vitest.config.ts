import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['lectern-source'] };

export default defineConfig({
  resolve,
  // Tests run in Node, which Vite takes for a server.
  ssr: { resolve },
  test: { include: ['packages/*/test/**/*.test.ts'], pool: 'threads', maxWorkers: 1 },
});
