import { expect } from 'vitest';
import { trial } from './stage/trial';

trial('a project is called otherwise and deleted, and each undo takes it back', async (stage) => {
  const ada = await stage.newcomer();
  const { id } = await ada.ask<{ id: string }>('POST', '/projects', { name: 'Garden' });
  await ada.create({ title: 'Rake the leaves', project_id: id });
  await ada.open(`/projects/${id}`);
  await ada.isConnected();
  await ada.rename('project', 'Garden', 'Yard');
  await ada.page.getByRole('heading', { name: 'Yard' }).waitFor();
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await ada.page.getByRole('heading', { name: 'Garden' }).waitFor();

  await ada.page.getByRole('button', { name: 'Actions for “Garden”' }).click();
  await ada.page.getByRole('menuitem', { name: 'Delete the project' }).click();
  await ada.page.waitForURL('**/inbox');
  await ada.sees('Rake the leaves');
  await ada.page.getByText('Project deleted').waitFor();
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => ada.ask('GET', '/projects')).toMatchObject({ items: [{ name: 'Garden' }] });
  await ada.seesNo('Rake the leaves');
});

trial('a page of a project is called as the project is, also after a rename, and no other page is', async (stage) => {
  const ada = await stage.newcomer();
  await ada.ask('POST', '/projects', { name: 'Garden' });
  const { id } = await ada.ask<{ id: string }>('POST', '/projects', { name: 'Kitchen' });
  const isCalled = (title: string) => expect.poll(() => ada.page.title()).toBe(title);
  const go = (name: string) => ada.page.locator('aside').getByRole('link', { name, exact: true }).click();
  await ada.open(`/projects/${id}`);
  await ada.isConnected();
  await isCalled('Kitchen · TaskFlow');
  await ada.rename('project', 'Kitchen', 'Cellar');
  await isCalled('Cellar · TaskFlow');
  await go('Garden');
  await isCalled('Garden · TaskFlow');
  await go('Today');
  await ada.page.getByRole('heading', { name: 'Today', level: 1 }).waitFor();
  await isCalled('Today · TaskFlow');
  await go('Garden');
  await isCalled('Garden · TaskFlow');
});

trial('a project gets another place in the navigation by its menu, and one undo takes it back', async (stage) => {
  const ada = await stage.newcomer();
  await ada.ask('POST', '/projects', { name: 'Garden' });
  const { id } = await ada.ask<{ id: string }>('POST', '/projects', { name: 'Kitchen' });
  await ada.open(`/projects/${id}`);
  await ada.isConnected();
  const places = () => ada.page.locator('aside a[href^="/projects/"]').allInnerTexts();
  await expect.poll(places).toEqual(['Garden', 'Kitchen']);
  await ada.page.getByRole('button', { name: 'Actions for “Kitchen”' }).press('Enter');
  await ada.page.getByRole('menuitem', { name: 'Move up' }).press('Enter');
  await expect.poll(places).toEqual(['Kitchen', 'Garden']);
  await ada.page.getByText('Project moved').waitFor();
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(places).toEqual(['Garden', 'Kitchen']);
});

trial('a tag is called otherwise on all tasks that carry it, and one undo takes it back', async (stage) => {
  const ada = await stage.newcomer();
  await ada.create({ title: 'Water the plants', tags: ['home'] });
  await ada.open('/tags/home');
  await ada.isConnected();
  await ada.rename('tag', 'home', 'house');
  await ada.page.waitForURL('**/tags/house');
  await ada.sees('Water the plants');
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => ada.ask('GET', '/tasks')).toMatchObject({ items: [{ title: 'Water the plants', tags: ['home'] }] });
});
