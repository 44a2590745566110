import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['lectern-source'] },
  test: { include: ['packages/*/test/**/*.test.ts'], pool: 'threads', maxWorkers: 1 },
});
