import { expect } from 'vitest';
import { trial } from './stage/trial';

trial('statistics count what is open and what is done, as it happens', async (stage) => {
  const ada = await stage.newcomer();
  const { id } = await ada.create({ title: 'Pay the rent', priority: 'urgent', due: { kind: 'date', date: '2020-01-01' } });
  await ada.create({ title: 'Read' });
  await ada.open('/statistics');
  await ada.isConnected();
  const figure = (label: string) =>
    ada.page.locator('dl > div').filter({ has: ada.page.getByText(label, { exact: true }) }).locator('dd').last().textContent();
  const figures = () => Promise.all(['Open', 'Overdue', 'Completed', 'Urgent'].map(figure));
  // The chart as those have it who do not see it.
  const today = () => ada.page.getByRole('table', { name: 'Completed in the last 7 days' }).getByRole('cell').last().textContent();
  await expect.poll(figures).toEqual(['2', '1', '0', '1']);
  expect(await today()).toBe('0');

  await ada.ask('PATCH', `/tasks/${id}/complete`, { completed: true });
  await expect.poll(figures).toEqual(['1', '0', '1', '0']);
  await expect.poll(today).toBe('1');
});
