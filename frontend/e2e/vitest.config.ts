import { defineConfig } from 'vitest/config';

/** Trials share one product, and some of them break it: one after the other. */
export default defineConfig({
  resolve: { alias: { '@': `${import.meta.dirname}/..` } },
  test: {
    dir: import.meta.dirname,
    include: ['**/*.trial.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000, interval: 50 } },
    reporters: ['verbose'],
  },
});
