import { expect } from 'vitest';
import { trial } from './stage/trial';

trial('a task is dragged from one column of the board to another', async (stage) => {
  // Wide enough for all columns.
  const ada = await stage.newcomer({ viewport: { width: 1800, height: 900 } });
  const { id } = await ada.create({ title: 'Water the plants', priority: 'low' });
  await ada.open('/board');
  await ada.isConnected();
  await ada.hasTools('Water the plants');
  const card = ada.page.locator('[data-task]').filter({ hasText: 'Water the plants' });
  const [from, to] = await Promise.all([
    card.boundingBox(),
    ada.page.getByRole('region', { name: /^Urgent/ }).boundingBox(),
  ]);
  if (!from || !to) throw new Error('The board is not there');
  await ada.page.mouse.move(from.x + from.width / 2, from.y + from.height - 4);
  await ada.page.mouse.down();
  await ada.page.mouse.move(to.x + to.width / 2, to.y + 80, { steps: 8 });
  await ada.page.mouse.up();
  await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ priority: 'urgent' });
});
