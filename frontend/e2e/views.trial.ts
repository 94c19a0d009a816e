import type { Person } from './stage/person';
import { lookAround, type Look } from './stage/look';
import { trial } from './stage/trial';
import { views } from './stage/views';

trial('no view keeps anybody out', (stage) =>
  lookAround(stage, async (ada, look) => {
    await lookAtEach(EMPTY, ada, look);
    await lookAtEach(await views(ada), ada, look);
    await remind(ada);
    await look('notifications-some');
    await lookAtFailures(ada, look);
    await ada.losesSession();
    for (const name of ['sign-in', 'sign-up']) {
      await ada.open(`/${name}`);
      await look(name);
    }
    await ada.page.getByRole('button', { name: 'Create account', exact: true }).click();
    await ada.page.locator('[aria-invalid=true]').first().waitFor();
    await look('sign-up-refused');
  }),
);

/** Nobody has done anything yet. */
const EMPTY = [
  ['empty', '/dashboard'],
  ['empty-today', '/today'],
  ['empty-board', '/board'],
  ['empty-search', '/search?q=nothing'],
] as const;

async function lookAtEach(pages: readonly (readonly [name: string, path: string])[], ada: Person, look: Look): Promise<void> {
  for (const [name, path] of pages) {
    await ada.open(path);
    await ada.isConnected();
    await ada.isDrawn();
    await look(name);
  }
}

/** What is wrong, or not there. */
async function lookAtFailures(ada: Person, look: Look): Promise<void> {
  const { page } = ada;
  await page.route('**/api/backend/webhooks', (route) => route.fulfill({ status: 500, json: {} }));
  await ada.open('/settings/webhooks');
  await ada.isConnected();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await look('failed');
  await page.unroute('**/api/backend/webhooks');
  await ada.open('/today?task=0193a5b2-0000-7000-8000-000000000001');
  await ada.isConnected();
  await page.getByRole('dialog', { name: 'Task details' }).getByRole('button', { name: 'Close' }).waitFor();
  await look('failed-task');
  await ada.open('/nowhere');
  await page.getByRole('heading').waitFor();
  await look('not-found');
}

/** A reminder comes, and is seen where they are. */
async function remind(ada: Person): Promise<void> {
  const at = new Date(Date.now() + 3_000).toISOString();
  await ada.create({ title: 'Take the cake out', reminders: [{ when: { kind: 'at', at } }] });
  await ada.open('/notifications');
  await ada.isConnected();
  await ada.page.locator('main').getByRole('listitem').filter({ hasText: 'Take the cake out' }).waitFor();
}
