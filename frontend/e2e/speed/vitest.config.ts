import { defineConfig } from 'vitest/config';
import { usual } from '../vitest.config';

/** Figures, for the benchmark `frontend`: nothing else runs meanwhile. */
export default defineConfig({
  ...usual,
  test: { ...usual.test, dir: import.meta.dirname, include: ['**/*.measure.ts'], testTimeout: 600_000, fileParallelism: false },
});
