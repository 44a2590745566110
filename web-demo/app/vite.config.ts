import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

export default defineConfig({
  plugins: [react(), compressed()],
  resolve: { conditions: ['lectern-source', 'module', 'browser', 'development|production'] },
  build: {
    // The first of each that know `light-dark()`, which the design tokens use.
    target: ['chrome123', 'edge123', 'firefox128', 'safari17.5'],
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:8080',
      '/livez': 'http://127.0.0.1:8080',
      '/signal': { target: 'ws://127.0.0.1:8080', ws: true },
    },
  },
});

/** Files that are worth compressing; fonts are so already. */
const TEXT = /\.(html|js|css|svg)$/;

/** Leaves a `.br` and a `.gz` beside each file, so that the server never compresses. */
function compressed(): Plugin {
  return {
    name: 'lectern-compressed',
    apply: 'build',
    closeBundle() {
      const folder = join(import.meta.dirname, 'dist');
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!TEXT.test(name)) continue;
        const path = join(folder, name);
        const bytes = readFileSync(path);
        const best = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, best));
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}
