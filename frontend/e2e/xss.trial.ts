import { expect } from 'vitest';
import { trial } from './stage/trial';

/** Each would set `hurt` if any part of the app took it for more than text. */
const CORPUS = [
  '<script>window.hurt=1</script>',
  '<img src=x onerror="window.hurt=1">',
  '"><svg onload=window.hurt=1>',
  "'-(window.hurt=1)-'",
  '</title><script>window.hurt=1</script>',
  '{{constructor.constructor("window.hurt=1")()}}',
  '[a](javascript:window.hurt=1)',
  '<iframe srcdoc="<script>parent.hurt=1</script>">',
  '\u202e<b onmouseover=window.hurt=1>',
];

trial('whatever is typed into a field is text', async (stage) => {
  const account = { name: '<img src=x onerror="window.hurt=1">', email: `xss-${Date.now()}@taskflow.example` };
  const ada = await stage.stranger(undefined, account);
  await ada.signUp();
  await ada.page.getByRole('button', { name: 'Account menu' }).click();
  await ada.page.getByRole('menu').getByText(account.name).waitFor();
  await ada.page.keyboard.press('Escape');
  for (const [index, text] of CORPUS.entries()) {
    const project = await ada.ask<{ id: string; name: string }>('POST', '/projects', { name: `${index} ${text}`.slice(0, 100) });
    await ada.create({ title: text, description: text, tags: [`${index}${text}`.replaceAll(/[\s,]/g, '').slice(0, 50)], project_id: project.id });
  }
  await ada.open('/dashboard');
  await ada.isConnected();
  for (const text of CORPUS) {
    await ada.row(text).getByRole('button', { name: `Open “${text}”`, exact: true }).click();
    const sheet = ada.page.getByRole('dialog', { name: 'Task details' });
    await expect.poll(() => sheet.getByRole('textbox', { name: 'Description' }).inputValue()).toBe(text);
    await ada.page.keyboard.press('Escape');
  }
  // By hand, through every field of the list.
  for (const text of CORPUS) {
    const field = ada.page.getByRole('textbox', { name: 'New task' });
    await field.fill(`${text} tomorrow`);
    await field.press('Enter');
  }
  // A title that the assistant repeats is text in its answer, too.
  const panel = await ada.openAssistant();
  await ada.tellAssistant('list');
  for (const text of CORPUS) await panel.getByRole('listitem').filter({ hasText: text }).first().waitFor();
  expect(await panel.locator('a, img, iframe, script').count()).toBe(0);
  await ada.page.keyboard.press('Escape');
  await ada.page.keyboard.press('Control+k');
  await ada.page.getByRole('combobox').fill('<script>');
  await ada.page.getByRole('option').first().waitFor();
  for (const path of ['/board', '/search?q=%3Cscript%3Ewindow.hurt%3D1%3C%2Fscript%3E', '/tags/%3Cscript%3Ewindow.hurt=1%3C%2Fscript%3E', '/history', '/sign-in?next=javascript:window.hurt=1']) {
    await ada.open(path === '/sign-in?next=javascript:window.hurt=1' ? '/today' : path);
    await ada.page.locator('main').waitFor();
  }
  expect(await ada.page.evaluate(() => 'hurt' in window)).toBe(false);
});
