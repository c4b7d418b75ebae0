import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{protocol,engine,sequencer,validator,contracts/script,scripts,web,test/structure}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.next/**', 'web/e2e/**'],
    // For what hangs: a test of several processes takes long on a busy machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
