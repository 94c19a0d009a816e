import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: {
      '@': import.meta.dirname,
      // Throws outside of a server's bundle, on purpose.
      'server-only': `${import.meta.dirname}/node_modules/server-only/empty.js`,
    },
  },
  test: {
    include: ['**/*.test.{ts,tsx}'],
    exclude: ['node_modules', '.next'],
    // A machine that is busy is no fault: bcrypt alone takes seconds on one.
    testTimeout: 60_000,
  },
});
