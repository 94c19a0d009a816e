import { expect } from 'vitest';
import type { Task } from '@/lib/api';
import { trial } from './stage/trial';

trial('what is changed without a network is sent when it is back, once', async (stage) => {
  const desk = await stage.newcomer();
  const sofa = await stage.elsewhere(desk);
  await desk.create({ title: 'Known before' });
  await desk.sees('Known before');
  await desk.isKept();
  await desk.context.setOffline(true);
  await desk.isConnected('offline');
  await desk.add('Written in the tunnel');
  await desk.sees('Written in the tunnel');
  await desk.page.getByRole('checkbox', { name: 'Complete “Known before”' }).click();
  await desk.seesNo('Known before');
  expect((await sofa.ask<{ items: Task[] }>('GET', '/tasks?status=open')).items.map(({ title }) => title)).toEqual(['Known before']);
  await desk.context.setOffline(false);
  await sofa.sees('Written in the tunnel');
  await sofa.seesNo('Known before');
  await desk.isConnected();
  const all = await sofa.ask<{ items: Task[] }>('GET', '/tasks?status=all');
  expect(all.items.map(({ title }) => title).sort()).toEqual(['Known before', 'Written in the tunnel']);
});

trial('a task that waits for the network can be changed like any other', async (stage) => {
  const desk = await stage.newcomer();
  const sofa = await stage.elsewhere(desk);
  await desk.create({ title: 'Known before' });
  await desk.sees('Known before');
  await desk.isConnected();
  await desk.isKept();
  await desk.context.setOffline(true);
  await desk.isConnected('offline');
  await desk.add('Buy milk');
  // None of what is opened here has been opened before.
  await desk.row('Buy milk').getByRole('button', { name: 'Open' }).click();
  const sheet = desk.page.getByRole('dialog', { name: 'Task details' });
  await sheet.getByRole('textbox', { name: 'Description' }).fill('Two bottles');
  const subtask = sheet.getByRole('textbox', { name: 'Add a subtask' });
  await subtask.fill('Take the empty ones');
  await subtask.press('Enter');
  await sheet.getByRole('button', { name: 'Close' }).click();
  await desk.page.getByRole('checkbox', { name: 'Complete “Buy milk”' }).click();
  await desk.seesNo('Buy milk');
  await desk.context.setOffline(false);
  const saved = async () => (await sofa.ask<{ items: Task[] }>('GET', '/tasks?status=all')).items;
  await expect
    .poll(async () => (await saved()).map(({ title }) => title).sort())
    .toEqual(['Buy milk', 'Known before', 'Take the empty ones']);
  await expect
    .poll(async () => (await saved()).find(({ title }) => title === 'Buy milk'))
    .toMatchObject({ description: 'Two bottles', completed: true });
});

trial('a page that is opened without a network shows what was seen last, and sends what it is told', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  await ada.create({ title: 'Seen last' });
  await ada.sees('Seen last');
  await ada.isKept();
  await ada.context.setOffline(true);
  await ada.isConnected('offline');
  await ada.page.reload();
  await ada.sees('Seen last');
  await ada.isConnected('offline');
  await ada.add('Typed in the dark');
  await ada.sees('Typed in the dark');
  // What was never opened and cannot be made of tasks alone is not had.
  await ada.page.goto('/statistics');
  await ada.page.waitForURL('**/dashboard');
  await ada.sees('Typed in the dark');
  await ada.page.goto('/board');
  await ada.page.getByRole('heading', { name: 'Board', level: 1 }).waitFor();
  await ada.sees('Typed in the dark');
  // It waits for longer than the page lives.
  await expect.poll(() => ada.page.evaluate(asked)).toBe(1);
  await ada.page.reload();
  await ada.sees('Typed in the dark');
  await ada.context.setOffline(false);
  await expect
    .poll(async () => (await ada.ask<{ items: Task[] }>('GET', '/tasks')).items.map(({ title }) => title).sort())
    .toEqual(['Seen last', 'Typed in the dark']);
});

trial('who signs out without a network is asked first, leaves nothing behind, and is signed out when it is back', async (stage) => {
  const ada = await stage.newcomer();
  const sofa = await stage.elsewhere(ada);
  await ada.create({ title: 'A secret of mine' });
  await ada.sees('A secret of mine');
  await ada.isConnected();
  await ada.isKept();
  await ada.context.setOffline(true);
  await ada.isConnected('offline');
  await ada.add('Never sent');
  await ada.sees('Never sent');
  const signOut = async () => {
    await ada.page.getByRole('button', { name: 'Account menu' }).click();
    await ada.page.getByRole('menuitem', { name: 'Sign out' }).click();
  };
  await signOut();
  const question = ada.page.getByRole('dialog', { name: 'Sign out?' });
  await question.getByText('1 change hasn’t been sent yet. Sign out and lose it? You’re offline.').waitFor();
  await question.getByRole('button', { name: 'Stay' }).click();
  await ada.sees('Never sent');
  await signOut();
  await question.getByRole('button', { name: 'Sign out' }).click();
  await ada.page.getByRole('dialog', { name: 'Your tasks are no longer in this browser' }).waitFor();
  expect(await ada.page.evaluate(asked)).toBe(0);
  expect(await ada.page.evaluate(() => caches.has('taskflow-pages'))).toBe(false);
  await ada.context.setOffline(false);
  await ada.page.waitForURL('**/sign-in');
  expect(await ada.context.cookies()).toEqual([]);
  expect(await sofa.ask('GET', '/tasks')).toMatchObject({ items: [{ title: 'A secret of mine' }] });
});

/** How much is kept to be sent. Runs in the browser. */
function asked(): Promise<number> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('taskflow-asked');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const counting = database.transaction('asked').objectStore('asked').count();
      counting.onerror = () => reject(counting.error);
      counting.onsuccess = () => {
        database.close();
        resolve(counting.result);
      };
    };
  });
}
