import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{protocol,engine,sequencer,validator,contracts/script,scripts,web,test/structure}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.next/**', 'web/e2e/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
