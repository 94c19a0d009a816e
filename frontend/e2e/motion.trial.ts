import { expect } from 'vitest';
import type { Person } from './stage/person';
import { trial } from './stage/trial';

/** What moves on the page, with details over it, for longer than can be seen. */
async function moving(ada: Person): Promise<string[]> {
  await ada.open('/dashboard');
  await ada.isConnected();
  await ada.row('Water the plants').getByRole('button', { name: 'Open' }).click();
  await ada.page.getByRole('dialog', { name: 'Task details' }).waitFor();
  return ada.page.evaluate(() => {
    const isSeen = (times: string) => times.split(', ').some((time) => parseFloat(time) > 0.001);
    const found = [...document.querySelectorAll('body *')].filter((element) => {
      const { animationName, animationDuration, animationIterationCount, transitionProperty, transitionDuration } =
        getComputedStyle(element);
      const isAnimated = animationName !== 'none' && (isSeen(animationDuration) || animationIterationCount !== '1');
      return isAnimated || (transitionProperty !== 'none' && isSeen(transitionDuration));
    });
    return found.map(({ tagName, className }) => `${tagName} ${className}`);
  });
}

trial('whoever wants no motion sees none', async (stage) => {
  const ada = await stage.newcomer({ reducedMotion: 'reduce' });
  await ada.create({ title: 'Water the plants' });
  expect(await moving(ada)).toEqual([]);
  // Where it is welcome there is some: it is looked for in the right place.
  const sofa = await stage.elsewhere(ada, { reducedMotion: 'no-preference' });
  expect(await moving(sofa)).not.toEqual([]);
});
