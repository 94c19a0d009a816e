import { readdirSync } from 'node:fs';
import nextVitals from 'eslint-config-next/core-web-vitals';
import nextTypeScript from 'eslint-config-next/typescript';
import { defineConfig, globalIgnores } from 'eslint/config';

const features = readdirSync(new URL('components', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'ui')
  .map((entry) => entry.name);

/** Imports flow lib → ui → features → app. No feature knows another. */
const zones = [
  ...features.map((feature) => ({
    target: `./components/${feature}`,
    from: './components',
    except: [`./${feature}`, './ui'],
    message: 'Features do not import one another; compose them in app/, share data in lib/.',
  })),
  ...features.map((feature) => ({
    target: './components/ui',
    from: `./components/${feature}`,
    message: 'Primitives know no feature.',
  })),
  { target: ['./lib', './components'], from: './app', message: 'app/ composes, nothing imports it.' },
  { target: './lib', from: './components', message: 'lib/ draws nothing.' },
];

export default defineConfig([
  ...nextVitals,
  ...nextTypeScript,
  {
    rules: {
      'import/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
      'import/no-cycle': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  { files: ['scripts/**'], rules: { 'no-console': 'off' } },
  globalIgnores(['.next/**', 'next-env.d.ts', 'lib/api/schema.d.ts', 'node_modules/**']),
]);
