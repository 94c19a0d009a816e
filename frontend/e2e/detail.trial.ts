import { expect } from 'vitest';
import { trial } from './stage/trial';

trial('what is typed into a task is kept, however it is left', async (stage) => {
  const ada = await stage.newcomer();
  await ada.isConnected();
  const { id } = await ada.create({ title: 'Letter' });
  const sheet = ada.page.getByRole('dialog', { name: 'Task details' });
  const description = sheet.getByRole('textbox', { name: 'Description' });
  const ways = {
    Escape: () => ada.page.keyboard.press('Escape'),
    'the way back': () => ada.page.goBack(),
    'the button': () => sheet.getByRole('button', { name: 'Close' }).click(),
  };
  for (const [way, leave] of Object.entries(ways)) {
    await ada.row('Letter').getByRole('button', { name: 'Open' }).click();
    await description.fill(`Left by ${way}`);
    await leave();
    await sheet.waitFor({ state: 'detached' });
    await expect.poll(() => ada.ask('GET', `/tasks/${id}`)).toMatchObject({ description: `Left by ${way}` });
  }
});
