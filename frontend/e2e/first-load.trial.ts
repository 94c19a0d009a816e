import { expect } from 'vitest';
import { firstLoad } from './stage/first-load';
import { trial } from './stage/trial';

trial('the task view asks for at most 150 KiB of JavaScript first', async (stage) => {
  const ada = await stage.newcomer();
  expect(await firstLoad(ada)).toBeLessThanOrEqual(150);
});
