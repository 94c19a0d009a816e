import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { grantOf, UNLIMITED } from '@/lib/settings/grant';
import { settings } from '@/messages/en/settings';

test('what is not limited is not sent', () => {
  expect(grantOf(UNLIMITED, true)).toBeNull();
  expect(grantOf({ tools: ['add_task'], projects: ['p'], perHour: '20' }, true)).toEqual({
    tools: ['add_task'],
    project_ids: ['p'],
    writes_per_hour: 20,
  });
});

test('whoever only reads is limited in tools alone', () => {
  expect(grantOf({ tools: [], projects: ['p'], perHour: '20' }, false)).toBeNull();
});

test('every tool of the assistant can be granted, and no other', () => {
  const registry = readFileSync(`${import.meta.dirname}/../../../services/agent/src/tool/registry.rs`, 'utf8');
  const names = [...registry.matchAll(/^\s+(\w+)::tool\(\),$/gm)].map(([, name]) => name);
  expect(names).not.toEqual([]);
  expect(Object.keys(settings.tokens.limits.tools).sort()).toEqual(names.sort());
});
