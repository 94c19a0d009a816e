import type { Person } from './person';

/** Every view, by the name of its picture. */
export async function views(ada: Person): Promise<[name: string, path: string][]> {
  const { project, task } = await furnish(ada);
  return [
    ['dashboard', '/dashboard'],
    ['dashboard-projects', '/dashboard?by=project'],
    ['today', '/today'],
    ['upcoming', '/upcoming'],
    ['inbox', '/inbox'],
    ['project', `/projects/${project}`],
    ['project-done', `/projects/${project}?done=1&sort=priority`],
    ['tag', '/tags/home'],
    ['board', '/board'],
    ['board-project', '/board?by=project'],
    ['board-status', '/board?by=status'],
    ['calendar', '/calendar'],
    ['calendar-week', '/calendar?view=week'],
    ['search', '/search'],
    ['trash', '/trash'],
    ['statistics', '/statistics'],
    ['history', '/history'],
    ['history-task', `/history/${task}`],
    ['notifications', '/notifications'],
    ['confirmations', '/confirmations'],
    ['settings', '/settings'],
    ['settings-notifications', '/settings/notifications'],
    ['settings-tokens', '/settings/tokens'],
    ['settings-webhooks', '/settings/webhooks'],
    ['settings-data', '/settings/data'],
  ];
}

/** Views that are another one but for their order or their sections: on a phone, that one is enough. */
export const VARIANTS: ReadonlySet<string> = new Set(['dashboard-projects', 'project-done', 'board-project', 'board-status']);

/** Something of everything; returns a project and a task. */
export async function furnish(ada: Person): Promise<{ project: string; task: string }> {
  const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  const { id } = await ada.ask<{ id: string }>('POST', '/projects', { name: 'Garden', color: '#5f8f3a' });
  await ada.create({ title: 'Pay the electricity bill', priority: 'urgent', due: { kind: 'date', date: day(-2) } });
  const { id: task } = await ada.create({
    title: 'Water the plants',
    description: 'As https://example.com/plants says:\n\n- [x] the **ferns**\n- [ ] the roses',
    tags: ['home'],
    project_id: id,
    due: { kind: 'date', date: day(0) },
    recurrence: { rule: 'weekly' },
    reminders: [{ when: { kind: 'before', minutes: 30 } }],
  });
  await ada.create({ title: 'Prune the roses', priority: 'medium', project_id: id, due: { kind: 'floating', local: `${day(1)}T15:00:00` } });
  await ada.create({ title: 'Write to grandmother about the summer, the boat and the new dog', priority: 'low', tags: ['home', 'letters'] });
  const { id: done } = await ada.create({ title: 'Buy a rake', project_id: id });
  await ada.ask('PATCH', `/tasks/${done}/complete`, { completed: true });
  const { id: deleted } = await ada.create({ title: 'Sell the old bicycle' });
  await ada.ask('DELETE', `/tasks/${deleted}`);
  return { project: id, task };
}
