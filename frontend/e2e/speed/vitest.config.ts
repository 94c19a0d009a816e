import { mergeConfig } from 'vitest/config';
import trials from '../vitest.config';

/** Figures, for `cargo xtask bench frontend`. */
export default mergeConfig(trials, {
  test: { dir: import.meta.dirname, include: ['**/*.measure.ts'], testTimeout: 600_000 },
});
