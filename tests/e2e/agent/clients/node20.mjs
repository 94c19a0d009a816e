// Lets Node 20 load the conformance suite, which imports `globSync` of Node 22 for commands that are
// not played here.

import { register } from 'node:module';

const module = (source) => `data:text/javascript,${encodeURIComponent(source)}`;

const files = module(`
  export * from 'node:fs';
  export function globSync() { throw new Error('globSync needs Node 22'); }
`);

const hooks = module(`
  export function resolve(specifier, context, next) {
    const isTheSuite = context.parentURL?.includes('/@modelcontextprotocol/conformance/');
    if (specifier === 'fs' && isTheSuite) return { url: ${JSON.stringify(files)}, shortCircuit: true };
    return next(specifier, context);
  }
`);

register(hooks);
