import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { PATIENCE_MILLISECONDS } from './stage/patience';

/** They break or change the product that all trials share, so nobody else may be on it. */
const BREAKING = ['**/model.trial.ts', '**/outages.trial.ts', '**/sessions.trial.ts'];

/** What whoever looks at the product with a browser needs. */
export const usual: ViteUserConfig = {
  resolve: { alias: { '@': `${import.meta.dirname}/..` } },
  test: { hookTimeout: 60_000, expect: { poll: { timeout: PATIENCE_MILLISECONDS, interval: 50 } }, reporters: ['verbose'] },
};

export default defineConfig({
  ...usual,
  test: {
    ...usual.test,
    dir: import.meta.dirname,
    testTimeout: 400_000,
    projects: [
      {
        extends: true,
        test: { name: 'together', include: ['**/*.trial.ts'], exclude: BREAKING, maxWorkers: 3, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: { name: 'alone', include: BREAKING, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
